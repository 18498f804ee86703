"""Clones over https, from a real server on the loopback."""

from collections.abc import Generator
from pathlib import Path

import pytest

from patchwright.sandbox.errors import SourceRefused
from patchwright.sandbox.source import open_source
from tests.sandbox.https_server import serving
from tests.sandbox.repositories import git, make


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, str]]:
    """The host's address and the commit that its repository `name.git` is at."""
    folder = tmp_path_factory.mktemp("host")
    sha = make(folder / "work", {"a.txt": b"one\n"})
    git(folder, "clone", "-q", "--bare", "work", "name.git")
    with serving(folder) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_SSL_CAINFO", str(folder / "cert.pem"))
        yield address, sha


def test_a_repository_is_cloned_over_https(host: tuple[str, str], tmp_path: Path) -> None:
    address, sha = host
    repository, commit = open_source(f"{address}/name.git", cache=tmp_path)
    assert commit == sha
    assert repository.tree(commit).read("a.txt") == b"one\n"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("private/name.git", "If it is private, clone it with your own git, whose credential helper"),
        ("none.git", "If it is private"),
        ("moved/name.git", "cannot be read: fatal: unable to"),
    ],
)
def test_what_is_private_gone_or_moved_elsewhere_is_said(
    host: tuple[str, str], tmp_path: Path, path: str, words: str
) -> None:
    """NET-02: a redirect to another origin is not followed. SEC-02: no one is asked to type a token."""
    with pytest.raises(SourceRefused, match=words) as caught:
        open_source(f"{host[0]}/{path}", cache=tmp_path)
    assert ".." not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value) or "redirect" in str(caught.value)


def test_a_host_that_is_not_there_or_not_trusted_is_no_question_of_credentials(
    host: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_SSL_CAINFO")
    for address in (host[0], "https://localhost:1"):
        with pytest.raises(SourceRefused, match="Check the address, the network and") as caught:
            open_source(f"{address}/name.git", cache=tmp_path)
        assert "credential" not in str(caught.value)
