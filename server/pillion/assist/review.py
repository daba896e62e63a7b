"""A review of a file, or of what has changed in it, without a model.

text, lines -> correctness (pyflakes, or ruff where the project has it), security (the look),
               syntax -> one list, nothing twice, each with a range that exists

No model has a part in it: what small ones would find has not been measured. Every finding is
one that a rule can name, and carries an edit where the rule knows one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.refactor.python.imports import problems_of
from pillion.refactor.python.source import read
from pillion.refactor.values import applied
from pillion.security.look import found, weaknesses
from pillion.syntax.check import error_count
from pillion.syntax.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pillion.syntax.languages import Language
    from pillion.text.edits import Edit
    from pillion.text.snapshot import Snapshot

CORRECTNESS = "correctness"
SECURITY = "security"
READABILITY = "readability"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on a range of a text."""

    start: int
    end: int
    role: str
    message: str
    code: str = ""
    """The rule's own name: ``CWE-89``, ``F401``."""
    edits: tuple[Edit, ...] = ()
    """What would mend it, where that is known."""


def review(
    snapshot: Snapshot,
    before: str | None = None,
    linted: Iterable[Finding] = (),
    only: tuple[int, int] | None = None,
) -> list[Finding]:
    """Return what is to be said of a text, in its order.

    With `before`, only of lines that it does not have; with `only`, only of that range. `linted`
    is what a linter of the project's own has said.
    """
    language = language_of(snapshot.language, snapshot.uri)
    linted = list(linted)
    everything = [*_broken(snapshot, language), *linted]
    everything += _secure(snapshot, before, language)
    if language.id == "python" and not linted:
        everything += _correct(snapshot)
    lines = None if before is None else _new_lines(before, snapshot)
    kept = [one for one in everything if _wanted(snapshot, one, lines, only)]
    return _merged(snapshot, kept)


def mended(text: str, findings: Iterable[Finding]) -> str:
    """Return the text with the edits of the findings; of two that overlap, the first one's."""
    chosen: list[Edit] = []
    for one in findings:
        if not any(_overlap(new, old) for new in one.edits for old in chosen):
            chosen += one.edits
    return applied(text, tuple(chosen))


def _overlap(one: Edit, other: Edit) -> bool:
    """Whether two edits touch; the same edit twice does."""
    return one.start <= other.end and other.start <= one.end


def _broken(snapshot: Snapshot, language: Language) -> list[Finding]:
    lines = snapshot.lines
    found = []
    if error_count(snapshot.text, language):
        for number in range(len(lines)):
            start, end = lines.starts[number], lines.ends[number]
            if error_count(snapshot.text, language, start, end):
                found.append(Finding(start, end, CORRECTNESS, "There is a syntax error.", "syntax"))
                break
    return found


def _secure(snapshot: Snapshot, before: str | None, language: Language) -> list[Finding]:
    text = snapshot.text
    weak = found(text, language) if before is None else weaknesses(before, text, language)
    return [Finding(one.start, one.end, SECURITY, one.message, f"CWE-{one.cwe}") for one in weak]


def _correct(snapshot: Snapshot) -> list[Finding]:
    source = read(snapshot.text)
    if source is None:
        return []
    return [
        Finding(start, end, CORRECTNESS, f"{message[:1].upper()}{message[1:]}.", code)
        for start, end, message, code in problems_of(source)
    ]


def _new_lines(before: str, snapshot: Snapshot) -> Collection[int]:
    """Return the numbers of the lines that `before` does not have, by the lines' own text."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - only a review needs it.

    old = before.splitlines()
    new = [snapshot.line(number) for number in range(len(snapshot.lines))]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return {
        number
        for tag, _, _, first, last in matcher.get_opcodes()
        if tag != "equal"
        for number in range(first, last)
    }


def _wanted(
    snapshot: Snapshot,
    one: Finding,
    lines: Collection[int] | None,
    only: tuple[int, int] | None,
) -> bool:
    if only is not None and (one.end < only[0] or one.start > only[1]):
        return False
    first, last = snapshot.lines.at(one.start), snapshot.lines.at(max(one.start, one.end - 1))
    return lines is None or any(number in lines for number in range(first, last + 1))


def _merged(snapshot: Snapshot, findings: list[Finding]) -> list[Finding]:
    """Return the findings in order; of those that say the same of a line, the one with an edit."""
    size = len(snapshot.text)
    kept: dict[tuple[int, str, str], Finding] = {}
    for one in findings:
        start = max(0, min(one.start, size))
        place = Finding(
            start, max(start, min(one.end, size)), one.role, one.message, one.code, one.edits
        )
        key = (snapshot.lines.at(start), one.role, one.code or one.message)
        if key not in kept or (place.edits and not kept[key].edits):
            kept[key] = place
    return sorted(kept.values(), key=lambda one: (one.start, one.end, one.role))
