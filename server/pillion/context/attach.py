"""What a user attached, as text for the model: read, made to fit, secrets hidden.

    chips, the editor in front -> Library -> Excerpts within the room, and notes on what is missing

What is attached on purpose comes first; the code around the cursor gets what is left of its own,
smaller room. Every excerpt is redacted before it is cut. Nothing here raises for what it finds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.context.chip import Chip, Excerpt, Here, Kind
from pillion.context.index.words import terms
from pillion.context.redact import redact
from pillion.syntax.languages import language_of
from pillion.syntax.outline import outline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pillion.context.library import Library
    from pillion.text.snapshot import Snapshot

_WORD = re.compile(r"\w+")

_LEAST = 200
"""Characters below which an excerpt is of no use."""

_FRAME = 60
"""Characters that the title and the fences of an excerpt take."""

_HITS = 6
"""Pieces of the workspace that a question is answered from."""

_NEAR = 2
"""Lines shown around each problem."""

_WHOLE = 400_000
"""Characters up to which a document is redacted as a whole; of a larger one, the part in use."""


@dataclass(frozen=True, slots=True)
class Room:
    """Characters that may be used."""

    asked: int
    """For all that was attached."""
    around: int
    """For the code around the cursor, which nobody has asked for."""


@dataclass(frozen=True, slots=True)
class Attached:
    """What the model is to see beside the message."""

    excerpts: tuple[Excerpt, ...] = ()
    notes: tuple[str, ...] = ()
    """For the user: what was left out, and why."""
    about: Excerpt | None = None
    """The file that the question is about, if it is about one."""


def attach(
    chips: Sequence[Chip],
    here: Here | None,
    question: str,
    library: Library,
    room: Room,
    *,
    known: Sequence[Excerpt] = (),
) -> Attached:
    """Return the text of what is attached to a question.

    What the model has seen in the conversation already, in `known`, is not shown again.
    """
    excerpts: list[Excerpt] = []
    notes: list[str] = []
    left = room.asked
    for number, chip in enumerate(chips):
        share = left // (len(chips) - number)
        for found in _chip(chip, question, library, share):
            if isinstance(found, str):
                notes.append(found)
            elif not any(_covers(one, found) for one in excerpts):
                excerpts.append(found)
                left -= len(found.text) + _FRAME
    if here and not any(chip.kind in _OF_CODE for chip in chips):
        focus = _Focus(here, question, quiet=bool(chips))
        for found in _around(focus, library, min(room.around, left)):
            if isinstance(found, str):
                notes.append(found)
            else:
                # In front: what was asked for stands next to the question.
                excerpts.insert(0, found)
    about = next((one for one in reversed(excerpts) if one.path), None)
    new = (one for one in excerpts if not any(_covers(other, one) for other in known))
    return Attached(tuple(new), tuple(dict.fromkeys(notes)), about)


_OF_CODE = {Kind.FILE, Kind.SYMBOL, Kind.SELECTION, Kind.DIFF, Kind.REPO}
"""Kinds beside which the code around the cursor is not wanted."""


def _chip(chip: Chip, question: str, library: Library, room: int) -> Iterator[Excerpt | str]:
    if chip.kind is Kind.DIFF:
        yield from _changes(library, room)
    elif chip.kind is Kind.REPO:
        yield from _search(question, library, room)
    elif chip.kind is Kind.SYMBOL and not chip.uri:
        yield from _symbol(chip.name, library, room)
    else:
        yield from _document(chip, question, library, room)


def _document(chip: Chip, question: str, library: Library, room: int) -> Iterator[Excerpt | str]:
    name = library.name(chip.uri)
    document = library.read(chip.uri)
    if isinstance(document, str):
        yield f"{name} was left out: {_lower(document)}"
        return
    if chip.kind is Kind.PROBLEMS:
        yield from _problems(document, name, library, room)
        return
    last = len(document.lines) - 1
    if chip.kind is Kind.FILE:
        wanted = _wanted(document, question)
        yield from _cut(document, name, (0, last), room, wanted)
    else:
        first = min(chip.first, last)
        whole = (first, min(max(chip.last, first), last))
        if chip.kind is Kind.SYMBOL:
            # Some servers give the range of the name only.
            whole = _definition_at(document, whole)
        yield from _cut(document, name, whole, room, None)


@dataclass(frozen=True, slots=True)
class _Focus:
    """What in the document in front is wanted."""

    here: Here
    question: str
    quiet: bool
    """Whether it is not worth a note if the document can't be shown."""


