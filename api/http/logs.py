"""What a service logs: one JSON object a line, on standard error, without secrets (SEC-04, OUT-01)."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patchwright.tools.secrets import Redactor


class JsonLines(logging.Formatter):
    """A record as one JSON object: at, level, logger, message, and the traceback of a defect."""

    def __init__(self, redactor: "Redactor") -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **({"traceback": self.formatException(record.exc_info)} if record.exc_info else {}),
        }
        return self._redactor.text(json.dumps(told))


def log_to_stderr(redactor: "Redactor", level: int = logging.INFO) -> None:
    """Let everything that is logged in this process go there."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(redactor))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("patchwright", "uvicorn"):
        logging.getLogger(name).setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True
