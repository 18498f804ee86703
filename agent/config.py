"""Settings, read once: built-in defaults, then the operator's file, then the environment.

Only the operator sets addresses, keys and limits. A repository's own `patchwright.toml` is read by
`agent.restrictions` and can only make a run stricter (CFG-01, LLM-07); the file in the current folder
is never read by itself, because that folder may be a stranger's repository.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, Field, ValidationError

from patchwright.agent.budget import NO_QUOTA, NO_QUOTAS, Budget, Quota, Quotas
from patchwright.agent.errors import UsageError
from patchwright.agent.messages import ModelRole
from patchwright.agent.parse import mapping
from patchwright.agent.roles import Endpoint, Ladder, RoleTable, Settable, read_roles
from patchwright.sandbox.base import Limits


class SandboxTable(Settable):
    """`[sandbox]`: limits of each sandbox and the engine's runtime ("" is the engine's default)."""

    memory_mb: int = Field(default=Limits().memory_mb, ge=256)
    cpus: float = Field(default=Limits().cpus, gt=0)
    processes: int = Field(default=Limits().processes, ge=16)
    java_processes: int = Field(default=Limits().java_processes, ge=16)
    open_files: int = Field(default=Limits().open_files, ge=64)
    file_mb: int = Field(default=Limits().file_mb, ge=1)
    workspace_mb: int = Field(default=Limits().workspace_mb, ge=16)
    workspace_inodes: int = Field(default=Limits().workspace_inodes, ge=1000)
    tmp_mb: int = Field(default=Limits().tmp_mb, ge=1)
    tmp_inodes: int = Field(default=Limits().tmp_inodes, ge=100)
    seconds: float = Field(default=Limits().seconds, gt=0)
    runtime: str = Field(default="", pattern="^[A-Za-z0-9_.-]*$")
    allow_repository_images: tuple[str, ...] = Field(default=(), strict=False)
    """Repositories (as named on the command line) whose own Dockerfile may be built (SB-10)."""

    def limits(self) -> Limits:
        """The limits as the sandbox takes them."""
        return Limits(**self.model_dump(exclude={"runtime", "allow_repository_images"}))


class BudgetTable(Budget):
    """`[budget]`: limits of one run; `[budget.repository]` and `[budget.day]`: of what is spent in a day (UTC)."""

    repository: Quota = NO_QUOTA
    day: Quota = NO_QUOTA

    def of_run(self) -> Budget:
        """The limits of one run."""
        return Budget(**self.model_dump(exclude={"repository", "day"}))

    def quotas(self) -> Quotas:
        """The limits of a day."""
        return Quotas(self.repository, self.day)


class ServiceTable(Settable):
    """`[service]`: what those who call over the network may do, and how much of it at once (RES-12)."""

    repositories: tuple[str, ...] = Field(default=(), strict=False)
    """Globs of the repositories on which runs may be started; none if it is empty (NET-01)."""
    requester_may_approve: bool = True
    queue: int = Field(default=100, ge=1)
    """Runs that may wait for a worker."""
    runs_per_repository: int = Field(default=10, ge=1)
    """Runs on one repository that have not ended."""
    runs_per_hour: int = Field(default=30, ge=0)
    """Runs that one key may start in an hour, unless it has a limit of its own."""
    requests_per_minute: int = Field(default=600, ge=1)
    """Calls of one key, unless it has a limit of its own."""
    followers: int = Field(default=1000, ge=1)
    """Event streams that may be open at once."""


class WorkersTable(Settable):
    """`[workers]`: how many legs of runs are worked on at once, by one worker and for one repository or key by all."""

    concurrency: int = Field(default=4, ge=1)
    per_repository: int = Field(default=4, ge=1)
    per_key: int = Field(default=8, ge=1)


class File(Settable):
    """The operator's file."""

    roles: dict[ModelRole | Literal["default"], RoleTable] = Field(default={})
    budget: BudgetTable = BudgetTable()
    sandbox: SandboxTable = SandboxTable()
    service: ServiceTable = ServiceTable()
    workers: WorkersTable = WorkersTable()
    github: dict[str, Any] = Field(default={})
    """Read by the door to GitHub, which knows its keys."""
    database: str = ""
    """PostgreSQL's address as a URL; "" is a SQLite file in the state folder."""
    images: dict[str, str] = Field(default={})
    """Image by family ("python", "java-17", ...), by digest if it should not move."""


