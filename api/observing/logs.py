"""What a service logs: one JSON object a line, on standard error, without secrets (SEC-04, OUT-01)."""

import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

    from patchwright.tools.secrets import Redactor


def log_to_stderr(redactor: "Redactor", level: int = logging.INFO) -> None:
    """Let everything that is logged in this process, by us and by libraries, go there."""
    from structlog.stdlib import ProcessorFormatter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=_told(), processors=_written(redactor)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("patchwright", "uvicorn"):
        logging.getLogger(name).setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True


def _told() -> "list[Processor]":
    """What is told of a record: at, level, logger, and what it was given besides."""
    from structlog.processors import TimeStamper
    from structlog.stdlib import ExtraAdder, add_log_level, add_logger_name

    return [TimeStamper(fmt="iso", utc=True, key="at"), add_log_level, add_logger_name, ExtraAdder(), _uncoloured]


def _uncoloured(_logger: "WrappedLogger", _method: str, line: "EventDict") -> "EventDict":
    """Uvicorn gives each message a second time, with colours."""
    line.pop("color_message", None)
    return line


def _written(redactor: "Redactor") -> "list[Processor]":
    """The record as a line; the traceback of a defect is in it."""
    from structlog.processors import EventRenamer, JSONRenderer, format_exc_info
    from structlog.stdlib import ProcessorFormatter

    def redacted(_logger: "WrappedLogger", _method: str, line: "EventDict") -> str:
        return redactor.text(str(line))

    return [
        ProcessorFormatter.remove_processors_meta,
        format_exc_info,
        EventRenamer("message"),
        JSONRenderer(),
        redacted,
    ]
