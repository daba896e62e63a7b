"""Names that the instruction asks for: what it calls by a name should be there afterwards.

A small model that copies a long text forgets half of what it was told. What is written as code in
the instruction, stands nowhere in the document yet, and is not what should be avoided, must be in
the answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.syntax.definitions import definitions
from pillion.syntax.parse import parse
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pillion.post.rewrite.values import Rewrite

_REMOVABLE = frozenset(("function", "method", "class"))

_MOST = 3
"""Names that one hint speaks of."""

_QUOTED = re.compile(r"`([^`\n]+)`")
_PLAIN = re.compile(r"(?<![\w.])(?:[A-Za-z]\w*_\w+|[a-z]+[A-Z]\w*|[A-Za-z_]\w*(?=\(\w*\)))(?!\w)")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_AVOIDED = re.compile(
    r"\b(?:not|no|never|without|avoid\w*|instead of|rather than|than|like|as in|such as|e\.g\.|"
    r"similar\w* to|unlike|from|replac\w+|remov\w+|delet\w+)\s+(?:\w+\s+){0,3}$"
    r"|n't\s+(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)


_REMOVE = re.compile(
    r"\b(?:remove|delete|drop|get rid of)\s+(?:(?:the|both|all|any|unused|redundant|unnecessary|"
    r"function|method|class|attribute|definition)s?\s+)*(?:of\s+)?`?(?P<name>[A-Za-z_]\w*)(?:\(\w*\))?`?"
    r"(?=\s+(?:method|function|class)|`|\s*[.,;\n]|$)",
    re.IGNORECASE,
)


def remaining(rewrite: Rewrite) -> Iterator[str]:
    """Say which functions and classes should be removed and are still there."""
    aim = rewrite.aim
    before, after = (
        {one.name for one in definitions(parsed) if one.kind in _REMOVABLE} if parsed else set()
        for parsed in (parse(aim.original, aim.language), parse(rewrite.text, aim.language))
    )
    for match in _REMOVE.finditer(aim.instruction):
        name = match["name"]
        if name in before & after:
            yield f"`{name}` should be removed everywhere, but it is still there."


def lacking(rewrite: Rewrite) -> Iterator[str]:
    """Say which names the instruction asks for and the answer does not have."""
    aim = rewrite.aim
    document = aim.snapshot.text
    gone = [
        name
        for name in asked_names(aim.instruction)
        if not _stands_in(name, document) and not _stands_in(name, rewrite.text)
    ]
    if gone:
        words = ", ".join(f"`{name}`" for name in gone[:_MOST])
        yield f"The instruction speaks of {words}, but the code has no such name."


def asked_names(instruction: str) -> list[str]:
    """Return the names in an instruction that are written as code and not to be avoided."""
    found: dict[str, None] = {}
    places = [(match.start(), match[1]) for match in _QUOTED.finditer(instruction)]
    places += [(match.start(), match[0]) for match in _PLAIN.finditer(instruction)]
    for start, text in sorted(places):
        name = _IDENTIFIER.match(text.strip())
        ends = "" if name is None else text.strip()[name.end() :]
        if name is None or not (is_blank(ends) or ends.startswith("(")):
            continue
        if not _AVOIDED.search(instruction[max(0, start - 60) : start]):
            found.setdefault(name[0].rpartition(".")[2])
    return list(found)


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
