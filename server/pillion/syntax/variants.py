"""Small changes of a Python function that might mend it: classical program repair, without a model.

Each is one change of one place: an operator, a bound, a name, an argument, a guard, a statement
that is missing. They are general and know nothing of what the function is for; tests judge them.
Pure: text in, texts out, the likeliest kinds of mistake first.
"""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.syntax.variant_statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">", ">="),
    ast.LtE: ("<", ">=", ">"),
    ast.Gt: (">=", "<", "<="),
    ast.GtE: (">", "<=", "<"),
    ast.Eq: ("!=", "<=", ">="),
    ast.NotEq: ("==", "<", ">"),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
_OPERATORS: dict[type[ast.operator], tuple[str, ...]] = {
    ast.Add: ("-", "*"),
    ast.Sub: ("+",),
    ast.Mult: ("+", "**", "//"),
    ast.Div: ("//", "*"),
    ast.FloorDiv: ("/", "%"),
    ast.Mod: ("//",),
    ast.Pow: ("*",),
    ast.BitAnd: ("|", "^"),
    ast.BitOr: ("&", "^"),
    ast.BitXor: ("&", "|"),
    ast.LShift: (">>",),
    ast.RShift: ("<<",),
}
_TWINS = {"any": "all", "all": "any", "min": "max", "max": "min", "append": "extend"}
_TWINS |= {"extend": "append", "update": "add", "ceil": "floor", "floor": "ceil"}
_TWINS |= {"pop": "popleft", "popleft": "pop", "lower": "upper", "upper": "lower"}

MOST = 4000
"""Variants of one function; a function that has more is long, and others come first."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A function with one small change."""

    kind: str
    """What was changed, for the user: ``comparison``, ``off by one``, …"""
    text: str
    """The function, whole."""
    line: int
    """The changed line, from 0."""


@dataclass(frozen=True, slots=True)
class _Change:
    kind: str
    start: int
    end: int
    new: str


def variants(function: str) -> list[Variant]:
    """Return what the function could have been, each text once; none where it does not parse.

    `function` begins in the first column. The kinds take turns, so that the first hundred have
    some of all.
    """
    try:
        module = ast.parse(function)
    except (SyntaxError, ValueError, RecursionError):
        return []
    node = next((n for n in module.body if isinstance(n, FunctionNode)), None)
    if node is None:
        return []
    source = _Source(function, node)
    kinds = [_of(kind, source) for kind in (*_EXPRESSIONS, statements)]
    found: dict[str, Variant] = {}
    for change in itertools.islice(_in_turns(kinds), MOST * 2):
        text = function[: change.start] + change.new + function[change.end :]
        if text != function and text not in found and _parses(text):
            line = function.count("\n", 0, change.start)
            line += len(change.new) - len(change.new.lstrip("\n"))
            found[text] = Variant(change.kind, text, line)
    return list(found.values())[:MOST]


def _in_turns(kinds: Iterable[Iterable[_Change]]) -> Iterator[_Change]:
    for turn in itertools.zip_longest(*kinds):
        yield from (change for change in turn if change is not None)


