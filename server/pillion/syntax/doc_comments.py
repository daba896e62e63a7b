"""Documentation of definitions: where it is, where it would go, and how each language writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.text.lines import indent_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from pillion.syntax.definitions import Definition
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Marks:
    """How documentation is marked."""

    open: str
    lead: str
    """What its further lines begin with."""
    close: str
    inside: bool = False
    """It stands in the body, not above the definition."""


_BLOCK = Marks("/**", " * ", " */")
_MARKS = {
    "python": Marks('"""', "", '"""', inside=True),
    "javascript": _BLOCK,
    "typescript": _BLOCK,
    "tsx": _BLOCK,
    "java": _BLOCK,
    "kotlin": _BLOCK,
    "php": _BLOCK,
    "c": _BLOCK,
    "cpp": _BLOCK,
    "go": Marks("// ", "// ", ""),
    "rust": Marks("/// ", "/// ", ""),
    "ruby": Marks("# ", "# ", ""),
}


def marks_of(language_id: str) -> Marks | None:
    """Return how a language marks documentation; None where that is not known."""
    return _MARKS.get(language_id)


def documentation(
    snapshot: Snapshot, parsed: Parsed, definition: Definition
) -> tuple[int, int] | None:
    """Return where the documentation of a definition is; None if it has none."""
    marks = marks_of(parsed.language.id)
    if marks is None:
        return None
    if marks.inside:
        body = _body(parsed, definition)
        first = body.named_children[0] if body is not None and body.named_children else None
        string = first.named_children[0] if first is not None and first.named_children else None
        if first is None or first.type != "expression_statement" or string is None:
            return None
        return parsed.span(string) if string.type == "string" else None
    first_line = last_line = definition.line
    while first_line > 0 and _is_comment(snapshot.line(first_line - 1), marks):
        first_line -= 1
    if first_line == last_line:
        return None
    start = snapshot.lines.starts[first_line] + len(indent_of(snapshot.line(first_line)))
    return start, snapshot.lines.ends[last_line - 1]


def place_for(snapshot: Snapshot, parsed: Parsed, definition: Definition) -> tuple[int, str] | None:
    """Return the start of the line that documentation goes in front of, and its indentation."""
    marks = marks_of(parsed.language.id)
    if marks is None:
        return None
    offset = definition.start
    if marks.inside:
        body = _body(parsed, definition)
        if body is None or not body.named_children:
            return None
        offset = parsed.span(body.named_children[0])[0]
    line = snapshot.lines.at(offset)
    start = snapshot.lines.starts[line]
    if snapshot.text[start:offset].strip():
        return None  # The body is on the line of the header.
    return start, indent_of(snapshot.line(line))


def _is_comment(line: str, marks: Marks) -> bool:
    text = line.strip()
    if marks.close:
        return text.startswith(("/**", "*"))
    return text.startswith(marks.open.strip()) and not text.startswith(("#!", "//go:"))


def _body(parsed: Parsed, definition: Definition) -> Node | None:
    """Return the block of a definition of Python."""
    first, last = parsed.offsets.to_byte(definition.start), parsed.offsets.to_byte(definition.end)
    node = parsed.tree.root_node.descendant_for_byte_range(first, max(first, last - 1))
    while node is not None and node.type not in {"function_definition", "class_definition"}:
        if node.type == "decorated_definition":
            node = node.child_by_field_name("definition")
        else:
            node = node.parent
    return node.child_by_field_name("body") if node is not None else None
