"""All figures, as one Markdown document: `make bench`, or `python -m patchwright.evals.bench [NAME...]`."""

import os
import platform
import sys
import time
from collections.abc import Callable, Mapping

from patchwright.evals.bench import (
    chaos,
    crowd,
    deliveries,
    grading,
    index,
    install,
    prompts,
    retrieval,
    sandbox,
    screen,
    service,
    start,
    store,
    turns,
    workspace,
)

SCRIPTS: Mapping[str, Callable[[], str]] = {
    "sandbox": sandbox.report,
    "workspace": workspace.report,
    "turns": turns.report,
    "prompts": prompts.report,
    "start": start.report,
    "screen": screen.report,
    "store": store.report,
    "crowd": crowd.report,
    "service": service.report,
    "chaos": chaos.report,
    "deliveries": deliveries.report,
    "index": index.report,
    "retrieval": retrieval.report,
    "grading": grading.report,
    "install": install.report,
}


def heading() -> str:
    """Where and when; a busy machine is slower, so its load is said before each table."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    return (
        f"# Figures\n\nMeasured on {day}: Python {platform.python_version()}, {os.cpu_count()} processors, "
        "each beside its limit or a peer in the same run. Targets are the most that a figure may be.\n"
    )


def main(names: list[str]) -> int:
    """Run the named scripts, or all. Unknown names end with 2."""
    unknown = [name for name in names if name not in SCRIPTS]
    if unknown:
        print(f"There is no bench {', '.join(unknown)}. There are: {', '.join(SCRIPTS)}.", file=sys.stderr)
        return 2
    print(heading(), flush=True)
    for name in names or SCRIPTS:
        load = os.getloadavg()[0]
        print(SCRIPTS[name]() + f"\n(Load before: {load:.1f})\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
