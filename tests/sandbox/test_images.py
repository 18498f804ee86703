"""The image families: names, recipes, where Debian comes from, one builder at a time."""

import hashlib
import io
import re
import ssl
import struct
import tarfile
import threading
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.sandbox import images
from patchwright.sandbox.builds import build, digest, engine, has_image
from patchwright.sandbox.debian import MIRROR, MIRROR_VARIABLE, mirror, sources
from patchwright.sandbox.errors import EngineUnavailable, ImageMissing
from patchwright.sandbox.locks import build_lock
from patchwright.sandbox.truststore import PASSWORD, jks
from tests.sandbox.engine_proxy import EngineProxy

DEB822 = "Types: deb\n# URIs: http://old.example/debian\nURIs: http://mirror.example/debian/\nSuites: bookworm\n"


def test_every_family_has_a_name_made_from_its_recipe() -> None:
    refs = {family: images.image_ref(family) for family in images.FAMILIES}
    assert set(refs) == {"python", "python-3.13", "java-17", "java-21", "node", "go", "rust", "c"}
    for family, ref in refs.items():
        assert ref == f"patchwright/{family}:{digest(images.dockerfile(family).encode())[:12]}"


def test_a_changed_base_changes_the_name_of_every_family_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {family: images.image_ref(family) for family in images.FAMILIES}
    monkeypatch.setattr(images, "BASE_PACKAGES", (*images.BASE_PACKAGES, "file"))
    assert all(images.image_ref(family) != ref for family, ref in before.items())


def test_an_unknown_family_is_refused_with_the_list_of_families() -> None:
    with pytest.raises(ImageMissing, match=r"no image family 'cobol'.*java-21"):
        images.image_ref("cobol", {"cobol": "evil/image"})


def test_the_operators_own_image_is_used_before_ours_sb_10() -> None:
    own = {"python": "registry.example/py@sha256:" + "0" * 64}
    assert images.image_ref("python", own) == own["python"]
    assert images.image_ref("node", own) == images.image_ref("node")


def test_the_mirror_is_the_operators_then_the_hosts_then_the_default() -> None:
    assert mirror({MIRROR_VARIABLE: "http://own.example/debian/"}, [DEB822]) == "http://own.example/debian"
    assert mirror({}, [DEB822]) == "http://mirror.example/debian"
    assert mirror({}, ["deb [arch=amd64] http://one.example/debian bookworm main"]) == "http://one.example/debian"
    assert mirror({}, ["deb http://archive.example/ubuntu noble main"]) == MIRROR
    assert mirror({}, []) == MIRROR


def test_a_password_in_the_hosts_source_list_is_not_taken_over_sec_02() -> None:
    assert mirror({}, ["deb http://me:secret@one.example/debian bookworm main"]) == MIRROR


@given(st.lists(st.text()))
def test_any_source_list_gives_a_plain_address(texts: list[str]) -> None:
    assert re.fullmatch(r"http://\S+/debian", mirror({}, texts))


def test_an_image_takes_security_fixes_from_beside_the_mirror() -> None:
    assert "deb http://m.example/debian-security trixie-security main" in sources("trixie", "http://m.example/debian")
    assert "security" not in sources("trixie", "http://m.example/snapshot")


def test_without_an_engine_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with pytest.raises(EngineUnavailable, match=r"apt-get install docker\.io"):
        images.is_present("python")


@pytest.mark.docker
def test_an_engine_that_fails_or_goes_away_in_the_middle_is_said_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """REL-06: no call of the image and dependency steps ends in a stranger's exception."""
    with EngineProxy() as proxy:
        monkeypatch.setenv("DOCKER_HOST", proxy.address)
        with (
            pytest.raises(EngineUnavailable, match="The container engine failed: invalid reference"),
            engine() as client,
        ):
            client.containers.create("not/A/valid:name", "true")
        with pytest.raises(EngineUnavailable, match="No Docker engine answers"), engine() as client:
            proxy.stop()
            client.images.list()


def test_a_second_builder_waits_for_the_first_and_says_so() -> None:
    said: list[str] = []
    order: list[str] = []

    def second() -> None:
        with build_lock("test of locks", said.append):
            order.append("second")

    thread = threading.Thread(target=second)
    with build_lock("test of locks"):
        thread.start()
        thread.join(0.4)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]
    assert said == ["Waiting for another process that is building test of locks ..."]


