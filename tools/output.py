"""A command's output as a model reads it: its status first, then what carries something, cut at line ends (RES-09)."""

import hashlib

from patchwright.sandbox.base import ExecResult
from patchwright.tools.desk import Desk
from patchwright.tools.trimming import trimmed
from patchwright.tools.untrusted import printable, uncoloured, valid

OUTPUT_HEAD = 2_000
OUTPUT_TAIL = 6_000
SLACK = 1.25
"""A few characters more than the limit are not worth another call."""
KEEP_SECONDS = 10.0

_WHY = {137: ", killed", 141: ", a later part of the pipe stopped reading"}


def shown_output(desk: Desk, result: ExecResult, timeout: float, most: float) -> str:
    """What a command came to; of cut output the whole is left in the sandbox, where it can be read on.

    `timeout` is the command's, `most` what it could have been, in seconds.
    """
    output = plain(result.text)
    short = trimmed(output)
    cut = shortened(short)
    if cut is None:
        return command_text(result, short, timeout, most)
    return command_text(result, f"{cut}\n({_kept(desk, output)})", timeout, most)


def command_text(result: ExecResult, output: str, timeout: float, most: float) -> str:
    """The status on a line of its own, then the output; a timeout keeps what was printed until then."""
    gone = f"\n({result.omitted:,} bytes were dropped while it ran)" if result.omitted else ""
    return f"{_status(result, timeout, most)}\n{output or '(no output)'}{gone}"


def plain(text: str) -> str:
    """Output without colours and overwritten progress lines; other controls are shown as escapes (OUT-02)."""
    text = uncoloured(text.replace("\r\n", "\n"))
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return printable(valid("\n".join(lines))).strip("\n")


def shortened(text: str) -> str | None:
    """The first and last lines and the words for what stands between them; None if the text is short enough."""
    if len(text) <= (OUTPUT_HEAD + OUTPUT_TAIL) * SLACK:
        return None
    head = text[:OUTPUT_HEAD].rpartition("\n")[0] or text[:OUTPUT_HEAD]
    tail = text[-OUTPUT_TAIL:].partition("\n")[2] or text[-OUTPUT_TAIL:]
    middle = text[len(head) : len(text) - len(tail)]
    return f"{head}\n[… {middle.count(chr(10)):,} lines, {len(middle):,} characters left out …]\n{tail}"


def _kept(desk: Desk, output: str) -> str:
    """Leave the whole output in the sandbox; how to go on."""
    path = f"/tmp/output-{hashlib.sha256(output.encode()).hexdigest()[:8]}.txt"
    done = desk.shell(f"cat > {path}", KEEP_SECONDS, stdin=output.encode())
    if not done.ok:
        return "output cut: narrow the command"
    return f"output cut; all {output.count(chr(10)) + 1:,} lines are in {path}: grep or sed -n it with run"


def _status(result: ExecResult, timeout: float, most: float) -> str:
    reached = "".join(f", ran into the sandbox's limit of {limit}" for limit in result.limits)
    if result.timed_out:
        longer = f" (up to seconds={most:.0f} are allowed)" if timeout < most else ""
        return f"timed out: killed after {timeout:.0f} s{longer}{reached}; what it printed until then:"
    return f"exit code {result.exit_code}{_WHY.get(result.exit_code, '')}{reached} ({result.seconds:.1f} s)"