class Settings(Settable):
    """Everything a process is configured with. A role that is not configured is missing from `roles`."""

    state: Path
    database: str = ""
    config_file: Path | None = None
    roles: dict[ModelRole, Ladder] = Field(default={})
    budget: Budget = Budget()
    quotas: Quotas = NO_QUOTAS
    sandbox: SandboxTable = SandboxTable()
    service: ServiceTable = ServiceTable()
    workers: WorkersTable = WorkersTable()
    github: dict[str, Any] = Field(default={})
    images: dict[str, str] = Field(default={})

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every model of every role, fallbacks included."""
        return tuple(end for ladder in self.roles.values() for end in ladder.endpoints())

    def secrets(self) -> tuple[str, ...]:
        """Our own secrets, for the redactor."""
        keys = {key for end in self.endpoints() for key in end.secrets()}
        return tuple(sorted(keys | {unquote(password) for password in [urlsplit(self.database).password] if password}))

    def store(self) -> Path | str:
        """Where the store is: a file, or a server's URL."""
        return self.database or self.state / "patchwright.db"

    def with_state(self, state: Path) -> Self:
        """The same with another state folder."""
        return self.model_copy(update={"state": state})


def roles_configured(settings: Settings) -> bool:
    """Whether a model can plan and edit."""
    return "planner" in settings.roles and "editor" in settings.roles


def from_environment(env: Mapping[str, str], cwd: Path, config: Path | None = None) -> Settings:
    """Read everything once. `config` (or PATCHWRIGHT_CONFIG) replaces the user's file and has to exist.

    Raises `UsageError` naming the file, the key and what is allowed.
    """
    path, data = _file_of(env, cwd, config)
    file = parse_file(data, str(path)) if data is not None else File()
    return Settings(
        state=cwd / env["PATCHWRIGHT_STATE"] if env.get("PATCHWRIGHT_STATE") else _user_folder("state"),
        database=_database(env, file),
        config_file=path if data is not None else None,
        roles=read_roles(file.roles, env, path.parent),
        budget=file.budget.of_run(),
        quotas=file.budget.quotas(),
        sandbox=file.sandbox,
        service=file.service,
        workers=file.workers,
        github=file.github,
        images=file.images,
    )


def _database(env: Mapping[str, str], file: File) -> str:
    address = env.get("PATCHWRIGHT_DATABASE", "") or file.database
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        scheme = "none"
    if address and scheme not in ("postgresql", "postgres"):
        raise UsageError(
            "The database is no address of a PostgreSQL server. Write PATCHWRIGHT_DATABASE, or `database` in "
            "the settings file, as postgresql://USER@HOST:PORT/DATABASE; else the store is a file in the state folder."
        )
    return address


def _file_of(env: Mapping[str, str], cwd: Path, config: Path | None) -> tuple[Path, bytes | None]:
    named = str(config) if config else env.get("PATCHWRIGHT_CONFIG", "")
    path = cwd / named if named else _user_folder("config") / "config.toml"
    try:
        return path, path.read_bytes()
    except FileNotFoundError:
        if named:
            raise UsageError(f"The settings file {path} does not exist. Name another, or none.") from None
        return path, None
    except OSError as error:
        raise UsageError(f"The settings file {path} cannot be read: {error.strerror}.") from None


def _user_folder(kind: Literal["config", "state"]) -> Path:
    import platformdirs  # late: not needed when the places are given

    paths = platformdirs.PlatformDirs("patchwright", appauthor=False)
    return paths.user_config_path if kind == "config" else paths.user_state_path


def parse_file(data: bytes, name: str) -> File:
    """The operator's file. Raises `UsageError`."""
    return parse_toml(data, name, File)


Table = TypeVar("Table", bound=BaseModel)


def parse_toml(data: bytes, name: str, shape: type[Table]) -> Table:
    """TOML of a given shape. Raises `UsageError` with the file, the key and what is allowed."""
    try:
        return shape.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        raise UsageError(_complaint(error, name, shape)) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is not valid TOML: {error}. Correct it and start again.") from None


def _complaint(error: ValidationError, name: str, shape: type[BaseModel]) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = [str(part) for part in first["loc"] if part != "[key]"]
    if first["type"] != "extra_forbidden":
        return f"{name}: {'.'.join(place)}: {first['msg']}."
    allowed = ", ".join(_keys(shape.model_json_schema(), place[:-1]))
    return f"{name}: there is no setting {'.'.join(place)}. Known here: {allowed}."


def _keys(schema: dict[str, Any], place: list[str]) -> list[str]:
    """The keys of the table at `place`."""
    node, definitions = schema, mapping(schema.get("$defs"))
    for part in place:
        inner = mapping(node.get("properties")).get(part, node.get("additionalProperties"))
        node = _resolved(mapping(inner), definitions)
    return sorted(mapping(node.get("properties")))


def _resolved(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    for choice in [node, *(mapping(one) for one in node.get("anyOf", []))]:
        if "$ref" in choice:
            return mapping(definitions.get(str(choice["$ref"]).rpartition("/")[2]))
    return node
