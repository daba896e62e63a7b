"""What a slash command of the chat changes, made and checked as the code actions do it.

    command, place -> edit, documentation or tests -> checks -> a block of code to apply

The block is the whole definition as it would be. What is not offered here has not been checked, and
the chat does not offer it for the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.assist.actions.place import Place
from pillion.assist.document import can_document, document
from pillion.assist.edit import Edited, Order
from pillion.assist.looks import looked_edit
from pillion.assist.repair import function_at
from pillion.assist.testfiles import test_file
from pillion.assist.testwriting import write_cases
from pillion.base.outcome import Nothing, Reason
from pillion.context.redact import redact
from pillion.post.rewrite.align import applied
from pillion.post.rewrite.indent import dedent
from pillion.prompt.blocks import block
from pillion.prompt.edit import instruction_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.assist.edit import Refused
    from pillion.base.settings import Settings
    from pillion.context.chip import Here
    from pillion.context.library import Library
    from pillion.engine.base import Cancel, Engine

_DECORATORS = re.compile(r"(?:[ \t]*@[^\n]*\n)+(?=[ \t]*(?:async\s+def|def|class)\b)")


@dataclass(frozen=True, slots=True)
class Offered:
    """Code that passed the checks."""

    text: str
    """The answer up to here, in Markdown: a block of code for a file."""
    goes_on: str = ""
    """How the model goes on behind it, in words; empty where all is said."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """A slash command and where it was given."""

    command: str
    text: str
    """What stands behind it."""
    here: Here


@dataclass(frozen=True, slots=True)
class Means:
    """What it is done with."""

    library: Library
    engine: Engine
    settings: Settings
    cancel: Cancel
    stage: Callable[[str], None]


async def offer(wish: Wish, means: Means) -> Offered | Nothing | None:
    """Return checked code, or why there is none; None for what is no change of one place.

    Raises `EngineError` when the model cannot answer.
    """
    place = _place(wish.here, means.library)
    if place is None or wish.command not in _BY_COMMAND:
        return None
    return await _BY_COMMAND[wish.command](wish, place, means)


def _place(here: Here, library: Library) -> Place | None:
    """Return the selection, or the line of the cursor."""
    snapshot = library.read(here.uri)
    if isinstance(snapshot, str):
        return None
    lines = snapshot.lines
    first, last = min(here.first, len(lines) - 1), min(here.last, len(lines) - 1)
    start, end = lines.starts[first], lines.ends[last]
    found = library.place(here.uri)
    return Place(
        snapshot,
        start,
        end if here.selected else start,
        path=found.path if found else library.name(here.uri),
        index=found.index if found else None,
    )


async def _fix(wish: Wish, place: Place, means: Means) -> Offered | Nothing | None:
    known = _problems(wish.here, place, means.library) if not wish.text.strip() else ""
    problem = wish.text.strip() or known or "There is a mistake in this code: find it."
    problem = redact(" ".join(problem.split()), "plaintext")
    order = instruction_of("fix", problem=problem)
    return await _edited(order, place, means, goes_on="What was wrong: ")


def _problems(here: Here, place: Place, library: Library) -> str:
    """Return what other tools say of the code."""
    lines = place.snapshot.lines
    around = place.function
    first, last = (around.line, around.end_line) if around else (here.first, here.last)
    return "; ".join(
        f"{one.message} (in `{place.snapshot.line(one.first).strip()}`)"
        for one in library.problems(here.uri)
        if one.severity in {"error", "warning"} and first <= one.first <= last < len(lines)
    )


async def _refactor(wish: Wish, place: Place, means: Means) -> Offered | Nothing | None:
    order = " ".join(part for part in (instruction_of("simplify"), wish.text.strip()) if part)
    return await _edited(order, place, means, goes_on="What is better: ", may_stay=True)


async def _edited(
    instruction: str, place: Place, means: Means, *, goes_on: str, may_stay: bool = False
) -> Offered | Nothing | None:
    if not place.is_selection and place.function is None:
        return None
    order = Order(
        place.snapshot, place.start, place.end, instruction, path=place.path, may_stay=may_stay
    )
    made = await looked_edit(
        order,
        means.settings,
        means.engine,
        means.cancel,
        index=place.index,
        report=means.stage,
    )
    return _shown(made, place, goes_on)


async def _document(_wish: Wish, place: Place, means: Means) -> Offered | Nothing | None:
    parsed, function = place.parsed, place.function
    if not parsed or not function or not can_document(place.snapshot, parsed, function):
        return None
    means.stage("writing")
    made = await document(place.snapshot, parsed, function, means.engine, means.cancel)
    return _shown(made, place, "")


async def _tests(_wish: Wish, place: Place, means: Means) -> Offered | Nothing | None:
    """Write tests as the code action does, where code may be run."""
    function = function_at(place.snapshot.text, place.snapshot.lines.at(place.start))
    index = place.index
    if not means.settings.run_tests or place.language.id != "python" or not function or not index:
        return None
    found = await write_cases(function, means.engine, means.cancel, report=means.stage)
    if not found.cases:
        return None

    def read(file: Path) -> str:
        document = means.library.read(file.as_uri())
        return "" if isinstance(document, str) else document.text

    file = test_file(Path(index.root), place.path, function.name, found.cases, read)
    before = set(file.before.splitlines())
    new = "\n".join(
        line for line in file.text.splitlines() if line not in before or not line.strip()
    )
    where = "a new file" if file.is_new else "the file"
    said = f"{len(found.cases)} tests for {where} `{file.path}`; they were run, and pass now."
    suspected = tuple(f"Likely a bug: {c.call}: {c.suspicion}." for c in found.cases if c.suspicion)
    if suspected:
        said = f"{len(found.cases)} tests for {where} `{file.path}`; they were run."
    covered = f"They cover {found.coverage.text} of `{function.name}`."
    return Offered(f"{said} {covered}\n\n{block(new.strip(), 'python')}\n", notes=suspected)


_BY_COMMAND = {"fix": _fix, "refactor": _refactor, "doc": _document, "tests": _tests}


def _shown(made: Edited | Refused, place: Place, goes_on: str) -> Offered | Nothing:
    """Return the definition or the selection as it would be, in a block that names its file."""
    if not isinstance(made, Edited):
        return made.why
    old = place.snapshot.text
    text = applied(old, made.edits)
    start, end = made.about or (0, len(old))
    start = old.rfind("\n", 0, start) + 1
    code = dedent(text[start : end + len(text) - len(old)].replace("\r\n", "\n"))
    if not place.is_selection:
        # It is put in the place of the definition by its header.
        code = _DECORATORS.sub("", code, count=1) if code.startswith("@") else code
    shown = redact(code, place.snapshot.language)
    if shown != code:
        # A block cannot be applied without overwriting the secret.
        return Nothing(Reason.HIDDEN_TEXT)
    return Offered(f"{block(code, f'{place.language.id} {place.path}')}\n", goes_on, made.notes)
