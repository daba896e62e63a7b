"""Places where the model left code out (`# ... rest of the code`): filled from the original.

Such a line is filled where the code before and after it stands in the original, too, so that it is
known what it stands for. Anywhere else it would be lost code, and the rewrite is refused.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pillion.base.outcome import Reason
from pillion.post.rewrite.values import Flaw
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.post.rewrite.values import Rewrite

_ALIKE = 0.6

_COMMENT = r"(?:#|//|/\*|--|<!--)"
_WORDS = r"(?:rest|remaining|remainder|existing|other|previous|unchanged|same|omitted|original)\b"
_ELISION = re.compile(
    rf"^\s*{_COMMENT}\s*(?:\.\.\.|\u2026).*$"
    rf"|^\s*{_COMMENT}.*(?:\.\.\.|\u2026)\s*(?:\*/|-->)?\s*$"
    rf"|^\s*{_COMMENT}\s*(?:\(|\[)?(?:the\s+)?{_WORDS}.*\b"
    r"(?:code|methods?|functions?|class|implementation|as before|here|unchanged|same)\b.*$",
    re.IGNORECASE,
)
_BARE = re.compile(r"^\s*(?:\.\.\.|\u2026)\s*$")


def fill_elisions(rewrite: Rewrite) -> Rewrite | Flaw:
    """Put the original's lines in the place of lines that stand for them."""
    original = rewrite.aim.original.split("\n")
    known = {line.strip() for line in original}
    lines = rewrite.text.split("\n")
    if not any(_is_elision(line, known) for line in lines):
        return rewrite
    filled: list[str] = []
    for number, line in enumerate(lines):
        if not _is_elision(line, known):
            filled.append(line)
            continue
        found = _left_out(original, filled, lines[number + 1 :], known)
        filled += [line] if found is None else found
    return replace(rewrite, text="\n".join(filled))


def refuse_elisions(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse lines that stand for others and could not be filled."""
    known = {line.strip() for line in rewrite.aim.original.split("\n")}
    for line in rewrite.text.split("\n"):
        if _is_elision(line, known):
            hint = f"You left code out (`{line.strip()}`). Write the complete code."
            return Flaw(Reason.LEFT_OUT, hint)
    return rewrite


def has_elision(text: str, original: str) -> bool:
    """Tell whether a line of `text` stands for others."""
    known = {line.strip() for line in original.split("\n")}
    return any(_is_elision(line, known) for line in text.split("\n"))


def _is_elision(line: str, known: set[str]) -> bool:
    if line.strip() in known:
        return False  # It is the user's own.
    return bool(_ELISION.match(line) or _BARE.match(line))


def _left_out(
    original: Sequence[str], before: Sequence[str], after: Sequence[str], known: set[str]
) -> list[str] | None:
    """Return the lines of the original between what stands before and what comes after."""
    last = next((line.strip() for line in reversed(before) if not is_blank(line)), None)
    following = next(
        (line.strip() for line in after if not is_blank(line) and not _is_elision(line, known)),
        None,
    )
    start = 0 if last is None else _only(original, last)
    end = len(original) if following is None else _only(original, following)
    if start is None or end is None:
        return None
    begin = start if last is None else start + 1
    return list(original[begin:end]) if begin <= end else None


def _only(lines: Sequence[str], wanted: str) -> int | None:
    """Return where the one line like `wanted` is; None if there is none, or more than one.

    A line that was changed is known by what is left of it.
    """
    bare = [line.strip() for line in lines]
    if wanted not in bare:
        close = get_close_matches(wanted, bare, n=1, cutoff=_ALIKE)
        wanted = close[0] if close else wanted
    found = [number for number, line in enumerate(bare) if line == wanted]
    return found[0] if len(found) == 1 else None
