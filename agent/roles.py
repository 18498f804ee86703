"""The models of each role: from the operator's tables and the environment to complete endpoints.

OPENAI_API_KEY goes to OPENAI_BASE_URL only, and a key to the address that it was named with (LLM-07).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from patchwright.agent.errors import UsageError
from patchwright.agent.messages import ModelRole

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


class RungTable(Settable):
    """What one model of a role sets. `timeout` is the deadline in seconds of one whole call, retries
    included. `context` is how many tokens the model takes. `protocol` "text" forbids native tool calls and schemas.
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


class RoleTable(RungTable):
    """`[roles.default]` and `[roles.NAME]`: what a role sets; the rest comes from `default`.

    `models` is a ladder in place of `model`: the cheapest first, a failed attempt climbs. `fallback`
    answers while a model cannot be reached. What they do not say themselves, the role says.
    """

    models: tuple[RungTable, ...] | None = Field(default=None, min_length=1, max_length=8, strict=False)
    fallback: RungTable | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.model and self.models:
            raise ValueError("sets both model and models; keep one")
        return self


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
    """One model of a role, complete. The key shows only in the one header that carries it (SEC-02)."""

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
        is_word = len(key) < 16 and key.replace("-", "").isalpha()
        return () if is_word or not key else (key,)


class Ladder(Settable):
    """A role's models, the cheapest first, and who answers while one of them cannot be reached."""

    rungs: tuple[Endpoint, ...] = Field(min_length=1)
    fallback: Endpoint | None = None

    def endpoints(self) -> tuple[Endpoint, ...]:
        """All of them, the fallback last."""
        return (*self.rungs, self.fallback) if self.fallback else self.rungs

    def name(self, endpoint: Endpoint) -> str:
        """The model, with its address where another of the role has the same name."""
        same = [end for end in self.endpoints() if end.model == endpoint.model]
        return endpoint.model if len(same) == 1 else f"{endpoint.model} at {endpoint.base_url}"


Tables = Mapping[ModelRole | Literal["default"], RoleTable]


def read_roles(tables: Tables, env: Mapping[str, str], folder: Path) -> dict[ModelRole, Ladder]:
    """The ladder of each role that is configured. Paths are relative to `folder`. Raises `UsageError`."""
    found: dict[ModelRole, Ladder | None] = {role: _ladder(role, tables, env, folder) for role in ROLES}
    return {role: ladder for role, ladder in found.items() if ladder}


def _ladder(role: ModelRole, tables: Tables, env: Mapping[str, str], folder: Path) -> Ladder | None:
    shared, own = tables.get("default", RoleTable()), tables.get(role, RoleTable())
    rungs = _rungs(shared, own, env)
    address = own.base_url or shared.base_url or _address_of(env)
    if not rungs or not (address or all(rung.base_url for rung in rungs)):
        return None
    reader = _Reader(role, (shared, own), env, folder)
    fallback = own.fallback or shared.fallback
    several = len(rungs) > 1
    return Ladder(
        rungs=tuple(
            reader.endpoint(rung, f"roles.{role}" + (f".models.{at}" if several else ""))
            for at, rung in enumerate(rungs)
        ),
        fallback=reader.endpoint(fallback, f"roles.{role}.fallback") if fallback else None,
    )


def _rungs(shared: RoleTable, own: RoleTable, env: Mapping[str, str]) -> tuple[RungTable, ...]:
    """What the role itself says goes before PATCHWRIGHT_MODEL, and that before what is said for all."""
    if own.models:
        return own.models
    now = own.model or env.get("PATCHWRIGHT_MODEL")
    if not now and shared.models:
        return shared.models
    model = now or shared.model or env.get("OPENAI_MODEL")
    return (RungTable(model=model),) if model else ()


class _Reader:
    """Completes the tables of one role."""

    def __init__(self, role: ModelRole, above: Sequence[RungTable], env: Mapping[str, str], folder: Path) -> None:
        self._role: ModelRole = role
        self._above, self._env, self._folder = above, env, folder

    def endpoint(self, rung: RungTable, where: str) -> Endpoint:
        """The endpoint of a table; `where` is how messages name it. Raises `UsageError`."""
        layers = (*self._above, rung)
        table = _merged(layers)
        address = table.base_url or _address_of(self._env)
        if not rung.model or not address:
            raise UsageError(f"{where} needs a {'base_url' if rung.model else 'model'}. Add it to your settings file.")
        key, source = self._key(_meant(layers), where, ambient=table.base_url is None)
        given = _given(table, without=("base_url", "api_key_env", "api_key_file", "model"))
        named: dict[str, Any] = {"base_url": address, "model": rung.model, "api_key": key, "key_source": source}
        return Endpoint(role=self._role, **named, **given)

    def _key(self, table: RungTable, where: str, ambient: bool) -> tuple[SecretStr | None, str]:
        """The key and where it came from."""
        if table.api_key_file:
            return _key_from_file(self._folder / Path(table.api_key_file).expanduser(), f"{where}.api_key_file")
        name = table.api_key_env or ("OPENAI_API_KEY" if ambient else "")
        value = self._env.get(name, "").strip() if name else ""
        if table.api_key_env and not value:
            raise UsageError(f"{where}.api_key_env names {name}, but that environment variable is not set.")
        return _usable(value, f"the environment variable {name}") if value else (None, "")


def _merged(layers: Sequence[RungTable]) -> RungTable:
    """What the last layer says that says anything."""
    values = dict[str, Any]()
    for layer in layers:
        values |= _given(layer)
    return RungTable.model_validate(values)


def _meant(layers: Sequence[RungTable]) -> RungTable:
    """The layers from the one that names the address: it does not inherit a key that was meant for another one."""
    start, address = 0, None
    for at, layer in enumerate(layers):
        if layer.base_url and layer.base_url != address:
            start, address = at, layer.base_url
    return _merged(layers[start:])


def _given(table: RungTable, without: tuple[str, ...] = ()) -> dict[str, Any]:
    values = {name: getattr(table, name) for name in RungTable.model_fields if name not in without}
    return {name: value for name, value in values.items() if value is not None}


def _address_of(env: Mapping[str, str]) -> str:
    value = env.get("OPENAI_BASE_URL", "")
    if not value:
        return OPENAI_URL if env.get("OPENAI_API_KEY") else ""
    try:
        return base_url(value)
    except ValueError as error:
        raise UsageError(f"The environment variable OPENAI_BASE_URL {error}.") from None


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
