"""Documentation of a function, in the style of its neighbours; the code itself stays untouched.

    function -> documented neighbours -> prompt -> model -> what is true of it -> one insertion

The model writes the text only. Where it goes, how it is marked, indented and wrapped is decided by
syntax, and the parser confirms that nothing else has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.assist.asking import ask
from pillion.assist.edit import Edited, Refused
from pillion.base.outcome import Nothing, Reason
from pillion.context.redact import redact
from pillion.post.documentation import bare, documentation_lines, marked, style_of
from pillion.post.rewrite.indent import dedent
from pillion.prompt.document import documenting
from pillion.syntax.check import error_count
from pillion.syntax.definitions import definitions
from pillion.syntax.doc_comments import documentation, marks_of, place_for
from pillion.text.edits import Edit
from pillion.text.lines import eol_of

if TYPE_CHECKING:
    from pillion.engine.base import Cancel, Engine
    from pillion.syntax.definitions import Definition
    from pillion.syntax.doc_comments import Marks
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot

MOST_TOKENS = 160
_NEIGHBOURS = 2
_MOST_LINES = 120
_MOST_NEIGHBOUR_LINES = 25
_WIDEST, _NARROWEST = 100, 79


async def document(
    snapshot: Snapshot,
    parsed: Parsed,
    definition: Definition,
    engine: Engine,
    cancel: Cancel,
) -> Edited | Refused:
    """Write the documentation of `definition`, which has none.

    Raises `EngineError` when the model cannot answer.
    """
    marks, place = marks_of(parsed.language.id), place_for(snapshot, parsed, definition)
    if marks is None or place is None:
        return Refused(Nothing(Reason.NO_CODE_HERE))
    if definition.end_line - definition.line > _MOST_LINES:
        return Refused(Nothing(Reason.RANGE_TOO_LARGE, f"{_MOST_LINES} lines are the most."))
    start, indent = place
    shown = redact(snapshot.text, snapshot.language)
    near = _neighbours(snapshot, parsed, definition)
    pairs = [
        (_without(shown, one, where, marks), bare_marked(shown[slice(*where)]))
        for one, where in near
    ]
    code = _code(shown, definition)
    style = style_of([bare(snapshot.text[slice(*where)]) for _, where in near], _width(snapshot))
    begin = _begin(marks, definition)
    text, _ = await ask(
        engine,
        documenting(code, parsed.language.id, pairs),
        cancel,
        begin=begin,
        end=lambda text: _end(text, marks),
        most=MOST_TOKENS,
        session=f"document:{snapshot.uri}",
    )
    text = begin + text
    if cancel.is_set():
        return Refused(Nothing(Reason.CANCELLED), text, 1)
    lines = documentation_lines(text, code, definition.signature, style, indent)
    if isinstance(lines, Nothing):
        return Refused(lines, text, 1)
    comment = marked(lines, marks, indent)
    edit = Edit(start, start, comment.replace("\n", eol_of(snapshot.text)))
    before = error_count(snapshot.text, parsed.language) or 0
    if (error_count(edit.apply(snapshot.text), parsed.language) or 0) > before:
        return Refused(Nothing(Reason.SYNTAX), comment, 1)
    return Edited((edit,), comment, about=(definition.start, definition.end))


def bare_marked(comment: str) -> str:
    """Return documentation with its marks, at the margin."""
    head, _, tail = comment.partition("\n")
    return f"{head}\n{dedent(tail)}" if tail else head


def _neighbours(
    snapshot: Snapshot, parsed: Parsed, definition: Definition
) -> list[tuple[Definition, tuple[int, int]]]:
    """Return the nearest documented functions that are short enough to be read along."""
    found: list[tuple[Definition, tuple[int, int]]] = []
    others = [
        one
        for one in definitions(parsed)
        if one.kind in {"function", "method"}
        and one != definition
        and one.doc
        and one.end_line - one.line < _MOST_NEIGHBOUR_LINES
    ]
    others.sort(key=lambda one: abs(one.line - definition.line))
    for one in others:
        where = documentation(snapshot, parsed, one)
        if where is not None:
            found.append((one, where))
            if len(found) == _NEIGHBOURS:
                break
    return found


def _code(text: str, definition: Definition) -> str:
    start = text.rfind("\n", 0, definition.start) + 1
    return dedent(text[start : definition.end].replace("\r\n", "\n"))


def _without(text: str, one: Definition, where: tuple[int, int], marks: Marks) -> str:
    """Return the code of a definition without its documentation."""
    if not marks.inside:
        return _code(text, one)
    start = text.rfind("\n", 0, one.start) + 1
    line = text.rfind("\n", 0, where[0]) + 1
    end = text.find("\n", where[1]) + 1 or len(text)
    return dedent((text[start:line] + text[end : one.end]).replace("\r\n", "\n"))


def _width(snapshot: Snapshot) -> int:
    """Return the width that the document keeps to."""
    longest = max((len(snapshot.line(n)) for n in range(len(snapshot.lines))), default=0)
    return min(_WIDEST, max(_NARROWEST, longest))


def _begin(marks: Marks, definition: Definition) -> str:
    if marks.inside:
        return marks.open
    if marks.close:
        return f"{marks.open}\n{marks.lead.rstrip()}"
    # By Go's convention.
    return f"{marks.open}{definition.name}" if marks.open == "// " else marks.open.rstrip()


def _end(text: str, marks: Marks) -> int | None:
    if marks.close:
        found = text.find(marks.close.strip())
        return found if found >= 0 else None
    # The first line that is no comment ends it.
    at = 0
    for number, line in enumerate(text.split("\n")):
        if number and line.strip() and not line.startswith(marks.lead.strip()):
            return at
        at += len(line) + 1
    return None


def can_document(snapshot: Snapshot, parsed: Parsed, definition: Definition) -> bool:
    """Tell whether a definition has no documentation and a place for it."""
    return (
        not definition.doc
        and place_for(snapshot, parsed, definition) is not None
        and documentation(snapshot, parsed, definition) is None
    )
