"""The chats of the command line: a file each, per project, for this user alone.

Nothing is sent anywhere. `pillion chat --delete` removes them, `--export` writes one as Markdown.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.assist.transcript import title_of
from pillion.base.errors import UsageError
from pillion.base.paths import chats_dir
from pillion.prompt.chat import Message, Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST = 50
"""Chats that are kept of a project; beyond that the oldest are removed."""

_DAMAGED = (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError)
"""What comes of a file that is not what was written."""


@dataclass
class Conversation:
    """One chat."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    when: float = field(default_factory=time.time)
    messages: list[Message] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The first words that the user wrote."""
        return title_of(self.messages)


class Conversations:
    """The chats of one project."""

    def __init__(self, root: str) -> None:
        self._folder = chats_dir() / hashlib.sha256(os.fsencode(root)).hexdigest()[:16]

    def all(self) -> list[Conversation]:
        """Return all chats, the newest first; a file that can't be read is left out."""
        return sorted(self._read(), key=lambda one: -one.when)

    def get(self, id_: str) -> Conversation:
        """Return the chat `id_`, or the newest for ``last``. Raises `UsageError`."""
        known = self.all()
        if known and id_ == "last":
            return known[0]
        for one in known:
            if one.id == id_:
                return one
        raise UsageError(f"There is no chat `{id_}` here; `pillion chat --list` names them.")

    def keep(self, chat: Conversation) -> None:
        """Write a chat, and remove the oldest if there are too many."""
        chat.when = time.time()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        body = {
            "when": chat.when,
            "messages": [{"role": one.role.value, "text": one.text} for one in chat.messages],
        }
        path = self._path(chat.id)
        new = path.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - for its mode.
            # ASCII only, so that half a surrogate pair in a pasted text can be kept.
            json.dump(body, file)
        new.replace(path)
        for old in self.all()[MOST:]:
            self.delete(old.id)

    def delete(self, id_: str) -> None:
        """Remove a chat."""
        self._path(id_).unlink(missing_ok=True)

    def clear(self) -> int:
        """Remove all chats of the project; return how many there were."""
        known = self.all()
        for one in known:
            self.delete(one.id)
        with contextlib.suppress(OSError):
            self._folder.rmdir()
        return len(known)

    def _path(self, id_: str) -> Path:
        return self._folder / f"{id_}.json"

    def _read(self) -> Iterator[Conversation]:
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(*_DAMAGED):
                body = json.loads(path.read_text(encoding="utf-8"))
                messages = [
                    Message(Role(one["role"]), str(one["text"])) for one in body["messages"]
                ]
                yield Conversation(path.stem, float(body["when"]), messages)
