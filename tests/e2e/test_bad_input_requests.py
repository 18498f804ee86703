"""Requests that cannot become a run: one clear message, exit 2 (4 for a store that cannot be used), and no run."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.bad_input_helpers import SUM, Door, Said, door, repository


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("requests")
    repository(folder / "fine", SUM)
    repository(folder / "dirty", SUM)
    (folder / "dirty" / "new.txt").write_text("x")
    (folder / "folder").mkdir()
    (folder / "empty" / ".git").mkdir(parents=True)
    (folder / "empty" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    for name in ("objects", "refs"):
        (folder / "empty" / ".git" / name).mkdir()
    (folder / "bad.toml").write_text("shell = true\n")
    return folder


REFUSED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "a folder that is no repository": (("folder", "x"), ("is not a git repository", "git init")),
    "an empty repository": (("empty", "x"), ("has no commit yet", "git commit")),
    "an unknown revision": (("fine", "x", "--revision", "nope"), ("no revision 'nope'", "branches are: main")),
    "a revision like an option": (("fine", "x", "--revision=--upload-pack=touch"), ("no revision", "branch, tag")),
    "uncommitted changes": (("dirty", "x"), ("uncommitted changes (untracked: new.txt)", "--include-dirty")),
    "an empty issue": (("fine", " \n "), ("The issue is empty", "Say in a sentence")),
    "an issue that nobody can see": (("fine", "<!-- do it --> \u200b\u202e"), ("The issue is empty",)),
    "an issue file that is not there": (("fine", "@nonesuch"), ("nonesuch cannot be read", "standard input")),
    "a recording that is not there": (("fine", "x", "--recording", "none"), ("none cannot be read", "another file")),
    "a setting that there is not": (("fine", "x", "--config", "bad.toml"), ("no setting shell", "Known here: budget")),
}


@pytest.fixture(scope="module")
def at(place: Path) -> Door:
    return door(place, cwd=place)


@pytest.fixture(scope="module")
def answers(at: Door) -> dict[str, Said]:
    """What each command said; two at a time, since most of it is the start of a process."""

    def ask(arguments: tuple[str, ...]) -> Said:
        return at("plan", *arguments)

    with ThreadPoolExecutor(2) as pool:
        said = pool.map(ask, [arguments for arguments, _ in REFUSED.values()])
        return dict(zip(REFUSED, said, strict=True))


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_that_cannot_be_a_run_is_refused_in_one_line(case: str, answers: dict[str, Said], at: Door) -> None:
    said = answers[case]
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("patchwright: ")
    assert said.err.count("\n") == 1
    assert all(word in said.err for word in REFUSED[case][1]), said.err
    assert not at.store.runs()


def test_a_store_that_is_none_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    at = door(tmp_path)
    at.state.mkdir()
    garbage = bytes(range(256)) * 40
    (at.state / "patchwright.db").write_bytes(garbage)
    said = at("list")
    assert said.code == 4
    assert "is damaged, or none of patchwright's" in said.err
    assert "PATCHWRIGHT_STATE" in said.err
    assert (at.state / "patchwright.db").read_bytes() == garbage


def test_a_run_that_is_not_there_is_said(tmp_path: Path) -> None:
    said = door(tmp_path)("approve", "0123abcd", "--revision", "1")
    assert said.code == 2
    assert "No run begins with '0123abcd'. `patchwright list` shows all." in said.message
