"""The image in which an instance's tests run, and the checks that run them; made once, named by its content."""

from collections.abc import Sequence
from dataclasses import dataclass

from patchwright.agent.deps import ImageWanted
from patchwright.evals.instance import Environment, Instance
from patchwright.evals.places import Place
from patchwright.sandbox.errors import ImageMissing
from patchwright.sandbox.repository import CommitTree
from patchwright.tools.checks import Check
from patchwright.tools.toolchain import Toolchain, detect
from patchwright.tools.toolchains.base import DEPS, REPORTS

TESTBED = "/testbed"
OTHERS = "/opt/patchwright/others.tar"
"""What a dataset's image holds in its checkout beside the repository's files: what was built there."""

DERIVED = f"""\
FROM {{image}}
USER root
RUN set -e; mkdir -p /opt/patchwright /workspace; chmod 1777 /workspace; \\
    if [ -d {TESTBED}/.git ]; then cd {TESTBED}; git config --global --add safe.directory {TESTBED}; \\
    git ls-files -z --others > /tmp/others; tar --null -T /tmp/others -cf {OTHERS}; \\
    cd /; rm -rf {TESTBED} /tmp/others; ln -s /workspace {TESTBED}; fi
"""
"""A dataset's image with our workspace at the place where its programs look for the checkout."""

UNPACKED = f'if [ -f {OTHERS} ]; then tar -xkf {OTHERS} -C /workspace 2>/dev/null; fi; exec "$@"'
PIP = f'test -d {DEPS}/venv || python3 -m venv --system-site-packages {DEPS}/venv; exec {DEPS}/venv/bin/pip "$@"'
SCRIPT_REPORT = f"{REPORTS}/script.xml"


@dataclass(frozen=True, slots=True)
class Ready:
    """An image that is there, and a toolchain whose checks of kind `tests` judge in it."""

    image: str
    toolchain: Toolchain

    @property
    def checks(self) -> tuple[Check, ...]:
        """What runs the tests."""
        return tuple(check for check in self.toolchain.checks if check.kind == "tests")


def prepare(instance: Instance, place: Place, tree: CommitTree) -> Ready:
    """The environment for this tree (base with hidden tests). Builds what is missing.

    Raises `BadSettings`, `EngineUnavailable`, `ImageMissing` or `DependencyFailure`.
    """
    environment = instance.environment
    toolchain = detect(tree, _wishes(environment) if environment.test or environment.script else None)
    if environment.image or environment.dockerfile:
        return Ready(_image_of_dataset(environment, place), _unpacking(toolchain))
    if environment.install:
        return Ready(_installed(environment, place, toolchain), toolchain)
    return Ready(place.prepare_image(ImageWanted(toolchain, "docker", instance.repo, tree), place.say), toolchain)


def _wishes(environment: Environment) -> dict[str, object]:
    """The test command, or the script, as the only check of its kind."""
    check: dict[str, object] = {"name": "tests", "kind": "tests", "timeout": environment.timeout}
    if environment.test:
        check |= {"command": environment.test, "report": environment.report, "reports": environment.reports}
    else:
        # pytest reports to a file of ours however the script calls it; what it prints is only read where it does not.
        addopts = f"--junitxml={SCRIPT_REPORT} -o junit_family=xunit1"
        check |= {"command": ("bash", "-c", environment.script), "env": {"PYTEST_ADDOPTS": addopts}}
    return {"checks": [check]}


def _unpacking(toolchain: Toolchain) -> Toolchain:
    """In a dataset's image, first what was built in its checkout; its own PATH stands."""
    checks = tuple(
        check.model_copy(
            update={
                "command": ("sh", "-c", UNPACKED, "sh", *check.command),
                "narrow": ("sh", "-c", UNPACKED, "sh", *check.narrow) if check.narrow else (),
                "env": {name: text for name, text in check.env.items() if name != "PATH"},
            }
        )
        for check in toolchain.checks
    )
    return toolchain.model_copy(update={"checks": checks})


def _image_of_dataset(environment: Environment, place: Place) -> str:
    if not place.allow_images:
        raise ImageMissing(
            "The dataset names an image or a Dockerfile of its own: `--allow-images` says that it may be used (SB-10)."
        )
    from patchwright.sandbox.builds import build, digest, engine, has_image
    from patchwright.sandbox.locks import build_lock

    with engine() as client:
        base = environment.image or f"patchwright/eval-base:{digest(environment.dockerfile.encode())[:32]}"
        if not has_image(client, base):
            place.say(f"Getting the image {base} ...")
            with build_lock(base, place.say):
                build(client, base, environment.dockerfile) if environment.dockerfile else client.images.pull(base)
        identity = str(client.images.get(base).id)
        ref = f"patchwright/eval:{digest(identity.encode(), DERIVED.encode())[:32]}"
        if not has_image(client, ref):
            with build_lock(ref, place.say):
                build(client, ref, DERIVED.format(image=base), labels={"patchwright.image": "eval"})
    return ref


def _installed(environment: Environment, place: Place, toolchain: Toolchain) -> str:
    """The family's image with the recipe's commands on top; `pip` is that of the environment which the checks use."""
    from patchwright.sandbox.dependencies import DependencyStep, ensure_dependencies
    from patchwright.sandbox.images import ensure_image

    family = environment.family or toolchain.family
    commands = tuple(_command(command) for command in environment.install)
    step = DependencyStep(family, toolchain.files, commands)
    return ensure_dependencies(step, ensure_image(family, say=place.say), say=place.say)


def _command(command: Sequence[str]) -> tuple[str, ...]:
    return ("sh", "-c", PIP, "pip", *command[1:]) if command[0] == "pip" else tuple(command)