class _Source:
    """A function's text, its tree, and what is in scope."""

    def __init__(self, text: str, node: FunctionNode) -> None:
        self.text, self.node = text, node
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._lines = text.splitlines(keepends=True)
        self.names = _names(node)
        self.attributes = sorted({n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)})
        self.parents = {
            child: parent for parent in ast.walk(node) for child in ast.iter_child_nodes(parent)
        }
        body = node.body if ast.get_docstring(node, clean=False) is None else node.body[1:]
        self.nodes = [inner for statement in body for inner in ast.walk(statement)]

    def offset(self, line: int, column: int) -> int:
        """Return the code point of a place as `ast` gives it: UTF-8 bytes in the line."""
        text = self._lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode(errors="replace"))
        return self._starts[line - 1] + column

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset),
        )

    def of(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def put(self, kind: str, node: ast.expr, new: str) -> _Change:
        start, end = self.span(node)
        return _Change(kind, start, end, new)

    def between(self, kind: str, left: ast.expr, right: ast.expr, new: str) -> _Change | None:
        """Replace the operator between two operands; None where more than it stands there."""
        start, end = self.span(left)[1], self.span(right)[0]
        there = self.text[start:end]
        words = there.strip()
        if any(mark in words for mark in "()#\\\n") or not words:
            return None
        lead = len(there) - len(there.lstrip())
        return _Change(kind, start + lead, start + lead + len(words), new)


def _of(make: object, source: _Source) -> Iterator[_Change]:
    assert callable(make)  # noqa: S101 - for the type checker.
    for item in make(source):
        if item is not None:
            yield _Change(*item) if isinstance(item, tuple) else item


def _comparisons(source: _Source) -> Iterator[_Change | None]:
    for node in source.nodes:
        if isinstance(node, ast.Compare):
            left = node.left
            for operator, right in zip(node.ops, node.comparators, strict=True):
                for new in _COMPARISONS.get(type(operator), ()):
                    yield source.between("comparison", left, right, new)
                left = right


def _off_by_one(source: _Source) -> Iterator[_Change]:
    for node in source.nodes:
        if isinstance(node, ast.Constant) and type(node.value) is int:
            for value in (node.value + 1, node.value - 1):
                yield source.put("off by one", node, str(value) if value >= 0 else f"({value})")
    for node in _quantities(source):
        text = _bracketed(source, node)
        for sign in ("+", "-"):
            yield source.put("off by one", node, _within(source, node, f"{text} {sign} 1"))


def _bounds(source: _Source) -> Iterator[_Change]:
    """A comparison with a number: another comparison and the number next to it, together."""
    for node in source.nodes:
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        right = node.comparators[0]
        if isinstance(right, ast.Constant) and type(right.value) is int:
            for new in _COMPARISONS.get(type(node.ops[0]), ()):
                for value in (right.value + 1, right.value - 1):
                    yield source.put("bound", node, f"{source.of(node.left)} {new} {value}")


def _operators(source: _Source) -> Iterator[_Change | None]:
    for node in source.nodes:
        if isinstance(node, ast.BinOp):
            for new in _OPERATORS.get(type(node.op), ()):
                yield source.between("operator", node.left, node.right, new)
            yield source.put("operand too many", node, _bracketed(source, node.left))
            yield source.put("operand too many", node, _bracketed(source, node.right))
        elif isinstance(node, ast.AugAssign):
            for new in _OPERATORS.get(type(node.op), ()):
                yield source.between("operator", node.target, node.value, f"{new}=")
            yield source.between("operator", node.target, node.value, "=")
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            for new in ("+=", "-="):
                yield source.between("operator", node.targets[0], node.value, new)


def _conditions(source: _Source) -> Iterator[_Change | None]:
    for node in source.nodes:
        if isinstance(node, ast.BoolOp):
            new = "or" if isinstance(node.op, ast.And) else "and"
            for left, right in itertools.pairwise(node.values):
                yield source.between("and or or", left, right, new)
            for value in node.values:
                yield source.put("condition too many", node, source.of(value))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield source.put("negation", node, source.of(node.operand))
    for test in _tests(source):
        yield source.put("negation", test, f"not ({source.of(test)})")


def _guards(source: _Source) -> Iterator[_Change]:
    for test in _tests(source):
        text = source.of(test)
        for name in _mentioned(source, test):
            for guard in (f"not {name}", f"{name} is None"):
                yield source.put("missing guard", test, f"{guard} or {text}")
            for guard in (name, f"{name} is not None"):
                yield source.put("missing guard", test, f"{guard} and {text}")
        if not isinstance(test, ast.Constant):
            for name in source.names:
                yield source.put("missing guard", test, f"{text} or not {name}")
                yield source.put("missing guard", test, f"{text} and {name}")


def _swaps(source: _Source) -> Iterator[_Change]:
    for node in source.nodes:
        items: list[ast.expr] = []
        if isinstance(node, ast.Call):
            items = [a for a in node.args if not isinstance(a, ast.Starred)]
        elif isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load):
            items = node.elts
        elif isinstance(node, ast.BinOp):
            items = [node.left, node.right]
        for left, right in itertools.combinations(items[:4], 2):
            start, end = source.span(left)[0], source.span(right)[1]
            middle = source.text[source.span(left)[1] : source.span(right)[0]]
            a, b = source.of(left), source.of(right)
            if "(" not in middle and ")" not in middle:
                yield _Change("swapped operands", start, end, b + middle + a)


def _wrong_names(source: _Source) -> Iterator[_Change]:
    for node in source.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if node.id in source.names:
                for name in source.names:
                    yield source.put("wrong name", node, name)
            if node.id in _TWINS:
                yield source.put("wrong name", node, _TWINS[node.id])
        elif isinstance(node, ast.Name) and node.id in source.names:
            for name in source.names:
                yield source.put("wrong name", node, name)
        elif isinstance(node, ast.Attribute):
            end = source.span(node)[1]
            for name in (*source.attributes, *filter(None, [_TWINS.get(node.attr)])):
                yield _Change("wrong name", end - len(node.attr), end, name)


def _values(source: _Source) -> Iterator[_Change]:
    """What is returned, yielded or tested is another value in reach."""
    for node in source.nodes:
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            value = node.value
            if isinstance(value, ast.Constant) or not list(ast.iter_child_nodes(value))[1:]:
                for name in source.names:
                    yield source.put("wrong value", value, name)
                    yield source.put("wrong value", value, f"[{name}]")
                    yield source.put("wrong value", value, f"not {name}")
                    yield source.put("wrong value", value, f"{name} == 0")
            yield source.put("wrong value", value, f"[{source.of(value)}]")
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            for name in source.names:
                yield source.put("wrong value", node, name)
            yield source.put("wrong value", node, str(not node.value))


