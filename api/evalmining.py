"""`eval mine` and `eval models`: a repository's own bug fixes as a dataset, and which endpoint does best on them."""

import json
from dataclasses import replace
from pathlib import Path

from patchwright.agent.errors import UsageError
from patchwright.api import exits
from patchwright.api.evaldoor import Asked, court
from patchwright.api.evalrunning import Wanted, run
from patchwright.api.place import open_place
from patchwright.evals.markdown import models_markdown
from patchwright.evals.mining import mine as mined
from patchwright.evals.mining import row_of
from patchwright.evals.rows import read_rows
from patchwright.evals.summary import ranked, summarize

MINED = "mined.jsonl"


def mine(
    repository: str, to: Path, count: int, revision: str, mirror: Path | None, config: Path | None, *, as_json: bool
) -> int:
    """0 if at least one instance was found; the file grows line by line, so that Ctrl-C keeps what was found."""
    place = open_place(as_json=as_json, config=str(config or ""))
    at = court(place, Asked(repository, (), to.parent, 1, mirror, False, config, as_json))
    name = str(Path(repository).absolute()) if Path(repository).is_dir() else repository
    found: list[str] = []
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("w", encoding="utf-8") as file:
        for instance in mined(name, at, count, place.screen.say, revision=revision):
            file.write(json.dumps(row_of(instance)) + "\n")
            file.flush()
            found.append(instance.instance_id)
    if as_json:
        place.screen.data({"dataset": str(to), "instances": found})
    else:
        place.screen.show(place.screen.text(f"{len(found)} instances in {to}.", "bold"))
    return exits.VERIFIED if found else exits.UNVERIFIED


def models(asked: Asked, wanted: Wanted, count: int) -> int:
    """As `eval run`; the table names the configurations from the best to the worst."""
    dataset = asked.dataset
    if not dataset.endswith((".jsonl", ".json", ".parquet")):
        dataset = str(asked.into / MINED)
        missing = not Path(dataset).exists()
        if missing and mine(asked.dataset, Path(dataset), count, "HEAD", asked.mirror, None, as_json=False):
            raise UsageError(f"No bug fix of {asked.dataset} can serve as an instance: name a dataset instead.")
    code = run(replace(asked, dataset=dataset), wanted)
    rows, _ = read_rows([asked.into])
    order = ranked(summarize(rows))
    if not asked.as_json:
        open_place().screen.plain(models_markdown(order))
    return code
