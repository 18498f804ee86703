"""Where a repository comes from: a folder on this machine or a git URL; read over git's own protocol.

Only the source's `upload-pack` runs there. It obeys no hook, filter or program of the repository
(security.md section 5); every other git command would.
"""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from patchwright.sandbox.errors import GitFailed, SourceRefused
from patchwright.sandbox.git import Git

_SCP = re.compile(r"(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:[^/:\s][^\s]*")
_NETWORK = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "GIT_SSL_CAINFO")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SSH = ("SSH_AUTH_SOCK",)
_PRIVATE = (
    "If it is private, clone it with your own git, whose credential helper knows your token, and give that folder; "
    "or give its ssh address."
)
_SSH_COMMAND = "ssh -oBatchMode=yes -oClearAllForwardings=yes -oPermitLocalCommand=no"


@dataclass(frozen=True, slots=True)
class Remote:
    """A source of commits. `address` is what git and people see: it holds no credentials (SEC-02).

    `folder` is the working copy if the source is one on this machine. `authorization` is the value of the HTTP
    header for this address, "" for none: git gets it by its environment, nobody else does.
    """

    address: str
    protocol: str
    folder: Path | None = None
    authorization: str = field(default="", repr=False, compare=False)

    @property
    def cache_name(self) -> str:
        """The name of our clone's folder: readable, and different for every address."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", self.address.rstrip("/").rpartition("/")[2])[:40]
        return f"{plain}-{hashlib.sha256(self.address.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.git"


def locate(source: str, authorization: str = "") -> Remote:
    """What the user named: a folder, else an https, ssh or file URL (http only to this machine).

    Raises `SourceRefused` for anything else, saying what would do.
    """
    return replace(_located(source), authorization=authorization)


def _located(source: str) -> Remote:
    url = urlsplit(source) if re.match(r"[a-z][a-z0-9+.-]*://", source, re.IGNORECASE) else None
    if url is None and not Path(source).exists() and _SCP.fullmatch(source):
        return Remote(source, "ssh")
    if url is None:
        return _folder(Path(source).expanduser())
    match url.scheme.lower():
        case "file":
            return Remote(source, "file")
        case "ssh":
            return _ssh(source)
        case "https":
            return _https(source)
        case "http" if url.hostname in _LOOPBACK:
            return replace(_https(source), address=source, protocol="http")
        case _:
            raise SourceRefused(
                f"{_shown(source)} cannot be read: give a folder, or an https://, ssh:// or file:// address."
            )


def advertised(remote: Remote, *, timeout: float = 60.0) -> dict[str, str]:
    """The commits (or whatever else) that the source's refs name, by full ref name and "HEAD".

    Raises `SourceRefused` if the source does not answer as a repository.
    """
    try:
        listing = git_for(remote)("ls-remote", "--quiet", "--", remote.address, timeout=timeout, cap=1 << 26)
    except GitFailed as failure:
        raise SourceRefused(_unreadable(remote, failure)) from failure
    refs: dict[str, str] = {}
    for line in listing.decode("utf-8", "surrogateescape").splitlines():
        sha, _, name = line.partition("\t")
        refs[name.removesuffix("^{}")] = sha  # the peeled name of a tag follows the tag
    return refs


def fetch(remote: Remote, git_dir: Path, *refspecs: str, timeout: float, stop: Callable[[], str] | None = None) -> None:
    """Bring objects into our clone. `stop` is asked meanwhile whether there is a reason to end.

    Raises `SourceRefused` with git's reason.
    """
    flags = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--force")
    try:
        git_for(remote, git_dir)("fetch", *flags, "--", remote.address, *refspecs, timeout=timeout, stop=stop)
    except GitFailed as failure:
        raise SourceRefused(_unreadable(remote, failure)) from failure


def git_for(remote: Remote, git_dir: Path | None = None) -> Git:
    """Git that speaks to this source only, with the credentials for it and for nothing else (SEC-02)."""
    names = {"https": _NETWORK, "ssh": _SSH}.get(remote.protocol, ())
    extra = {name: os.environ[name] for name in names if name in os.environ}
    command = {"GIT_SSH_COMMAND": _SSH_COMMAND} if remote.protocol == "ssh" else {}
    return Git(git_dir, protocol=remote.protocol, extra={**extra, **command, **_header(remote)})


def _header(remote: Remote) -> dict[str, str]:
    if not remote.authorization:
        return {}
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{remote.address}.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: {remote.authorization}",
    }


def _folder(given: Path) -> Remote:
    folder = given.absolute()
    if not folder.is_dir():
        raise SourceRefused(f"There is no folder {given}. Give the folder of a git repository, or its URL.")
    if (folder / ".git").exists():
        return Remote(str(folder), "file", folder)
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
        return Remote(str(folder), "file")
    above = next((parent for parent in folder.parents if (parent / ".git").exists()), None)
    if above is not None:
        raise SourceRefused(f"{given} is a folder inside the repository {above}. Give {above} instead.")
    raise SourceRefused(
        f"{given} is not a git repository. To make it one, run in it: git init && git add -A && git commit -m base"
    )


def _https(source: str) -> Remote:
    """An https address. Whatever else a URL may carry is where people put tokens: it would be stored with the run."""
    url = urlsplit(source)
    if "@" in url.netloc or url.query or url.fragment:
        raise SourceRefused(
            f"{_shown(source)}: credentials do not belong into a URL, nor does anything behind the path. {_PRIVATE}"
        )
    return Remote(urlunsplit(("https", url.netloc, url.path, "", "")), "https")


def _ssh(source: str) -> Remote:
    if urlsplit(source).password:
        raise SourceRefused(f"{_shown(source)}: ssh takes no password from a URL. Use a key or an agent.")
    return Remote(source, "ssh")


def _shown(source: str) -> str:
    return re.sub(r"[?#].*", "", re.sub(r"//[^/]*@", "//", source))


def _unreadable(remote: Remote, failure: GitFailed) -> str:
    words = failure.words
    if "dubious ownership" in words:
        return f"{remote.address} belongs to another user. Run patchwright as its owner, or make a clone of it."
    if "shallow" in words:
        return f"{remote.address} is a shallow clone. Complete it with: git fetch --unshallow"
    if "SHA-256" in words or "object format" in words or "sha256" in words:
        return f"{remote.address} uses SHA-256 object names, which patchwright does not support."
    return f"{remote.address} cannot be read: {(words or str(failure)).rstrip('.')}.{_advice(remote, words)}"


def _advice(remote: Remote, words: str) -> str:
    match remote.protocol:
        case "ssh":
            return " Check that `ssh` reaches the host without a question (key loaded, host known)."
        case "https" if re.search(r"could not read Username|not found|Authentication failed|\b40[13]\b", words):
            return f" {_PRIVATE}"
        case "https":
            return " Check the address, the network and the host's certificate."
        case _:
            return ""
