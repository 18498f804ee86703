"""What a person has written and not sent yet: kept on disk, so that no crash and no key loses it."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path


class Drafts:
    """Texts by run and purpose, one private file a run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, run_id: str, purpose: str) -> str:
        """The words, "" if there are none."""
        return self._read(run_id).get(purpose, "")

    def put(self, run_id: str, purpose: str, words: str) -> None:
        """Keep the words; "" forgets them."""
        kept = {**self._read(run_id), purpose: words}
        kept = {name: text for name, text in kept.items() if text}
        if kept:
            self._write(run_id, kept)
        else:
            self._path(run_id).unlink(missing_ok=True)

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.json"

    def _read(self, run_id: str) -> dict[str, str]:
        with suppress(OSError, ValueError):
            found = json.loads(self._path(run_id).read_text(encoding="utf-8"))
            if isinstance(found, dict):
                return {str(name): str(text) for name, text in found.items()}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
        return {}

    def _write(self, run_id: str, kept: dict[str, str]) -> None:
        """Whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        Path(name).replace(self._path(run_id))