def _calls(source: _Source) -> Iterator[_Change]:
    for node in source.nodes:
        if isinstance(node, ast.Call):
            for argument in node.args:
                if not isinstance(argument, ast.Starred):
                    yield source.put("call too many", node, _bracketed(source, argument))
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Call):
            yield source.put("yield from", node, f"yield from {source.of(node.value)}")


def _parts(source: _Source) -> Iterator[_Change]:
    """A sequence of which only a part is meant, or the whole."""
    for node in source.nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            yield source.put("wrong part", node, source.of(node.value))
        if not isinstance(node, ast.Name) or node.id not in source.names:
            continue
        parent = source.parents.get(node)
        is_value = isinstance(node.ctx, ast.Load)
        if is_value and isinstance(parent, ast.Call | ast.For | ast.Return | ast.BinOp):
            bounds = ["1:", ":-1", "::-1", *(f"{n}:" for n in source.names if n != node.id)]
            for bound in bounds:
                yield source.put("wrong part", node, f"{node.id}[{bound}]")


def _amounts(source: _Source) -> Iterator[_Change]:
    """A quantity that lacks a term, or a power."""
    for node in _quantities(source):
        text = _bracketed(source, node)
        for name in source.names:
            for sign in ("-", "+"):
                new = _within(source, node, f"{text} {sign} {name}")
                yield source.put("missing term", node, new)
        if isinstance(node, ast.Name | ast.Attribute):
            yield source.put("missing term", node, _within(source, node, f"{text} * {text}"))


def _extremes(source: _Source) -> Iterator[_Change]:
    """A value that must not fall below, or rise above, another."""
    for node in source.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = source.of(node.targets[0]), source.of(node.value)
            if isinstance(node.targets[0], ast.Tuple) or isinstance(node.value, ast.Constant):
                continue
            for name in ("max", "min"):
                yield source.put("missing bound", node.value, f"{name}({target}, {value})")
                yield source.put("missing bound", node.value, f"{name}(0, {value})")


def _joined(source: _Source) -> Iterator[_Change]:
    """A result that is only a part of what was worked out."""
    for node in source.nodes:
        if isinstance(node, ast.Return) and isinstance(node.value, ast.ListComp | ast.List):
            text = source.of(node.value)
            for name in source.names:
                yield source.put("missing term", node.value, f"{name} + {text}")
                yield source.put("missing term", node.value, f"{text} + {name}")


_EXPRESSIONS = (
    _comparisons,
    _off_by_one,
    _operators,
    _wrong_names,
    _swaps,
    _conditions,
    _parts,
    _guards,
    _values,
    _calls,
    _bounds,
    _amounts,
    _extremes,
    _joined,
)


def _tests(source: _Source) -> Iterator[ast.expr]:
    for node in source.nodes:
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs


def _mentioned(source: _Source, test: ast.expr) -> list[str]:
    """Return the names in a condition, and what they are asked for: ``a``, ``a.next``."""
    found = [
        source.of(node)
        for node in ast.walk(test)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    ]
    return [text for text in dict.fromkeys(found) if text.split(".")[0] in source.names]


def _quantities(source: _Source) -> Iterator[ast.expr]:
    """Return expressions that may well be numbers: bounds, indices, arguments, operands."""
    for node in source.nodes:
        match node:
            case ast.Call(args=args):
                candidates = list(args)
            case ast.Subscript(slice=ast.Slice(lower=lower, upper=upper)):
                candidates = [bound for bound in (lower, upper) if bound is not None]
            case ast.Subscript(slice=ast.Tuple(elts=elements)):
                candidates = list(elements)
            case ast.Subscript(slice=index):
                candidates = [index]
            case ast.Compare(left=left, comparators=right):
                candidates = [left, *right]
            case ast.BinOp(left=left, right=operand):
                candidates = [left, operand]
            case ast.Return(value=value) if value is not None:
                candidates = [value]
            case _:
                continue
        for one in candidates:
            if isinstance(one, ast.Name | ast.Attribute | ast.BinOp | ast.Call | ast.Subscript):
                yield one


def _within(source: _Source, node: ast.expr, text: str) -> str:
    """Put brackets around an operation that becomes an operand itself."""
    return f"({text})" if isinstance(source.parents.get(node), ast.BinOp) else text


def _bracketed(source: _Source, node: ast.expr) -> str:
    text = source.of(node)
    simple = isinstance(
        node, ast.Name | ast.Constant | ast.Call | ast.Attribute | ast.Subscript | ast.BinOp
    )
    return text if simple else f"({text})"


def _names(node: FunctionNode) -> list[str]:
    """Return parameters and local variables in the order in which they appear."""
    arguments = node.args
    found = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    stores = [n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    inner = [
        argument.arg
        for n in ast.walk(node)
        if isinstance(n, FunctionNode) and n is not node
        for argument in n.args.args
    ]
    stores.sort(key=lambda n: (n.lineno, n.col_offset))
    found += [*inner, *(n.id for n in stores)]
    return [name for name in dict.fromkeys(found) if name not in {"self", "cls", "_"}]


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True
