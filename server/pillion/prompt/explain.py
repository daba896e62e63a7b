"""The conversation in which a model explains code: templates are data, in `explain.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pillion.prompt.blocks import block, put
from pillion.prompt.chat import Message, Role

if TYPE_CHECKING:
    from collections.abc import Mapping


def explaining(code: str, language: str, tag: str, uses: str = "") -> list[Message]:
    """Return the question what `code` does; `uses` are the headers of what it uses."""
    headers = put(_templates()["uses"], code=block(uses, tag)) if uses else ""
    request = put(_templates()["request"], uses=headers, language=language, code=block(code, tag))
    return [Message(Role.SYSTEM, put(_templates()["system"])), Message(Role.USER, request)]


def numbered(code: str, first: int) -> str:
    """Return `code` with a number in front of each line, counting from `first`."""
    lines = code.split("\n")
    width = len(str(first + len(lines)))
    return "\n".join(f"{first + n:>{width}} {line}".rstrip() for n, line in enumerate(lines))


@cache
def _templates() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "explain.toml").read_text(encoding="utf-8"))
