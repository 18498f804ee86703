"""Prompts are Markdown files with `{{named}}` placeholders."""

import re
from importlib.resources import files

_PLACEHOLDER = re.compile(r"\{\{([a-z_]+)\}\}")


def prompt(name: str, **values: str) -> str:
    """The text of `name`.md with each placeholder filled once; what is filled in is never read for placeholders.

    Raises KeyError for a placeholder without a value, ValueError for a value without a placeholder.
    """
    text = files("patchwright.agent.prompts").joinpath(f"{name}.md").read_text("utf-8")
    if unused := values.keys() - set(_PLACEHOLDER.findall(text)):
        raise ValueError(f"the prompt {name} has no place for {', '.join(sorted(unused))}")
    return _PLACEHOLDER.sub(lambda found: values[found[1]].strip("\n"), text).strip("\n")
