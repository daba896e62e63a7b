"""Organise imports: those that nothing uses go, the others are sorted within their group.

A blank line, a comment, or an import for its effects alone ends a group. In JavaScript an import
is never taken out as a whole, because loading the module may do something; TypeScript does not
load what only has unused names.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pillion.refactor.script.proof import shape
from pillion.refactor.script.source import below, read, reparsed
from pillion.refactor.values import Plan, applied, not_here
from pillion.text.edits import Edit

if TYPE_CHECKING:
    from tree_sitter import Node

    from pillion.base.outcome import Nothing
    from pillion.refactor.script.source import Source
    from pillion.refactor.values import Request

_KINDS = frozenset({"identifier", "type_identifier", "shorthand_property_identifier"})


def organise(request: Request) -> Plan | Nothing:
    """Sort the imports and take out what is not used."""
    source = read(request)
    if source is None:
        return not_here("The file does not parse.")
    return _organised(source)


@lru_cache(maxsize=8)
def _organised(source: Source) -> Plan | Nothing:
    """Do it for a text; an editor asks again wherever the cursor goes."""
    groups = _groups(source)
    if not groups:
        return not_here("There are no imports.")
    used = {source.slice(one) for one in below(source.root) if _is_use(one)}
    # JSX of the older kind calls React without naming it.
    used |= {"React"} if any("jsx" in one.type for one in below(source.root)) else set()
    edits = tuple(edit for group in groups if (edit := _group(source, group, used)) is not None)
    if not edits:
        return not_here("They are in order, and all of them are used.")
    imports = {one.id for group in groups for one in group}

    def holds() -> bool:
        after = reparsed(source, applied(source.text, edits))
        if after is None:
            return False
        rest = [shape(after, one) for one in after.root.named_children if one.type != _IMPORT]
        was = [shape(source, one) for one in source.root.named_children if one.type != _IMPORT]
        return rest == was and bool(imports)

    return Plan(edits, holds)


_IMPORT = "import_statement"


def _is_use(node: Node) -> bool:
    if node.type not in _KINDS:
        return False
    parent = node.parent
    while parent is not None and parent.type != "program":
        if parent.type == _IMPORT:
            return False
        parent = parent.parent
    return True


def _groups(source: Source) -> list[list[Node]]:
    """Return runs of imports on lines of their own, without anything in between."""
    groups: list[list[Node]] = [[]]
    for node in source.root.named_children:
        start, end = source.span(node)
        plain = (
            node.type == _IMPORT
            and any(one.type == "import_clause" for one in node.named_children)
            and source.begins_line(start)
            and source.ends_line(end)
            and not any(one.type == "comment" for one in below(node))
        )
        if not plain:
            groups.append([])
            continue
        if groups[-1] and source.next_line(source.span(groups[-1][-1])[1]) != source.line_start(
            start
        ):
            groups.append([])
        groups[-1].append(node)
    return [group for group in groups if group]


def _group(source: Source, group: list[Node], used: set[str]) -> Edit | None:
    start, end = source.span(group[0])[0], source.span(group[-1])[1]
    typed = source.parsed.language.id != "javascript"
    kept = [(node, text) for node in group if (text := _kept(source, node, used, typed=typed))]
    kept.sort(key=lambda pair: _order(source, pair[0]))
    eol = "\r\n" if "\r\n" in source.text else "\n"
    new = eol.join(text for _, text in kept)
    if not kept:
        end = source.next_line(end)
    return Edit(start, end, new) if new != source.text[start:end] else None


def _order(source: Source, node: Node) -> tuple[int, str]:
    """Sort packages before what lies beside the file, as TypeScript does."""
    path = node.child_by_field_name("source")
    module = source.slice(path).strip("\"'") if path is not None else ""
    return int(module.startswith(".")), module.lower()


def _kept(source: Source, node: Node, used: set[str], *, typed: bool) -> str:
    """Return an import without the names that are not used; empty where nothing is left."""
    text = source.slice(node)
    clause = next(one for one in node.named_children if one.type == "import_clause")
    names = {one.id: _local(source, one) for one in _parts(clause)}
    gone = [one for one in _parts(clause) if names[one.id] not in used]
    if not gone:
        return text
    if len(gone) == len(names):
        return "" if typed else text
    if any(one.type != "import_specifier" for one in gone):
        return text
    specifiers = [one for one in _parts(clause) if one.type == "import_specifier"]
    left = [source.slice(one) for one in specifiers if one not in gone]
    if not left:
        return text
    return re.sub(r"\{[^{}]*\}", lambda _: "{ " + ", ".join(left) + " }", text, count=1)


def _parts(clause: Node) -> list[Node]:
    found = []
    for one in clause.named_children:
        found += one.named_children if one.type == "named_imports" else [one]
    return [one for one in found if one.type != "comment"]


def _local(source: Source, part: Node) -> str:
    name = part.child_by_field_name("alias") or part.child_by_field_name("name")
    if name is None:
        name = part.named_children[-1] if part.named_children else part
    return source.slice(name)
