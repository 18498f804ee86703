"""Settings: who may set what, and what is said about mistakes (CFG-01, CFG-02, LLM-07, SEC-06)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.agent.budget import Budget
from patchwright.agent.config import Settings, from_environment, roles_configured
from patchwright.agent.errors import UsageError
from patchwright.agent.restrictions import lowered, read_restrictions
from patchwright.tools.toolchain import detect

KEYS = {"OPENAI_BASE_URL": "http://host/v1/", "OPENAI_API_KEY": "sk-secret-1234567890", "OPENAI_MODEL": "m"}


def settings(tmp_path: Path, text: str = "", **env: str) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return from_environment({"PATCHWRIGHT_STATE": "state", **env}, tmp_path, path)


def test_three_variables_configure_all_roles(tmp_path: Path) -> None:
    found = settings(tmp_path, **KEYS)
    assert roles_configured(found) and set(found.roles) == {"planner", "editor", "reviewer", "summarizer"}
    end = found.roles["editor"].rungs[0]
    assert (end.base_url, end.model, end.role) == ("http://host/v1", "m", "editor")
    assert end.api_key and end.api_key.get_secret_value() == KEYS["OPENAI_API_KEY"]
    assert found.state == tmp_path / "state" and found.secrets() == (KEYS["OPENAI_API_KEY"],)


def test_the_key_shows_in_no_print_of_the_settings(tmp_path: Path) -> None:
    """SEC-02"""
    found = settings(tmp_path, **KEYS)
    for text in (repr(found), str(found), found.model_dump_json(), repr(found.roles["editor"])):
        assert KEYS["OPENAI_API_KEY"] not in text


def test_a_word_that_stands_for_a_key_is_not_redacted_everywhere(tmp_path: Path) -> None:
    assert settings(tmp_path, **{**KEYS, "OPENAI_API_KEY": "not-needed"}).secrets() == ()


def test_without_anything_no_role_is_configured(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found.roles == {} and not roles_configured(found) and found.budget == Budget()
    assert not roles_configured(settings(tmp_path, OPENAI_API_KEY="sk-secret-123"))


def test_a_key_alone_means_the_address_it_was_made_for(tmp_path: Path) -> None:
    found = settings(tmp_path, OPENAI_API_KEY="sk-secret-123", PATCHWRIGHT_MODEL="m")
    assert found.roles["planner"].rungs[0].base_url == "https://api.openai.com/v1"


def test_each_role_has_its_own_endpoint_and_limits(tmp_path: Path) -> None:
    text = """
