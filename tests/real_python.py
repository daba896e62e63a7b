"""Real Python: the standard library, its bytecode, and random places in it."""

from __future__ import annotations

import ast
import random
import sysconfig
import types
from pathlib import Path

from pillion.text.snapshot import Snapshot

LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def source(module: str) -> str:
    """Return the text of a module of the standard library."""
    return (LIBRARY / f"{module}.py").read_text(encoding="utf-8")


def snapshot(text: str) -> Snapshot:
    return Snapshot("file:///module.py", text, language="python")


def nodes(text: str, kind: type[ast.AST] | tuple[type[ast.AST], ...], seed: int) -> list[ast.AST]:
    """Return the nodes of some kind in a random order."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, kind)]
    random.Random(seed).shuffle(found)  # noqa: S311 - places of a test.
    return found


def span(text: str, node: ast.AST) -> tuple[int, int]:
    """Return the offsets of a node, worked out apart from the code under test."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    place = vars(node)
    return (
        offset(place["lineno"], place["col_offset"]),
        offset(place["end_lineno"], place["end_col_offset"]),
    )


def bytecode(text: str) -> object:
    """Return what a text compiles to, without names of files and numbers of lines."""
    return _code(compile(text, "module.py", "exec", dont_inherit=True))


def _code(code: types.CodeType) -> object:
    constants = tuple(
        _code(one) if isinstance(one, types.CodeType) else (type(one), repr(one))
        for one in code.co_consts
    )
    return (
        code.co_name,
        code.co_code,
        constants,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        code.co_flags,
    )
