"""Keeps the README's transcript true: it is what `make demo YES=1` prints, but for times, ids and paths.

transcript.py OUTPUT          exit 1 and show the difference if the README shows something else
transcript.py OUTPUT --write  put the output into the README
"""

import difflib
import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- transcript: make demo YES=1 -->\n```text\n)(.*?)(```\n)", re.DOTALL)
VOLATILE = (
    (re.compile(r"\d\d:\d\d:\d\d"), "00:00:00"),
    (re.compile(r"\b[0-9a-f]{32,64}\b"), "0" * 32),
    (re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{8,12}\b"), "00000000"),
    (re.compile(r"(?<=\s)/\S+/\.demo/"), ".demo/"),
    (re.compile(r"by \S+ \(terminal"), "by someone@host (terminal"),
    (re.compile(r"\(?\b\d+(?:\.\d+)? s\b\)?"), "0 s"),
    (re.compile(r"(?<=   )\d+\.\d$", re.MULTILINE), "0.0"),
)
# What is done once on a machine.
SETUP = re.compile(r"^==> (?!patchwright).*\n", re.MULTILINE)
IMAGE = re.compile(r"^\d\d:\d\d:\d\d  (?:Installing|Building|Fetching|Pulling).*\n", re.MULTILINE)


def stable(text: str) -> list[str]:
    """The lines of a transcript without what differs from run to run and from machine to machine."""
    text = IMAGE.sub("", SETUP.sub("", text))
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def main(arguments: list[str]) -> int:
    """Compare or write; the exit status."""
    output = SETUP.sub("", Path(arguments[0]).read_text())
    readme = README.read_text()
    found = BLOCK.search(readme)
    if found is None:
        print("README.md has no transcript block.", file=sys.stderr)
        return 1
    if "--write" in arguments:
        shown = re.sub(r"(?<=\s)/\S+/\.demo/", ".demo/", IMAGE.sub("", output))
        README.write_text(readme[: found.start(2)] + shown + readme[found.end(2) :])
        return 0
    difference = list(difflib.unified_diff(stable(found[2]), stable(output), "README.md", "make demo", lineterm=""))
    print("\n".join(difference) or "The README's transcript is what the demonstration prints.")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
