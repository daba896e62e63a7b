"""Refactorings are offered as code actions, and made without a model or a confirmation."""

from __future__ import annotations

from pillion.assist.actions.action import Change, Page, Tools
from pillion.assist.actions.offers import action_named, offers
from pillion.assist.actions.place import Place
from pillion.base.outcome import Nothing, Reason
from pillion.base.settings import Settings
from pillion.engine.base import Cancel
from pillion.refactor.python import imports
from pillion.refactor.script import imports as script_imports
from pillion.text.snapshot import Snapshot

TEXT = "def f(a):\n    return g(a.b + 1)\n"
NO_MODEL = Nothing(Reason.NO_MODEL)


def _place(text: str, selected: str) -> Place:
    start = text.index(selected)
    snapshot = Snapshot("file:///a.py", text, language="python")
    return Place(snapshot, start, start + len(selected))


async def test_an_extracted_variable_is_offered_and_made() -> None:
    place = _place(TEXT, "a.b + 1")
    found = [one for one in offers(place, Settings()) if one.action == "refactor"]
    titles = [one.offer.title for one in found]
    assert titles[:2] == ["Extract variable", "Extract function"]
    action = action_named("refactor")
    assert action is not None
    tools = Tools(NO_MODEL, Settings(), Cancel())
    change = await action.perform(place, found[0].offer.arguments, tools)
    assert isinstance(change, Change)
    assert not change.written_by_model
    assert [edit.new for edit in change.documents[0].edits] == ["    value = a.b + 1\n", "value"]


async def test_odd_arguments_are_refused() -> None:
    action = action_named("refactor")
    assert action is not None
    tools = Tools(NO_MODEL, Settings(), Cancel())
    for arguments in ({}, {"id": 1}, {"id": "extractVariable", "name": "1x"}, {"id": "nothing"}):
        assert isinstance(await action.perform(_place(TEXT, "a.b + 1"), arguments, tools), Nothing)


async def test_a_review_is_a_page() -> None:
    action = action_named("review")
    assert action is not None
    place = _place("def f(x):\n    return eval(x)\n", "eval(x)")
    page = await action.perform(place, {}, Tools(NO_MODEL, Settings(), Cancel()))
    assert isinstance(page, Page)
    assert "CWE-95" in page.markdown


def test_a_text_is_looked_through_once_wherever_the_cursor_goes() -> None:
    kept = (imports._messages, imports._organised, script_imports._organised)
    before = [one.cache_info().misses for one in kept]
    python = "import sys\nimport os\nimport re\n\n\ndef f():\n    return g(os)\n"
    script = 'import { b } from "./b";\nimport { a } from "./a";\n\nf(a, b);\n'
    for text, language in ((python, "python"), (script, "typescript")):
        snapshot = Snapshot("file:///once", text, language=language)
        for at in range(0, len(text), 7):
            assert offers(Place(snapshot, at, at), Settings())
    assert [one.cache_info().misses for one in kept] == [count + 1 for count in before]
