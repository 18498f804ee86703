"""Source archives come from the user's index as data, or not at all (SB-01, SEC-02, RES-08)."""

import base64
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from patchwright.evals import sdist
from patchwright.evals.sdist import SdistRefused, fetch_sdist, pip_settings

Entry = tuple[str, bytes | tarfile.TarInfo]


def archive(*entries: Entry) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in entries:
            info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data) if isinstance(data, bytes) else 0
            tar.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
    return out.getvalue()


GOOD = archive(("Demo-1.0/setup.py", b"raise SystemExit('ran')\n"), ("Demo-1.0/demo/a.py", b"x = 1\r\n"))


class Index:
    """A package index on the loopback that serves pages by path and remembers what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.asked.append((self.path, self.headers.get("Authorization", "")))
                status, body = index.pages.get(self.path, (404, b"no"))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/simple"

    def serve(self, data: bytes, *, as_json: bool = False, name: str = "Demo-1.0.tar.gz") -> str:
        """Offer one archive; returns its SHA-256."""
        links = f'<html><a href="../other/x">Demo-0.9.tar.gz</a> <a href="../../files/{name}#sha256=0">{name}</a>'
        listed = json.dumps({"files": [{"filename": name, "url": f"../../files/{name}"}]})
        self.pages["/simple/demo/"] = (200, (listed if as_json else links).encode())
        self.pages[f"/files/{name}"] = (200, data)
        return hashlib.sha256(data).hexdigest()


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    found = Index()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", found.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


@pytest.mark.parametrize("as_json", [False, True])
def test_an_archive_is_unpacked_byte_for_byte_and_its_setup_does_not_run(
    index: Index, tmp_path: Path, as_json: bool
) -> None:
    sha = index.serve(GOOD, as_json=as_json)
    top = fetch_sdist("Demo", "1.0", sha, tmp_path / "new")
    assert top == tmp_path / "new" / "Demo-1.0"
    assert (top / "demo" / "a.py").read_bytes() == b"x = 1\r\n"
    assert [path for path, _ in index.asked] == ["/simple/demo/", "/files/Demo-1.0.tar.gz"]


def test_another_spelling_of_the_name_is_the_same_project(index: Index, tmp_path: Path) -> None:
    sha = index.serve(GOOD, name="demo-1.0.tar.gz")
    assert fetch_sdist("DeMo", "1.0", sha, tmp_path).name == "Demo-1.0"


def test_an_archive_with_another_hash_is_not_used(index: Index, tmp_path: Path) -> None:
    index.serve(GOOD)
    with pytest.raises(SdistRefused, match="SHA-256"):
        fetch_sdist("Demo", "1.0", "0" * 64, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_release_that_the_index_does_not_have_is_said(index: Index, tmp_path: Path) -> None:
    index.serve(GOOD)
    with pytest.raises(SdistRefused, match=r"no source archive \(\.tar\.gz\) of Demo 2\.0"):
        fetch_sdist("Demo", "2.0", "0" * 64, tmp_path)
    with pytest.raises(SdistRefused, match="answered 404"):
        fetch_sdist("Other", "1.0", "0" * 64, tmp_path)


def test_a_password_in_the_index_address_goes_into_a_header_and_into_no_message(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("//", "//me:s%40cret@"))
    with pytest.raises(SdistRefused) as refused:
        fetch_sdist("Demo", "1.0", "0" * 64, tmp_path)
    assert "cret" not in str(refused.value)
    assert index.asked == [("/simple/demo/", "Basic " + base64.b64encode(b"me:s@cret").decode())]


def link(name: str, kind: bytes, target: str = "/etc/passwd") -> Entry:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return name, info


@pytest.mark.parametrize(
    "entries",
    [
        [("Demo-1.0/../../x", b"")],
        [("/abs/x", b"")],
        [link("Demo-1.0/l", tarfile.SYMTYPE)],
        [link("Demo-1.0/l", tarfile.LNKTYPE)],
        [link("Demo-1.0/f", tarfile.FIFOTYPE)],
        [("a/x", b""), ("b/x", b"")],
        [],
    ],
    ids=["climbs", "absolute", "symlink", "hard link", "fifo", "two folders", "empty"],
)
def test_an_odd_archive_is_refused_whole(index: Index, tmp_path: Path, entries: list[Entry]) -> None:
    sha = index.serve(archive(*entries))
    with pytest.raises(SdistRefused, match="cannot be unpacked"):
        fetch_sdist("Demo", "1.0", sha, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"not gzip", GOOD[:40]], ids=["empty", "text", "cut"])
def test_what_is_no_archive_is_refused(index: Index, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SdistRefused, match="cannot be unpacked"):
        fetch_sdist("Demo", "1.0", index.serve(data), tmp_path)


def test_limits_are_kept(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = index.serve(GOOD)
    monkeypatch.setattr(sdist, "MOST_FILES", 1)
    with pytest.raises(SdistRefused, match="more than"):
        fetch_sdist("Demo", "1.0", sha, tmp_path)
    monkeypatch.setattr(sdist, "LARGEST_ARCHIVE", 10)
    with pytest.raises(SdistRefused, match="larger"):
        fetch_sdist("Demo", "1.0", sha, tmp_path)


def test_a_folder_that_is_there_is_not_overwritten(index: Index, tmp_path: Path) -> None:
    sha = index.serve(GOOD)
    (tmp_path / "Demo-1.0").mkdir()
    with pytest.raises(SdistRefused, match="is there already"):
        fetch_sdist("Demo", "1.0", sha, tmp_path)


@pytest.mark.parametrize("page", [b"{", b'{"files": 3}', b'{"files": [{}]}', b"[" * 100_000, b"\xff\xfe<a href>"])
def test_a_strange_page_is_refused_in_words(index: Index, tmp_path: Path, page: bytes) -> None:
    index.pages["/simple/demo/"] = (200, page)
    with pytest.raises(SdistRefused):
        fetch_sdist("Demo", "1.0", "0" * 64, tmp_path)


@pytest.mark.parametrize(
    "release", [("../x", "1", "0" * 64), ("a", "1/2", "0" * 64), ("a", "1", "xyz"), ("", "1", "0" * 64)]
)
def test_what_names_no_release_is_not_asked_for(index: Index, tmp_path: Path, release: tuple[str, str, str]) -> None:
    with pytest.raises(SdistRefused, match="does not name a release"):
        fetch_sdist(*release, tmp_path)
    assert index.asked == []


def test_pips_own_settings_are_honoured_in_pips_order(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex_url = https://a.example/simple\ncert = /a.pem\n")
    environ = {"PIP_CONFIG_FILE": str(config), "HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path)}
    found = pip_settings(environ)
    assert (found["index-url"], found["cert"]) == ("https://a.example/simple", "/a.pem")
    assert pip_settings(environ | {"PIP_INDEX_URL": "https://b.example"})["index-url"] == "https://b.example"
    assert pip_settings({"PIP_CONFIG_FILE": "/dev/null"})["index-url"] == sdist.DEFAULT_INDEX
    config.write_text("no section")
    with pytest.raises(SdistRefused, match="cannot be read"):
        pip_settings(environ)


def test_an_index_that_is_no_web_address_or_does_not_answer_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url, words in (
        ("file:///etc", "not an address of the web"),
        ("http://127.0.0.1:1/simple", "cannot be reached"),
    ):
        monkeypatch.setenv("PIP_INDEX_URL", url)
        with pytest.raises(SdistRefused, match=words):
            fetch_sdist("Demo", "1.0", "0" * 64, tmp_path)
