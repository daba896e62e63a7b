"""Refactorings of Python keep the meaning of real code: its bytecode, or what its tests say."""

from __future__ import annotations

import ast
import random
import symtable
import types
from typing import TYPE_CHECKING

import pytest

from pillion.base.outcome import Nothing
from pillion.refactor.python.scopes import scopes_of
from pillion.refactor.python.source import read
from pillion.refactor.table import apply
from pillion.refactor.values import applied
from real_python import bytecode, nodes, snapshot, source, span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODULES = ("textwrap", "shlex", "heapq", "graphlib")

EXPRESSIONS = (ast.Call, ast.Attribute, ast.BinOp, ast.Compare, ast.Subscript, ast.Tuple)


@pytest.mark.parametrize("module", MODULES)
def test_a_variable_extracted_and_inlined_again_compiles_to_the_same(module: str) -> None:
    text = source(module)
    before, done = bytecode(text), 0
    for node in nodes(text, EXPRESSIONS, seed=1)[:40]:
        start, end = span(text, node)
        edits = apply(snapshot(text), start, end, "extractVariable", "new_name")
        if isinstance(edits, Nothing):
            continue
        extracted = applied(text, edits)
        back = apply(snapshot(extracted), extracted.index("new_name"), 0, "inlineVariable")
        if isinstance(back, Nothing):
            # Inlining is refused where it might not be the same; the text must still run.
            compile(extracted, module, "exec")
            continue
        assert bytecode(applied(extracted, back)) == before
        done += 1
    assert done >= 3


@pytest.mark.parametrize("module", MODULES)
def test_a_renamed_variable_compiles_to_the_same_but_for_its_name(module: str) -> None:
    text = source(module)
    before, done = bytecode(text), 0
    for node in nodes(text, (ast.Name, ast.arg), seed=2)[:40]:
        start, end = span(text, node)
        name = text[start:end].partition(":")[0].strip()
        # The compiler sorts what closures share by name: this one comes at the same place.
        edits = apply(snapshot(text), start, start, "rename", f"{name}_new_name")
        if isinstance(edits, Nothing):
            continue
        renamed = applied(text, edits)
        assert renamed.count("_new_name") == len(edits)
        assert repr(bytecode(renamed)).replace("_new_name", "") == repr(before)
        done += 1
    assert done >= 3


@pytest.mark.parametrize("module", MODULES)
def test_scopes_are_those_of_the_compiler(module: str) -> None:
    text = source(module)
    read_text = read(text)
    assert read_text is not None
    ours = {
        (scope.node.lineno, variable.name)
        for scope in scopes_of(read_text).all
        if isinstance(scope.node, ast.FunctionDef)
        for variable in scope.variables.values()
        if variable.bindings
    }

    def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
        yield table
        for child in table.get_children():
            yield from tables(child)

    lines = {node.lineno for node in ast.walk(read_text.tree) if isinstance(node, ast.FunctionDef)}
    theirs = {
        (table.get_lineno(), symbol.get_name())
        for table in tables(symtable.symtable(text, module, "exec"))
        if table.get_type() == "function" and table.get_lineno() in lines
        for symbol in table.get_symbols()
        if symbol.is_local() and not table.get_name().startswith(("lambda", "<", "genexpr"))
        if table.get_name() not in {"listcomp", "setcomp", "dictcomp"}
    }
    assert ours == theirs


KINDS = ("extractVariable", "extractFunction", "inlineVariable", "inlineCall", "rename")


def _heapq(module: types.ModuleType) -> object:
    numbers = [random.Random(3).randrange(1000) for _ in range(200)]  # noqa: S311 - any will do.
    heap = list(numbers)
    module.heapify(heap)
    return (
        [module.heappop(heap) for _ in range(50)],
        [module.heappushpop(heap, number) for number in numbers[:20]],
        module.nlargest(7, numbers, key=lambda number: number % 100),
        module.nsmallest(1, numbers),
        list(module.merge(sorted(numbers), sorted(numbers, reverse=True)[::-1])),
    )


def _textwrap(module: types.ModuleType) -> object:
    text = "  Lorem ipsum dolor-sit amet, consectetur.\tAdipisicing elit -- sed do.  Ut enim\n" * 3
    return (
        [module.fill(text, width, fix_sentence_endings=True) for width in (5, 20, 70)],
        module.dedent("  a\n    b\n\n  c"),
        module.indent("a\n\nb", "> "),
        module.shorten(text, 25),
        module.wrap(text, 12, max_lines=3, break_long_words=False),
    )


def _graphlib(module: types.ModuleType) -> object:
    sorter = module.TopologicalSorter({"d": {"b", "c"}, "b": {"a"}, "c": {"a"}})
    sorter.prepare()
    seen = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        seen.append(ready)
        sorter.done(*ready)
    with pytest.raises(module.CycleError) as raised:
        list(module.TopologicalSorter({"a": {"b"}, "b": {"c"}, "c": {"a"}}).static_order())
    return seen, raised.value.args


def _shlex(module: types.ModuleType) -> object:
    lines = ['a b \'c d\' "e\\"f"', "x|y && z # no", "--a=b\\ c", "", "é ü>o"]
    return (
        [module.split(line, comments=True) for line in lines],
        [list(module.shlex(line, posix=True, punctuation_chars=True)) for line in lines],
        module.join(["a b", "c'd", ""]),
    )


BEHAVIOUR: dict[str, Callable[[types.ModuleType], object]] = {
    "heapq": _heapq,
    "textwrap": _textwrap,
    "graphlib": _graphlib,
    "shlex": _shlex,
}


@pytest.mark.parametrize("module", BEHAVIOUR)
def test_real_code_does_the_same_after_many_refactorings(module: str) -> None:
    text = source(module)
    changed, done = _many(text, seed=len(module), steps=60)
    assert done >= 10
    before, after = types.ModuleType(module), types.ModuleType(module)
    for code, one in ((text, before), (changed, after)):
        # Without the C version of a module, where it would replace the code under test.
        pure = code.replace("from _heapq import *", "raise ImportError")
        exec(compile(pure, f"{module}.py", "exec"), vars(one))  # noqa: S102 - the library's code.
    assert BEHAVIOUR[module](after) == BEHAVIOUR[module](before)


def _many(text: str, seed: int, steps: int) -> tuple[str, int]:
    """Make random refactorings one upon the other; return the text and how many were made."""
    chance, done = random.Random(seed), 0  # noqa: S311 - places of a test.
    for number in range(steps):
        kind = KINDS[number % len(KINDS)]
        edits = apply(snapshot(text), *_somewhere(text, kind, chance), kind, f"name_{number}")
        if not isinstance(edits, Nothing):
            text = applied(text, edits)
            done += 1
    return text, done


def _somewhere(text: str, kind: str, chance: random.Random) -> tuple[int, int]:
    tree = ast.parse(text)
    if kind == "extractFunction":
        blocks = [
            node.body
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.If | ast.For | ast.While)
        ]
        block = chance.choice(blocks)
        first = chance.randrange(len(block))
        last = chance.randrange(first, min(len(block), first + 4))
        return span(text, block[first])[0], span(text, block[last])[1]
    wanted = {"extractVariable": EXPRESSIONS, "inlineCall": (ast.Call,)}.get(kind, (ast.Name,))
    node = chance.choice([node for node in ast.walk(tree) if isinstance(node, wanted)])
    start, end = span(text, node)
    return (start, end) if kind == "extractVariable" else (start, start)
