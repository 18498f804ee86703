"""A source archive from the user's package index, as data: nothing in it runs here, not even `setup.py`.

The index is asked the way pip asks it (the "simple" API of PEP 503 and 691) and at the address that pip
would use. `pip download` is no alternative: it runs the archive's `setup.py` for its metadata.
"""

import configparser
import hashlib
import html.parser
import io
import json
import os
import re
import ssl
import sys
import tarfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

DEFAULT_INDEX = "https://pypi.org/simple"
SIMPLE = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
LARGEST_PAGE = 32 << 20
LARGEST_ARCHIVE = 64 << 20
LARGEST_TREE = 256 << 20
MOST_FILES = 20_000
TIMEOUT = 60.0

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9.!+_-]{1,64}")


class SdistRefused(Exception):
    """The archive could not be had, or is not what was asked for; one sentence that says what to do."""


def fetch_sdist(name: str, version: str, sha256: str, dest: Path) -> Path:
    """Fetch the .tar.gz of a release into the folder `dest` and return the unpacked project's folder.

    The folder is `dest/NAME-VERSION` as the archive calls it; it must not be there yet. Raises
    `SdistRefused`, and then has unpacked nothing.
    """
    if not (_NAME.fullmatch(name) and _VERSION.fullmatch(version) and re.fullmatch(r"[0-9a-f]{64}", sha256)):
        raise SdistRefused(f"{name!r} {version!r} with SHA-256 {sha256!r} does not name a release.")
    settings = pip_settings(os.environ)
    url = find_link(name, version, settings)
    data = get(url, LARGEST_ARCHIVE, settings)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise SdistRefused(f"The archive at {shown(url)} has SHA-256 {found}, not {sha256}: it is not used.")
    return unpack(data, shown(url), dest)


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """`index-url` and `cert` as pip would take them: its configuration files, then PIP_... variables."""
    parser = configparser.RawConfigParser(strict=False)
    for path in _config_files(environ):
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError, OSError) as error:
            raise SdistRefused(f"pip's configuration {path} cannot be read: {error}") from error
    settings = {"index-url": DEFAULT_INDEX}
    for section in ("global", "download"):
        if parser.has_section(section):
            found = {key.replace("_", "-"): text.strip() for key, text in parser.items(section)}
            settings |= {key: text.strip("'\"") for key, text in found.items()}
    named = {"index-url": environ.get("PIP_INDEX_URL", ""), "cert": environ.get("PIP_CERT", "")}
    return settings | {key: text for key, text in named.items() if text}


