"""What a range of code speaks of: definitions of the names it uses, here and in the workspace.

A model that explains or rewrites the range then knows what the names are, and what it says about
them can be checked. Nothing here raises; without an index there are the definitions of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.context.redact import redact
from pillion.syntax.definitions import definitions
from pillion.syntax.imports import ALL
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pillion.context.index.index import Index
    from pillion.syntax.definitions import Definition
    from pillion.syntax.languages import Language
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot

MOST = 10
"""Definitions that are looked up; a range of code that uses more is about its own business."""

_MOST_PLACES = 2
"""A name that is defined in more places says little about which one is meant."""

_KINDS = frozenset(("function", "method", "class", "interface", "type", "enum", "constant"))


@dataclass(frozen=True, slots=True)
class Term:
    """A name that stands in the range, and what it is."""

    name: str
    signature: str
    doc: str
    """First line of its documentation."""
    path: str
    line: int
    """From 0."""


def glossary(
    snapshot: Snapshot,
    start: int,
    end: int,
    language: Language,
    *,
    index: Index | None = None,
    path: str = "",
) -> tuple[Term, ...]:
    """Return what is known of the names in ``text[start:end]``, in their order; secrets hidden."""
    parsed = parse(snapshot.text, language)
    if parsed is None:
        return ()
    found: dict[tuple[str, int], Term] = {}
    for name in names_in(parsed, start, end):
        for where, item in _meant(name, parsed, (start, end), index, path):
            # Redacted as a whole, as everything is that a model sees.
            signature = redact(item.signature, snapshot.language)
            doc = redact(item.doc, snapshot.language)
            found.setdefault(
                (where, item.line), Term(item.qualified, signature, doc, where, item.line)
            )
        if len(found) >= MOST:
            break
    return tuple(found.values())[:MOST]


def names_in(parsed: Parsed, start: int, end: int) -> list[str]:
    """Return the identifiers in a range, each once, in their order."""
    first, last = parsed.offsets.to_byte(start), parsed.offsets.to_byte(end)
    nodes = [
        node
        for captures in parsed.matches("references", start, end)
        for node in captures.get("reference", ())
        if first <= node.start_byte and node.end_byte <= last
    ]
    return list(dict.fromkeys(parsed.slice(node) for node in nodes))


def _meant(
    name: str, parsed: Parsed, inside: tuple[int, int], index: Index | None, path: str
) -> Iterator[tuple[str, Definition]]:
    """Yield the definitions that a name may mean, the file they are in first."""
    start, end = inside
    here = [item for item in definitions(parsed) if item.name == name and item.kind in _KINDS]
    if here:
        outside = [item for item in here if item.end <= start or item.start >= end]
        yield from ((path, item) for item in outside[:_MOST_PLACES])
        return
    if index is None:
        return
    for item in index.imports_of(path):
        if any(alias == name for _, alias in item.names):
            for target in index.resolve(path, item):
                if target.alias == name and target.name != ALL:
                    for one in index.definitions_in(target.path, (target.name,)):
                        if one.name == target.name and not one.scope:
                            yield target.path, one
                            return
    known = index.defined(name, _MOST_PLACES + 1, near=path, languages=(parsed.language.id,))
    if len(known) <= _MOST_PLACES:
        yield from ((one.path, one.definition) for one in known if one.definition.kind in _KINDS)
