"""Type annotations for a function of Python, one by one.

    header up to a missing type -> model -> a type of names that exist -> does the body agree?
               ^--- the next one, in a header that has the types so far ---'

The model writes types and nothing else: each is asked for where it stands. One that the body
contradicts is left out. Nothing but annotations may differ, as Python's own parser reads it.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.asking import ask
from pillion.assist.edit import Edited, Refused
from pillion.base.outcome import Nothing, Reason
from pillion.context.redact import redact
from pillion.post.annotations import contradicted
from pillion.post.rewrite.indent import dedent
from pillion.prompt.edit import annotating
from pillion.syntax import python_tree
from pillion.syntax.check import error_count
from pillion.text.edits import Edit
from pillion.text.lines import eol_of, indent_of

if TYPE_CHECKING:
    from pillion.engine.base import Cancel, Engine
    from pillion.syntax.definitions import Definition
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot

_MOST_TOKENS = 24
_MOST_LINES = 120
_WIDEST = 100
_HERE = "__type__"

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
    function = _parsed(old)
    whole = _last_function(code)
    if function is None or whole is None:
        return Refused(Nothing(Reason.NO_CODE_HERE))
    known = _names(snapshot.text, snapshot.lines.at(start))
    for slot in _slots(function):
        text, _ = await ask(
            engine,
            annotating(code),
            cancel,
            begin=f"```python\n{_up_to(function, slot)}",
            end=_end_of_type,
            most=_MOST_TOKENS,
            session=f"annotate:{snapshot.uri}",
        )
        if cancel.is_set():
            return Refused(Nothing(Reason.CANCELLED))
        annotation = _type_of(text, known)
        if annotation is not None:
            slot.put(annotation)
            whole.args, whole.returns = function.args, function.returns
            if slot.name in contradicted(whole):
                slot.put(None)
    new = ast.unparse(function).removesuffix("\n    pass")
    problem = _problem(old, new)
    if problem is not None:
        return Refused(problem)
    new = _wrapped(new, indent_of(snapshot.text[line:start] + "x")).replace(
        "\n", eol_of(snapshot.text)
    )
    edit = Edit(start, end, new)
    before = error_count(snapshot.text, parsed.language) or 0
    if (error_count(edit.apply(snapshot.text), parsed.language) or 0) > before:
        return Refused(Nothing(Reason.SYNTAX), new, 1)
    return Edited((edit,), new, about=(definition.start, definition.end))


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


def _problem(old: str, new: str) -> Nothing | None:
    """Return why a header cannot take the place of another; None if it can."""
    before, after = _parsed(old), _parsed(new)
    if before is None or after is None:
        return Nothing(Reason.SYNTAX)
    if _bare(before) != _bare(after) or not _keeps_annotations(before, after):
        return Nothing(Reason.SIGNATURE)
    return Nothing(Reason.UNCHANGED) if ast.dump(before) == ast.dump(after) else None


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a type is missing: a parameter, or the result."""

    owner: ast.arg | _Function

    @property
    def name(self) -> str:
        return self.owner.arg if isinstance(self.owner, ast.arg) else "return"

    def put(self, annotation: ast.expr | None) -> None:
        if isinstance(self.owner, ast.arg):
            self.owner.annotation = annotation
        else:
            self.owner.returns = annotation


def _slots(function: _Function) -> list[_Slot]:
    found = [_Slot(one) for one in _named(function) if one.annotation is None]
    return [*found, _Slot(function)] if function.returns is None else found


def _up_to(function: _Function, slot: _Slot) -> str:
    """Return the header up to the type that is missing."""
    slot.put(ast.Name(_HERE))
    text = ast.unparse(function)
    slot.put(None)
    return text[: text.index(_HERE)].rstrip(" ")


def _type_of(text: str, known: set[str]) -> ast.expr | None:
    """Return the type that the model wrote; None if it is none, or speaks of unknown names."""
    try:
        found = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names = {node.id for node in ast.walk(found) if isinstance(node, ast.Name)}
    allowed = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Constant)
    if not isinstance(found, allowed) or not names <= known:
        return None
    if any(_is_quoted(side) for node in ast.walk(found) for side in _sides(node)):
        return None  # `"A" | "B"` fails when the module is imported.
    # What may be anything says nothing.
    return None if isinstance(found, ast.Name) and found.id in {"object", "Any"} else found


def _sides(node: ast.AST) -> tuple[ast.expr, ...]:
    return (node.left, node.right) if isinstance(node, ast.BinOp) else ()


def _is_quoted(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is not None


def _names(document: str, line: int) -> set[str]:
    """Return the names that a type on `line` (from 0) may be made of."""
    try:
        tree = ast.parse(document)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(dir(builtins))
    found = set(dir(builtins))
    lazy = "from __future__ import annotations" in document
    for node in tree.body:
        if node.lineno > line and not lazy:
            break  # It does not exist yet when the function is defined.
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return found


def _last_function(code: str) -> _Function | None:
    try:
        found = ast.parse(code).body[-1:]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return found[0] if found and isinstance(found[0], _Function) else None


def _parsed(header: str) -> _Function | None:
    module = python_tree.module(f"{header.rstrip()} pass")
    found = module.body[0] if module and len(module.body) == 1 else None
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


def _end_of_type(text: str) -> int | None:
    """Return where a type ends: at what cannot be in it outside of brackets."""
    depth = 0
    for at, char in enumerate(text):
        if char in "[(":
            depth += 1
        elif char in "])" and depth:
            depth -= 1
        elif not depth and char in ",)=:\n":
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