def _config_files(environ: Mapping[str, str]) -> list[Path]:
    """Where pip looks, in its order; later ones win."""
    own = environ.get("PIP_CONFIG_FILE", "")
    if own == os.devnull:
        return []
    home = Path(environ.get("HOME") or Path.home())
    site = [Path(folder) / "pip" / "pip.conf" for folder in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")]
    user = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    return [*site, Path("/etc/pip.conf"), home / ".pip" / "pip.conf", user, *([Path(own)] if own else [])]


def find_link(name: str, version: str, settings: Mapping[str, str]) -> str:
    """The address of the release's .tar.gz, from the index's page of the project."""
    project = re.sub(r"[-_.]+", "-", name).lower()
    page = f"{settings['index-url'].rstrip('/')}/{project}/"
    wanted = f"{project}-{version}".lower()
    for filename, url in links(get(page, LARGEST_PAGE, settings)):
        stem = filename.lower().removesuffix(".tar.gz")
        if filename.lower().endswith(".tar.gz") and _same(stem, wanted, version):
            return urllib.parse.urldefrag(urllib.parse.urljoin(page, url)).url
    raise SdistRefused(f"The package index at {shown(page)} has no source archive (.tar.gz) of {name} {version}.")


def _same(stem: str, wanted: str, version: str) -> bool:
    head = stem.removesuffix("-" + version.lower())
    return head != stem and f"{re.sub(r'[-_.]+', '-', head)}-{version.lower()}" == wanted


def links(page: bytes) -> Iterator[tuple[str, str]]:
    """File names and addresses on a page of the index, in either of its formats."""
    text = page.decode("utf-8", "replace")
    if not text.lstrip().startswith("{"):
        yield from _Anchors.of(text)
        return
    try:
        files = json.loads(text)["files"]
        yield from [(str(entry["filename"]), str(entry["url"])) for entry in files]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SdistRefused("The package index answered with something that is not a list of files.") from error


class _Anchors(html.parser.HTMLParser):
    """The links of a page: text and address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._address = ""

    @classmethod
    def of(cls, text: str) -> list[tuple[str, str]]:
        parser = cls()
        parser.feed(text)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._address = dict(attrs).get("href") or "" if tag == "a" else self._address

    def handle_data(self, data: str) -> None:
        if self._address and data.strip():
            self.found.append((data.strip(), self._address))
            self._address = ""


def get(url: str, most: int, settings: Mapping[str, str]) -> bytes:
    """The body at an http(s) address, at most `most` bytes. Raises `SdistRefused`."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SdistRefused(f"{shown(url)} is not an address of the web: check pip's index-url.")
    try:
        with _opener(parts, settings).open(_request(parts), timeout=TIMEOUT) as answer:
            data: bytes = answer.read(most + 1)
    except urllib.error.HTTPError as error:
        raise SdistRefused(f"The package index answered {error.code} for {shown(url)}.") from error
    except (OSError, ValueError) as error:
        raise SdistRefused(f"The package index cannot be reached at {shown(url)}: {error}") from error
    if len(data) > most:
        raise SdistRefused(f"{shown(url)} is larger than {most >> 20} MB: it is not used.")
    return data


def _opener(parts: urllib.parse.SplitResult, settings: Mapping[str, str]) -> urllib.request.OpenerDirector:
    """Honours the proxy variables, as pip does, and pip's certificates."""
    handlers: list[urllib.request.BaseHandler] = []
    if parts.scheme == "https":
        handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=settings.get("cert"))))
    return urllib.request.build_opener(*handlers)


def _request(parts: urllib.parse.SplitResult) -> urllib.request.Request:
    """A request whose user and password, if the address has them, are in a header instead (SEC-02)."""
    host = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(parts._replace(netloc=host).geturl(), headers={"Accept": SIMPLE})
    if parts.username is not None:
        manager = urllib.request.HTTPPasswordMgrWithPriorAuth()
        user, password = (urllib.parse.unquote(text or "") for text in (parts.username, parts.password))
        manager.add_password(None, request.full_url, user, password, is_authenticated=True)
        request = urllib.request.HTTPBasicAuthHandler(manager).http_request(request)
    return request


def shown(url: str) -> str:
    """An address without user and password, for people to read (SEC-02)."""
    parts = urllib.parse.urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()[:300]


def unpack(data: bytes, where: str, dest: Path) -> Path:
    """Unpack an archive that holds one folder of plain files and return that folder. Raises `SdistRefused`."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
            members = checked(archive)
            top = dest / PurePosixPath(members[0].name).parts[0]
            if top.exists():
                raise SdistRefused(f"{top} is there already: remove it or choose another folder.")
            dest.mkdir(parents=True, exist_ok=True)
            archive.extractall(dest, members=members, filter="data")
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise SdistRefused(f"The archive from {where} cannot be unpacked: {error}") from error
    return top


def checked(archive: tarfile.TarFile) -> list[tarfile.TarInfo]:
    """All members, if they are plain files and folders under one folder within the limits. Raises ValueError."""
    members: list[tarfile.TarInfo] = []
    size = 0
    for member in archive:
        parts = PurePosixPath(member.name).parts
        if not (member.isfile() or member.isdir()) or not parts or ".." in parts or parts[0] in ("/", "."):
            raise ValueError(f"it holds {member.name[:120]!r}, which is not a plain file of the project")
        size += member.size
        members.append(member)
        if size > LARGEST_TREE or len(members) > MOST_FILES:
            raise ValueError(f"it unpacks to more than {LARGEST_TREE >> 20} MB or {MOST_FILES} files")
    if len({PurePosixPath(member.name).parts[0] for member in members}) != 1:
        raise ValueError("it does not hold exactly one folder")
    return members


def main(arguments: list[str]) -> int:
    """`NAME VERSION SHA256 FOLDER`: fetch and unpack, print where it lies; the exit status."""
    name, version, sha256, dest = arguments
    try:
        print(fetch_sdist(name, version, sha256, Path(dest)))
    except SdistRefused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
