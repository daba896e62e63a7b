"""The conversation in which a model repairs a function: templates are data, in `repair.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pillion.prompt.blocks import block, put
from pillion.prompt.chat import Message, Role


def repairing(code: str, failures: str, about: str = "") -> list[Message]:
    """Return the question how `code` is right; `about` is what is said of it elsewhere."""
    told = put(_templates()["about"], text=block(about, "")) if about else ""
    request = put(
        _templates()["request"],
        code=block(code, "python"),
        about=told,
        failures=block(failures, ""),
    )
    return [Message(Role.SYSTEM, put(_templates()["system"])), Message(Role.USER, request)]


def again(answer: str, failures: str) -> list[Message]:
    """Return the turns that follow an answer which fails, too."""
    request = put(_templates()["again"], failures=block(failures, ""))
    return [
        Message(Role.ASSISTANT, block(answer, "python")),
        Message(Role.USER, request),
    ]


@cache
def _templates() -> dict[str, str]:
    return tomllib.loads((files(__package__) / "repair.toml").read_text(encoding="utf-8"))
