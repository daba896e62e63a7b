"""The exact input for a conversation, in the format that the model was trained on.

A model file brings its format along, as a Jinja template. It is rendered with a mark in place of
every message; what stands between the marks is the model's own markup, and only there special
tokens are read. So a message or a file that spells `<|im_start|>` cannot begin a turn.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pillion.prompt.model_input import Markup, Piece, Prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}{{ '<|im_start|>assistant\n' }}"
)
"""For a model file without a template; most models of code use this one."""

_MARK = re.compile("\ue000(\\d+)\ue001")
"""Stands for a message while the template is rendered; of characters that no template has."""


class Role(StrEnum):
    """Who said it."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    text: str


def chat(messages: Sequence[Message], template: str, begin: str = "") -> Prompt:
    """Lay out a conversation whose next turn is the model's.

    `template` is the model's own (`ModelInfo.chat_template`); if it is empty or cannot be used,
    ChatML is. What was said before stays in front unchanged when turns are added behind it, so
    that the KV cache is used again. With `begin` the model goes on from there; it is no part of
    the output.
    """
    pieces = _laid_out(messages, template)
    if not begin:
        return Prompt(pieces)
    return Prompt((*pieces, begin), heal_last_token=True)


def _laid_out(messages: Sequence[Message], template: str) -> tuple[Piece, ...]:
    marked = [
        {"role": message.role.value, "content": f"\ue000{index}\ue001"}
        for index, message in enumerate(messages)
    ]
    rendered = _render(template, marked)
    places = [int(place) for place in _MARK.findall(rendered)]
    if places != list(range(len(messages))):
        # The template fails, or leaves a message out (some know no system message).
        rendered = _render(CHATML, marked)
    pieces: list[Piece] = []
    for index, part in enumerate(_MARK.split(rendered)):
        if index % 2:
            pieces.append(messages[int(part)].text)
        elif part:
            pieces.append(Markup(part))
    return tuple(piece for piece in pieces if piece)


def _render(template: str, messages: Sequence[dict[str, str]]) -> str:
    from jinja2 import TemplateError  # noqa: PLC0415 - not needed to complete code.

    try:
        return _compiled(template).render(
            messages=messages, add_generation_prompt=True, bos_token="", eos_token=""
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError):
        return ""


@functools.lru_cache(maxsize=4)
def _compiled(template: str) -> Template:
    """Return a template, ready to be rendered; those of model files come from strangers."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    # As transformers renders them; templates count on it.
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = _raise
    return environment.from_string(template)


def _raise(message: str) -> None:
    raise ValueError(message)
