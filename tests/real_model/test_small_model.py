"""A real model on a real wire: llama.cpp's server and a model of 135 million parameters. `make real-model` runs it.

The model is far too weak to be used: it is here to show that the client speaks to a real server. So
nothing is asked of its judgement; what it says is judged by a schema and by a test that is run.
"""

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent.book import CapabilityBook
from patchwright.agent.errors import ContextExceeded
from patchwright.agent.llm import HttpModel
from patchwright.agent.messages import Message, Request
from patchwright.agent.plan import Draft
from patchwright.agent.probing import Prober
from patchwright.agent.roles import Endpoint
from patchwright.tools.secrets import Redactor
from tests.real_model.server import CONTEXT

PACKAGES = os.environ.get("PATCHWRIGHT_REAL_MODEL", "")
pytestmark = [
    pytest.mark.skipif(not PACKAGES, reason="`make real-model` installs the model and runs these"),
    pytest.mark.timeout(600),
]

BUGGY = "def larger(a, b):\n    return a if a < b else b\n"
LINES: tuple[str, ...] = ("return a if a < b else b", "return a if a > b else b", "return b if a > b else a")
TEST = "from larger import larger\nassert larger(1, 2) == 2 and larger(5, 3) == 5\n"

SENTENCE = "^[A-Z][a-z ]{8,40}$"
"""The model finds no end by itself."""
PLAN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "summary": {"type": "string", "pattern": SENTENCE},
        "steps": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "title": {"type": "string", "pattern": SENTENCE},
                    "files": {"type": "array", "items": {"enum": ["larger.py"]}, "minItems": 1, "maxItems": 1},
                },
                "required": ["title", "files"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["summary", "steps"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def served() -> Generator[Endpoint]:
    """The server in a process of its own, so that it ends with the tests."""
    script = Path(__file__).with_name("server.py")
    env = {**os.environ, "PYTHONPATH": PACKAGES}
    with subprocess.Popen(
        [sys.executable, str(script)], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), "the server does not start"
        yield Endpoint(
            role="editor", base_url=f"{address}/v1", model="smollm2", temperature=0.0, seed=1, max_tokens=120
        )
        process.kill()


@pytest.fixture(scope="module")
def book() -> CapabilityBook:
    """What the tests learn of the server, together."""
    return CapabilityBook()


@pytest.fixture
def model(served: Endpoint, book: CapabilityBook) -> Generator[HttpModel]:
    opened = HttpModel(served, book, Redactor())
    yield opened
    opened.close()


def ask(text: str, **more: Any) -> Request:
    system = Message(role="system", content="You mend programs. Be short.")
    return Request("editor", [system, Message(role="user", content=text)], **more)


def test_doctor_knows_the_server_and_how_much_its_model_reads(served: Endpoint, book: CapabilityBook) -> None:
    found = Prober(book, Redactor()).look(served)
    assert (found.state, found.server) == ("ok", "llama.cpp"), found.detail
    assert book.get(served.base_url, served.model).context == CONTEXT


def test_asked_live_it_answers_in_the_shape_that_was_asked_for(served: Endpoint, book: CapabilityBook) -> None:
    assert Prober(book, Redactor()).ask(served) == ""
    assert book.get(served.base_url, served.model).schema_mode == "json_schema"


def test_a_streamed_answer_comes_with_the_servers_own_count_of_tokens(model: HttpModel) -> None:
    reply = model.complete(ask("Say hello."))
    assert reply.content and reply.usage.estimated == 0 and reply.usage.tokens_in > 10 and reply.usage.tokens_out > 0


def test_a_plan_by_schema_is_one_that_the_gate_takes(model: HttpModel) -> None:
    issue = f"larger(1, 2) gives 1.\n\nlarger.py:\n{BUGGY}\nMake a plan with one step."
    reply = model.complete(ask(issue, schema=PLAN, schema_name="plan"))
    assert reply.parsed is not None
    draft = Draft.model_validate(reply.parsed)
    assert draft.summary and draft.steps[0].files == ("larger.py",)


def test_a_one_line_fix_is_what_the_test_accepts_and_not_what_the_model_believes(
    model: HttpModel, tmp_path: Path
) -> None:
    """A wrong line comes back with the test's verdict and is not offered again."""
    (tmp_path / "test_larger.py").write_text(TEST)
    left, told = list(LINES), "larger(1, 2) has to give 2."
    while not passes(tmp_path, chosen := choose(model, left, told)):
        left.remove(chosen)
        told += f" Not this one, the test fails with it: {chosen}"
    assert chosen == LINES[1]


def choose(model: HttpModel, lines: list[str], told: str) -> str:
    """The line that the model wants, of those that are left."""
    shape = {"type": "object", "properties": {"line": {"enum": lines}}, "required": ["line"]}
    reply = model.complete(
        ask(f"{BUGGY}\n{told} Which line is right?", schema={**shape, "additionalProperties": False})
    )
    assert reply.parsed is not None
    return str(reply.parsed["line"])


def passes(folder: Path, line: str) -> bool:
    """Whether the test accepts the program with that line."""
    (folder / "larger.py").write_text(BUGGY.replace(LINES[0], line))
    done = subprocess.run(
        [sys.executable, "-B", "test_larger.py"], cwd=folder, capture_output=True, timeout=60, check=False
    )
    return done.returncode == 0


def test_a_prompt_that_it_cannot_read_is_refused_with_its_limit(model: HttpModel) -> None:
    with pytest.raises(ContextExceeded) as caught:
        model.complete(ask("word " * 3 * CONTEXT))
    assert caught.value.limit == CONTEXT
