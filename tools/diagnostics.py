"""What a tool says about a place in the code."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["error", "warning", "note"]


class Diagnostic(BaseModel):
    """One message of a compiler, type checker or linter (the shape follows LSP and SARIF).

    `line` and `column` count from 1; 0 means not known. `path` is relative to the tree.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    line: int = 0
    column: int = 0
    severity: Severity = "error"
    code: str = ""
    message: str
    source: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two diagnostics the same one although lines moved: file, tool, code, message."""
        return (self.path, self.source, self.code, self.message)
