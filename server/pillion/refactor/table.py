"""All refactorings: which can be done at a place, and the edits of one.

Snapshot, range -> refactorings -> id -> edits, or a reason for none. Pure: no files, no model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.refactor.python import (
    comprehension,
    extract_function,
    extract_variable,
    imports,
    inline_call,
    inline_variable,
    rename,
)
from pillion.refactor.script import arrow
from pillion.refactor.script import extract_variable as script_extract
from pillion.refactor.script import imports as script_imports
from pillion.refactor.script import inline_variable as script_inline
from pillion.refactor.script import rename as script_rename
from pillion.refactor.script.source import LANGUAGES as SCRIPTS
from pillion.refactor.values import (
    EXTRACT,
    INLINE,
    ORGANIZE,
    RENAME,
    REWRITE,
    Refactoring,
    Request,
    not_here,
    unsafe,
)
from pillion.syntax.languages import language_of

if TYPE_CHECKING:
    from pillion.refactor.values import Edits, Maker
    from pillion.text.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Entry:
    """One refactoring and how it is done in each language."""

    id: str
    title: str
    kind: str
    makers: dict[str, Maker]
    offered: bool = True
    """False where it needs a name that nobody has given yet."""
    selects: bool = False
    """Whether it needs selected code."""


def _both(python: Maker | None, script: Maker | None = None) -> dict[str, Maker]:
    found = {"python": python} if python else {}
    return found | (dict.fromkeys(SCRIPTS, script) if script else {})


TABLE: tuple[Entry, ...] = (
    Entry(
        "extractVariable",
        "Extract variable",
        EXTRACT,
        _both(extract_variable.extract_variable, script_extract.extract_variable),
        selects=True,
    ),
    Entry(
        "extractFunction",
        "Extract function",
        EXTRACT,
        _both(extract_function.extract_function),
        selects=True,
    ),
    Entry(
        "inlineVariable",
        "Inline variable",
        INLINE,
        _both(inline_variable.inline_variable, script_inline.inline_variable),
    ),
    Entry("inlineCall", "Inline this call", INLINE, _both(inline_call.inline_call)),
    Entry(
        "toComprehension",
        "Convert loop to comprehension",
        REWRITE,
        _both(comprehension.to_comprehension),
    ),
    Entry("toArrow", "Convert to arrow function", REWRITE, _both(None, arrow.to_arrow)),
    Entry(
        "rename",
        "Rename in this function",
        RENAME,
        _both(rename.rename, script_rename.rename),
        offered=False,
    ),
    Entry(
        "organizeImports",
        "Organize imports",
        ORGANIZE,
        _both(imports.organise, script_imports.organise),
    ),
)
"""Every refactoring, in the order in which an editor shows them."""

_FREE = "a_name_that_nobody_has_chosen"
"""To find out whether something can be renamed before there is a name for it."""


def refactorings(snapshot: Snapshot, start: int, end: int) -> list[Refactoring]:
    """Return what can be done with ``text[start:end]``, and what only seems so, with the reason.

    A refactoring that has nothing to work on there is left out.
    """
    language = language_of(snapshot.language, snapshot.uri).id
    request = Request(snapshot, start, end)
    selected = bool(snapshot.text[start:end].strip())
    found = []
    for entry in TABLE:
        maker = entry.makers.get(language)
        if maker is None or not entry.offered or (entry.selects and not selected):
            continue
        plan = maker(request)
        why = ""
        if isinstance(plan, Nothing):
            if plan.reason is not Reason.UNSAFE:
                continue
            why = str(plan)
        found.append(Refactoring(entry.id, entry.title, entry.kind, why))
    return found


def title_of(id_: str) -> str:
    """Return what a refactoring is called; an empty text for one that there is not."""
    return next((one.title for one in TABLE if one.id == id_), "")


def renamable(snapshot: Snapshot, offset: int) -> str:
    """Return the name at `offset` that `rename` can change; an empty text where there is none."""
    maker = _maker(snapshot, "rename")
    plan = maker(Request(snapshot, offset, offset, _FREE)) if maker else not_here()
    if isinstance(plan, Nothing):
        return ""
    first = plan.edits[0]
    return snapshot.text[first.start : first.end]


def apply(snapshot: Snapshot, start: int, end: int, id_: str, name: str = "") -> Edits | Nothing:
    """Return the edits of one refactoring, which don't overlap, or why there are none.

    `name` is for what it makes or renames; without one it takes a name from the code.
    """
    maker = _maker(snapshot, id_)
    if maker is None:
        return not_here("There is no such refactoring for this language.")
    plan = maker(replace(Request(snapshot, start, end), name=name))
    if isinstance(plan, Nothing):
        return plan
    if not plan.holds():
        return unsafe("It can't be written here in a way that is surely the same.")
    return plan.edits


def _maker(snapshot: Snapshot, id_: str) -> Maker | None:
    entry = next((one for one in TABLE if one.id == id_), None)
    return entry.makers.get(language_of(snapshot.language, snapshot.uri).id) if entry else None
