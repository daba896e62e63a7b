"""What each name of a Python text stands for, by the rules of Python's scopes.

A variable is a name in one scope. Names that are bound nowhere in the file belong to the module:
builtins, and what a star import brings.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pillion.refactor.python.source import COMPREHENSIONS, FUNCTIONS, read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pillion.refactor.python.source import Source

LOAD = "load"
BIND = "bind"
DELETE = "delete"
DECLARE = "declare"


@dataclass(frozen=True, slots=True, eq=False)
class Occurrence:
    """One place where a name stands."""

    name: str
    node: ast.AST
    how: str
    """`LOAD`, `BIND`, `DELETE`, or `DECLARE` for ``global`` and ``nonlocal``."""
    scope: Scope
    """The scope that it stands in, which need not be the one that it belongs to."""


@dataclass(eq=False, slots=True)
class Variable:
    """A name in one scope, and everything that the file does with it."""

    name: str
    scope: Scope
    occurrences: list[Occurrence] = field(default_factory=list)

    @property
    def bindings(self) -> list[Occurrence]:
        """The places that give it a value."""
        return [one for one in self.occurrences if one.how == BIND]

    @property
    def loads(self) -> list[Occurrence]:
        """The places that read it."""
        return [one for one in self.occurrences if one.how == LOAD]

    @property
    def captured(self) -> bool:
        """Whether a function inside of its scope uses it, at a time of its own."""
        return any(_runs_later(one.scope, self.scope) for one in self.occurrences)

    @property
    def declared(self) -> bool:
        """Whether a ``global`` or ``nonlocal`` names it."""
        return any(one.how == DECLARE for one in self.occurrences)


@dataclass(eq=False, slots=True)
class Scope:
    """A module, class, function, lambda or comprehension."""

    node: ast.AST
    parent: Scope | None
    variables: dict[str, Variable] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)

    def variable(self, name: str) -> Variable:
        """Return the variable of this name, which there is from now on."""
        return self.variables.setdefault(name, Variable(name, self))


@dataclass(frozen=True, slots=True, eq=False)
class Scopes:
    """All scopes of a text."""

    module: Scope
    all: tuple[Scope, ...]
    by_node: dict[ast.AST, Scope]
    variable_of: dict[ast.AST, list[Variable]]
    """The variables that each node names; most name one."""

    def named(self, node: ast.AST, name: str) -> Variable | None:
        """Return the variable that `node` calls `name`."""
        return next((one for one in self.variable_of.get(node, ()) if one.name == name), None)

    @property
    def names(self) -> set[str]:
        """Every name of a variable in the text."""
        return {name for scope in self.all for name in scope.variables}

    def inside(self, scope: Scope) -> set[str]:
        """Return every name that stands in `scope` or in a scope inside of it."""
        return {
            occurrence.name
            for other in self.all
            for variable in other.variables.values()
            for occurrence in variable.occurrences
            if _is_in(occurrence.scope, scope)
        }

    def dynamic(self, scope: Scope) -> bool:
        """Tell whether the code of `scope` can look at its variables by name."""
        return not _BY_NAME.isdisjoint(self.inside(scope))


_BY_NAME = frozenset({"locals", "vars", "eval", "exec", "dir"})


def scopes_of(source: Source) -> Scopes:
    """Find the scopes and variables of `source`."""
    return _scopes(source.text)


@lru_cache(maxsize=8)
def _scopes(text: str) -> Scopes:
    source = read(text)
    assert source is not None  # noqa: S101 - whoever has a `Source` has read its text.
    walk = _Walk(source.tree)
    walk.run()
    return walk.resolved()


def _is_in(scope: Scope | None, outer: Scope) -> bool:
    while scope is not None:
        if scope is outer:
            return True
        scope = scope.parent
    return False


def _runs_later(scope: Scope | None, owner: Scope) -> bool:
    """Tell whether code in `scope` runs at another time than that around it in `owner`."""
    while scope is not None and scope is not owner:
        if isinstance(scope.node, (*FUNCTIONS, ast.GeneratorExp)):
            return True
        scope = scope.parent
    return False


class _Walk(ast.NodeVisitor):
    """Collects what stands in which scope; afterwards it is known what belongs to which."""

    def __init__(self, tree: ast.Module) -> None:
        self.scope = Scope(tree, None)
        self.all = [self.scope]
        self.found: list[Occurrence] = []

    def run(self) -> None:
        for statement in self.scope.node.body:  # type: ignore[attr-defined]
            self.visit(statement)

    def resolved(self) -> Scopes:
        variable_of: dict[ast.AST, list[Variable]] = {}
        for one in self.found:
            variable = _owner(one).variable(one.name)
            variable.occurrences.append(one)
            variable_of.setdefault(one.node, []).append(variable)
        by_node = {scope.node: scope for scope in self.all}
        return Scopes(self.all[0], tuple(self.all), by_node, variable_of)

    def note(self, name: str, node: ast.AST, how: str) -> None:
        scope = self.scope
        if how in {BIND, DELETE}:
            scope.bound.add(name)
        self.found.append(Occurrence(name, node, how, scope))

    def enter(self, node: ast.AST) -> None:
        self.scope = Scope(node, self.scope)
        self.all.append(self.scope)

    def leave(self) -> None:
        assert self.scope.parent is not None  # noqa: S101 - one for each `enter`.
        self.scope = self.scope.parent

    def visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        how = {ast.Load: LOAD, ast.Store: BIND, ast.Del: DELETE}[type(node.ctx)]
        self.note(node.id, node, how)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        here = self.scope
        while isinstance(self.scope.node, COMPREHENSIONS) and self.scope.parent:
            self.scope = self.scope.parent
        self.visit(node.target)
        self.scope = here

    def visit_Global(self, node: ast.Global) -> None:
        self.scope.globals.update(node.names)
        for name in node.names:
            self.note(name, node, DECLARE)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.scope.nonlocals.update(node.names)
        for name in node.names:
            self.note(name, node, DECLARE)

    def visit_alias(self, node: ast.alias) -> None:
        if node.name != "*":
            self.note(node.asname or node.name.partition(".")[0], node, BIND)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.note(node.name, node, BIND)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self.note(node.name, node, BIND)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.note(node.name, node, BIND)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.note(node.rest, node, BIND)
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self.note(node.name, node, BIND)
        self.enter(node)
        self.visit_all([*getattr(node, "type_params", ()), *node.body])
        self.leave()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        self.enter(node)
        self._parameters(node.args)
        self.visit(node.body)
        self.leave()

    def visit_TypeVar(self, node: ast.AST) -> None:
        self.note(str(getattr(node, "name", "")), node, BIND)
        self.generic_visit(node)

    visit_ParamSpec = visit_TypeVarTuple = visit_TypeVar  # noqa: N815

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node, node.generators, [node.elt])

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node, node.generators, [node.elt])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node, node.generators, [node.elt])

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node, node.generators, [node.key, node.value])

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.visit_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        self.visit_all([*(one.annotation for one in _parameters(node.args)), node.returns])
        self.note(node.name, node, BIND)
        self.enter(node)
        self._parameters(node.args)
        self.visit_all([*getattr(node, "type_params", ()), *node.body])
        self.leave()

    def _parameters(self, arguments: ast.arguments) -> None:
        for one in _parameters(arguments):
            self.note(one.arg, one, BIND)

    def _comprehension(
        self, node: ast.AST, generators: list[ast.comprehension], results: list[ast.expr]
    ) -> None:
        self.visit(generators[0].iter)
        self.enter(node)
        for number, generator in enumerate(generators):
            if number:
                self.visit(generator.iter)
            self.visit_all([generator.target, *generator.ifs])
        self.visit_all(results)
        self.leave()


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*found, *(one for one in (arguments.vararg, arguments.kwarg) if one is not None)]


def _owner(occurrence: Occurrence) -> Scope:
    """Return the scope that the name of an occurrence belongs to."""
    name, scope = occurrence.name, occurrence.scope
    module = scope
    while module.parent is not None:
        module = module.parent
    if name in scope.globals:
        return module
    if name in scope.bound and name not in scope.nonlocals:
        return scope
    outer = scope.parent
    while outer is not None:
        seen = not isinstance(outer.node, ast.ClassDef)
        if seen and name in outer.globals:
            return module
        if seen and name in outer.bound and name not in outer.nonlocals:
            return outer
        outer = outer.parent
    return module
