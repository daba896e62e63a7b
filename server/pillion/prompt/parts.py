"""A prompt taken apart again, for engines that want something else than one row of tokens.

Servers take fill-in-the-middle as text, or as prefix and suffix, and conversations as messages.
Markup and special tokens are values of their own in a prompt, so nothing is guessed here. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.prompt.chat import Message, Role, chat
from pillion.prompt.fim import NO_FIM
from pillion.prompt.model_input import Markup, Prompt, Special, is_text

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

ROLES = "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}<next>"
"""A chat template for engines that lay out conversations by themselves: the markup is the role."""

FIM = frozenset({Special.FIM_PREFIX, Special.FIM_SUFFIX, Special.FIM_MIDDLE})
"""What a model needs to fill in the middle."""


@dataclass(frozen=True, slots=True)
class Fim:
    """A prompt for filling in the middle, by its parts."""

    prefix: str
    suffix: str
    typed: str
    """What stands behind the middle token, the unfinished word left out."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A prompt for chat, by its parts."""

    messages: tuple[Message, ...]
    begin: str
    """How the answer begins; no part of the output."""


def fim(prompt: Prompt) -> Fim | None:
    """Return the parts of a prompt that fills in the middle; None if it does not."""
    # By identity: a text may be equal to it.
    if not any(piece is Special.FIM_MIDDLE for piece in prompt.pieces):
        return None
    parts = dict.fromkeys(FIM, "")
    here = Special.FIM_PREFIX
    for piece in prompt.pieces:
        if isinstance(piece, Special):
            here = piece if piece in FIM else here
        elif is_text(piece):
            parts[here] += piece
    return Fim(
        *(parts[key] for key in (Special.FIM_PREFIX, Special.FIM_SUFFIX, Special.FIM_MIDDLE))
    )


def conversation(prompt: Prompt) -> Conversation | None:
    """Return the messages of a prompt laid out with `ROLES`; None if it is none."""
    messages: list[Message] = []
    for index, piece in enumerate(prompt.pieces):
        if isinstance(piece, Markup):
            if piece == Markup("<next>"):
                rest = prompt.pieces[index + 1 :]
                return Conversation(tuple(messages), "".join(filter(is_text, rest)))
            try:
                messages.append(Message(Role(piece.text.strip("<>")), ""))
            except ValueError:
                return None
        elif is_text(piece) and messages:
            messages[-1] = replace(messages[-1], text=messages[-1].text + piece)
    return None


def fitted(prompt: Prompt, specials: AbstractSet[Special], template: str) -> Prompt:
    """Return the prompt for a model with these special tokens and this chat template.

    Conversations must be laid out with `ROLES`. Without fill-in-the-middle tokens the text after
    the cursor is lost.
    """
    if talk := conversation(prompt):
        return prompt if template == ROLES else chat(talk.messages, template, talk.begin)
    if (parts := fim(prompt)) and FIM - specials:
        text = (parts.prefix + parts.typed) or "\n"
        return replace(prompt, pieces=(text,), note=NO_FIM)
    return prompt
