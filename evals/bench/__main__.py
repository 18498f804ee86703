"""All figures, one after another, each in a process of its own: `make bench`, or `make bench ARGS="turns start"`."""

import subprocess
import sys
from pathlib import Path


def names() -> list[str]:
    """The scripts of this folder that print figures, sorted."""
    scripts = sorted(Path(__file__).parent.glob("[a-z]*.py"))
    return [path.stem for path in scripts if 'if __name__ == "__main__":' in path.read_text()]


def main(wanted: list[str]) -> int:
    """Run the wanted scripts, all if none is named; 1 if one of them failed."""
    failed: list[str] = []
    for name in wanted or names():
        print(f"\n## {name}\n", flush=True)
        module = f"patchwright.evals.bench.{name}"
        if subprocess.run([sys.executable, "-m", module], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
