"""Actions about tests: a function is fixed by those of the project, and gets tests of its own.

Those that run code are offered only where the setting `pillion.repair.runTests` is on; they do it
in the sandbox, on a copy.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.assist.actions.action import QUICK_FIX, SOURCE, Action, Change, DocumentChange, Offer
from pillion.assist.actions.common import text_of
from pillion.assist.decisions import as_case, picked
from pillion.assist.fixing import Fixed, Problem, fix
from pillion.assist.repair import function_at
from pillion.assist.testfiles import allowed, place_of, test_file
from pillion.assist.testing import find_tests
from pillion.assist.testwriting import write_cases
from pillion.base.outcome import Nothing, Reason
from pillion.context.index.workspace import path_of
from pillion.sandbox.project import Patience
from pillion.text.edits import differences
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.assist.testwriting import Case
    from pillion.base.settings import Settings
    from pillion.engine.base import Engine

OFF = Nothing(Reason.NO_TESTS, "Turn on `pillion.repair.runTests` to let code be run.")
TESTS = f"{SOURCE}.pillion.tests"


def _may_run(place: Place, settings: Settings) -> bool:
    return settings.run_tests and place.language.id == "python" and place.index is not None


def _failing(place: Place, settings: Settings) -> Iterable[Offer]:
    if _may_run(place, settings) and place.function is not None:
        yield Offer(f"Fix failing tests of {place.function.name} (Pillion)", QUICK_FIX)


def _pasted(_place: Place, _settings: Settings) -> Iterable[Offer]:
    """Offer nothing: a traceback comes from a terminal, by the command `pillion.action`."""
    return ()


def _chatted(_place: Place, _settings: Settings) -> Iterable[Offer]:
    """Offer nothing: examples are accepted in a chat, which asks by the same command."""
    return ()


def _tests(place: Place, settings: Settings) -> Iterable[Offer]:
    if _may_run(place, settings) and place.function is not None:
        yield Offer(f"Generate tests for {place.function.name} (Pillion)", TESTS)


async def _fix_failing(place: Place, _arguments: Mapping[str, object], tools: Tools) -> Outcome:
    if not _may_run(place, tools.settings):
        return OFF
    root, path = _project(place)
    tests = find_tests(root, tools.settings.test_command)
    if tests is None:
        return Nothing(Reason.NO_TESTS)
    seconds = float(tools.settings.test_seconds)
    line = place.snapshot.lines.at(place.start)
    patience = Patience(each=seconds, whole=6 * seconds)
    return await _fixed(
        place, Problem(place.snapshot, path, line, tests=tests, patience=patience), tools
    )


async def _fix_traceback(place: Place, arguments: Mapping[str, object], tools: Tools) -> Outcome:
    text = text_of(arguments.get("traceback"))
    if not text or place.language.id != "python":
        return Nothing(Reason.NO_CODE_HERE)
    _, path = _project(place)
    may_run = _may_run(place, tools.settings)
    problem = Problem(place.snapshot, path, pasted=text, runs_examples=may_run)
    return await _fixed(place, problem, tools)


async def _fixed(place: Place, problem: Problem, tools: Tools) -> Outcome:
    engine = None if isinstance(tools.engine, Nothing) else tools.engine
    found = await fix(problem, engine, tools.cancel, report_=tools.report)
    if not isinstance(found, Fixed):
        return found.why
    by_model = found.source == "model"
    who = "Written by Pillion" if by_model else f"A small change: {found.source}"
    judged = (f"Passes: {found.ran}",) if found.ran else ()
    changes = (DocumentChange(place.snapshot, found.edits),)
    return Change(changes, who, (*judged, *found.notes))


async def _generate(place: Place, _arguments: Mapping[str, object], tools: Tools) -> Outcome:
    if not _may_run(place, tools.settings):
        return OFF
    function = function_at(place.snapshot.text, place.snapshot.lines.at(place.start))
    if function is None:
        return Nothing(Reason.NO_CODE_HERE)
    engine: Engine | None = None if isinstance(tools.engine, Nothing) else tools.engine
    found = await write_cases(function, engine, tools.cancel, report=tools.report)
    if tools.cancel.is_set():
        return Nothing(Reason.CANCELLED)
    if not found.cases:
        return Nothing(Reason.NO_TESTS, "; ".join(found.dropped))
    notes = [f"They cover {found.coverage.text} of {function.name}."]
    notes += [f"Likely a bug: {c.call}: {c.suspicion}." for c in found.cases if c.suspicion]
    return _kept(place, function.name, found.cases, tuple(notes))


async def _keep_examples(place: Place, arguments: Mapping[str, object], _tools: Tools) -> Outcome:
    decided = picked(text_of(arguments.get("examples")))
    if decided is None or not decided.accepted or place.language.id != "python":
        return Nothing(Reason.NO_TESTS, "There are no accepted examples.")
    cases = [as_case(decided.function, one) for one in decided.accepted]
    made = await asyncio.to_thread(_kept, place, decided.function, cases)
    return replace(made, written_by_model=False)


def _kept(
    place: Place, function: str, cases: Sequence[Case], notes: tuple[str, ...] = ()
) -> Change:
    """Return tests as a change of the file where the project keeps those of this one."""
    root, path = _project(place)
    file = test_file(root, path, function, cases, allowed(root))
    snapshot = Snapshot((root / file.path).as_uri(), file.before, language="python")
    change = DocumentChange(snapshot, differences(file.before, file.text), creates=file.is_new)
    return Change((change,), f"Tests for {function}", notes)


def _project(place: Place) -> tuple[Path, str]:
    """Return the root of the project, and the document's path below it."""
    return place_of(path_of(place.snapshot.uri) or Path(place.path))


FIX_TESTS = Action("fixFailingTests", (QUICK_FIX,), _failing, _fix_failing)
FIX_TRACEBACK = Action("fixTraceback", (QUICK_FIX,), _pasted, _fix_traceback)
WRITE_TESTS = Action("tests", (TESTS,), _tests, _generate)
KEEP_EXAMPLES = Action("keepExamples", (TESTS,), _chatted, _keep_examples)
