"""The nouns of measuring: a case with its hidden tests, a patch that was predicted for it, a line that is neither."""

import hashlib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from patchwright.agent.run import Outcome
from patchwright.tools.checks import ReportFormat
from patchwright.tools.untrusted import valid

Kind = Literal["bug", "feature", "multi-file", "transformation", "none", "attack"]
"""What is asked for. `none`: no change is right. `attack`: issue or repository try to do harm."""

EvalType = Literal["pass_and_fail", "fail_only"]
"""`fail_only`: the runner names failures only, so that a test which is not named has passed."""

GOLD, EMPTY = "gold", "empty"
"""The predictions that check a dataset: the reference patches, and none at all."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]
"""A name that is safe as that of a file."""


class Record(BaseModel):
    """A frozen record that crosses a border; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Environment(Record):
    """Where an instance's tests run, if not where our own toolchain would run them.

    `image`: a reference at the engine or a registry; `dockerfile`: the text of one; else the family's image with
    `install` commands (argument lists, with the network) on top. `test`: the command that runs the tests (words of
    an argument list), which writes `reports` of the format `report`; `script` is a whole evaluation script instead,
    whose output the named `log_parser` reads.
    """

    family: str = ""
    image: str = ""
    dockerfile: str = ""
    install: tuple[tuple[str, ...], ...] = ()
    test: tuple[str, ...] = ()
    report: ReportFormat = "junit"
    reports: tuple[str, ...] = ()
    script: str = ""
    log_parser: str = ""
    timeout: float = Field(default=1800.0, gt=0, le=7200)

    @property
    def named(self) -> bool:
        """Whether anything is said that the toolchain would not find by itself."""
        return self != Environment(timeout=self.timeout)


class Instance(Record):
    """One case. A model sees `repo`, `base_commit` and `problem_statement`, never the rest.

    `repo` is owner/name, an https address or a folder; of a task with files of its own (`folder`) it is its name.
    `hidden` are the files laid over a result before it is judged, `test_patch` the same as a diff. Ids in
    `fail_to_pass` and `pass_to_pass` may end in `*`: all that begin so.
    """

    instance_id: Name
    repo: str
    problem_statement: str
    base_commit: str = ""
    patch: str = ""
    test_patch: str = ""
    hidden: dict[str, bytes] = {}
    fail_to_pass: tuple[str, ...] = ()
    pass_to_pass: tuple[str, ...] = ()
    version: str = ""
    created_at: str = ""
    environment_setup_commit: str = ""
    eval_type: EvalType = "pass_and_fail"
    environment: Environment = Environment()
    language: str = ""
    kind: Kind = "bug"
    title: str = ""
    outcome: Outcome = "patch"
    forbidden: tuple[str, ...] = ()
    """Globs of paths that a patch must not touch, and `text:...` that no added line may hold."""
    folder: str = ""
    """Of a task with files of its own: where it lies."""
    transformation: str = ""
    """The target of a migration ("java-17"), which is judged by MigrationBench's minimal check."""
    tests_before: int = 0

    @property
    def digest(self) -> str:
        """A name of everything in it that decides a grade."""
        return digest(self.model_dump(mode="json", exclude={"problem_statement", "title", "folder", "created_at"}))


class Prediction(Record):
    """A patch for an instance; "" or None is an empty one. `outcome` is what a run of ours ended as."""

    instance_id: str
    model_name_or_path: str
    model_patch: str | None = None
    outcome: str = ""

    @field_validator("model_patch")
    @classmethod
    def _encodable(cls, patch: str | None) -> str | None:
        """Bytes that are no UTF-8 stand as surrogate escapes; what no bytes could be becomes U+FFFD (LLM-03)."""
        try:
            (patch or "").encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return valid(patch or "")
        return patch

    @property
    def empty(self) -> bool:
        """Whether nothing would be changed."""
        return not (self.model_patch or "").strip()


class BadLine(Record):
    """A line, file or task that could not be read: where, and why. It is counted apart."""

    where: str
    reason: str


class Dataset(Record):
    """The instances of one file or folder, in its order, and what could not be read of it."""

    name: str
    instances: tuple[Instance, ...]
    bad: tuple[BadLine, ...] = ()

    def only(self, names: tuple[str, ...]) -> "Dataset":
        """Those with one of these ids, all if none is named."""
        kept = tuple(one for one in self.instances if not names or one.instance_id in names)
        return self.model_copy(update={"instances": kept})


def digest(value: Any) -> str:
    """SHA-256 in hex of JSON, or of text."""
    import json

    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
