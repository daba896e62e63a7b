"""The security look: which weaknesses a change would bring in that were not there before.

before, after -> bandit (Python), queries per language, secrets -> what is new, each with its CWE

Rules only, no model and no network; it runs beside a preview, not at every keystroke. What it does
not find may still be there, so nothing is ever called safe because of it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pillion.security import patterns, python, secrets
from pillion.security.weakness import Weakness
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from pillion.syntax.languages import Language

__all__ = ["Weakness", "found", "weaknesses"]


def weaknesses(before: str, after: str, language: Language) -> list[Weakness]:
    """Return what is weak in `after` and was not in `before`, with ranges of `after`."""
    if before == after:
        return []
    new = found(after, language)
    if not new:
        return []
    known = Counter(_key(before, one) for one in found(before, language))
    start, end = _changed(before, after)
    parsed = parse(before, language)
    # Code that does not parse may hold what the rules can't see: there, only the change counts.
    broken = parsed is None or parsed.broken
    if language.id == "python":
        broken = not python.parses(before)
    left = []
    for one in new:
        key = _key(after, one)
        if known[key] > 0:
            known[key] -= 1
        elif not broken or (one.start < end and one.end > start):
            left.append(one)
    # A weakness that was rewritten and is as weak as before is not a new one.
    gone = Counter(cwe for (cwe, _), count in known.items() for _ in range(count))
    fresh = []
    for one in left:
        if gone[one.cwe] > 0:
            gone[one.cwe] -= 1
        else:
            fresh.append(one)
    return fresh


def found(text: str, language: Language) -> list[Weakness]:
    """Return everything that is weak in `text`, one for each CWE and line, in its order."""
    everything = [*patterns.look(text, language), *secrets.look(text, language)]
    if language.id == "python":
        everything += python.look(text)
    unique: dict[tuple[int, int], Weakness] = {}
    for one in sorted(everything, key=lambda one: (one.start, one.end)):
        unique.setdefault((one.cwe, text.count("\n", 0, one.start)), one)
    return list(unique.values())


def _changed(before: str, after: str) -> tuple[int, int]:
    """Return the range of `after` that is not the same at both ends of `before`."""
    limit = min(len(before), len(after))
    start = next((n for n in range(limit) if before[n] != after[n]), limit)
    ends = range(limit - start)
    tail = next((n for n in ends if before[-1 - n] != after[-1 - n]), limit - start)
    return start, max(start + 1, len(after) - tail)


def _key(text: str, one: Weakness) -> tuple[int, str]:
    """Tell a weakness apart from others wherever it has moved to."""
    return one.cwe, " ".join(text[one.start : one.end].split())
