"""Type annotations for a function of Python: the model writes its header, and only that.

    function -> prompt -> header -> the same header without annotations? -> names that exist -> edit

The body is never touched, and nothing but annotations may differ: that is compared as Python's own
parser reads both headers.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from typing import TYPE_CHECKING

from pillion.assist.asking import ask
from pillion.assist.edit import Edited, Refused
from pillion.base.outcome import Nothing, Reason
from pillion.context.redact import redact
from pillion.post.rewrite.indent import dedent
from pillion.prompt.edit import annotating
from pillion.syntax.check import error_count
from pillion.text.edits import Edit
from pillion.text.lines import eol_of, indent_of

if TYPE_CHECKING:
    from pillion.engine.base import Cancel, Engine
    from pillion.syntax.definitions import Definition
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot

_MOST_TOKENS = 120
_MOST_LINES = 120
_WIDEST = 100
_HEADER = re.compile(r"(?:async\s+)?def\s+\w+\s*\(")

_Function = ast.FunctionDef | ast.AsyncFunctionDef


async def annotate(
    snapshot: Snapshot, parsed: Parsed, definition: Definition, engine: Engine, cancel: Cancel
) -> Edited | Refused:
    """Annotate the header of `definition`. Raises `EngineError` when the model cannot answer."""
    span = header_span(parsed, definition)
    if span is None:
        return Refused(Nothing(Reason.NO_CODE_HERE))
    if definition.end_line - definition.line > _MOST_LINES:
        return Refused(Nothing(Reason.RANGE_TOO_LARGE, f"{_MOST_LINES} lines are the most."))
    start, end = span
    shown = redact(snapshot.text, snapshot.language)
    line = snapshot.lines.starts[snapshot.lines.at(start)]
    code = dedent(shown[line : definition.end].replace("\r\n", "\n"))
    old = snapshot.text[start:end]
    opening = _HEADER.match(old)
    if opening is None:
        return Refused(Nothing(Reason.NO_CODE_HERE))
    text, _ = await ask(
        engine,
        annotating(code),
        cancel,
        begin=f"```python\n{opening[0]}",
        end=_end_of_header,
        most=_MOST_TOKENS,
        session=f"annotate:{snapshot.uri}",
    )
    if cancel.is_set():
        return Refused(Nothing(Reason.CANCELLED), text, 1)
    new = opening[0] + text.rstrip()
    problem = _problem(old, new, snapshot.text)
    if problem is not None:
        return Refused(problem, new, 1)
    new = _wrapped(new, indent_of(snapshot.text[line:start] + "x")).replace(
        "\n", eol_of(snapshot.text)
    )
    edit = Edit(start, end, new)
    before = error_count(snapshot.text, parsed.language) or 0
    if (error_count(edit.apply(snapshot.text), parsed.language) or 0) > before:
        return Refused(Nothing(Reason.SYNTAX), new, 1)
    return Edited((edit,), new)


def header_span(parsed: Parsed, definition: Definition) -> tuple[int, int] | None:
    """Return where the header is, from ``def`` to the colon, both included."""
    first = parsed.offsets.to_byte(definition.start)
    last = parsed.offsets.to_byte(definition.end)
    node = parsed.tree.root_node.descendant_for_byte_range(first, max(first, last - 1))
    while node is not None and node.type != "function_definition":
        inner = node.child_by_field_name("definition")
        node = inner if inner is not None else node.parent
    if node is None:
        return None
    colon = next((one for one in node.children if one.type == ":"), None)
    return (parsed.span(node)[0], parsed.span(colon)[1]) if colon is not None else None


def lacks_types(parsed: Parsed, definition: Definition) -> bool:
    """Tell whether a parameter, or the return value, has no annotation."""
    span = header_span(parsed, definition)
    if span is None:
        return False
    function = _parsed(parsed.offsets.text[slice(*span)])
    if function is None:
        return False
    return function.returns is None or any(one.annotation is None for one in _named(function))


def _problem(old: str, new: str, document: str) -> Nothing | None:
    """Return why a header cannot take the place of another; None if it can."""
    before, after = _parsed(old), _parsed(new)
    if before is None or after is None:
        return Nothing(Reason.SYNTAX)
    if _bare(before) != _bare(after):
        return Nothing(Reason.SIGNATURE)
    if not _keeps_annotations(before, after):
        return Nothing(Reason.SIGNATURE)
    if ast.dump(before) == ast.dump(after):
        return Nothing(Reason.UNCHANGED)
    names = {node.id for node in ast.walk(after) if isinstance(node, ast.Name)}
    unknown = sorted(
        name
        for name in names
        if not hasattr(builtins, name) and not re.search(rf"(?<!\w){name}(?!\w)", document)
    )
    if unknown:
        return Nothing(Reason.UNKNOWN_NAME, f"`{unknown[0]}` is not imported.")
    return None


def _parsed(header: str) -> _Function | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(f"{header.rstrip()} pass")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = module.body[0] if len(module.body) == 1 else None
    return found if isinstance(found, _Function) else None


def _bare(function: _Function) -> str:
    """Return a header as it is without annotations."""
    copy = ast.parse(ast.unparse(function)).body[0]
    for node in ast.walk(copy):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, _Function):
            node.returns = None
    return ast.dump(copy)


def _keeps_annotations(before: _Function, after: _Function) -> bool:
    """Tell whether annotations that were there are the same."""
    pairs = [(before.returns, after.returns)]
    pairs += [
        (old.annotation, new.annotation)
        for old, new in zip(_arguments(before), _arguments(after), strict=True)
    ]
    return all(old is None or (new and ast.dump(old) == ast.dump(new)) for old, new in pairs)


def _arguments(function: _Function) -> list[ast.arg]:
    found = function.args
    starred = [one for one in (found.vararg, found.kwarg) if one]
    return [*found.posonlyargs, *found.args, *found.kwonlyargs, *starred]


def _named(function: _Function) -> list[ast.arg]:
    return [one for one in _arguments(function) if one.arg not in {"self", "cls"}]


def _end_of_header(text: str) -> int | None:
    """Return where the colon behind the closing bracket is."""
    depth = 1
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == ":" and depth == 0:
            return at + 1
        if depth < 0:
            return at
    return None


def _wrapped(header: str, indent: str) -> str:
    """Put each parameter on a line of its own where the header is too wide."""
    if "\n" in header or len(indent) + len(header) <= _WIDEST:
        return header
    function = _parsed(header)
    if function is None:
        return header
    opening = header.index("(") + 1
    closing = header.rindex(")")
    parts, depth, begin = [], 0, opening
    for at in range(opening, closing):
        char = header[at]
        depth += (char in "([{") - (char in ")]}")
        if char == "," and not depth:
            parts.append(header[begin:at].strip())
            begin = at + 1
    parts.append(header[begin:closing].strip())
    rows = "".join(f"{indent}    {part},\n" for part in parts if part)
    return f"{header[:opening]}\n{rows}{indent}{header[closing:]}"
