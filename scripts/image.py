"""Builds the sandbox images of these families that are missing, else that of "python". Status 0: they are there.

`--engine` only asks whether an engine answers, `--present` only whether "python" is there; both say nothing.
"""

import sys

from patchwright.sandbox.builds import engine
from patchwright.sandbox.errors import EngineUnavailable, SandboxError
from patchwright.sandbox.images import ensure_image, is_present


def answers() -> bool:
    """Whether a container engine answers."""
    with engine() as client:
        return client.ping()


def main(arguments: list[str]) -> int:
    """Do what the arguments ask; the exit status."""
    try:
        if arguments == ["--engine"]:
            return not answers()
        if arguments == ["--present"]:
            return not is_present("python")
        for family in arguments or ["python"]:
            ensure_image(family, say=lambda line: print(f"==> {line}", flush=True))
    except EngineUnavailable as problem:
        if arguments not in (["--engine"], ["--present"]):
            print(problem, file=sys.stderr)
        return 1
    except SandboxError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
