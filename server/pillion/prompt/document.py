"""The conversation in which a model documents a function; templates are in `document.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pillion.prompt.blocks import block, put
from pillion.prompt.chat import Message, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def documenting(code: str, language: str, neighbours: Sequence[tuple[str, str]]) -> list[Message]:
    """Return the question; `neighbours` are pairs of code and its documentation."""
    table = _templates()
    examples = neighbours or [_example(language)]
    found = [Message(Role.SYSTEM, put(table["system"]))]
    for its_code, its_doc in examples:
        request = put(table["request"], code=block(its_code, language))
        found += [Message(Role.USER, request), Message(Role.ASSISTANT, its_doc)]
    return [*found, Message(Role.USER, put(table["request"], code=block(code, language)))]


def _example(language: str) -> tuple[str, str]:
    known = _templates()["example"]
    row = known.get(language, known["braces"])
    return row["code"].strip("\n"), row["doc"].strip("\n")


@cache
def _templates() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "document.toml").read_text(encoding="utf-8"))
