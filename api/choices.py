"""Which models a run is to use, kept with the run so that `approve` and `resume` go on with the same."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from patchwright.agent.store.ledger import own
from patchwright.agent.store.store import Store

ARTIFACT = "choices.json"


class Choices(BaseModel):
    """`recording` is a file of recorded answers, `config` a settings file; "" means none was named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    config: str = ""
    recording: str = ""
    no_model: bool = False


NOTHING_NAMED = Choices()


def chosen(config: Path | None, recording: Path | None, no_model: bool) -> Choices:
    """The options of a command; paths are made absolute, since a later command may run elsewhere."""
    return Choices(config=_absolute(config), recording=_absolute(recording), no_model=no_model)


def remember(store: Store, run_id: str, choices: Choices) -> None:
    """Keep them with the run."""
    with own(store, run_id) as ledger:
        ledger.artifact(ARTIFACT, choices.model_dump_json().encode())


def recall(store: Store, run_id: str) -> Choices:
    """What was chosen when the run was started."""
    data = store.artifact(run_id, ARTIFACT)
    return Choices.model_validate_json(data) if data else NOTHING_NAMED


def merged(old: Choices, new: Choices) -> Choices:
    """What a later command names goes before what the first one named."""
    return Choices(
        config=new.config or old.config,
        recording=new.recording or old.recording,
        no_model=new.no_model or (old.no_model and not new.recording),
    )


def _absolute(path: Path | None) -> str:
    return str(path.absolute()) if path else ""