def _around(focus: _Focus, library: Library, room: int) -> Iterator[Excerpt | str]:
    """Yield the code that the question names, else around the cursor; and what is selected."""
    here = focus.here
    document = library.read(here.uri)
    name = library.name(here.uri)
    if isinstance(document, str):
        if not focus.quiet:
            yield f"{name} was left out: {_lower(document)}"
        return
    last = len(document.lines) - 1
    first, until = min(here.first, last), min(here.last, last)
    named = None if here.selected else _named(document, focus.question)
    core = named or _definition_at(document, (first, until))
    is_part = here.whole and core != (first, until)
    if is_part:
        first, until = core
    selected = _excerpt(document, name, first, until) if here.selected or is_part else None
    if selected and len(selected.text) > room:
        yield from _cut(document, name, (first, until), room, None)
        return
    left = room - len(selected.text) if selected else room
    around = _window(document, core, left)
    if selected:
        title = f"The code in question: {selected.title}"
        yield replace(selected, title=title, selected=True)
    # Small models mend and explain whatever they see: they get to see only what is meant.
    if around and around != (first, until) and not (selected and here.whole):
        yield _excerpt(document, name, *around)


def _cut(
    document: Snapshot, name: str, lines: tuple[int, int], room: int, wanted: tuple[int, int] | None
) -> Iterator[Excerpt | str]:
    """Yield these lines of a document, or as many around the `wanted` ones as fit."""
    first, last = lines
    if document.lines.ends[last] - document.lines.starts[first] <= room:
        yield _excerpt(document, name, first, last)
        return
    found = _window(document, wanted or (first, first), room, within=lines)
    if found is None:
        yield f"{name} was left out: there is no room for it."
        return
    yield _excerpt(document, name, *found)
    yield f"Of {name} only lines {found[0] + 1}-{found[1] + 1} are seen: the rest has no room."


def _window(
    document: Snapshot,
    core: tuple[int, int],
    room: int,
    within: tuple[int, int] | None = None,
) -> tuple[int, int] | None:
    """Return the lines around `core` that fit, as many before it as behind; None if none do."""
    lines = document.lines
    least, most = within or (0, len(lines) - 1)

    def size(first: int, last: int) -> int:
        return lines.ends[last] - lines.starts[first]

    if room < _LEAST and size(*core) > room:
        return None
    first = core[0]
    last = first
    if size(first, last) > room:
        return None
    while last < core[1] and size(first, last + 1) <= room:
        last += 1
    grown = True
    while grown:
        grown = False
        if first > least and size(first - 1, last) <= room:
            first, grown = first - 1, True
        if last < most and size(first, last + 1) <= room:
            last, grown = last + 1, True
    return first, last


def _excerpt(document: Snapshot, name: str, first: int, last: int) -> Excerpt:
    lines = document.lines
    start, end = lines.starts[first], lines.ends[last]
    whole = first == 0 and last == len(lines) - 1
    title = name if whole else f"{name}, lines {first + 1}-{last + 1}"
    return Excerpt(
        title, _redacted(document, start, end), document.language, name, first=first, last=last
    )


def _redacted(document: Snapshot, start: int, end: int) -> str:
    """Hide secrets in a part of a document; whole lines, and private keys that begin before it."""
    text = document.text
    if len(text) <= _WHOLE:
        return redact(text, document.language)[start:end]
    begin = text.rfind("\n", 0, max(0, start - 12_000)) + 1
    return redact(text[begin:end], document.language)[start - begin :]


def _definition_at(document: Snapshot, lines: tuple[int, int]) -> tuple[int, int]:
    """Return the lines of the innermost definition that holds these lines; else the lines."""
    found = outline(document.text, language_of(document.language, document.uri)).definitions
    first, last = lines
    holding = [one for one in found if one.line <= first and last <= one.end_line]
    if not holding:
        return lines
    best = min(holding, key=lambda one: one.end_line - one.line)
    return best.line, best.end_line


