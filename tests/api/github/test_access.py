"""Tokens and rights: for one repository, short-lived, in memory only (SEC-01 to SEC-06, NET-01, NET-02)."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from patchwright.agent.errors import UsageError
from patchwright.api.github.access import PERMISSIONS, Access
from patchwright.api.github.errors import GithubBusy, GithubGone, GithubRefused
from patchwright.api.github.rights import may_write
from patchwright.api.github.settings import GithubSettings, GithubTable, read_github
from tests.api.github.stage import ANNA, Stage


@pytest.fixture(scope="module")
def key() -> str:
    made = generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def app(stage: Stage, key: str, clock: float = 0.0) -> Access:
    table = GithubTable.model_validate({"api_url": f"{stage.url}/api/v3", "app_id": 1234})
    return Access(GithubSettings(table, private_key=key), clock=lambda: clock)


def test_an_app_has_a_token_for_each_repository_with_the_smallest_rights(stage: Stage, key: str) -> None:
    access = app(stage, key)
    token = access.token(stage.home.id, 77)
    known = stage.hub.tokens[token]
    assert known.repositories == frozenset({stage.home.id}) and known.permissions == PERMISSIONS
    assert "workflows" not in PERMISSIONS and "administration" not in PERMISSIONS
    assert access.token(stage.home.id, 77) == token
    assert access.login(77) == "patchwright[bot]"
    other = stage.hub.repository("acme/other", stage.home.git)
    with pytest.raises(GithubGone):
        access.repository(stage.home.id, 77).get("/repos/acme/other")
    assert access.token(other.id, 77) != token
    assert token not in repr(access.__dict__)


def test_a_token_that_ends_soon_is_not_used_any_more(stage: Stage, key: str) -> None:
    access = app(stage, key, clock=1e12)
    assert access.token(stage.home.id, 77) != access.token(stage.home.id, 77)


def test_rights_are_asked_from_github_and_what_cannot_be_asked_is_a_no(stage: Stage) -> None:
    """APR-05"""
    rest = stage.door.access.repository(stage.home.id, 0)
    for right, may in (("admin", True), ("maintain", True), ("write", True), ("triage", False), ("read", False)):
        stage.home.permissions[ANNA] = right
        assert may_write(rest, stage.home.full_name, ANNA) is may
    assert not may_write(rest, stage.home.full_name, "../../admin")
    stage.hub.troubles = ["outage"]
    with pytest.raises(GithubBusy):
        may_write(rest, stage.home.full_name, ANNA)


def test_limits_say_how_long_to_wait_and_refusals_are_told_apart(stage: Stage) -> None:
    rest = stage.door.access.repository(stage.home.id, 0)
    for trouble in ("secondary", "primary", "many", "outage"):
        stage.hub.troubles = [trouble]
        with pytest.raises(GithubBusy) as caught:
            rest.get("/user")
        assert 0 < caught.value.seconds <= 120
    stage.hub.tokens.clear()
    with pytest.raises(GithubRefused) as refused:
        rest.get("/user")
    assert refused.value.status == 401


def test_no_token_is_left_anywhere(stage: Stage) -> None:
    """SEC-01, SEC-02, SEC-04"""
    issue = stage.issue()
    token = stage.door.settings.token
    stage.say(issue.number, f"/patchwright fix\nmy token is {token}")
    stage.say(issue.number, f"/patchwright approve {stage.hash()}")
    assert len(stage.pulls()) == 1
    coded = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    texts = [one.body for one in stage.home.comments.values() if one.user.type == "Bot"] + [stage.pulls()[0].body]
    assert not any(secret in text for secret in (token, coded) for text in texts)
    files = [path for path in (stage.folder / "state").rglob("*") if path.is_file()]
    asks = stage.door.book.asks()
    assert len(files) > 5 and asks
    found = [str(path) for path in files if any(secret.encode() in path.read_bytes() for secret in (token, coded))]
    assert found == []
    run = stage.runs()[0]
    assert token not in run.issue.body and "[redacted]" in run.issue.body


def test_the_settings_name_secrets_and_never_hold_them(tmp_path: Path) -> None:
    """CFG-02, SEC-06"""
    pem = tmp_path / "app.pem"
    pem.write_text("x")
    pem.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        read_github({"private_key_file": "app.pem"}, {}, tmp_path)
    pem.chmod(0o600)
    read = read_github({"private_key_file": "app.pem"}, {"PATCHWRIGHT_WEBHOOK_SECRET": "s3cret-webhook"}, tmp_path)
    assert "s3cret" not in repr(read) and set(read.secrets()) == {"x", "s3cret-webhook"}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"repositories": ["https://github.com/a/b"]}, "neither owner/name nor owner/*"),
        ({"repositories": ["-x/b"]}, "neither"),
        ({"repositories": ["a/.."]}, "neither"),
        ({"api_url": "http://github.example/api/v3"}, "https address"),
        ({"branch_prefix": "main"}, "slash at its end"),
        ({"labels": {"x": "approve 0123456789ab"}}, "none of fix, plan"),
        ({"labels": {"x": "fix it"}}, "none of fix, plan"),
        ({"webhook_secret": "x"}, "Known in .github.: repositories"),
    ],
)
def test_a_wrong_setting_is_named(table: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_github(table, {}, Path())


def test_an_enterprise_server_is_where_its_api_is_and_owners_can_be_listed() -> None:
    read = read_github({"api_url": "https://ghe.acme.example/api/v3", "repositories": ["acme/*"]}, {}, Path())
    assert read.web_url == "https://ghe.acme.example"
    assert read.serves("Acme/Anything") and not read.serves("acme2/x") and not read.serves("acme/../x")
