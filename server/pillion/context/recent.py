"""What the user changed and visited lately: pure state, fed with every change of a document.

    before, after, changed lines -> hunks, merged per region -> edits, newest first

A keystroke costs what it changes, not what the document holds. Everything is bounded, lives in
memory only and ends with the session. Texts are as they were typed; `EditorState` hides secrets.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pillion.text.snapshot import Snapshot

_GAP = 2
"""Unchanged lines between two changes that count as one."""

_LARGEST = 40
"""Lines of the largest hunk. More is a paste or a formatter, which say nothing of what comes."""

_PER_DOCUMENT = 6
_KEPT = 12
"""Hunks, per document and of all documents."""

_PLACES = 16
_REACH = 12
"""Visited places, and the lines on both sides of one that were probably seen."""


class Span(NamedTuple):
    """Lines that were replaced: `old` of them, from `first` on, by `new`."""

    first: int
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class RecentEdit:
    """One region that was changed: whole lines before and after, each with a line break."""

    uri: str
    language: str
    line: int
    """Where it begins now, or began when the document was closed."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Lines that the user had before his eyes."""

    uri: str
    language: str
    first: int
    last: int


def changed_lines(before: Snapshot, after: Snapshot) -> Span:
    """Find the lines that differ, from the first to the last; for changes without ranges."""
    prefix = _common(before.text, after.text)
    room = min(len(before.text), len(after.text)) - prefix
    suffix = min(room, _common(before.text[::-1], after.text[::-1]))
    first = before.lines.at(prefix)
    last = before.lines.at(len(before.text) - suffix)
    old = last - first + 1
    return Span(first, old, old + len(after.lines) - len(before.lines))


class RecentEdits:
    """The last changes of all documents."""

    def __init__(self) -> None:
        self._hunks: dict[str, list[_Hunk]] = {}
        self._closed: deque[tuple[int, RecentEdit]] = deque(maxlen=_KEPT)
        self._clock = 0

    def change(self, before: Snapshot, span: Span) -> None:
        """Take note that lines of `before` were replaced."""
        start, end = span.first, span.first + span.old
        touched: list[_Hunk] = []
        others: list[_Hunk] = []
        for hunk in self._hunks.get(before.uri, ()):
            apart = hunk.first > end + _GAP or hunk.first + hunk.count < start - _GAP
            (others if apart else touched).append(hunk)
            if hunk.first > end + _GAP:
                hunk.first += span.new - span.old
        start = min([start, *(hunk.first for hunk in touched)])
        end = max([end, *(hunk.first + hunk.count for hunk in touched)])
        self._clock += 1
        if max(end - start, end - start + span.new - span.old) <= _LARGEST:
            original = _original(before, start, end, touched)
            count = end - start + span.new - span.old
            others.append(_Hunk(before.language, start, count, original, self._clock))
        others.sort(key=lambda hunk: hunk.clock)
        self._hunks[before.uri] = others[-_PER_DOCUMENT:]

    def close(self, snapshot: Snapshot) -> None:
        """Keep the changes of a document whose text will not be known any more."""
        for hunk in self._hunks.pop(snapshot.uri, ()):
            if edit := hunk.edit(snapshot):
                self._closed.append((hunk.clock, edit))

    def forget(self, uri: str) -> None:
        """Drop the changes of a document whose text was lost."""
        self._hunks.pop(uri, None)

    def edits(self, documents: Mapping[str, Snapshot]) -> tuple[RecentEdit, ...]:
        """Return the changes, newest first; `documents` are the open ones by URI."""
        found = list(self._closed)
        for uri, hunks in self._hunks.items():
            if snapshot := documents.get(uri):
                found.extend((hunk.clock, edit) for hunk in hunks if (edit := hunk.edit(snapshot)))
        found.sort(key=lambda item: item[0], reverse=True)
        return tuple(edit for _, edit in found[:_KEPT])


class Visits:
    """The last places where the cursor was."""

    def __init__(self) -> None:
        self._places: deque[_Place] = deque(maxlen=_PLACES)

    def visit(self, uri: str, language: str, line: int) -> None:
        """Put a place first; one nearby is the same place."""
        for place in self._places:
            if place.uri == uri and abs(place.line - line) <= 2 * _REACH:
                self._places.remove(place)
                break
        self._places.appendleft(_Place(uri, language, line))

    def shift(self, uri: str, span: Span) -> None:
        """Move the places below a change along with their lines."""
        for place in self._places:
            if place.uri == uri and place.line >= span.first + span.old:
                place.line += span.new - span.old

    def visited(self) -> tuple[Visit, ...]:
        """Return the places, newest first."""
        return tuple(
            Visit(place.uri, place.language, max(0, place.line - _REACH), place.line + _REACH)
            for place in self._places
        )


@dataclass(slots=True)
class _Place:
    uri: str
    language: str
    line: int


@dataclass(slots=True)
class _Hunk:
    """`count` lines from `first` on, in the place of the lines `original`."""

    language: str
    first: int
    count: int
    original: list[str] = field(repr=False)
    clock: int = 0

    def edit(self, snapshot: Snapshot) -> RecentEdit | None:
        """Return the change as it is now, None if it was taken back."""
        last = min(self.first + self.count, len(snapshot.lines))
        now = [snapshot.line(number) for number in range(self.first, last)]
        head = _same(self.original, now)
        tail = _same(self.original[head:][::-1], now[head:][::-1])
        before = self.original[head : len(self.original) - tail]
        after = now[head : len(now) - tail]
        if before == after:
            return None
        return RecentEdit(
            snapshot.uri, self.language, self.first + head, _text(before), _text(after)
        )


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _original(before: Snapshot, start: int, end: int, touched: list[_Hunk]) -> list[str]:
    """Return what lines `start` to `end` of `before` were before the `touched` hunks began."""
    lines: list[str] = []
    done = start
    for hunk in sorted(touched, key=lambda hunk: hunk.first):
        lines.extend(before.line(number) for number in range(done, hunk.first))
        lines.extend(hunk.original)
        done = hunk.first + hunk.count
    lines.extend(before.line(number) for number in range(done, min(end, len(before.lines))))
    return lines


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines both begin with."""
    size = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        size += 1
    return size


def _common(one: str, other: str) -> int:
    """Return how many characters both begin with; comparing whole slices is fast in Python."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
