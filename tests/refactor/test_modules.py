"""Missing imports come from the index, and what others import from a file stays in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pillion.assist.actions.action import Change, Tools
from pillion.assist.actions.offers import action_named, offers
from pillion.assist.actions.place import Place
from pillion.base.outcome import Nothing, Reason
from pillion.base.settings import Settings
from pillion.context.index.index import Index
from pillion.engine.base import Cancel
from pillion.refactor.modules import candidates, module_of
from pillion.text.snapshot import Snapshot

FILES = {
    "src/app/__init__.py": "",
    "src/app/shapes.py": "class Circle:\n    def area(self): ...\n",
    "src/app/loop.py": "from app.main import run\n\n\nclass Square: ...\n",
    "src/app/main.py": "import os\nimport json\n\n\ndef run():\n    return Circle, Square\n",
    "src/app/other.py": "from app.main import json\n",
    "tool.py": "def area(): ...\n",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    for name, text in FILES.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = Index.open(tmp_path / "tree", tmp_path / "cache", patience=60)
    found.refresh()
    yield found
    found.close()


def test_modules_begin_where_packages_do(index: Index) -> None:
    assert module_of(index, "src/app/shapes.py") == "app.shapes"
    assert module_of(index, "src/app/__init__.py") == "app"
    assert module_of(index, "tool.py") == "tool"


def test_candidates(index: Index) -> None:
    lines = [one.line for one in candidates(index, "src/app/main.py", "Circle")]
    assert lines == ["from app.shapes import Circle"]
    # A file that imports this one, a method, a name of this file: none of them.
    assert candidates(index, "src/app/main.py", "Square") == []
    assert candidates(index, "src/app/main.py", "run") == []
    assert [one.line for one in candidates(index, "tool.py", "json")] == ["import json"]


async def _done(action: str, offset: int, index: Index) -> str:
    text = FILES["src/app/main.py"]
    place = Place(
        Snapshot("file:///main.py", text, language="python"),
        offset,
        offset,
        path="src/app/main.py",
        index=index,
    )
    offered = [one.offer for one in offers(place, Settings()) if one.action == action][-1]
    found = action_named(action)
    assert found is not None
    tools = Tools(Nothing(Reason.NO_MODEL), Settings(), Cancel())
    change = await found.perform(place, offered.arguments, tools)
    assert isinstance(change, Change)
    for edit in change.documents[0].edits:
        text = edit.apply(text)
    return text


async def test_a_missing_import_is_a_quick_fix(index: Index) -> None:
    text = FILES["src/app/main.py"]
    after = await _done("addImport", text.index("Circle"), index)
    assert after == text.replace("json\n", "json\nfrom app.shapes import Circle\n")


async def test_organise_imports_keeps_what_another_file_takes(index: Index) -> None:
    after = await _done("refactor", 0, index)
    assert after == FILES["src/app/main.py"].replace("import os\n", "")
