"""Code that is gone without having been asked for: a rewrite that is far shorter is refused."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from pillion.base.outcome import Reason
from pillion.post.rewrite.indent import dedent
from pillion.post.rewrite.values import Flaw
from pillion.syntax import python_tree
from pillion.syntax.definitions import definitions
from pillion.syntax.parse import parse
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from pillion.post.rewrite.values import Rewrite

FEWEST_LINES = 12
"""A range of fewer lines may well become one line."""

LEAST_LEFT = 0.3
"""Share of the lines that must be left: comprehensions in the place of loops leave half."""

_FEW = 2
_LAYOUT = re.compile(
    r"\b(?:blank|space|indent|format|align|line|layout|pep|tab)\w*|docstring|comment|whitespace",
    re.IGNORECASE,
)
_SHORTER = re.compile(
    r"\b(?:remove|delete|drop|strip|shorten|simplif|clear|empty|stub)\w*", re.IGNORECASE
)


def refuse_losses(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse a rewrite of which most is missing."""
    before, after = _count(rewrite.aim.original), _count(rewrite.text)
    if before < FEWEST_LINES or after >= before * LEAST_LEFT:
        return rewrite
    if _SHORTER.search(rewrite.aim.instruction):
        return rewrite
    return Flaw(
        Reason.LEFT_OUT,
        f"You wrote {after} lines for {before}. Write the complete code, with all that stays.",
    )


def refuse_unfinished(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse what the token limit cut off."""
    if rewrite.complete:
        return rewrite
    return Flaw(Reason.TOO_LONG, "The code was too long. Change only what was asked for.")


def refuse_unchanged(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse a rewrite that is the original, or differs in blanks that mean nothing."""
    aim = rewrite.aim
    if _plain(rewrite.text) != _plain(aim.original) and not _only_blanks(rewrite):
        return rewrite
    # A small model that copies a long text forgets what it was to change on the way.
    parsed = parse(aim.original, aim.language)
    several = parsed is not None and len(definitions(parsed)) > _FEW
    only = " Write only the functions that change or are new, with the class they are in."
    return Flaw(Reason.UNCHANGED, f"You changed nothing.{only if several else ''}")


def _only_blanks(rewrite: Rewrite) -> bool:
    """Tell whether two texts differ in blanks only, and not in what Python makes of them."""
    aim, text = rewrite.aim, rewrite.text
    if "".join(text.split()) != "".join(aim.original.split()) or _LAYOUT.search(aim.instruction):
        return False
    if aim.language.blocks != "indent":
        return True
    dumps = [_dump(dedent(one)) for one in (text, aim.original)]
    return dumps[0] is not None and dumps[0] == dumps[1]


def _dump(source: str) -> str | None:
    tree = python_tree.module(source)
    if tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = "".join(node.value.split())
    return ast.dump(tree)


def _count(text: str) -> int:
    return sum(not is_blank(line) for line in text.split("\n"))


def _plain(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if not is_blank(line)]
