"""The dependency layer: installed once per content, with a network but without rights or secrets."""

import io
import json
import pickle
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Generator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.sandbox.builds import engine, has_image
from patchwright.sandbox.dependencies import (
    LAYER,
    DependencyStep,
    dependency_ref,
    ensure_dependencies,
    host_certificates,
    remove_abandoned,
)
from patchwright.sandbox.errors import SourceRefused
from patchwright.sandbox.images import ensure_image
from patchwright.sandbox.installs import LIMITS, DependencyFailure

if TYPE_CHECKING:
    from docker import DockerClient

SECRET = "s3cret-of-the-operator"


def _wheel() -> bytes:
    """A wheel of one module, so that pip has something to install without an index."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("tiny.py", "WORD = 'installed'\n")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    return buffer.getvalue()


def _step(*commands: str, files: Mapping[str, bytes] | None = None) -> DependencyStep:
    return DependencyStep("python", files or {}, tuple(("sh", "-c", command) for command in commands))


@pytest.fixture(scope="module")
def python() -> str:
    return ensure_image("python")


@pytest.fixture
def made() -> Generator[list[str]]:
    """References of images that the test makes; removed when it ends."""
    refs: list[str] = []
    yield refs
    with engine() as client:
        for ref in set(refs):
            client.images.remove(ref, force=True)


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patchwright.sandbox.installs.LOOK_SECONDS", 0.3)


def _inside(ref: str, script: str) -> str:
    with engine() as client:
        output = client.containers.run(
            ref, ["sh", "-c", script], user="65532:65532", network_mode="none", read_only=True, remove=True
        )
    return output.decode()


def _records(ref: str) -> str:
    """Everything that the engine tells about an image and its layers."""
    with engine() as client:
        image = client.images.get(ref)
        return json.dumps([image.attrs, image.history()])


@given(
    st.dictionaries(st.text(max_size=8), st.binary(max_size=8), max_size=3),
    st.dictionaries(st.text(max_size=8), st.binary(max_size=8), max_size=3),
)
def test_a_layer_has_one_name_for_one_content(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    first, second = (dependency_ref(_step("true", files=files), "sha256:base") for files in (one, other))
    assert (first == second) == (one == other)


def test_another_base_or_command_gives_another_layer() -> None:
    refs = {
        dependency_ref(_step("true"), "sha256:one"),
        dependency_ref(_step("true"), "sha256:two"),
        dependency_ref(_step("true", "true"), "sha256:one"),
        dependency_ref(replace(_step("true"), commands=(("sh", "-c", "true", "x"),)), "sha256:one"),
    }
    assert len(refs) == 4


def test_a_step_without_commands_is_the_base_itself() -> None:
    assert ensure_dependencies(_step(), "any/base:1") == "any/base:1"


def test_the_hosts_certificates_are_those_that_its_programs_use(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(b"certificates")
    assert host_certificates({"SSL_CERT_FILE": str(bundle)}) == b"certificates"


@pytest.mark.docker
def test_manifests_become_an_image_that_works_without_a_network(python: str, made: list[str]) -> None:
    install = "pip install -q --no-index --find-links wheels --target /opt/deps/lib -r requirements.txt; ls /workspace > /opt/deps/seen"
    files = {"requirements.txt": b"tiny==1.0\n", "wheels/tiny-1.0-py3-none-any.whl": _wheel()}
    step = _step(install, "rm -r /workspace/wheels; touch /workspace/left /var/tmp/left", files=files)
    made.append(ensure_dependencies(step, python))

    word = "PYTHONPATH=/opt/deps/lib python3 -c 'import tiny; print(tiny.WORD)'; cat /opt/deps/seen"
    owners = "ls -A /workspace /var/tmp; stat -c %u:%g /opt/deps /opt/deps/lib/tiny.py"
    assert _inside(made[0], f"{word}; {owners}").split() == [
        *("installed", "requirements.txt", "wheels", "/var/tmp:", "/workspace:", "65532:65532", "65532:65532")
    ]

    started = time.monotonic()
    said: list[str] = []
    assert ensure_dependencies(step, python, say=said.append) == made[0]
    assert said == []
    assert time.monotonic() - started < 1


@pytest.mark.docker
def test_the_step_runs_without_rights_and_its_secrets_stay_out_of_the_image_sec_01(
    python: str, made: list[str]
) -> None:
    script = "grep -E '^(Cap(Eff|Prm|Bnd)|NoNewPrivs|Uid)' /proc/self/status; printf %s \"$INDEX\" | wc -c"
    step = _step(f'({script}) > /opt/deps/facts; echo "$HOME" > $HOME/home')
    made.append(ensure_dependencies(step, python, env={"INDEX": SECRET}))

    facts = _inside(made[0], "cat /opt/deps/facts /opt/deps/home/home").split()
    assert facts == [
        *("Uid:", *["65532"] * 4),
        *(
            "CapPrm:",
            "0" * 16,
            "CapEff:",
            "0" * 16,
            "CapBnd:",
            "0" * 16,
            "NoNewPrivs:",
            "1",
            str(len(SECRET)),
            "/opt/deps/home",
        ),
    ]
    assert SECRET not in _records(made[0])
    with engine() as client:
        assert not has_image(client, made[0].replace("/deps:", "/scratch:"))


@pytest.mark.docker
def test_a_command_that_fails_is_told_with_its_status_and_last_words(python: str) -> None:
    with pytest.raises(DependencyFailure, match="echo no such package") as caught:
        ensure_dependencies(_step("true", "echo no such package >&2; exit 7"), python)
    failure = caught.value
    assert (failure.exit_code, failure.output, failure.reason) == (7, "no such package\n", "")


@pytest.mark.docker
def test_a_command_that_hangs_is_ended_and_leaves_nothing_res_05(python: str, quick_looks: None) -> None:
    with pytest.raises(DependencyFailure, match="was not done after 1 s"):
        ensure_dependencies(_step("trap '' TERM; sleep 100.25"), python, limits=replace(LIMITS, seconds=1))
    with engine() as client:
        left = client.containers.list(all=True, filters={"label": "patchwright.phase=dependencies"})
        assert not [one for one in left if "sleep 100.25" in str(one.attrs["Config"]["Cmd"])]


@pytest.mark.docker
def test_a_command_that_fills_the_disk_is_ended_res_03(python: str, quick_looks: None) -> None:
    step = _step("head -c 60M /dev/zero > /opt/deps/zero; sleep 100")
    with pytest.raises(DependencyFailure, match="wrote more than 20 MB"):
        ensure_dependencies(step, python, limits=replace(LIMITS, workspace_mb=20))


@pytest.mark.docker
def test_two_at_once_install_once(python: str, made: list[str]) -> None:
    said: list[str] = []
    step = _step("sleep 1; touch /opt/deps/done")
    threads = [
        threading.Thread(target=lambda: made.append(ensure_dependencies(step, python, say=said.append)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert len([line for line in said if line.startswith("Installing dependencies")]) == 1


@pytest.mark.docker
@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b", "new\nline"])
def test_a_manifest_outside_the_repository_is_refused(python: str, path: str) -> None:
    with pytest.raises(SourceRefused, match="not a plain path"):
        ensure_dependencies(_step("true", files={path: b""}), python)


@pytest.mark.docker
def test_what_a_killed_process_left_is_found_and_removed_rel_03(python: str) -> None:
    step = _step("sleep 100.5")
    script = "import sys, pickle; from patchwright.sandbox.dependencies import ensure_dependencies as e; e(*pickle.load(sys.stdin.buffer))"
    with engine() as client, subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(pickle.dumps((step, python)))
        process.stdin.close()
        mine = partial(client.containers.list, filters={"label": f"{LAYER}={_ref(client, step, python)}"})
        while not mine():
            assert process.poll() is None
            time.sleep(0.1)
        remove_abandoned(client)
        assert mine(), "its builder lives"
        process.kill()
        process.wait()
        remove_abandoned(client)
        assert not mine()
        assert not has_image(client, _ref(client, step, python).replace("/deps:", "/scratch:"))


def _ref(client: "DockerClient", step: DependencyStep, base: str) -> str:
    return dependency_ref(step, str(client.images.get(base).id))
