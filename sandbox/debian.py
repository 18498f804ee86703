"""Where a Debian root file system comes from: a registry if one answers, else debootstrap."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, cast

from patchwright.sandbox.builds import has_image
from patchwright.sandbox.errors import ImageMissing
from patchwright.sandbox.locks import Say

if TYPE_CHECKING:
    from docker import DockerClient

Suite = Literal["bookworm", "trixie"]

MIRROR = "http://deb.debian.org/debian"
MIRROR_VARIABLE = "PATCHWRIGHT_DEBIAN_MIRROR"
PULL_SECONDS = 30
"""How long a registry may say nothing before it counts as out of reach."""

BOOTSTRAP_SECONDS = 900
HOST_NAMES = ("PATH", "http_proxy", "https_proxy", "no_proxy")
"""All of our environment that debootstrap sees (SEC-03)."""

DROPPED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "var/cache/apt", "var/lib/apt/lists")
"""Content of the root that no build or test reads: a third of its size."""

NO_ROOT = (
    "No image registry answers, and making a Debian image from packages needs {missing}. "
    "Run this once as root with debootstrap installed (`apt-get install debootstrap`), "
    "or let the engine reach a registry."
)


def mirror(environ: Mapping[str, str], apt: Iterable[str]) -> str:
    """The address of Debian's archive: the operator's setting, else what the host's apt uses, else the default.

    `apt` are the texts of the host's source lists. Only plain http is taken from them: packages are
    checked by signature, and a fresh image has no certificates yet.
    """
    if chosen := environ.get(MIRROR_VARIABLE):
        return chosen.rstrip("/")
    lines = (line for text in apt for line in text.splitlines() if not line.lstrip().startswith("#"))
    found = (re.search(r"(?<!\S)(http://[^\s@]+/debian)/?(?!\S)", line) for line in lines)
    return next((match[1] for match in found if match), MIRROR)


def host_mirror() -> str:
    """`mirror` of this host."""
    folder = Path("/etc/apt")
    files = [*folder.glob("sources.list"), *sorted(folder.glob("sources.list.d/*"))]
    return mirror(os.environ, (path.read_text("utf-8", "replace") for path in files if path.is_file()))


def sources(suite: Suite, archive: str) -> str:
    """The source list of an image: the release, its updates and its security fixes."""
    security = re.sub(r"/debian$", "/debian-security", archive)
    lines = [f"deb {archive} {suite} main", f"deb {archive} {suite}-updates main"]
    if security != archive:
        lines.append(f"deb {security} {suite}-security main")
    return "\n".join([*lines, ""])


def host_apt_settings() -> str:
    """The host's own word on how old a mirror's index may be: a frozen mirror needs it in the image too."""
    program = shutil.which("apt-config")
    if program is None:
        return ""
    command = [program, "dump", "Acquire::Check-Valid-Until", "Acquire::Check-Date"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=_environment())
    return "".join(f"{line}\n" for line in done.stdout.splitlines() if line.startswith("Acquire::Check-"))


def ensure_root(client: "DockerClient", suite: Suite, say: Say) -> str:
    """The reference of a bare Debian image of this suite, made if it is not there.

    Raises: `ImageMissing` when neither a registry nor debootstrap can give it.
    """
    ref = f"patchwright/debian:{suite}"
    if not has_image(client, ref) and not _pull(suite, ref, say):
        _bootstrap(client, suite, ref, say)
    return ref


def _pull(suite: Suite, ref: str, say: Say) -> bool:
    import docker
    from docker.errors import APIError
    from requests.exceptions import RequestException

    with closing(docker.from_env(timeout=PULL_SECONDS)) as client:
        try:
            image = client.images.pull("debian", tag=f"{suite}-slim")
        except (APIError, RequestException):
            return False
        say(f"Took debian:{suite}-slim from the registry.")
        return image.tag(*ref.split(":"))


def _bootstrap(client: "DockerClient", suite: Suite, ref: str, say: Say) -> None:
    program = shutil.which("debootstrap", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    missing = "root" if os.geteuid() else "" if program else "debootstrap"
    if missing or program is None:
        raise ImageMissing(NO_ROOT.format(missing=missing))
    say(f"No registry answers: making a Debian {suite} image from packages (about 40 s) ...")
    with tempfile.TemporaryDirectory(prefix="patchwright-") as name:
        root = Path(name) / "root"
        _debootstrap([program, "--variant=minbase", suite, str(root), host_mirror()], suite)
        with _packed(root) as stream:
            api = cast("Any", client.api)  # its stubs leave this call untyped
            api.import_image(src=stream, stream_src=True, repository=ref.split(":")[0], tag=suite)


def _debootstrap(command: list[str], suite: Suite) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=BOOTSTRAP_SECONDS, check=False, env=_environment()
        )
    except subprocess.TimeoutExpired as problem:
        raise ImageMissing(f"debootstrap of {suite} was not done after {BOOTSTRAP_SECONDS} s; try again.") from problem
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-5:])
        raise ImageMissing(f"debootstrap of {suite} failed. Is the Debian mirror right ({MIRROR_VARIABLE})?\n{tail}")


@contextmanager
def _packed(root: Path) -> Generator[Iterator[bytes]]:
    excluded = [f"--exclude=./{path}/*" for path in DROPPED]
    command = ["tar", "-C", str(root), "--numeric-owner", "--one-file-system", *excluded, "-c", "."]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) as process:
        yield iter(partial(cast("IO[bytes]", process.stdout).read, 1 << 20), b"")
    if process.returncode:
        raise ImageMissing(f"Packing the Debian root failed (tar ended with {process.returncode}); is the disk full?")


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in HOST_NAMES if name in os.environ} | {"LC_ALL": "C.UTF-8"}
