"""Which extra of the installation brings a module that the default one does not have."""

from importlib.metadata import PackageNotFoundError, metadata, requires
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement

DEVELOPMENT = "dev"


def extra_of(module: str) -> str:
    """The extra whose requirements hold this module, by their names; "" if none does."""
    from packaging.requirements import Requirement

    try:
        extras = [one for one in metadata("patchwright").get_all("Provides-Extra") or () if one != DEVELOPMENT]
        wanted = [Requirement(line) for line in requires("patchwright") or ()]
    except PackageNotFoundError:  # run from its sources
        return ""
    optional = [one for one in wanted if one.marker and not one.marker.evaluate({"extra": ""})]
    return next((extra for extra in extras for one in optional if _brings(one, extra, module)), "")


def _brings(requirement: "Requirement", extra: str, module: str) -> bool:
    """By name: `opentelemetry-sdk` brings `opentelemetry`, `psycopg_pool` itself."""
    name = requirement.name.lower().replace("-", "_")
    named = module.lower().replace(".", "_")
    of_extra = requirement.marker is not None and requirement.marker.evaluate({"extra": extra})
    return of_extra and (name == named or name.startswith(f"{named}_"))
