"""What a task with files of its own holds beside the instance: a base with one commit hash everywhere, wrong patches.

NAME/task.toml        read by `own`, with the ids of tests as our readers give them
NAME/issue.md         what the user wrote; the first line is the title
NAME/repo/            the files of the base commit
NAME/hidden/          test files laid over the result before it is graded; the agent never sees them
NAME/reference.patch  a right change; missing where no change is right
NAME/wrong/*.patch    plausible changes that have to be rejected
NAME/recording.jsonl  the answers of a model, for `--recording`
"""

from collections.abc import Mapping
from pathlib import Path

from patchwright.evals.instance import Instance
from patchwright.sandbox.git import Git

DATE = "2026-01-01T00:00:00+00:00"
WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "patchwright"), ("EMAIL", "patchwright@localhost"), ("DATE", DATE))
}
"""Who makes the base commit, and when: part of its hash."""


def base_files(task: Instance) -> dict[str, bytes]:
    """The files of the base commit by path."""
    return files(Path(task.folder) / "repo")


def wrong_patches(task: Instance) -> dict[str, str]:
    """The wrong patches by name."""
    found = sorted((Path(task.folder) / "wrong").glob("*.patch"))
    return {path.stem: path.read_text("utf-8") for path in found}


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their path in it; none if there is no such folder."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def make_repository(task: Instance, folder: Path) -> str:
    """Write the task's base into the new `folder` as a git checkout on branch main; the sha of its only commit."""
    write(folder, base_files(task))
    git = Git(git_dir=folder / ".git", work_tree=folder, extra=WHO)
    git("init", "-q", "--initial-branch=main")
    git("add", "--all", "--force")
    git("commit", "-q", "--no-verify", "--no-gpg-sign", "-m", f"{task.instance_id}: as published")
    return git("rev-parse", "HEAD").decode().strip()


def write(folder: Path, tree: Mapping[str, bytes]) -> None:
    """Write these files below the folder, with the folders that they need."""
    for name, data in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
