"""The repository's own image: only where the operator allows it (SB-10)."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from patchwright.agent.config import Settings
from patchwright.agent.deps import ImageWanted
from patchwright.api.imaging import dockerfile_of, prepare_image
from patchwright.sandbox.images import ensure_image
from patchwright.sandbox.source import open_source
from patchwright.tools.toolchain import detect
from tests.sandbox.repositories import make


class Tree:
    """Files in memory."""

    key = "k"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def paths(self) -> list[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes:
        return self.files[path]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a.py": b""}, ""),
        ({"Dockerfile": b""}, "Dockerfile"),
        ({".devcontainer/Dockerfile": b"", "Dockerfile": b""}, ".devcontainer/Dockerfile"),
        (
            {".devcontainer/devcontainer.json": b'// c\n{"build": {"dockerfile": "dev.Dockerfile"}}', "Dockerfile": b"",
             ".devcontainer/dev.Dockerfile": b""},
            ".devcontainer/dev.Dockerfile",
        ),
        ({".devcontainer/devcontainer.json": b'{"build": {"dockerfile": "../../etc/passwd"}}'}, ""),
        ({".devcontainer/devcontainer.json": b"\xff[[["}, ""),
        ({".devcontainer/devcontainer.json": b'{"build": 5}', "Dockerfile": b""}, "Dockerfile"),
    ],
)  # fmt: skip
def test_the_dockerfile_is_found(files: dict[str, bytes], found: str) -> None:
    assert dockerfile_of(Tree(files)) == found


@pytest.mark.docker
def test_the_repositorys_image_is_built_only_when_the_operator_allows_it(tmp_path: Path) -> None:
    """SB-10."""
    base = ensure_image("python")
    files = {"Dockerfile": f"FROM {base}\nENV FROM_REPOSITORY=1\n".encode(), "a.py": b"A = 1\n"}
    folder = tmp_path / "repository"
    make(folder, files)
    repository, commit = open_source(str(folder), cache=tmp_path / "cache")
    tree = repository.tree(commit)
    wanted = ImageWanted(detect(tree), "docker", str(folder), tree)
    said: list[str] = []

    assert prepare_image(Settings(state=tmp_path), wanted, said.append) == base
    allowed = Settings.model_validate({"state": tmp_path, "sandbox": {"allow_repository_images": (str(folder),)}})
    assert prepare_image(allowed, wanted, said.append).startswith("patchwright/repository:")
    assert any("without secrets" in line for line in said)
    repository.close()
