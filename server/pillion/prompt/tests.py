"""The conversation in which a model thinks of inputs for tests: templates are in `tests.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pillion.prompt.blocks import block, put
from pillion.prompt.chat import Message, Role


def asserting(code: str, call: str) -> list[Message]:
    """Return the question for assertions; `call` is how the function is called."""
    return _asked("system", "request", code, call)


def plainly(code: str, call: str) -> list[Message]:
    """Return the question as anybody would ask it; what an evaluation compares with."""
    return _asked("plain_system", "plain", code, call)


def _asked(system: str, request: str, code: str, call: str) -> list[Message]:
    text = put(_templates()[request], code=block(code, "python"), call=call)
    return [Message(Role.SYSTEM, put(_templates()[system])), Message(Role.USER, text)]


@cache
def _templates() -> dict[str, str]:
    return tomllib.loads((files(__package__) / "tests.toml").read_text(encoding="utf-8"))
