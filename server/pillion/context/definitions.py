"""What the names around the cursor are: definitions elsewhere, as skeletons without bodies.

Names that the file imports are looked for where its imports lead; other names near the cursor
where the workspace defines them, if it does so in few places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pillion.context.nearby import names_in
from pillion.context.snippet import Snippet, Source
from pillion.syntax.imports import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Protocol

    from pillion.context.index.values import Found, Target
    from pillion.context.nearby import Nearby
    from pillion.context.view import View
    from pillion.syntax.definitions import Definition
    from pillion.syntax.imports import Import

    class Knows(Protocol):
        """What is needed of `pillion.context.index.index.Index`."""

        def imports_of(self, path: str) -> Sequence[Import]:
            """Return the imports of a file."""

        def resolve(self, path: str, import_: Import) -> tuple[Target, ...]:
            """Return where an import leads."""

        def definitions_in(self, path: str, names: Sequence[str] = ()) -> Sequence[Definition]:
            """Return the definitions of a file."""

        def defined(
            self, name: str, limit: int, *, near: str, languages: tuple[str, ...]
        ) -> list[Found]:
            """Return the definitions of a name."""


_IMPORTS, _NAMES = 12, 10
"""Imports and other names that are looked up: those whose names weigh most."""

_UNUSED = 1.2
"""Score of a name that was imported and is not used yet: it is about to be."""

_IMPORTED = 0.3
_LEAST = 0.25

_MOST_PLACES = 3
"""A name that is defined in more places says little about which one is meant."""

_MOST = 12
_MOST_CHARS = 600
"""Length of one skeleton."""


class _Candidate(NamedTuple):
    score: float
    path: str
    definition: Definition
    why: str


def definitions(view: View, near: Nearby, index: Knows) -> list[Snippet]:
    """Return skeletons of what is defined elsewhere, best first."""
    found: dict[tuple[str, str], _Candidate] = {}
    for one in (*_imported(view, near, index), *_named(view, near, index)):
        key = (one.path, one.definition.qualified)
        if one.score >= _LEAST and (key not in found or one.score > found[key].score):
            found[key] = one
    chosen = sorted(found.values(), key=lambda one: -one.score)[:_MOST]
    shown = [_snippet(one, near, index) for one in chosen]
    return [one for one in shown if one.text]


def _imported(view: View, near: Nearby, index: Knows) -> Iterator[_Candidate]:
    text = view.site.snapshot.text
    wanted = []
    for item in index.imports_of(view.path) if view.path else ():
        weight = max((near.names.get(alias, 0.0) for _, alias in item.names if alias), default=0.0)
        fresh = any(alias and alias != ALL and _uses(text, alias) <= 1 for _, alias in item.names)
        wanted.append((max(weight, float(fresh)), item))
    wanted.sort(key=lambda pair: -pair[0])
    for _, item in wanted[:_IMPORTS]:
        for target in index.resolve(view.path, item):
            if target.name == ALL or not target.alias:
                continue
            score = _IMPORTED + 2 * near.names.get(target.alias, 0.0)
            if _uses(text, target.alias) <= 1:
                score += _UNUSED
            for one in index.definitions_in(target.path, (target.name,)):
                if one.name == target.name and not one.scope:
                    why = f"{target.alias} is imported here"
                    yield _Candidate(score, target.path, one, why)
                    break


def _named(view: View, near: Nearby, index: Knows) -> Iterator[_Candidate]:
    heaviest = sorted(near.names.items(), key=lambda item: -item[1])
    tried = 0
    for name, weight in heaviest:
        if len(name) < 4 or weight < _LEAST:
            continue
        tried += 1
        if tried > _NAMES:
            return
        found = index.defined(name, _MOST_PLACES + 1, near=view.path, languages=view.languages)
        found = [
            one
            for one in found
            if one.definition.kind != "field"
            and not view.sees(one.path, one.definition.line, one.definition.line)
        ]
        if len(found) > _MOST_PLACES:
            continue
        for one in found:
            share = 1.6 if one.path == view.path else 1.0
            if one.definition.kind == "method":
                share *= 0.7
            score = weight * share / len(found)
            yield _Candidate(score, one.path, one.definition, f"{name} is used here")


def _uses(text: str, name: str) -> int:
    """Count how often `name` stands in `text`, up to two times, as a word or as part of one."""
    first = text.find(name)
    return 0 if first < 0 else 1 if text.find(name, first + 1) < 0 else 2


def _snippet(one: _Candidate, near: Nearby, index: Knows) -> Snippet:
    item = one.definition
    members: Sequence[Definition] = ()
    if item.kind in {"class", "interface", "enum", "type"}:
        inside = index.definitions_in(one.path, (item.name,))
        members = [member for member in inside if member.scope == item.qualified]
    text = skeleton(item, members, near.names)
    if item.scope:
        text = f"{item.scope}: {text}"
    return Snippet(Source.DEFINITION, one.path, item.line, item.end_line, text, one.score, one.why)


def skeleton(item: Definition, members: Sequence[Definition], names: Mapping[str, float]) -> str:
    """Return a definition's header, the first line of its documentation and its members' headers.

    Where there is no room for all members, those that `names` weigh most come in.
    """
    lines = [item.signature]
    room = _MOST_CHARS - len(item.signature)
    ranked = sorted(members, key=lambda member: (-_weight(member, names), member.start))
    chosen = []
    for member in ranked:
        if len(member.signature) + 5 <= room:
            chosen.append(member)
            room -= len(member.signature) + 5
    lines += [f"    {one.signature}" for one in sorted(chosen, key=lambda one: one.start)]
    if item.doc and not members and len(item.doc) < room:
        lines.append(f"    {item.doc}")
    return "\n".join(lines)


def _weight(member: Definition, names: Mapping[str, float]) -> float:
    weight = 2 * names.get(member.name, 0.0)
    weight += max((names.get(name, 0.0) for name in names_in(member.signature)), default=0.0)
    if member.name in {"__init__", "constructor"}:
        return weight + 2
    if member.kind == "field":
        return weight + 0.3
    return weight - 0.5 * member.name.startswith("_")
