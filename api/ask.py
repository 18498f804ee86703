"""The question at the gate, asked in a terminal and nowhere else."""

import sys
from dataclasses import dataclass
from typing import Literal

from patchwright.agent.plan import Plan
from patchwright.api.screen import Screen

Answer = Literal["approve", "revise", "edit", "full", "reject", "leave"]

KEYS: dict[str, Answer] = {
    **dict.fromkeys(("a", "approve", "y", "yes"), "approve"),
    **dict.fromkeys(("r", "revise"), "revise"),
    **dict.fromkeys(("e", "edit"), "edit"),
    **dict.fromkeys(("f", "full"), "full"),
    **dict.fromkeys(("x", "reject"), "reject"),
    **dict.fromkeys(("q", "quit", "l", "leave"), "leave"),
}
CHOICES = "[a]pprove  [r]evise  [e]dit  [f]ull plan  [x] reject  [q]uit, decide later"


@dataclass(frozen=True, slots=True)
class Decided:
    """What the person wants, with their words if they gave some."""

    answer: Answer
    notes: str = ""


def ask(screen: Screen, plan: Plan) -> Decided:
    """Ask until the answer is one of the choices. The end of input means: decide later."""
    forget_typed_ahead()
    while True:
        screen.say("")
        screen.say(f"Approve revision {plan.revision} ({plan.sha256[:12]})?", "bold")
        screen.say(f"  {CHOICES}")
        line = read_line(screen, "> ")
        if line is None:
            return Decided("leave")
        word, _, rest = line.strip().partition(" ")
        answer = KEYS.get(word.lower())
        if answer == "revise" and not rest.strip():
            rest = read_line(screen, "What should be different? ") or ""
            if not rest.strip():
                continue
        if answer is not None:
            return Decided(answer, rest.strip())
        screen.say(f"{line.strip()!r} is none of the choices. Nothing was decided.", "yellow")


def yes(screen: Screen, question: str) -> bool:
    """A question whose answer is no unless the person says yes."""
    return (read_line(screen, f"{question} [y/N] ") or "").strip().lower() in ("y", "yes")


def read_line(screen: Screen, prompt: str) -> str | None:
    """One line from the terminal, or None at its end or at Ctrl-C."""
    try:
        screen.err.print(screen.text(prompt), end="", markup=False, highlight=False)
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        line = ""
    if not line:
        screen.say("")
    return line.rstrip("\n") if line else None


def forget_typed_ahead() -> None:
    """What was typed before the plan was there cannot be an answer to it."""
    import termios

    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
