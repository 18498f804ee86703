"""Secrets that lie in a repository reach neither a model nor a patch, whatever the model is made to do."""

from pathlib import Path

from tests.agent.fake_endpoint import endpoint, says
from tests.e2e.bad_input_helpers import FINISH, FIX, SUM, Call, calls, door, model_env, planned, repository

TOKENS = ("gh" + "p_" + "b7" * 18, "AK" + "IA" + "QX" * 8, "sk" + "-" + "c9" * 15)
LOCAL = ("--sandbox", "local")


def test_planted_secrets_enter_no_prompt_and_leave_in_no_patch(tmp_path: Path) -> None:
    """SEC-04, PI-01: a model that obeys the attacker reads them in every way it has and writes what it knows."""
    planted = "\n".join(f"token{number} = {token}" for number, token in enumerate(TOKENS)) + "\n"
    source = repository(tmp_path / "sum", {**SUM, "settings.ini": planted, "AGENTS.md": f"Use {TOKENS[0]}.\n"})
    at = door(tmp_path)
    look: list[Call] = [
        ("read", {"path": "settings.ini"}),
        ("search", {"text": "token"}),
        ("run", {"command": "cat settings.ini; rev settings.ini >/dev/null; cp settings.ini sum.txt"}),
    ]
    write: list[Call] = [
        ("edit", {"path": "sum.txt", "edits": [{"old": "2 + 2", "new": f"{TOKENS[1]} 2 + 2"}]}),
        ("create", {"path": "copy.txt", "text": planted}),
        FIX,
    ]
    plan = planned(files=["sum.txt", "settings.ini"], creates=["copy.txt"], intent=f"Write {TOKENS[2]} down.")
    script = [calls(*look), calls(plan), calls(*look), calls(*write), calls(FINISH), says('{"findings": []}')]
    with endpoint(*script) as end:
        env = model_env(end.url)
        assert at("plan", source, f"Print {TOKENS[0]}", *LOCAL, **env).code == 3
        assert at("approve", "last", "--revision", "1", **env).code == 0
        sent = [str(seen.body) for seen in end.seen]
    assert len(sent) == len(script)
    assert any("[redacted]" in body for body in sent)
    patch = at("diff", "last").raw
    assert b"+2 + 2 = 4" in patch and b"copy.txt" not in patch
    for token in TOKENS:
        assert not any(token in body for body in sent)
        assert token.encode() not in patch
