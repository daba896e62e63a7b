"""What classes and functions of the same file have: members that exist, calls that fit.

Python only, and only what is certain: a class whose bases are all in the file, a function that is
defined once and not decorated. What the document did wrong before is not held against the answer.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.syntax import python_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pillion.post.rewrite.values import Rewrite

_PLAIN_BASES = frozenset(("object", "ABC"))
_PLAIN_DECORATORS = frozenset(("dataclass", "total_ordering", "final", "unique"))
_ABSTRACT = re.compile(r"the abstract `(\w+)`\.$")
_DYNAMIC = frozenset(("__getattr__", "__getattribute__", "__setattr__", "__new__"))

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def misused(rewrite: Rewrite) -> Iterator[str]:
    """Say which members are used that a class lacks, and which calls do not fit."""
    aim = rewrite.aim
    if aim.language.id != "python":
        return
    known = set(problems(aim.snapshot.text))
    for one in problems(aim.document(rewrite.text)):
        # What is abstract and asked for is to be written in all classes.
        asked = _ABSTRACT.search(one)
        if one not in known or (asked and f"`{asked[1]}`" in aim.instruction):
            yield one


def problems(source: str) -> list[str]:
    """Return what is wrong with the members and calls of a module, each once."""
    tree = python_tree.module(source)
    if tree is None:
        return []
    module = _Module(tree)
    found = [
        problem
        for one in module.classes.values()
        for method in one.methods.values()
        for problem in _in_method(module, one, method)
    ]
    found += [problem for one in module.classes.values() for problem in _abstract(module, one)]
    found += [problem for node in ast.walk(tree) for problem in _in_call(module, node)]
    return list(dict.fromkeys(found))


@dataclass
class _Class:
    node: ast.ClassDef
    methods: dict[str, _Function] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    """What its own body and its own methods give it."""

    def __post_init__(self) -> None:
        for item in self.node.body:
            if isinstance(item, _Function):
                self.methods[item.name] = item
            # A method may stand below an `if`; what is bound in one is no harm here.
            self.members |= set(_bound(item))
        for method in self.methods.values():
            own = _own_name(method)
            self.members |= {
                name.attr
                for name in ast.walk(method)
                if isinstance(name, ast.Attribute)
                and isinstance(name.ctx, ast.Store)
                and isinstance(name.value, ast.Name)
                and name.value.id == own
            }

    @property
    def is_plain(self) -> bool:
        """Whether nothing but its text gives it members."""
        decorators = {_name(one) for one in self.node.decorator_list}
        return (
            decorators <= _PLAIN_DECORATORS
            and not self.node.keywords
            and not _DYNAMIC & self.methods.keys()
        )


class _Module:
    """The classes and functions of a module."""

    def __init__(self, tree: ast.Module) -> None:
        named = Counter(_bound(tree))
        self.classes = {
            one.name: _Class(one)
            for one in tree.body
            if isinstance(one, ast.ClassDef) and named[one.name] == 1
        }
        self.functions = {
            one.name: one
            for one in tree.body
            if isinstance(one, _Function) and named[one.name] == 1 and not one.decorator_list
        }
        self.bases = {
            _name(base)
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for base in node.bases
        }
        # What else gives members to objects, from outside of their class.
        self.set_outside = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
        self.is_dynamic = any(
            (isinstance(node, ast.Name) and node.id in {"setattr", "vars", "globals", "locals"})
            or (isinstance(node, ast.Attribute) and node.attr == "__dict__")
            for node in ast.walk(tree)
        )  # fmt: skip

    def line_of(self, one: _Class) -> list[_Class] | None:
        """Return a class and all that it is derived from; None where that is not known."""
        found, waiting = [], [one]
        while waiting:
            here = waiting.pop(0)
            if here in found:
                continue
            found.append(here)
            if not here.is_plain:
                return None
            for base in here.node.bases:
                name = base.id if isinstance(base, ast.Name) else ""
                if name in self.classes:
                    waiting.append(self.classes[name])
                elif name not in _PLAIN_BASES:
                    return None
        return found


def _abstract(module: _Module, one: _Class) -> Iterator[str]:
    """Yield the abstract methods that a class which nothing is derived from does not implement."""
    line = module.line_of(one)
    if line is None or one.node.name in module.bases or len(line) == 1:
        return
    # The nearest definition counts; the line begins with the class itself.
    nearest: dict[str, _Function] = {}
    for each in line:
        for name, method in each.methods.items():
            nearest.setdefault(name, method)
    for name, method in nearest.items():
        if any(_name(each) == "abstractmethod" for each in method.decorator_list):
            yield f"`{one.node.name}` does not implement the abstract `{name}`."


def _in_method(module: _Module, one: _Class, method: _Function) -> Iterator[str]:
    line, own = module.line_of(one), _own_name(method)
    # A class that others are derived from may use what these have.
    if line is None or not own or module.is_dynamic or one.node.name in module.bases:
        return
    members = set().union(*(each.members for each in line)) | module.set_outside
    for node in ast.walk(method):
        yield from _in_super(module, line[1:], node)
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if node.value.id != own or not isinstance(node.ctx, ast.Load):
            continue
        name = node.attr
        if name not in members and not hasattr(type, name):
            yield f"`{one.node.name}` has no `{name}`, but `{own}.{name}` is used."


def _in_super(module: _Module, above: list[_Class], node: ast.AST) -> Iterator[str]:
    """Yield what is wrong with ``super().__init__(...)`` in a class below `above`."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "__init__"
        and isinstance(node.func.value, ast.Call)
        and _name(node.func.value) == "super"
        and not node.func.value.args
        and above
    ):
        signature = _signature_of(module, above[0].node.name)
        yield from _unfit(f"{above[0].node.name}.__init__", signature, node)


