"""Settings, read once: built-in defaults, then the operator's file, then the environment.

Only the operator sets addresses, keys and limits. A repository's own `patchwright.toml` is read by
`agent.restrictions` and can only make a run stricter (CFG-01, LLM-07); the file in the current folder
is never read by itself, because that folder may be a stranger's repository.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from patchwright.agent.budget import NO_QUOTA, NO_QUOTAS, Budget, Quota, Quotas
from patchwright.agent.errors import UsageError
from patchwright.agent.messages import ModelRole
from patchwright.agent.parse import mapping
from patchwright.sandbox.base import Limits

ROLES: tuple[ModelRole, ...] = ("planner", "editor", "reviewer", "summarizer")
OPENAI_URL = "https://api.openai.com/v1"


class Settable(BaseModel):
    """A table of the file: frozen, no unknown keys, no conversions between types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Prices(Settable):
    """Money per million tokens, in one currency for all roles."""

    input: float = Field(default=0.0, ge=0)
    output: float = Field(default=0.0, ge=0)
    cached: float | None = Field(default=None, ge=0)


class ReplyLimits(Settable):
    """What a reply may be at most (LLM-05). `wire_bytes` is after decompression, stream framing included."""

    wire_bytes: int = Field(default=64 << 20, ge=1)
    content_bytes: int = Field(default=2 << 20, ge=1)
    tool_calls: int = Field(default=32, ge=1)
    argument_bytes: int = Field(default=1 << 20, ge=1)


class RoleTable(Settable):
    """`[roles.default]` and `[roles.NAME]`: what a role sets; the rest comes from `default`.

    `timeout` is the deadline in seconds of one whole call, retries included. `context` is how many
    tokens the model takes. `protocol` "text" forbids native tool calls and schemas.
    """

    base_url: str | None = None
    api_key_env: str | None = None
    api_key_file: str | None = None
    model: str | None = Field(default=None, min_length=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    seed: int | None = Field(default=None, ge=0, lt=2**31)
    reasoning_effort: str | None = Field(default=None, pattern="^[a-z]{1,20}$")
    max_tokens: int | None = Field(default=None, ge=1)
    context: int | None = Field(default=None, ge=512)
    timeout: float | None = Field(default=None, gt=0, le=7200)
    retries: int | None = Field(default=None, ge=0, le=20)
    protocol: Literal["auto", "text"] | None = None
    prices: Prices | None = None
    limits: ReplyLimits | None = None

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        return value if value is None else base_url(value)


def base_url(value: str) -> str:
    """An endpoint's address without a trailing slash. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("has to begin with http:// or https:// and name a host, such as https://host/v1")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("must not hold a user, password, query or fragment; keys go into api_key_env")
    if any(ord(char) <= 32 or ord(char) == 127 for char in value):
        raise ValueError("must not hold blanks or control characters")
    return value.rstrip("/")


class Endpoint(Settable):
    """One role's model, complete. The key shows only in the one header that carries it (SEC-02)."""

    role: ModelRole
    base_url: str
    model: str
    api_key: SecretStr | None = None
    key_source: str = ""
    """Which setting the key came from, to be named when the endpoint refuses it."""
    temperature: float | None = None
    seed: int | None = None
    reasoning_effort: str | None = None
    max_tokens: int | None = None
    context: int = 128_000
    timeout: float = 600.0
    retries: int = 4
    protocol: Literal["auto", "text"] = "auto"
    prices: Prices = Prices()
    limits: ReplyLimits = ReplyLimits()

    def secrets(self) -> tuple[str, ...]:
        """The key, unless it is a word that local servers take for one ("ollama", "not-needed")."""
        key = self.api_key.get_secret_value() if self.api_key else ""
        return () if len(key) < 16 and key.replace("-", "").isalpha() else (key,)


class SandboxTable(Settable):
    """`[sandbox]`: limits of each sandbox and the engine's runtime ("" is the engine's default)."""

    memory_mb: int = Field(default=Limits().memory_mb, ge=256)
    cpus: float = Field(default=Limits().cpus, gt=0)
    processes: int = Field(default=Limits().processes, ge=16)
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


class File(Settable):
    """The operator's file."""

    roles: dict[ModelRole | Literal["default"], RoleTable] = {}
    budget: BudgetTable = BudgetTable()
    sandbox: SandboxTable = SandboxTable()
    images: dict[str, str] = {}
    """Image by family ("python", "java-17", ...), by digest if it should not move."""


class Settings(Settable):
    """Everything a process is configured with. A role that is not configured is missing from `roles`."""

    state: Path
    config_file: Path | None = None
    roles: dict[ModelRole, Endpoint] = {}
    budget: Budget = Budget()
    quotas: Quotas = NO_QUOTAS
    sandbox: SandboxTable = SandboxTable()
    images: dict[str, str] = {}

    def secrets(self) -> tuple[str, ...]:
        """Our own secrets, for the redactor."""
        return tuple(sorted({key for end in self.roles.values() for key in end.secrets()}))

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
        config_file=path if data is not None else None,
        roles=_roles(file, env, path.parent),
        budget=file.budget.of_run(),
        quotas=file.budget.quotas(),
        sandbox=file.sandbox,
        images=file.images,
    )


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


