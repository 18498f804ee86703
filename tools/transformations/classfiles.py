"""The class-file versions that a build has made, read from the class files themselves."""

import json

from patchwright.sandbox.base import Sandbox
from patchwright.sandbox.errors import SandboxDied
from patchwright.tools.tree import FileTree

MAX_OUTPUT = 32 << 20
SECONDS = 120.0

# Runs isolated in the sandbox. The first eight bytes of every class file below a `target` folder.
SCRIPT = """\
import json, os, sys
found = {}
for folder, _, names in os.walk("."):
    parts = folder.split(os.sep)
    if "target" in parts and ("classes" in parts or "test-classes" in parts):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".class") and not os.path.islink(path):
                with open(path, "rb") as file:
                    head = file.read(8)
                found[path[2:]] = head[6] * 256 + head[7] if head[:4] == b"\\xca\\xfe\\xba\\xbe" else 0
json.dump(found, sys.stdout)
"""


def class_majors(sandbox: Sandbox, tree: FileTree) -> dict[str, int]:
    """The major version of each class file that the build made, by path; 0 for one that is malformed.

    Class files that the repository itself holds and a build only copies are left out. Raises `SandboxDied`.
    """
    command = ["python3", "-I", "-S", "-c", SCRIPT]
    done = sandbox.run(command, timeout=SECONDS, cap=MAX_OUTPUT, merge=False)
    if not done.ok or done.omitted:
        raise SandboxDied(f"The class files could not be read in {sandbox.name}: {done.text[-500:]}")
    found: dict[str, int] = json.loads(done.output)
    copied = {path.rpartition("/")[2] for path in tree.paths() if path.endswith(".class")}
    return {path: major for path, major in found.items() if path.rpartition("/")[2] not in copied}
