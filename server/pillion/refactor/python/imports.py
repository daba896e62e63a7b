"""Organise imports: sorted by isort, without those that pyflakes finds no use of.

An import stays where something else may need it: in a package's ``__init__``, in a `try`, under
its own name (``import a as a``), beside a ``noqa``, or when another file takes it from here.
Nothing moves past a statement that is no import.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

import isort
from pyflakes import checker, messages

from pillion.refactor.python.source import read, tree_of
from pillion.refactor.values import Plan, applied, not_here, unsafe
from pillion.text.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Collection

    from pillion.base.outcome import Nothing
    from pillion.refactor.python.source import Source
    from pillion.refactor.values import Request

_WIDTHS = (88, 100, 120, 160)


def organise(
    request: Request,
    *,
    first_party: Collection[str] = (),
    taken_elsewhere: Collection[str] = (),
    remove: bool = True,
) -> Plan | Nothing:
    """Sort the imports; with `remove`, take those out that are not used.

    `first_party` names the project's own packages, `taken_elsewhere` what other files import from
    this one.
    """
    is_package = request.snapshot.uri.endswith("__init__.py")
    return _organised(
        request.text,
        frozenset(first_party),
        frozenset(taken_elsewhere),
        remove and not is_package,
    )


@lru_cache(maxsize=8)
def _organised(
    text: str, first_party: frozenset[str], taken_elsewhere: frozenset[str], remove: bool
) -> Plan | Nothing:
    """Do it for a text; an editor asks again wherever the cursor goes."""
    source = read(text)
    if source is None or not any(isinstance(one, _IMPORTS) for one in source.tree.body):
        return not_here("There are no imports, or the file does not parse.")
    gone = _unused(source, taken_elsewhere) if remove else []
    text = applied(source.text, tuple(_removal(source, node, names) for node, names in gone))
    try:
        text = isort.code(text, config=_config(source, first_party))
    except Exception as error:  # noqa: BLE001 - isort must not break the action, whatever it meets.
        return unsafe(f"isort could not sort them ({type(error).__name__}).")
    if text == source.text:
        return not_here("They are in order, and all of them are used.")
    tree = tree_of(text)
    left_out = sorted(_keys(node, alias) for node, names in gone for alias in names)
    if tree is None or not _alike(source.tree, tree, left_out):
        return unsafe("They can't be sorted without moving them past other code.")
    return Plan((_difference(source.text, text),))


def undefined(source: Source) -> list[tuple[int, str]]:
    """Return the names that nothing in the file defines, with their offsets."""
    found = []
    for one in _messages(source):
        if isinstance(one, messages.UndefinedName):
            start = source.lines.starts[one.lineno - 1]
            line = source.text[start : source.lines.ends[one.lineno - 1]]
            column = len(line.encode()[: one.col].decode(errors="ignore"))
            found.append((start + column, str(one.message_args[0])))
    return found


def problems_of(source: Source) -> list[tuple[int, int, str, str]]:
    """Return what pyflakes says of the file: range, sentence, name of the rule."""
    found = []
    for one in _messages(source):
        end = source.lines.ends[one.lineno - 1]
        start = min(end, source.lines.starts[one.lineno - 1] + max(0, one.col))
        found.append((start, end, str(one.message % one.message_args), type(one).__name__))
    return found


def add_import(request: Request, module: str, name: str) -> Plan | Nothing:
    """Import `name` from `module`, or with an empty name the module itself."""
    source = read(request.text)
    if source is None:
        return not_here("The file does not parse.")
    body = source.tree.body
    head = body[1:] if body and _is_doc(body[0]) else body
    run = 0
    while run < len(head) and isinstance(head[run], _IMPORTS):
        run += 1
    line = f"from {module} import {name}" if name else f"import {module}"
    eol = "\r\n" if "\r\n" in source.text else "\n"
    if run:
        place = _sorted_place(source, head[:run], module)
        new = f"{line}{eol}"
    elif len(head) < len(body):
        place = source.next_line(source.span(body[0])[1])
        new = f"{eol}{line}{eol}"
    else:
        place = _above_code(source, body)
        new = f"{line}{eol}{eol}"
    if place == len(source.text) and source.text and not source.text.endswith(("\n", "\r")):
        new = f"{eol}{new}"
    edits = (Edit(place, place, new),)
    tree = tree_of(applied(source.text, edits))
    if tree is None or not _added(source.tree, tree, line):
        return unsafe("It can't be put above the code in a way that is surely right.")
    return Plan(edits)


_IMPORTS = (ast.Import, ast.ImportFrom)


@lru_cache(maxsize=8)
def _messages(source: Source) -> list[messages.Message]:
    found: list[messages.Message] = checker.Checker(source.tree, filename="module.py").messages
    return found


def _unused(
    source: Source, taken_elsewhere: Collection[str]
) -> list[tuple[ast.Import | ast.ImportFrom, list[ast.alias]]]:
    said = {
        (one.lineno, str(one.message_args[0]))
        for one in _messages(source)
        if isinstance(one, messages.UnusedImport)
    }
    found = []
    for node in source.tree.body:
        if not isinstance(node, _IMPORTS) or source.comments(*_whole(source, node)):
            continue
        start, end = source.span(node)
        if not source.begins_line(start) or not source.ends_line(end):
            continue
        names = [
            alias
            for alias in node.names
            if (node.lineno, _as_pyflakes_says(node, alias)) in said
            and alias.asname != alias.name
            and (alias.asname or alias.name) not in taken_elsewhere
        ]
        if names:
            found.append((node, names))
    return found


def _as_pyflakes_says(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    renamed = f" as {alias.asname}" if alias.asname and alias.asname != alias.name else ""
    if isinstance(node, ast.Import):
        return f"{alias.name}{renamed}"
    module = "." * node.level + (node.module or "")
    dot = "" if module.endswith(".") else "."
    return f"{module}{dot}{alias.name}{renamed}"


def _removal(source: Source, node: ast.Import | ast.ImportFrom, gone: list[ast.alias]) -> Edit:
    start, end = source.span(node)
    kept = [alias for alias in node.names if alias not in gone]
    if not kept:
        return Edit(source.line_start(start), source.next_line(end), "")
    twin = (
        ast.Import(kept)
        if isinstance(node, ast.Import)
        else ast.ImportFrom(node.module, kept, node.level)
    )
    return Edit(start, end, ast.unparse(twin))


def _whole(source: Source, node: ast.stmt) -> tuple[int, int]:
    start, end = source.span(node)
    return start, source.line_end(end)


def _config(source: Source, first_party: Collection[str]) -> isort.Config:
    """Black's style, as wide as the imports are now; no look at the disk."""
    widest = max(
        source.lines.ends[number] - source.lines.starts[number]
        for node in source.tree.body
        if isinstance(node, _IMPORTS)
        for number in range(node.lineno - 1, node.end_lineno or node.lineno)
    )
    return isort.Config(
        profile="black",
        line_length=next((width for width in _WIDTHS if widest <= width), _WIDTHS[-1]),
        known_first_party=frozenset(first_party),
        src_paths=(),
        line_ending="\r\n" if "\r\n" in source.text else "\n",
    )