def _named(document: Snapshot, question: str) -> tuple[int, int] | None:
    """Return the lines of the first definition whose name stands in a question as it is."""
    words = set(_WORD.findall(question))
    found = outline(document.text, language_of(document.language, document.uri)).definitions
    telling = (one for one in found if one.name in words and len(one.name) > 2)
    return next(((one.line, one.end_line) for one in telling), None)


def _wanted(document: Snapshot, question: str) -> tuple[int, int] | None:
    """Return the lines of the definition that a question names most of."""
    asked = set(terms(question))
    found = outline(document.text, language_of(document.language, document.uri)).definitions
    scored = [(len(asked & set(terms(one.name))), one) for one in found]
    best = max(scored, key=lambda item: item[0], default=None)
    return (best[1].line, best[1].end_line) if best and best[0] else None


def _problems(
    document: Snapshot, name: str, library: Library, room: int
) -> Iterator[Excerpt | str]:
    found = library.problems(document.uri)
    if not found:
        yield f"No problems of {name} are known."
        return
    texts: list[str] = []
    used = 0
    count = len(document.lines)
    for item in found:
        first, last = min(item.first, count - 1), min(item.last, count - 1)
        near = _excerpt(document, name, max(0, first - _NEAR), min(count - 1, last + _NEAR))
        source = f" ({item.source})" if item.source else ""
        message = redact(" ".join(item.message.split()))
        text = f"Line {first + 1}, {item.severity}{source}: {message}\n{near.text}\n"
        if used + len(text) > room:
            yield f"Of {len(found)} problems of {name} only {len(texts)} are seen."
            break
        texts.append(text)
        used += len(text)
    if texts:
        yield Excerpt(f"Problems in {name}", "\n".join(texts), "", name, last=count - 1)


def _changes(library: Library, room: int) -> Iterator[Excerpt | str]:
    found = library.changes()
    if not found:
        yield "There are no changes since the last commit, or there is no git repository."
        return
    left_out = []
    for number, change in enumerate(found):
        share = room // (len(found) - number)
        text = redact(change.text)
        if len(text) > share:
            text = text[:share].rpartition("\n")[0]
            left_out.append(change.path)
        if len(text) >= min(_LEAST, len(change.text)):
            room -= len(text)
            yield Excerpt(f"Changes of {change.path}", text, "diff")
    if left_out:
        yield f"Not all changes are seen: {', '.join(left_out[:5])}."


def _search(question: str, library: Library, room: int) -> Iterator[Excerpt | str]:
    """Yield the pieces of the workspace that have most to do with a question."""
    words = terms(question)
    seen = 0
    for index in library.indexes:
        for hit in index.search(words, _HITS):
            document = library.read((index.root / hit.path).as_uri())
            if isinstance(document, str):
                continue
            last = len(document.lines) - 1
            cut = _excerpt(document, hit.path, min(hit.line, last), min(hit.end_line, last))
            if len(cut.text) <= room:
                room -= len(cut.text) + _FRAME
                seen += 1
                yield cut
    if not seen:
        yield "Nothing in the workspace was found for this question, or it is not indexed yet."


def _symbol(name: str, library: Library, room: int) -> Iterator[Excerpt | str]:
    for index in library.indexes:
        for found in index.defined(name.rpartition(".")[2], 1):
            uri = (index.root / found.path).as_uri()
            item = found.definition
            chip = Chip(Kind.SYMBOL, uri, item.line, item.end_line, name)
            yield from _document(chip, "", library, room)
            return
    yield f"Nothing called {name} was found in the workspace."


def _covers(known: Excerpt, new: Excerpt) -> bool:
    """Tell whether all of `new` is shown already, as it is now."""
    if known == new:
        return True
    same = bool(new.path) and known.path == new.path and known.language == new.language
    inside = same and known.first <= new.first and new.last <= known.last
    return inside and not new.selected and new.text in known.text


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
