"""Private layers above frozen trees: what they keep, who cannot pass their limits, what is left of them (SB-02)."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from patchwright.sandbox.base import Limits, Sandbox, Size, Spec
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.errors import LayerRefused, SandboxDied
from patchwright.sandbox.files import changed_paths, take_manifest
from patchwright.sandbox.fill import change
from patchwright.sandbox.layers import check_layer, choose
from patchwright.sandbox.local import LocalSandboxes
from patchwright.sandbox.reaper import reap
from patchwright.sandbox.source import open_source
from tests.sandbox.places import INSTANCE, RUN, SMALL, Content, Link, MadeTree, Script, docker_sandboxes, spec
from tests.sandbox.repositories import git, odd, write

ODD = "odd\udcff\n 'name\".txt"
BASE = MadeTree({"a/b.txt": b"hi\r\n", "a/c": b"c", "run.sh": Script(b"#!/bin/sh\n"), "out": Link("/etc"), ODD: b"odd"})
LISTING = r"""find . -type d -printf "d %m %P\0" -o -printf "%y %m %P %l\0"; find . -type f -exec sha1sum -z {} +"""
LIMITS = replace(SMALL, workspace_mb=4, workspace_inodes=300)


@pytest.fixture
def layered() -> DockerSandboxes:
    return docker_sandboxes("layer")


@pytest.fixture
def sandbox(layered: DockerSandboxes) -> Iterator[Sandbox]:
    with layered.open(spec(limits=LIMITS), BASE) as opened:
        yield opened


def sh(sandbox: Sandbox, script: str, timeout: float = 20.0) -> str:
    return sandbox.run(["sh", "-c", script], timeout=timeout).text


def layers(client: Any) -> list[str]:
    found = client.volumes(filters={"label": ["patchwright.layer-of", f"patchwright.instance={INSTANCE}"]})["Volumes"]
    return sorted(one["Name"] for one in found or ())


def gone_soon(client: Any) -> bool:
    until = time.monotonic() + 5
    while layers(client) and time.monotonic() < until:
        time.sleep(0.1)
    return not layers(client)


def test_a_tree_is_layered_where_a_copy_would_crowd_the_workspace_or_a_frozen_one_is_there_and_worth_it() -> None:
    limits = Limits(workspace_mb=100, workspace_inodes=1000)
    large, many = Size(51 << 20, 10), Size(1 << 20, 501)
    middle, small = Size(40 << 20, 10), Size(31 << 20, 10)
    assert [choose(one, limits, False) for one in (large, many, middle, small)] == [
        "layer",
        "layer",
        "copy",
        "copy",
    ]
    assert [choose(one, limits, True) for one in (large, many, middle, small)] == [
        "layer",
        "layer",
        "layer",
        "copy",
    ]


def test_a_disk_that_commands_could_fill_before_their_limit_carries_no_layer() -> None:
    """RES-03"""
    limits = Limits(workspace_mb=100, workspace_inodes=1000)
    check_layer(None, limits)
    check_layer(f"65532 0 {200 << 20} 2000", limits)
    for room in (f"{199 << 20} 2000", f"{200 << 20} 1999"):
        with pytest.raises(LayerRefused, match="disk has only"):
            check_layer(f"65532 0 {room}", limits)


def test_an_image_whose_workspace_is_not_an_empty_folder_of_the_sandbox_user_carries_no_layer() -> None:
    for told in ("0 0", "65532 3"):
        with pytest.raises(LayerRefused, match="no empty folder of the sandbox user"):
            check_layer(f"{told} {1 << 40} {1 << 40}", Limits())


def changed_in_every_way(folder: Path) -> None:
    """From the odd repository: kinds that change into each other, folders that go, bytes in names, a submodule gone."""
    shutil.rmtree(folder / "long")
    (folder / "plain.txt").unlink()
    write(folder, {"plain.txt/now/a/folder": b"x", "long": b"now a file", os.fsdecode(b"caf\xe9.txt"): b"other"})
    for name in (os.fsdecode(b"\xff\xfe/\x80"), "link", "up", "run.sh", "dangling"):
        (folder / name).unlink()
    write(folder, {"link": b"now a file", "run.sh": b"#!/bin/sh\n", "vendor/file": b"beside"})
    (folder / "dangling").symlink_to("elsewhere")
    (folder / "empty").chmod(0o755)
    git(folder, "add", "-A")
    git(folder, "update-index", "--force-remove", "vendor/sub")
    git(folder, "commit", "-q", "-m", "changed")


def test_the_changes_upon_a_base_make_exactly_the_tree_also_back_again(tmp_path: Path) -> None:
    """FS-04: what a layer shows is what a copy shows."""
    folder = tmp_path / "odd"
    first = odd(folder)
    changed_in_every_way(folder)
    repository, second = open_source(str(folder), cache=tmp_path / "cache")
    sandboxes, plain = LocalSandboxes(), Spec("", RUN, "executing")
    for base, commit in ((first, second), (second, first)):
        tree = repository.tree(commit, base)
        assert tree.base is not None and tree.base.key == base
        with sandboxes.open(plain, repository.tree(commit)) as copied, sandboxes.open(plain, tree.base) as layered:
            change(layered, tree.changes(), SMALL)
            shown = [
                sorted(one.run(["sh", "-c", LISTING], timeout=30).output.split(b"\0")) for one in (copied, layered)
            ]
        assert shown[0] == shown[1] and len(shown[0]) > 50
    assert repository.tree(first, first).base is None
    repository.close()


@pytest.mark.docker
class TestInContainers:
    def test_what_one_run_writes_no_other_sees_and_the_frozen_tree_stays(self, layered: DockerSandboxes) -> None:
        """SB-12"""
        for _ in range(2):
            with layered.open(spec(limits=LIMITS), BASE) as sandbox:
                assert sh(sandbox, "cat a/b.txt; ls -A | wc -l; ls -A a") == "hi\r\n5\nb.txt\nc\n"
                sh(sandbox, "rm -r a; echo new >a; echo more >>run.sh; ln -sfn x out; mkdir made; mv odd* made/odd")
                tries = "for d in /mnt /media; do touch $d/x; rm -f $d/run.sh; echo x >$d/run.sh; chmod 777 $d; done; cat /mnt/a/b.txt"
                assert sh(sandbox, tries).endswith("hi\r\n")

    def test_the_tree_belongs_to_the_sandbox_user_and_all_its_entries_can_be_changed(self, sandbox: Sandbox) -> None:
        """SB-03"""
        assert sh(sandbox, "find . ! -user 65532 -o ! -group 65532") == ""
        assert sh(sandbox, "git init -q && git add -A && git ls-files | wc -l && rm -r .git && chmod 700 .") == "5\n"
        before = take_manifest(sandbox)
        done = sh(
            sandbox, "chmod +x a/c && mv a z && rm z/b.txt && touch -d @1 run.sh && mv run.sh r && rm out && echo ok"
        )
        assert done == "ok\n"
        assert changed_paths(sandbox, before) == ["a/b.txt", "a/c", "out", "r", "run.sh", "z/c"]

    def test_a_link_that_points_out_leads_to_the_sandbox_own_files(self, sandbox: Sandbox) -> None:
        assert "Read-only file system" in sh(sandbox, "echo x > out/new 2>&1; ls out/passwd")

    def test_a_changed_tree_is_made_of_its_base_without_a_volume_of_its_own(self, layered: DockerSandboxes) -> None:
        changed: dict[str, Content] = {
            "a": b"file now",
            "run.sh": b"plain now",
            "out/new": b"1",
            ODD: b"other",
            "n/m": Script(b"x"),
        }
        tree = MadeTree(changed, base=BASE)
        with layered.open(spec(limits=LIMITS), tree) as sandbox:
            listing = sandbox.run(["find", ".", "-mindepth", "1", "-printf", "%y %m %P\\0"], timeout=5).output
        odd = b"f 644 " + ODD.encode("utf-8", "surrogateescape")
        wanted = {b"f 644 a", b"f 644 run.sh", b"d 755 out", b"f 644 out/new", odd, b"d 755 n", b"f 755 n/m"}
        assert set(listing.split(b"\0")[:-1]) == wanted

    @pytest.mark.parametrize(
        ("flood", "why"),
        [
            ("head -c 9000000 /dev/zero >full", "more than 4 MB"),
            ("for n in $(seq 20); do head -c 500000 /dev/zero >f$n; done", "more than 4 MB"),
            ("for n in $(seq 400); do : >f$n; done", "more than 300 entries"),
            ("exec 3>f; rm f; head -c 9000000 /dev/zero >&3", "more than 4 MB"),
            ("mkdir d; head -c 9000000 /dev/zero >d/f; while :; do mv d e; mv e d; done", "more than 4 MB"),
            ("mkdir d; head -c 9000000 /dev/zero >d/f; chmod 0 d", "cannot be measured"),
        ],
    )
    def test_whoever_fills_the_layer_ends_with_the_reason(self, sandbox: Sandbox, flood: str, why: str) -> None:
        """RES-03: bytes, entries, deleted files, folders that are moved on or shut."""
        with pytest.raises(SandboxDied, match=f"What commands wrote was stopped: .*{why}"):
            sandbox.run(["sh", "-c", f"{flood}; sleep 30"], timeout=30)

    def test_work_within_the_limits_goes_on_also_with_folders_that_come_and_go(self, sandbox: Sandbox) -> None:
        work = "end=$(($(date +%s)+2)); while [ $(date +%s) -lt $end ]; do mkdir -p x/y; echo 1 >x/y/z; mv x w; rm -r w; done; echo ok"
        assert sh(sandbox, work) == "ok\n"

    def test_nothing_of_a_layer_is_left_when_its_sandbox_ends(self, layered: DockerSandboxes) -> None:
        with layered.open(spec(limits=LIMITS), BASE):
            assert len(layers(layered.client())) >= 3
        assert gone_soon(layered.client())

    def test_the_layer_of_a_dead_run_is_removed_by_the_reaper_and_that_of_a_live_one_stays(
        self, sandbox: Sandbox
    ) -> None:
        """REL-03"""
        client = docker_sandboxes().client()
        reap(client, INSTANCE, lambda run: True)
        assert sandbox.run(["ls"], timeout=5).ok and len(layers(client)) >= 3
        reap(client, INSTANCE, lambda run: run != RUN)
        assert gone_soon(client)

    def test_an_engine_that_mounts_no_layers_gets_a_copy_and_says_so_once_it_matters(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("patchwright.sandbox.layers.MODE", "no_such_option=1")
        own = DockerSandboxes(INSTANCE, choose=lambda size, limits, warm: "layer")
        for _ in range(2):
            with own.open(spec(limits=LIMITS), BASE) as sandbox:
                assert sh(sandbox, "cat a/b.txt; touch new; stat -f -c %T .") == "hi\r\ntmpfs\n"
                assert "mounts no layers" in sandbox.notice and "copied into memory instead" in sandbox.notice
        assert gone_soon(own.client())
