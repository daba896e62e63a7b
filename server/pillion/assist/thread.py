"""What the model has been told in a conversation, so that it reads only what is new.

A client owns the history and sends it whole; what was attached to earlier messages, and how the
model wrote its answers, is kept here. The prompt only ever grows at its end: then all of it but the
new message is in the KV cache. When it is full, a block of the oldest turns is put in short, and
it grows again from there. A restarted server goes on with what the client sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.decisions import read
from pillion.prompt import talk
from pillion.prompt.chat import Message, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.accepting import Shown
    from pillion.assist.decisions import Decided
    from pillion.assist.doubt import Open
    from pillion.context.chip import Excerpt

MOST_THREADS = 32
"""Conversations that are remembered; of an older one only what the client sends is known."""

_SHORT = 160
"""Characters of a turn that are left of it when it is put in short."""

_SENTENCE = re.compile(r"(?<=[.!?])\s")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn."""

    role: Role
    shown: str
    """As the client has it."""
    told: str
    """As the model has read or written it."""
    command: str = ""
    excerpts: tuple[Excerpt, ...] = ()
    """What was shown beside it."""
    waiting: Open | Shown | None = None
    """The task that waits for an answer, where this is a question."""
    decided: Decided | None = None
    """What the user has decided about examples with it."""
    partial: bool = False
    """An answer that was stopped: the client may have less of it."""

    def is_same(self, message: Message) -> bool:
        """Tell whether a client means this turn."""
        if self.role is not message.role:
            return False
        if self.partial and self.shown.startswith(message.text):
            return True
        # A client keeps the question with the answer, or beside it.
        return message.text in {self.shown, self.told if self.waiting else self.shown}


class Thread:
    """One conversation."""

    def __init__(self, session: str) -> None:
        self.session = session
        """Names its part of the KV cache."""
        self._turns: list[Said] = []
        self._first = 0
        """The turns before this one are in `_lead` only."""
        self._lead = ""

    def follow(self, messages: Sequence[Message]) -> None:
        """Take the history as the client has it: keep what is known, and add what is not."""
        kept = 0
        for turn, message in zip(self._turns, messages, strict=False):
            if not turn.is_same(message):
                break
            kept += 1
        if kept < len(self._turns):
            del self._turns[kept:]
            if kept < self._first:
                self._first, self._lead = 0, ""
        self._turns += [Said(one.role, one.text, one.text) for one in messages[kept:]]

    def add(self, turn: Said) -> None:
        """Add a turn at the end; an answer without a word is none."""
        if turn.shown or turn.told:
            self._turns.append(turn)

    @property
    def waiting(self) -> Open | Shown | None:
        """The question that the next message answers."""
        return self._turns[-1].waiting if self._turns else None

    @property
    def said_by_user(self) -> tuple[str, ...]:
        """What the user has said, the newest last."""
        return tuple(turn.shown for turn in self._turns if turn.role is Role.USER)

    @property
    def decided(self) -> Decided | None:
        """The examples that the user decided about last; they are in what the user said."""
        for turn in reversed(self._turns):
            if turn.role is Role.USER and (found := turn.decided or read(turn.shown)):
                return found
        return None

    def used(self, command: str) -> int:
        """Return how often a slash command was used."""
        return sum(turn.command == command for turn in self._turns)

    @property
    def excerpts(self) -> list[Excerpt]:
        """What the model still sees of what was shown to it."""
        return [one for turn in self._turns[self._first :] for one in turn.excerpts]

    def messages(self, rules: str) -> list[Message]:
        """Return what the model reads."""
        live = [Message(turn.role, turn.told) for turn in self._turns[self._first :]]
        if self._lead and live:
            live[0] = replace(live[0], text=f"{self._lead}\n\n{live[0].text}")
        return [Message(Role.SYSTEM, rules), *live]

    def condense(self, sizes: Sequence[int], room: int) -> bool:
        """Put the oldest turns in short so that about half of `room` is free again.

        `sizes` are the tokens of the messages, the rules included. The last turn always stays;
        returns whether anything was done.
        """
        left = sum(sizes)
        first = self._first
        last = len(self._turns) - 1
        for size in sizes[1:-1]:
            if left <= room // 2 and self._turns[first].role is Role.USER:
                break
            left -= size
            first += 1
        while first < last and self._turns[first].role is not Role.USER:
            first += 1
        if first == self._first:
            return False
        self._first = first
        self._lead = talk.summary(
            [(turn.role is Role.USER, _short(turn.shown)) for turn in self._turns[:first]][-_KEPT:]
        )
        return True


_KEPT = 12
"""Turns that are remembered in short."""


class Threads:
    """The conversations of a session, the least recently used first."""

    def __init__(self) -> None:
        self._threads: dict[str, Thread] = {}

    def get(self, id_: str) -> Thread:
        """Return the conversation `id_`, a new one if it is not known."""
        thread = self._threads.pop(id_, None) or Thread(f"chat:{id_}")
        self._threads[id_] = thread
        while len(self._threads) > MOST_THREADS:
            del self._threads[next(iter(self._threads))]
        return thread


def _short(text: str) -> str:
    first = _SENTENCE.split(text.strip().partition("\n")[0], maxsplit=1)[0]
    return first if len(first) <= _SHORT else first[: _SHORT - 1] + "…"