[roles.default]
base_url = "http://a/v1"
model = "shared"
timeout = 30.0
[roles.editor]
base_url = "http://b/v1"
api_key_env = "B_KEY"
model = "big"
temperature = 0.1
max_tokens = 4000
context = 32000
protocol = "text"
prices = { input = 1.0, output = 2.0 }
limits = { tool_calls = 3 }
[budget]
requests = 7
money = 2.5
[sandbox]
runtime = "runsc"
memory_mb = 512
allow_repository_images = ["https://example.org/x"]
[images]
python = "mine@sha256:0"
"""
    found = settings(tmp_path, text, B_KEY="k-12345678", **KEYS)
    planner, editor = found.roles["planner"].rungs[0], found.roles["editor"].rungs[0]
    assert (planner.base_url, planner.model, planner.api_key) == ("http://a/v1", "shared", None)
    assert editor.api_key and editor.api_key.get_secret_value() == "k-12345678" and editor.timeout == 30.0
    assert (editor.limits.tool_calls, editor.prices.output, editor.context) == (3, 2.0, 32000)
    assert found.budget.requests == 7 and found.sandbox.limits().memory_mb == 512
    assert found.images == {"python": "mine@sha256:0"} and found.sandbox.runtime == "runsc"


def test_a_key_is_not_sent_to_an_address_it_was_not_meant_for(tmp_path: Path) -> None:
    """LLM-07"""
    own = '[roles.editor]\nbase_url = "http://other/v1"\nmodel = "m"\n'
    assert settings(tmp_path, own, **KEYS).roles["editor"].rungs[0].api_key is None
    shared = '[roles.default]\nbase_url = "http://a/v1"\napi_key_env = "OPENAI_API_KEY"\nmodel = "m"\n'
    found = settings(tmp_path, shared + own, **KEYS)
    assert found.roles["planner"].rungs[0].api_key is not None and found.roles["editor"].rungs[0].api_key is None


LADDER = """
[roles.default]
base_url = "http://a/v1"
api_key_env = "A_KEY"
timeout = 30.0
seed = 5
[roles.editor]
reasoning_effort = "low"
models = [
  { base_url = "http://local/v1", model = "small", context = 8192 },
  { model = "big", prices = { input = 1.0, output = 2.0 } },
]
fallback = { model = "spare" }
"""


def test_a_ladder_takes_from_its_role_what_its_models_do_not_say_and_no_key_of_another_address(tmp_path: Path) -> None:
    """LLM-07"""
    ladder = settings(tmp_path, LADDER, A_KEY="k-12345678").roles["editor"]
    small, big = ladder.rungs
    assert (small.base_url, small.model, small.context, small.api_key) == ("http://local/v1", "small", 8192, None)
    assert (big.base_url, big.timeout, big.prices.output, big.seed) == ("http://a/v1", 30.0, 2.0, 5)
    assert small.reasoning_effort == big.reasoning_effort == "low"
    assert ladder.fallback and ladder.fallback.model == "spare" and ladder.fallback.api_key


def test_every_key_of_a_ladder_is_a_secret(tmp_path: Path) -> None:
    """SEC-02"""
    text = LADDER.replace('model = "big"', 'model = "big", api_key_env = "B_KEY"')
    found = settings(tmp_path, text, A_KEY="k-12345678", B_KEY="k-87654321")
    assert found.secrets() == ("k-12345678", "k-87654321")


def test_two_models_of_one_name_are_told_apart_by_their_address(tmp_path: Path) -> None:
    text = LADDER.replace('"big"', '"small"')
    ladder = settings(tmp_path, text, A_KEY="k-12345678").roles["editor"]
    assert [ladder.name(end) for end in ladder.rungs] == ["small at http://local/v1", "small at http://a/v1"]


def test_a_model_in_the_environment_replaces_the_shared_one(tmp_path: Path) -> None:
    text = '[roles.default]\nmodel = "shared"\n[roles.editor]\nmodel = "own"\n'
    found = settings(tmp_path, text, PATCHWRIGHT_MODEL="now", **KEYS)
    assert tuple(found.roles[role].rungs[0].model for role in ("planner", "editor")) == ("now", "own")


def test_a_key_file_has_to_be_private(tmp_path: Path) -> None:
    """SEC-06"""
    key = tmp_path / "key"
    key.write_text("k-12345678\n")
    text = '[roles.default]\nbase_url = "http://a/v1"\nmodel = "m"\napi_key_file = "key"\n'
    key.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        settings(tmp_path, text)
    key.chmod(0o600)
    end = settings(tmp_path, text).roles["editor"].rungs[0]
    assert end.api_key and end.api_key.get_secret_value() == "k-12345678" and "api_key_file" in end.key_source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1", "no setting x. Known here: budget, database, github, images, roles, sandbox, service"),
        ("[roles.editor]\nmodell = 'x'", "no setting roles.editor.modell. Known here: api_key_env"),
        ("[roles.editor]\napi_key = 'sk-x'", "no setting roles.editor.api_key. Known"),
        ("[roles.painter]\nmodel = 'x'", "roles.painter"),
        ("[budget]\nrequests = '5'", "budget.requests: Input should be a valid integer"),
        ("[budget]\nrequests = -1", "budget.requests"),
        ("[sandbox]\nseccomp = 'unconfined'", "no setting sandbox.seccomp"),
        ("[roles.editor]\nbase_url = 'file:///etc'", "begin with http"),
        ("[roles.editor]\nbase_url = 'http://u:p@h/v1'", "user, password"),
        ("[roles.editor]\nbase_url = 'http://h/v1?key=x'", "query"),
        ("[roles.editor\n", "not valid TOML"),
        ("[roles.editor]\nmodel = 'a'\nmodels = [{ model = 'b' }]", "sets both model and models"),
        ("[roles.editor]\nmodels = []", "roles.editor.models"),
        (
            "[roles.editor]\nbase_url = 'http://a'\nmodels = [{ seed = 1 }, { model = 'b' }]",
            "roles.editor.models.0 needs a model",
        ),
        (
            "[roles.editor]\nbase_url = 'http://a'\nmodel = 'm'\nfallback = { seed = 1 }",
            "roles.editor.fallback needs a model",
        ),
        ("[roles.editor]\nreasoning_effort = 'a lot'", "roles.editor.reasoning_effort"),
        ("[roles.editor]\napi_key_env = 'NOT_THERE'\nmodel = 'm'\nbase_url = 'http://a'", "NOT_THERE, but"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_what_is_allowed(tmp_path: Path, text: str, words: str) -> None:
    """CFG-02"""
    with pytest.raises(UsageError) as caught:
        settings(tmp_path, text)
    assert words in str(caught.value)


@pytest.mark.parametrize("env", [{"OPENAI_BASE_URL": "host"}, {"OPENAI_API_KEY": "a\nb"}, {"OPENAI_API_KEY": "kéy"}])
def test_a_wrong_variable_is_named_and_its_value_not_shown(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        settings(tmp_path, **{**KEYS, **env})
    assert next(iter(env)) in str(caught.value) and next(iter(env.values())) not in str(caught.value).split()


def test_a_file_that_was_named_has_to_exist_and_the_usual_one_does_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        from_environment({}, tmp_path, Path("missing.toml"))
    with pytest.raises(UsageError, match="does not exist"):
        from_environment({"PATCHWRIGHT_CONFIG": "missing.toml"}, tmp_path)


def test_the_file_in_the_current_folder_is_not_read_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LLM-07: the folder may be a stranger's repository."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    (tmp_path / "patchwright.toml").write_text('[roles.default]\nbase_url = "http://evil/v1"\nmodel = "m"\n')
    found = from_environment({"PATCHWRIGHT_STATE": "s", **KEYS}, tmp_path)
    assert found.config_file is None and found.roles["editor"].rungs[0].base_url == "http://host/v1"


# The repository's own file


class EmptyTree:
    """A tree without files."""

    key = "0" * 40

    def paths(self) -> list[str]:
        return []

    def read(self, path: str) -> bytes:
        raise KeyError(path)


def test_a_repository_may_name_checks_protect_paths_and_lower_limits(tmp_path: Path) -> None:
    data = b"""
