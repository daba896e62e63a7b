"""Rename a variable or parameter of a function; parameters have no names for callers here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.refactor.names import is_name, words
from pillion.refactor.script.inline_variable import variable_at
from pillion.refactor.script.proof import renaming
from pillion.refactor.script.source import above, read
from pillion.refactor.values import not_here, unsafe
from pillion.text.edits import Edit

if TYPE_CHECKING:
    from pillion.base.outcome import Nothing
    from pillion.refactor.values import Plan, Request


def rename(request: Request) -> Plan | Nothing:
    """Give the variable at the cursor the name of the request."""
    source = read(request)
    variable = variable_at(source, request.start) if source else None
    kinds = {"const", "let", "var", "parameter"}
    if source is None or variable is None or variable.kind not in kinds:
        return not_here("Put the cursor on a local variable or a parameter.")
    if variable.scope.function.node.type == "program":
        return unsafe("Others can see it: it does not belong to a function.")
    name = request.name
    if not is_name(name, script=True):
        return unsafe(f"{name or 'That'} can't be a name.")
    if name in words(source.text):
        return unsafe(f"The name {name} is used in this file already.")
    if any(one.type == "with_statement" for one in above(variable.occurrences[0].node)):
        return unsafe("`with` looks variables up by name.")
    if {"eval", "arguments"} & words(source.slice(variable.scope.function.node)):
        return unsafe("Its function may look it up in another way.")
    if any(_is_field(one) for one in above(variable.occurrences[0].node)):
        return unsafe("It is a property of the object, too.")
    edits = []
    for one in variable.occurrences:
        new = name
        if one.node.type.startswith("shorthand"):
            new = f"{one.name}: {name}"
        edits.append(Edit(*source.span(one.node), new))
    return renaming(source, tuple(sorted(edits, key=lambda edit: edit.start)))


def _is_field(node: object) -> bool:
    """Tell whether a parameter declares a property: `constructor(private x)`."""
    if getattr(node, "type", "") != "required_parameter":
        return False
    children = getattr(node, "children", [])
    return any(one.type in {"accessibility_modifier", "readonly"} for one in children)
