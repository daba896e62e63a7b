"""Definitions that the model left out of its answer: taken over from the original.

Small models often answer with nothing but the function that they changed. The answer is then laid
over the original, definition by definition: those that are in both are replaced, new ones are put
behind the one that they follow in the answer, and all others stay. What the instruction speaks of
by its name may be gone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.post.rewrite.elisions import has_elision
from pillion.post.rewrite.indent import dedent, indented
from pillion.syntax.definitions import definitions
from pillion.syntax.parse import parse
from pillion.text.edits import Edit
from pillion.text.lines import indent_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.post.rewrite.values import Flaw, Rewrite
    from pillion.syntax.definitions import Definition
    from pillion.syntax.languages import Language

_KINDS = frozenset(("function", "method", "class", "interface", "enum", "type"))
_GOING = re.compile(
    r"\b(?:remove|delete|drop|replace|rename|merge|inline|combine|collapse|rewrite|convert|"
    r"turn|flip|instead|get rid|eliminate|extract|split|move)\w*\b",
    re.IGNORECASE,
)

_SENTENCE = re.compile(r"(?<=[.!?;])\s|\n")


def keep_missing(rewrite: Rewrite) -> Rewrite | Flaw:
    """Take over what the answer lacks."""
    aim = rewrite.aim
    original = aim.original
    before = _definitions(original, aim.language)
    text = rewrite.text
    after = _definitions(text, aim.language)
    if not before or not after:
        return rewrite
    pairs = _pairs(before, after)
    kept = {id(one) for one in pairs.values()}
    gone = [one for one in before if id(one) not in kept]
    left_out = [one for one in gone if not _may_go(one, aim.instruction)]
    if not left_out and not has_elision(rewrite.text, original):
        return rewrite
    if not pairs:
        return rewrite
    merged = _merged(original, text, before, after, pairs)
    names = ", ".join(f"`{one.qualified}`" for one in left_out)
    note = f"Left as it was: {names}." if names else ""
    return replace(rewrite, text=merged, notes=(*rewrite.notes, *([note] if note else [])))


def _definitions(text: str, language: Language) -> list[Definition]:
    parsed = parse(text, language)
    found = definitions(parsed) if parsed else ()
    return [one for one in found if one.kind in _KINDS]


def _may_go(definition: Definition, instruction: str) -> bool:
    """Tell whether the user asked for something that may take a definition away."""
    named = re.compile(rf"(?<!\w){re.escape(definition.name)}(?!\w)")
    return any(
        named.search(sentence) and _GOING.search(sentence)
        for sentence in _SENTENCE.split(instruction)
    )


def _pairs(before: Sequence[Definition], after: Sequence[Definition]) -> dict[int, Definition]:
    """Return for each definition of the answer (by `id`) the original's that it takes the place of.

    A method that was answered without its class is known by its name, where only one has it.
    """
    found: dict[int, Definition] = {}
    free = list(before)
    for one in after:
        exact = next((other for other in free if other.qualified == one.qualified), None)
        if exact is None and not one.scope:
            same = [other for other in free if other.name == one.name]
            exact = same[0] if len(same) == 1 else None
        if exact is not None:
            found[id(one)] = exact
            free = [other for other in free if other is not exact]
    return found


def _merged(
    original: str,
    text: str,
    before: Sequence[Definition],
    after: Sequence[Definition],
    pairs: dict[int, Definition],
) -> str:
    """Lay the answer over the original."""
    edits: list[Edit] = []
    # Behind which definition of the original a new one goes: the last one before it.
    last: Definition | None = None
    for one in after:
        whole = _text(text, one)
        other = pairs.get(id(one))
        if other is not None and not _holds(one, after):
            start = _line_start(original, other.start)
            indent = indent_of(original[start:])
            edits.append(Edit(start, other.end, indented(dedent(whole), indent)))
        if other is not None:
            last = other
        elif not _inside_new(one, after, pairs):
            edits.append(_insertion(original, whole, last, before))
    imports = _new_imports(original, text)
    if imports:
        edits.append(Edit(0, 0, imports))
    result = original
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        result = edit.apply(result)
    return result


def _insertion(
    original: str, whole: str, last: Definition | None, before: Sequence[Definition]
) -> Edit:
    if last is None:
        first = before[0]
        start = _line_start(original, first.start)
        indent = indent_of(original[start:])
        return Edit(start, start, indented(dedent(whole), indent) + "\n\n")
    indent = indent_of(original[_line_start(original, last.start) :])
    return Edit(last.end, last.end, "\n\n" + indented(dedent(whole), indent))


def _holds(one: Definition, others: Sequence[Definition]) -> bool:
    """Tell whether a definition is a class whose members are looked at one by one."""
    return any(
        other is not one and one.start <= other.start and other.end <= one.end for other in others
    ) and one.kind in {"class", "interface"}


def _inside_new(one: Definition, after: Sequence[Definition], pairs: dict[int, Definition]) -> bool:
    """Tell whether a new definition is part of another one that is put in as a whole."""
    return any(
        other is not one
        and other.start <= one.start
        and one.end <= other.end
        and (id(other) not in pairs or not _holds(other, after))
        for other in after
    )


def _text(text: str, one: Definition) -> str:
    return text[_line_start(text, one.start) : one.end]


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _new_imports(original: str, text: str) -> str:
    known = set(original.split("\n"))
    lines = [
        line
        for line in text.split("\n")
        if re.match(r"(?:import|from|using|use|#include)\b", line) and line not in known
    ]
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))
