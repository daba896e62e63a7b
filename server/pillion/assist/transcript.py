"""A conversation as a document to read, to keep, or to send to somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.prompt.chat import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.prompt.chat import Message

_TITLE = 60
_WHO = {Role.USER: "You", Role.ASSISTANT: "Pillion"}


def title_of(messages: Sequence[Message]) -> str:
    """Return the first words that the user wrote."""
    first = next((one.text for one in messages if one.role is Role.USER), "")
    line = first.strip().partition("\n")[0]
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def to_markdown(messages: Sequence[Message]) -> str:
    """Return a conversation as Markdown."""
    parts = [f"# {title_of(messages) or 'Chat'}"]
    parts += [f"## {_WHO[one.role]}\n\n{one.text.strip()}" for one in messages]
    return "\n\n".join(parts) + "\n"
