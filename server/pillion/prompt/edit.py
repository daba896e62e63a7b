"""The conversation in which a model rewrites code: templates are data, in `edit.toml`.

Text of files stands in code blocks that it cannot close, and is never markup of the model.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
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
    request = put(
        _templates()["request"],
        around=_around(around, tag),
        language=language,
        code=block(code, tag),
        instruction=instruction,
    )
    return [Message(Role.SYSTEM, put(_templates()["system"])), Message(Role.USER, request)]


def repairing(answer: str, problem: str, instruction: str) -> list[Message]:
    """Return the turns that follow an answer which cannot be used."""
    request = put(_templates()["repair"], problem=problem, instruction=instruction)
    return [Message(Role.ASSISTANT, answer), Message(Role.USER, request)]


def planning(request: Message) -> Message:
    """Return the first question, to be answered in words: what has to change?"""
    return replace(request, text=f"{request.text}\n\n{put(_templates()['plan'])}")


def going_on(plan: str) -> list[Message]:
    """Return the turns that follow such an answer."""
    return [Message(Role.ASSISTANT, plan), Message(Role.USER, put(_templates()["go_on"]))]


def annotating(code: str, around: str = "") -> list[Message]:
    """Return the question which types the header of a function of Python should have."""
    return _asked("types", code=block(code, "python"), around=_around(around, "python"))


def naming(code: str, name: str, tag: str) -> list[Message]:
    """Return the question how a variable should be called."""
    return _asked("name", code=block(code, tag), name=name)


def translating(code: str, language: str, target: str, tag: str) -> list[Message]:
    """Return the question how code reads in another language."""
    return _asked("translate", code=block(code, tag), language=language, target=target)


def instruction_of(action: str, **words: str) -> str:
    """Return what the model is told to do for an action."""
    return put(_templates()["actions"][action], **words)


def _around(code: str, tag: str) -> str:
    return put(_templates()["around"], code=block(code, tag)) if code else ""


def _asked(template: str, /, **words: str) -> list[Message]:
    table = _templates()[template]
    return [
        Message(Role.SYSTEM, put(table["system"], **words)),
        Message(Role.USER, put(table["request"], **words)),
    ]


@cache
def _templates() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "edit.toml").read_text(encoding="utf-8"))
