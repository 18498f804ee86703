"""Rows of SWE-bench's family (full, Lite, Verified, Multilingual, Live) and of MigrationBench as instances."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import ValidationError

from patchwright.evals.instance import Environment, EvalType, Instance

TARGET = "java-17"
"""What MigrationBench migrates to."""


class BadRow(ValueError):
    """The row is no instance; says what is wrong in it."""


def read_row(row: object) -> Instance:
    """One instance. Raises `BadRow`."""
    if not isinstance(row, dict):
        raise BadRow("it is not an object")
    found = cast("dict[str, Any]", row)
    try:
        return _migration(found) if _is_migration(found) else _instance(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadRow(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _instance(row: Mapping[str, Any]) -> Instance:
    return Instance(
        instance_id=_text(row, "instance_id"),
        repo=_text(row, "repo"),
        base_commit=_text(row, "base_commit"),
        problem_statement=_text(row, "problem_statement"),
        patch=_text(row, "patch", ""),
        test_patch=_text(row, "test_patch", ""),
        fail_to_pass=ids(row, "FAIL_TO_PASS"),
        pass_to_pass=ids(row, "PASS_TO_PASS"),
        version=_text(row, "version", ""),
        created_at=str(row.get("created_at") or ""),
        environment_setup_commit=_text(row, "environment_setup_commit", ""),
        eval_type=cast("EvalType", row.get("eval_type") or "pass_and_fail"),
        environment=_environment(row),
        language=str(row.get("language") or row.get("repo_language") or "").lower(),
    )


def _environment(row: Mapping[str, Any]) -> Environment:
    commands = row.get("test_cmds") or row.get("test_cmd") or ()
    lines: list[str] = [commands] if isinstance(commands, str) else [str(one) for one in commands]
    script = _text(row, "eval_script", "") or "\n".join(lines)
    image = next((str(row[key]) for key in ("image", "docker_image", "image_name") if row.get(key)), "")
    return Environment(image=image, script=script, log_parser=_text(row, "log_parser", ""))


def ids(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of test ids, also as JSON in a string. Raises `BadRow`."""
    value = row.get(key)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise BadRow(f"{key} is a string that holds no list") from None
    if value is None or isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise BadRow(f"{key} is missing or no list")
    items = list(cast("Iterable[object]", value))
    if not all(isinstance(item, str) for item in items):
        raise BadRow(f"{key} holds something else than texts")
    return tuple(cast("list[str]", items))


def _is_migration(row: Mapping[str, Any]) -> bool:
    return "problem_statement" not in row and ("num_test_cases" in row or "num_pom_xml" in row)


def _migration(row: Mapping[str, Any]) -> Instance:
    repo = _text(row, "repo")
    return Instance(
        instance_id=_text(row, "instance_id", "") or repo.removeprefix("https://github.com/").replace("/", "__"),
        repo=repo,
        base_commit=_text(row, "base_commit"),
        problem_statement=f"Migrate this project from Java 8 to {TARGET.replace('java-', 'Java ')}.",
        kind="transformation",
        transformation=TARGET,
        tests_before=int(row.get("num_test_cases") or 0),
        language=TARGET,
    )


def _text(row: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = row.get(key, default)
    value = default if value is None else value
    if not isinstance(value, str):
        raise BadRow(f"{key} is missing" if value is None else f"{key} is no text")
    return value
