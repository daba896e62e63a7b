"""What calls the code must not notice: public signatures stay, unless the user asked for more."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Reason
from pillion.post.rewrite.values import Flaw
from pillion.syntax.definitions import definitions
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pillion.post.rewrite.values import Rewrite
    from pillion.syntax.languages import Language

_CALLABLE = frozenset(("function", "method"))
_SPACE = re.compile(r"\s+|(?<=[(\[{]),|,(?=\s*[)\]}])")


def check_signature(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse another signature; where it may change, tell the user that it did."""
    aim = rewrite.aim
    before = signatures(aim.original, aim.language)
    after = signatures(rewrite.text, aim.language)
    if wrapped := _around(rewrite) & (after.keys() - before.keys()):
        hint = f"Write only the selected lines, without the header of `{wrapped.pop()}`."
        return Flaw(Reason.SIGNATURE, hint)
    changed = [
        (name, old, after.get(name))
        for name, old in before.items()
        if not same(old, after.get(name))
    ]
    if not changed:
        return rewrite
    if not aim.keeps_signatures:
        words = ", ".join(f"`{name}`" for name, _, _ in changed)
        return replace(rewrite, notes=(*rewrite.notes, f"The signature changes: {words}."))
    name, old, new = changed[0]
    if new is None:
        return Flaw(Reason.SIGNATURE, f"`{name}` is missing. Keep its header: `{old}`.")
    return Flaw(Reason.SIGNATURE, f"Keep the header of `{name}` as it was: `{old}`.")


def _around(rewrite: Rewrite) -> set[str]:
    """Return the names of the functions and classes around the range."""
    aim = rewrite.aim
    parsed = parse(aim.snapshot.text, aim.language)
    return {
        one.name
        for one in (definitions(parsed) if parsed else ())
        if one.start < aim.extent.start and aim.extent.end <= one.end
    }


def signatures(text: str, language: Language) -> Mapping[str, str]:
    """Return the public functions that a text defines, name to signature."""
    parsed = parse(text, language)
    found = definitions(parsed) if parsed else ()
    return {
        one.qualified: one.signature
        for one in found
        if one.kind in _CALLABLE
        # What is inside of a function cannot be called from elsewhere.
        and not any(o.kind in _CALLABLE and o.start < one.start and one.end <= o.end for o in found)
    }


def same(old: str, new: str | None) -> bool:
    """Tell whether two signatures differ in blanks and quotes at most."""
    return new is not None and _plain(old) == _plain(new)


def _plain(signature: str) -> str:
    return _SPACE.sub("", signature).replace("'", '"').rstrip("{:")
