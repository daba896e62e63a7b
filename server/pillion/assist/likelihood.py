"""How likely a model finds a changed line, in the place where it stands.

The model is given the question and the function up to the change, and must go on with it; what
counts is the probability of each token on the way, against that of the lines as they were.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.engine.base import Priority, Request, write
from pillion.prompt.blocks import fence_for
from pillion.prompt.chat import chat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.engine.base import Cancel, Engine
    from pillion.prompt.chat import Message


class Likelihood:
    """Compares versions of one text."""

    def __init__(
        self, engine: Engine, messages: Sequence[Message], original: str, cancel: Cancel
    ) -> None:
        self._engine, self._messages, self._cancel = engine, messages, cancel
        self._original = original
        self._known: dict[tuple[str, str], float] = {}

    async def of(self, version: str) -> float:
        """Return the logarithm of how much likelier the changed lines are than the original's."""
        before, old, new = changed(self._original, version)
        if old == new:
            return 0.0
        return await self._of(before, new) - await self._of(before, old)

    async def _of(self, before: str, lines: str) -> float:
        if (before, lines) not in self._known:
            self._known[before, lines] = await self._asked(before, lines)
        return self._known[before, lines]

    async def _asked(self, before: str, lines: str) -> float:
        info = await self._engine.load()
        (size,) = await self._engine.count([lines])
        fence = fence_for(self._original)
        prompt = chat(self._messages, info.chat_template, f"{fence}python\n{before}")
        request = Request(
            # One token more than there are, for a split that is not the usual one.
            replace(prompt, heal=lines),
            max_tokens=size + 2,
            session="repair",
            priority=Priority.CHAT,
        )
        (written,) = await write(self._engine, request, self._cancel)
        return written.finish.begun_log_probability


def changed(old: str, new: str) -> tuple[str, str, str]:
    """Return what is the same in front, and the lines that differ with the next one behind them."""
    a, b = old.split("\n"), new.split("\n")
    first = 0
    while first < min(len(a), len(b)) and a[first] == b[first]:
        first += 1
    last = 0
    while last < min(len(a), len(b)) - first and a[-1 - last] == b[-1 - last]:
        last += 1
    last = max(0, last - 1)
    before = "".join(f"{line}\n" for line in a[:first])
    return before, "\n".join(a[first : len(a) - last]), "\n".join(b[first : len(b) - last])