def test_a_builder_does_not_wait_for_ever() -> None:
    with (
        build_lock("test of waiting"),
        pytest.raises(ImageMissing, match="too long"),
        build_lock("test of waiting", seconds=0),
    ):
        pass


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=4))
def test_a_trust_store_holds_each_certificate_and_its_own_seal(certificates: list[bytes]) -> None:
    bundle = "# a comment\n".join(ssl.DER_cert_to_PEM_cert(der) for der in certificates).encode()
    store = jks(bundle)
    assert struct.unpack(">III", store[:12]) == (0xFEEDFEED, 2, len(certificates))
    assert all(der in store for der in certificates)
    seal = hashlib.sha1(PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + store[:-20]).digest()
    assert store[-20:] == seal


def test_a_repositorys_own_image_needs_the_operators_word_sb_10() -> None:
    with pytest.raises(ImageMissing, match="allow_repository_images"):
        images.build_repository_image(io.BytesIO(), "Dockerfile", "patchwright/test:no", allowed=False)


@pytest.fixture
def scratch() -> Generator[str]:
    ref = "patchwright/test-image:1"
    yield ref
    with engine() as client:
        if has_image(client, ref):
            client.images.remove(ref, force=True)


def _python(script: str) -> str:
    """Run in the python image as a sandbox does: no network, read-only, without rights."""
    ref = images.ensure_image("python")
    with engine() as client:
        output = client.containers.run(
            ref,
            ["python3", "-c", script],
            user="65532:65532",
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            tmpfs={"/tmp": "mode=1777"},
            remove=True,
        )
    return output.decode()


@pytest.mark.docker
def test_the_python_image_holds_what_the_supervisor_and_the_checks_need() -> None:
    script = """
import ctypes, os, pwd, shutil, sqlite3, ssl, subprocess, sys, venv
import ensurepip
assert sys.version_info >= (3, 11)
assert all(map(shutil.which, ("git", "tar", "ps", "pip", "gcc"))), "a program is missing"
me = pwd.getpwuid(os.getuid())
assert (me.pw_uid, me.pw_gid, me.pw_dir, me.pw_shell) == (65532, 65532, "/opt/deps/home", "/usr/sbin/nologin"), me
assert os.stat("/opt/deps").st_uid == 65532
os.chdir("/tmp")
open("test_one.py", "w").write("def test_one(): pass\\n")
subprocess.run([sys.executable, "-m", "pytest", "-q", "--timeout=60", "--junitxml=report.xml"], check=True)
assert "<testcase" in open("report.xml").read()
print("complete")
"""
    assert "complete" in _python(script)


@pytest.mark.docker
def test_an_image_that_is_there_is_not_built_again() -> None:
    images.ensure_image("python")
    said: list[str] = []
    images.ensure_image("python", say=said.append)
    assert said == []
    assert images.is_present("python")


@pytest.mark.docker
def test_an_operators_image_that_does_not_exist_is_named_in_the_error() -> None:
    own = {"python": "localhost:9/no/such@sha256:" + "0" * 64}
    with pytest.raises(ImageMissing, match="localhost:9/no/such"):
        images.ensure_image("python", overrides=own)


@pytest.mark.docker
def test_a_build_that_fails_says_what_it_printed(scratch: str) -> None:
    recipe = f"FROM {images.ensure_image('python')}\nRUN echo the reason; exit 3\n"
    with engine() as client, pytest.raises(ImageMissing, match=r"(?s)returned a non-zero code: 3.*the reason"):
        build(client, scratch, recipe)


@pytest.mark.docker
def test_a_repositorys_own_image_is_built_when_the_operator_allows_it_sb_10(scratch: str) -> None:
    recipe = f"FROM {images.ensure_image('python')}\nCOPY note /note\n".encode()
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        for name, content in {"docker/Dockerfile": recipe, "note": b"hello\n"}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    context.seek(0)
    assert images.build_repository_image(context, "docker/Dockerfile", scratch, allowed=True) == scratch
    with engine() as client:
        assert client.containers.run(scratch, ["cat", "/note"], network_mode="none", remove=True) == b"hello\n"