def _in_call(module: _Module, node: ast.AST) -> Iterator[str]:
    """Yield what is wrong with a call of a function or class of the module."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return
    yield from _unfit(node.func.id, _signature_of(module, node.func.id), node)


def _unfit(name: str, signature: inspect.Signature | None, node: ast.Call) -> Iterator[str]:
    """Yield why the arguments of a call are not those that a signature takes."""
    unpacked = any(isinstance(one, ast.Starred) for one in node.args)
    if signature is None or unpacked or any(one.arg is None for one in node.keywords):
        return
    try:
        signature.bind(
            *([None] * len(node.args)), **{one.arg: None for one in node.keywords if one.arg}
        )
    except TypeError as error:
        yield f"`{name}{signature}` is called wrongly: {error}."


def _signature_of(module: _Module, name: str) -> inspect.Signature | None:
    if name in module.functions:
        return _signature(module.functions[name].args, skip=0)
    if name not in module.classes:
        return None
    line = module.line_of(module.classes[name])
    if line is None or any(one.node.decorator_list for one in line):
        return None
    for one in line:
        if method := one.methods.get("__init__"):
            return None if method.decorator_list else _signature(method.args, skip=1)
    return inspect.Signature()


def _signature(args: ast.arguments, *, skip: int) -> inspect.Signature | None:
    kinds = inspect.Parameter
    first_default = len(args.posonlyargs) + len(args.args) - len(args.defaults)
    found = []
    for at, one in enumerate([*args.posonlyargs, *args.args]):
        kind = kinds.POSITIONAL_ONLY if at < len(args.posonlyargs) else kinds.POSITIONAL_OR_KEYWORD
        found.append(_parameter(one, kind, optional=at >= first_default))
    found = found[skip:]
    if args.vararg:
        found.append(kinds(args.vararg.arg, kinds.VAR_POSITIONAL))
    for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        found.append(_parameter(one, kinds.KEYWORD_ONLY, optional=default is not None))
    if args.kwarg:
        found.append(kinds(args.kwarg.arg, kinds.VAR_KEYWORD))
    try:
        return inspect.Signature(found)
    except ValueError:
        return None  # Two parameters of one name: the compiler says so.


def _parameter(one: ast.arg, kind: inspect._ParameterKind, *, optional: bool) -> inspect.Parameter:
    default: object = ... if optional else inspect.Parameter.empty
    return inspect.Parameter(one.arg, kind, default=default)


def _own_name(method: _Function) -> str:
    """Return what a method calls its object; empty for one that has none."""
    decorators = {_name(one) for one in method.decorator_list}
    first = [*method.args.posonlyargs, *method.args.args][:1]
    return first[0].arg if first and "staticmethod" not in decorators else ""


def _bound(tree: ast.AST) -> Iterator[str]:
    """Yield the names that anything in a tree binds, once for each time."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, *_FUNCTIONS)):
            yield node.name
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _name(node: ast.expr) -> str:
    """Return the last part of a dotted name, also where it is called; empty for all else."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
