"""Actions that run code: only where the user says so, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pillion.assist.actions.action import Change, Outcome, Tools
from pillion.assist.actions.offers import action_named, offers
from pillion.assist.actions.place import Place
from pillion.base.outcome import Nothing, Reason
from pillion.base.settings import Settings
from pillion.context.index.index import Index
from pillion.engine.base import Cancel
from pillion.post.rewrite.align import applied
from pillion.text.snapshot import Snapshot

SOURCE = '''\
def half(a):
    """Half.

    >>> half(4)
    2
    """
    return a // 3
'''
ON = replace(Settings(), run_tests=True)
RUNS = {"fixFailingTests", "fixTraceback", "tests"}


@pytest.fixture
def here(tmp_path: Path) -> Place:
    (tmp_path / ".git").mkdir()
    file = tmp_path / "halves.py"
    file.write_text(SOURCE)
    index = Index.open(tmp_path, patience=1)
    snapshot = Snapshot(file.as_uri(), SOURCE, 1, "python")
    return Place(snapshot, SOURCE.index("return"), SOURCE.index("return"), index=index)


async def perform(
    action: str, where: Place, settings: Settings, arguments: Mapping[str, object] | None = None
) -> Outcome:
    found = action_named(action)
    assert found is not None
    engine = Nothing(Reason.NO_MODEL)
    return await found.perform(where, arguments or {}, Tools(engine, settings, Cancel()))


def offered(where: Place, settings: Settings) -> set[str]:
    return {one.action for one in offers(where, settings)} & RUNS


def test_they_are_offered_where_code_may_run(here: Place) -> None:
    assert offered(here, Settings()) == set()
    assert offered(here, ON) == {"fixFailingTests", "tests"}
    assert offered(replace(here, index=None), ON) == set()


@pytest.mark.parametrize("action", ["fixFailingTests", "tests"])
async def test_nothing_runs_where_it_may_not(here: Place, action: str) -> None:
    """Not even if an editor asks for what was not offered."""
    outcome = await perform(action, here, Settings())
    assert isinstance(outcome, Nothing)
    assert "pillion.repair.runTests" in str(outcome)


async def test_a_traceback_is_fixed_by_the_examples(here: Place) -> None:
    text = (
        f'Traceback (most recent call last):\n  File "{here.snapshot.uri[7:]}", line 7, in half\n'
    )
    arguments = {"traceback": f"{text}    x\nValueError: no\n"}
    off = await perform("fixTraceback", here, Settings(), arguments)
    assert isinstance(off, Nothing)  # Nothing may run, and there is no model.
    assert off.reason is Reason.NO_MODEL
    outcome = await perform("fixTraceback", here, ON, arguments)
    assert isinstance(outcome, Change)
    (change,) = outcome.documents
    scope: dict[str, object] = {}
    exec(applied(SOURCE, change.edits), scope)  # noqa: S102 - a small change of the code above.
    half = scope["half"]
    assert callable(half)
    assert half(4) == 2
    assert outcome.notes[0] == "Passes: the examples in the docstring"


async def test_tests_are_a_new_file_that_says_what_is_wrong(here: Place) -> None:
    outcome = await perform("tests", here, ON)
    assert isinstance(outcome, Change)
    (change,) = outcome.documents
    assert change.creates
    assert change.snapshot.uri.endswith("/tests/test_halves.py")
    assert "assert half(4) == 2" in change.edits[0].new
    assert any("Likely a bug: half(4)" in note for note in outcome.notes)
