"""Names that exist: new code must not use what is defined nowhere.

In Python all global names are looked up, as its compiler does; elsewhere the names of functions
that are called. What is neither in the document nor a part of the language nor in the index is
given back to the model. A module of the standard library that is only not imported is imported,
where the imports are in the range; otherwise the user is told.
"""

from __future__ import annotations

import builtins
import re
import symtable
import sys
import tomllib
import warnings
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pillion.base.outcome import Reason
from pillion.post.rewrite.syntax import python_problem
from pillion.post.rewrite.values import Flaw
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pillion.post.rewrite.values import Rewrite
    from pillion.syntax.languages import Language

_MODULE_NAMES = {
    "__file__", "__name__", "__doc__", "__path__", "__spec__", "__package__", "__loader__",
    "__annotations__", "__builtins__", "__dict__", "WindowsError",
}  # fmt: skip


def check_names(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse names that are defined nowhere; import what is only not imported."""
    aim = rewrite.aim
    document = aim.document(rewrite.text)
    if aim.language.id == "python":
        unknown = undefined(document) - undefined(aim.snapshot.text)
    else:
        unknown = set(uncalled(document, aim.language)) - set(
            uncalled(aim.snapshot.text, aim.language)
        )
        unknown = {name for name in unknown if not _stands_in(aim.snapshot.text, name)}
    if not unknown:
        return rewrite
    importable = {name: line for name in sorted(unknown) if (line := _import_of(name, rewrite))}
    rest = sorted(name for name in unknown - importable.keys() if not aim.knows(name))
    if rest:
        words = ", ".join(f"`{name}`" for name in rest[:3])
        are = "is" if len(rest) == 1 else "are"
        return Flaw(Reason.UNKNOWN_NAME, f"{words} {are} not defined. Use only what exists.")
    known = sorted(unknown - importable.keys())
    notes = [f"`{name}` is not imported here." for name in known]
    if importable and aim.extent.start == 0:
        text = _with_imports(rewrite.text, list(dict.fromkeys(importable.values())))
        return replace(rewrite, text=text, notes=(*rewrite.notes, *notes))
    notes += [f"It needs `{line}`." for line in dict.fromkeys(importable.values())]
    return replace(rewrite, notes=(*rewrite.notes, *notes))


def undefined(source: str) -> set[str]:
    """Return the global names that a module of Python uses and never defines."""
    if python_problem(source) or "import *" in source:
        return set()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            top = symtable.symtable(source, "<rewrite>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return set()
    defined = {
        one.get_name() for one in top.get_symbols() if one.is_assigned() or one.is_imported()
    }
    used: set[str] = set()
    for table in _tables(top):
        for symbol in table.get_symbols():
            name = symbol.get_name()
            if symbol.is_declared_global() and symbol.is_assigned():
                defined.add(name)
            if symbol.is_referenced() and (symbol.is_global() or table is top):
                used.add(name)
    return {name for name in used - defined - _MODULE_NAMES if not hasattr(builtins, name)}


def uncalled(text: str, language: Language) -> Iterator[str]:
    """Yield the functions that are called by a plain name which stands nowhere else."""
    known = _known().get(language.queries or language.id)
    parsed = parse(text, language)
    if known is None or parsed is None:
        return
    called: dict[str, int] = {}
    nodes = [parsed.tree.root_node]
    while nodes:
        node = nodes.pop()
        nodes += node.named_children
        if node.type in {"call_expression", "new_expression"}:
            target = node.child_by_field_name("function") or node.child_by_field_name("constructor")
            if target is not None and target.type == "identifier":
                name = parsed.slice(target)
                called[name] = called.get(name, 0) + 1
    for name, times in called.items():
        # Once more than it is called: a definition, a parameter, an import.
        pattern = rf"(?<![\w$]){re.escape(name)}(?![\w$])"
        if name not in known and len(re.findall(pattern, text)) <= times:
            yield name


def _stands_in(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _import_of(name: str, rewrite: Rewrite) -> str:
    """Return the line that imports a name of Python's standard library; empty for others."""
    if rewrite.aim.language.id != "python":
        return ""
    if name in sys.stdlib_module_names and re.search(rf"(?<![\w.]){name}\s*\.", rewrite.text):
        return f"import {name}"
    module = _python_imports().get(name)
    return f"from {module} import {name}" if module else ""


def _with_imports(text: str, lines: list[str]) -> str:
    """Put imports behind those that are there, else behind the module's docstring."""
    rows = text.split("\n")
    found = [n for n, row in enumerate(rows) if re.match(r"(?:import|from)\s+[\w.]+", row)]
    at = 0
    if found:
        at = found[0]
    elif match := re.match(r'(?:#.*\n|\s*\n)*("""|\'\'\')(?:.|\n)*?\1[^\n]*\n?', text):
        at = text[: match.end()].count("\n")
    return "\n".join([*rows[:at], *lines, *rows[at:]])


@cache
def _known() -> Mapping[str, frozenset[str]]:
    """Return the functions that belong to a language, by its id."""
    table = tomllib.loads((files(__package__) / "names.toml").read_text(encoding="utf-8"))
    return {name: frozenset(row["functions"].split()) for name, row in table["language"].items()}


@cache
def _python_imports() -> Mapping[str, str]:
    """Return the modules that names of Python's standard library are usually imported from."""
    table = tomllib.loads((files(__package__) / "names.toml").read_text(encoding="utf-8"))
    return {name: module for module, names in table["python"].items() for name in names.split()}