def _alike(before: ast.Module, after: ast.Module, gone: list[str]) -> bool:
    """Tell whether only imports have moved, none past other code, and only `gone` are missing."""
    old, new = _shape(before), _shape(after)
    if len(old) != len(new):
        return False
    missing: list[str] = []
    for was, now in zip(old, new, strict=True):
        if isinstance(was, str) or isinstance(now, str):
            if was != now:
                return False
            continue
        left = list(was)
        for one in now:
            if one not in left:
                return False
            left.remove(one)
        missing += left
    # The same import twice is one import.
    kept = {one for part in new if isinstance(part, list) for one in part}
    return sorted(one for one in missing if one in gone or one not in kept) == gone


def _shape(tree: ast.Module) -> list[str | list[str]]:
    """Return the module as runs of imports, each in one list, and all else in between."""
    parts: list[str | list[str]] = [[]]
    for node in tree.body:
        if isinstance(node, _IMPORTS):
            run = parts[-1]
            assert isinstance(run, list)  # noqa: S101 - every text is followed by a list.
            run += [_keys(node, alias) for alias in node.names]
        else:
            parts += [_inner(node), []]
    return parts


def _inner(node: ast.stmt) -> str:
    """Return a statement as text; imports in one block of it, side by side, in any order."""
    found: list[str] = []
    for one in ast.walk(node):
        for _, value in ast.iter_fields(one):
            if isinstance(value, list) and any(isinstance(part, _IMPORTS) for part in value):
                found += sorted(
                    _keys(part, alias)
                    for part in value
                    if isinstance(part, _IMPORTS)
                    for alias in part.names
                )
    return ast.dump(node) if not found else f"{_without_imports(node)}{found}"


def _without_imports(node: ast.stmt) -> str:
    class Remover(ast.NodeTransformer):
        def visit_Import(self, node: ast.Import) -> None:
            del node

        def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
            del node

    return ast.dump(Remover().visit(ast.parse(ast.unparse(node))))


def _keys(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    module = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else "*"
    name = alias.asname if alias.asname != alias.name else None
    return f"{module} {alias.name} {name}"


def _difference(old: str, new: str) -> Edit:
    """Return the one edit that makes `new` of `old`, in whole lines."""
    was, now = old.splitlines(keepends=True), new.splitlines(keepends=True)
    limit = min(len(was), len(now))
    head = next((n for n in range(limit) if was[n] != now[n]), limit)
    tail = next((n for n in range(limit - head) if was[-1 - n] != now[-1 - n]), limit - head)
    start = sum(map(len, was[:head]))
    end = len(old) - sum(map(len, was[len(was) - tail :]))
    return Edit(start, end, "".join(now[head : len(now) - tail]))


def _is_doc(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _sorted_place(source: Source, run: list[ast.stmt], module: str) -> int:
    """Return a place in a run of imports: behind the last that comes before it, else the last."""
    group = [
        node
        for node in run
        if isinstance(node, ast.ImportFrom)
        and not node.level
        and (node.module or "").partition(".")[0] == module.partition(".")[0]
        and module.partition(".")[0]
    ]
    before = [node for node in group if (node.module or "") < module]
    if group and not before:
        return source.line_start(source.span(group[0])[0])
    return source.next_line(source.span((before or run)[-1])[1])


def _above_code(source: Source, body: list[ast.stmt]) -> int:
    """Return where the first statement begins, above the comments that touch it."""
    if not body:
        return len(source.text)
    number = source.lines.at(source.start_of(body[0]))
    while number and source.text[source.lines.starts[number - 1] :].startswith("#"):
        number -= 1
    # `#!` and the encoding stay on top.
    while source.text[source.lines.starts[number] :].startswith("#") and number < 2:
        number += 1
    return source.lines.starts[number]


def _added(before: ast.Module, after: ast.Module, line: str) -> bool:
    new = ast.dump(ast.parse(line).body[0])
    dumps, rest = [ast.dump(node) for node in before.body], [ast.dump(node) for node in after.body]
    if new not in rest:
        return False
    place = rest.index(new)
    return rest[:place] + rest[place + 1 :] == dumps