[[checks]]
name = "tests"
kind = "tests"
command = ["pytest", "-q"]
report = "junit"
reports = ["report.xml"]
[scope]
protected = ["legal/**"]
ci = false
[budget]
requests = 5
money = 1.0
"""
    wishes = read_restrictions(data)
    assert wishes.checks[0].command == ("pytest", "-q") and wishes.scope.protected == ("legal/**",)
    stricter = lowered(settings(tmp_path).budget, wishes)
    assert stricter.requests == 5 and stricter.money == 1.0
    assert stricter.tokens_in == Budget().tokens_in
    assert read_restrictions(None).checks == ()
    assert detect(EmptyTree(), wishes.wishes()).checks[0].command == ("pytest", "-q")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'[roles.editor]\nbase_url = "http://evil/v1"', "sets [roles], which only the operator may set"),
        (b"[sandbox]\nmemory_mb = 999999", "sets [sandbox]"),
        (b'[images]\npython = "evil"', "sets [images]"),
        (b"[scope]\nallow = ['x']", "no setting scope.allow. Known here: ci, dependencies, protected, tests"),
        (b"[budget]\nrequests = 'x'", "budget.requests"),
        (b"\xff", "not valid TOML"),
        (b"#" * 300_000, "larger than"),
    ],
)
def test_keys_that_could_loosen_are_refused_with_a_message(data: bytes, words: str) -> None:
    """CFG-01"""
    with pytest.raises(UsageError) as caught:
        read_restrictions(data)
    assert words in str(caught.value) and "patchwright.toml" in str(caught.value)


def test_a_higher_limit_is_refused(tmp_path: Path) -> None:
    """CFG-01"""
    with pytest.raises(UsageError, match=r"budget\.requests = 401, above the 400"):
        lowered(settings(tmp_path).budget, read_restrictions(b"[budget]\nrequests = 401"))


@given(st.integers(0, 10**7))
def test_no_wish_raises_a_limit(requests: int) -> None:
    """CFG-01"""
    base = Settings(state=Path())
    try:
        budget = lowered(base.budget, read_restrictions(f"[budget]\nrequests = {requests}".encode()))
    except UsageError:
        return
    assert budget.requests <= base.budget.requests


@given(st.binary(max_size=80))
def test_any_bytes_of_a_repository_are_settings_or_a_message(data: bytes) -> None:
    try:
        read_restrictions(data)
    except UsageError as error:
        assert str(error)


def test_a_repository_and_a_day_have_limits_of_their_own(tmp_path: Path) -> None:
    """RES-11."""
    found = settings(
        tmp_path, "[budget]\nrequests = 9\n[budget.day]\nmoney = 5.0\n[budget.repository]\nrequests = 100\n"
    )
    assert found.budget == Budget(requests=9)
    assert (found.quotas.day.money, found.quotas.repository.requests, found.quotas.day.requests) == (5.0, 100, None)
