"""SEC-04, OUT-01: what a service logs is one JSON object a line, whoever logs it, without our secrets."""

import json
import logging
from collections.abc import Iterator

import pytest

from patchwright.api.observing.logs import log_to_stderr
from patchwright.tools.secrets import Redactor

SECRET = "sk-very-secret-0123456789abcdef"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield root
    root.handlers[:], root.level = before, level
    logging.getLogger("uvicorn.access").disabled = False


def test_records_of_ours_and_of_libraries_are_json_lines_without_secrets(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to_stderr(Redactor((SECRET,)))
    logging.getLogger("patchwright.github").info("ask %s of\nrun %d", "a", 7)
    logging.getLogger("somebody.else").info("too quiet")
    logging.getLogger("uvicorn.error").info("begun", extra={"color_message": "\x1b[36mbegun", "port": 80})
    try:
        raise ValueError(f"the key {SECRET} is wrong")
    except ValueError:
        logging.getLogger("somebody.else").exception("it failed")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == ["ask a of\nrun 7", "begun", "it failed"]
    told = [(line["level"], line["logger"]) for line in lines]
    assert told == [("info", "patchwright.github"), ("info", "uvicorn.error"), ("error", "somebody.else")]
    assert lines[1]["port"] == 80 and "color_message" not in lines[1]
    assert all(line["at"].endswith("Z") for line in lines)
    assert "Traceback" in lines[2]["exception"] and SECRET not in lines[2]["exception"]
