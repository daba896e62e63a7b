"""The conversation in which a model rewrites code: templates are data, in `edit.toml`.

Text of files stands in code blocks that it cannot close, and is never markup of the model.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pillion.prompt.blocks import block, put
from pillion.prompt.chat import Message, Role

if TYPE_CHECKING:
    from collections.abc import Mapping


def rewriting(
    code: str, instruction: str, language: str, tag: str, around: str = ""
) -> list[Message]:
    """Return the first question: `code` is to be rewritten as `instruction` says.

    `language` is the name for the model, `tag` what code blocks are marked with; `around` is other
    code of the file.
    """
    other = put(_templates()["around"], code=block(around, tag)) if around else ""
    request = put(
        _templates()["request"],
        around=other,
        language=language,
        code=block(code, tag),
        instruction=instruction,
    )
    return [Message(Role.SYSTEM, put(_templates()["system"])), Message(Role.USER, request)]


def repairing(answer: str, problem: str, instruction: str) -> list[Message]:
    """Return the turns that follow an answer which cannot be used."""
    request = put(_templates()["repair"], problem=problem, instruction=instruction)
    return [Message(Role.ASSISTANT, answer), Message(Role.USER, request)]


def instruction_of(action: str, **words: str) -> str:
    """Return what the model is told to do for an action."""
    return put(_templates()["actions"][action], **words)


@cache
def _templates() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "edit.toml").read_text(encoding="utf-8"))
