"""Our GitHub App as a manifest: the smallest rights that do the work, and the page that hands it to GitHub. Pure."""

import html
import json
from typing import Any

from patchwright.api.github.access import PERMISSIONS
from patchwright.api.github.settings import PUBLIC_API

EVENTS = ("issue_comment", "issues", "pull_request_review", "pull_request_review_comment")
WEBHOOK = "/github/webhook"


def manifest(url: str, name: str) -> dict[str, Any]:
    """The App for a service that GitHub reaches at `url`."""
    base = url.rstrip("/")
    return {
        "name": name,
        "url": base,
        "description": "An issue goes in, a verified patch comes out: comment /patchwright fix on an issue.",
        "hook_attributes": {"url": f"{base}{WEBHOOK}", "active": True},
        "redirect_url": base,
        "public": False,
        "default_permissions": PERMISSIONS,
        "default_events": list(EVENTS),
    }


def page(manifest: dict[str, Any], web_url: str, organization: str = "") -> str:
    """A page with one button, which asks GitHub to make the App."""
    where = (
        f"{web_url}/organizations/{organization}/settings/apps/new" if organization else f"{web_url}/settings/apps/new"
    )
    text = html.escape(json.dumps(manifest), quote=True)
    return (
        "<!doctype html><meta charset=utf-8><title>Patchwright: make the GitHub App</title>\n"
        f'<form action="{html.escape(where, quote=True)}" method="post">\n'
        f'<input type="hidden" name="manifest" value="{text}">\n'
        f"<button>Make the GitHub App {html.escape(str(manifest['name']))}</button></form>\n"
    )


def settings_lines(app_id: int, api_url: str) -> str:
    """`[github]` for the settings file."""
    api = "" if api_url == PUBLIC_API else f'api_url = "{api_url}"\n'
    key = 'private_key_file = "github-app.pem"'
    return f'[github]\napp_id = {app_id}\n{key}\n{api}repositories = ["OWNER/NAME"]   # or "OWNER/*"\n'
