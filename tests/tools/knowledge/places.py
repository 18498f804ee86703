"""A clone like a run's, made of the given files, and its index."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from patchwright.sandbox.repository import CommitTree, Repository
from patchwright.tools.knowledge.index import index_path
from patchwright.tools.knowledge.known import Known, known
from tests.sandbox.repositories import make


@dataclass(frozen=True)
class Clone:
    """A repository, one of its commits, and the index beside it."""

    repository: Repository
    commit: str

    @property
    def tree(self) -> CommitTree:
        return self.repository.tree(self.commit)

    @property
    def index(self) -> Path:
        return index_path(self.repository.git_dir)

    def known(self) -> AbstractContextManager[Known]:
        return known(self.index, self.tree, 20.0)

    def changed(self, files: Mapping[str, bytes | None]) -> "Clone":
        """The same with some files changed, upon it."""
        return Clone(self.repository, self.repository.commit(self.commit, files, message="m", trailers={}))


def clone(folder: Path, files: Mapping[str, bytes]) -> Clone:
    """A repository in `folder`; its own git folder serves as the bare clone."""
    sha = make(folder / "source", files)
    return Clone(Repository(folder / "source" / ".git"), sha)