def _roles(file: File, env: Mapping[str, str], folder: Path) -> dict[ModelRole, Endpoint]:
    found = [_endpoint(role, file, env, folder) for role in ROLES]
    return {endpoint.role: endpoint for endpoint in found if endpoint}


def _endpoint(role: ModelRole, file: File, env: Mapping[str, str], folder: Path) -> Endpoint | None:
    own, shared = file.roles.get(role, RoleTable()), file.roles.get("default", RoleTable())
    table = RoleTable.model_validate({**_given(shared), **_given(own)})
    model = own.model or env.get("PATCHWRIGHT_MODEL") or shared.model or env.get("OPENAI_MODEL")
    address = table.base_url or _address_of(env)
    if not model or not address:
        return None
    # A table that names its own address does not inherit a key that was meant for another one.
    keys = own if own.base_url and own.base_url != shared.base_url else table
    key, source = _key(role, keys, env, folder, ambient=table.base_url is None)
    given = _given(table, without=("base_url", "api_key_env", "api_key_file", "model"))
    return Endpoint(role=role, base_url=address, model=model, api_key=key, key_source=source, **given)


def _given(table: RoleTable, without: tuple[str, ...] = ()) -> dict[str, Any]:
    values = {name: getattr(table, name) for name in RoleTable.model_fields if name not in without}
    return {name: value for name, value in values.items() if value is not None}


def _address_of(env: Mapping[str, str]) -> str:
    value = env.get("OPENAI_BASE_URL", "")
    if not value:
        return OPENAI_URL if env.get("OPENAI_API_KEY") else ""
    try:
        return base_url(value)
    except ValueError as error:
        raise UsageError(f"The environment variable OPENAI_BASE_URL {error}.") from None


def _key(
    role: ModelRole, table: RoleTable, env: Mapping[str, str], folder: Path, ambient: bool
) -> tuple[SecretStr | None, str]:
    """The key and where it came from. OPENAI_API_KEY goes to OPENAI_BASE_URL only, unless it is named."""
    if table.api_key_file:
        return _key_from_file(folder / Path(table.api_key_file).expanduser(), f"roles.{role}.api_key_file")
    name = table.api_key_env or ("OPENAI_API_KEY" if ambient else "")
    value = env.get(name, "").strip() if name else ""
    if table.api_key_env and not value:
        raise UsageError(f"roles.{role}.api_key_env names {name}, but that environment variable is not set.")
    return _usable(value, f"the environment variable {name}") if value else (None, "")


def _key_from_file(path: Path, setting: str) -> tuple[SecretStr, str]:
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(f"{setting}: others can read {path}. Run: chmod 600 {path}")
        value = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{setting}: {path} cannot be read as a key ({type(error).__name__}).") from None
    return _usable(value, f"{setting} ({path})")


def _usable(value: str, source: str) -> tuple[SecretStr, str]:
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise UsageError(f"The key in {source} is empty or holds characters that no key has.")
    return SecretStr(value), source
