"""`patchwright github setup`: the exact steps to an App of one's own, and the second half of them."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from patchwright.agent.errors import UsageError
from patchwright.api import exits
from patchwright.api.github.manifest import manifest, page, settings_lines
from patchwright.api.github.settings import GithubTable, web_of
from patchwright.api.place import open_place

_CODE = re.compile(r"[A-Za-z0-9_-]{1,100}")
_ORGANIZATION = re.compile(r"[A-Za-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the App is for: where GitHub reaches the service, and where the files go."""

    url: str
    name: str
    organization: str
    api_url: str
    folder: Path


def steps(wanted: Wanted) -> int:
    """Write the page that makes the App, and say what to do with it."""
    screen = open_place().screen
    api_url = GithubTable.model_validate({"api_url": wanted.api_url}).api_url
    if not wanted.url.startswith("https://") or not _ORGANIZATION.fullmatch(wanted.organization):
        raise UsageError("--url takes the https address at which GitHub reaches `patchwright serve`.")
    made = manifest(wanted.url, wanted.name)
    _write(wanted.folder / "github-app.json", json.dumps(made, indent=1) + "\n", 0o644)
    _write(wanted.folder / "github-app.html", page(made, web_of(api_url), wanted.organization), 0o644)
    screen.show(*(screen.text(line) for line in _words(wanted, api_url)))
    return exits.VERIFIED


def _words(wanted: Wanted, api_url: str) -> list[str]:
    enterprise = "" if api_url == GithubTable().api_url else f" --api-url {api_url}"
    return [
        f"Written: {wanted.folder / 'github-app.html'} (and the manifest alone beside it).",
        "",
        "1. Open it in a browser where you are signed in to GitHub, and press the button.",
        f"2. GitHub sends you to {wanted.url}/?code=...; copy the code from the address. It is good for an hour.",
        f"3. patchwright github setup --code CODE{enterprise}",
        "   writes the App's key and its webhook secret, readable by you alone, and prints the settings.",
        f"4. Install the App on its repositories: {web_of(api_url)}/apps/{wanted.name}/installations/new",
        "5. Start `patchwright serve` behind TLS at that address. On an issue, comment: /patchwright fix",
    ]


def convert(code: str, api_url: str, folder: Path) -> int:
    """Exchange the code for the App: key and secret into files of mode 0600, settings on the screen (SEC-06)."""
    from patchwright.api.github.rest import check_installed, connect

    check_installed()
    from githubkit import UnauthAuthStrategy

    if not _CODE.fullmatch(code):
        raise UsageError("--code takes what stands behind ?code= in the address that GitHub sent you to.")
    screen = open_place().screen
    api = GithubTable.model_validate({"api_url": api_url}).api_url
    made = connect(api, UnauthAuthStrategy()).post(f"/app-manifests/{code}/conversions", {})
    _write(folder / "github-app.pem", str(made["pem"]), 0o600)
    _write(folder / "github-app.env", f"PATCHWRIGHT_WEBHOOK_SECRET={made['webhook_secret']}\n", 0o600)
    lines = [
        f"Written: {folder / 'github-app.pem'} (the key) and {folder / 'github-app.env'} (the webhook secret).",
        "Put the key beside your settings file, and this into it:",
        "",
        *settings_lines(int(made["id"]), api).splitlines(),
        "",
        f"Give the service the secret by its environment: set -a; . {folder / 'github-app.env'}; patchwright serve",
        f"Install the App: {made.get('html_url', web_of(api))}/installations/new",
    ]
    screen.show(*(screen.text(line) for line in lines))
    return exits.VERIFIED


def _write(path: Path, text: str, mode: int) -> None:
    """A new file. Raises `UsageError` if it is there: a key is not replaced by accident."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already and was left as it is. Move it away, or name another --to."
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}). Name another folder with --to.") from None
