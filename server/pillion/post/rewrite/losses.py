"""Code that is gone without having been asked for: a rewrite that is far shorter is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.base.outcome import Reason
from pillion.post.rewrite.values import Flaw
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from pillion.post.rewrite.values import Rewrite

FEWEST_LINES = 12
"""A range of fewer lines may well become one line."""

LEAST_LEFT = 0.3
"""Share of the lines that must be left: comprehensions in the place of loops leave half."""

_SHORTER = re.compile(
    r"\b(?:remove|delete|drop|strip|shorten|simplif|clear|empty|stub)\w*", re.IGNORECASE
)


def refuse_losses(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse a rewrite of which most is missing."""
    before, after = _count(rewrite.aim.original), _count(rewrite.text)
    if before < FEWEST_LINES or after >= before * LEAST_LEFT:
        return rewrite
    if _SHORTER.search(rewrite.aim.instruction):
        return rewrite
    return Flaw(
        Reason.LEFT_OUT,
        f"You wrote {after} lines for {before}. Write the complete code, with all that stays.",
    )


def refuse_unfinished(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse what the token limit cut off."""
    if rewrite.complete:
        return rewrite
    return Flaw(Reason.TOO_LONG, "The code was too long. Change only what was asked for.")


def refuse_unchanged(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse a rewrite that is the original."""
    if _plain(rewrite.text) != _plain(rewrite.aim.original):
        return rewrite
    return Flaw(Reason.UNCHANGED, "You changed nothing. Do what the instruction says.")


def _count(text: str) -> int:
    return sum(not is_blank(line) for line in text.split("\n"))


def _plain(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if not is_blank(line)]
