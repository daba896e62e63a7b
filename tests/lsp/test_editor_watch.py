"""What is collected from one editor, and how its own notification is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pillion.base.settings import Settings
from pillion.context.editor import Diagnostic, EditorState
from pillion.lsp.batch import Change
from pillion.lsp.editor import EditorWatch, Update
from pillion.lsp.editor_context import to_update
from pillion.lsp.folders import Folders
from pillion.lsp.sessions import Documents
from pillion.text.positions import Encoding, Position
from pillion.text.snapshot import Snapshot


class Desk:
    """An editor with documents of a folder, as the features of the server drive it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.documents = Documents()
        self.workspace = Folders(Settings)
        self.workspace.use([root.as_uri()])
        self.watch = EditorWatch(self.documents, self.workspace)

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def get(self, name: str) -> Snapshot:
        found = self.documents.get(self.uri(name))
        assert isinstance(found, Snapshot)
        return found

    async def open(self, name: str, text: str) -> None:
        self.documents.open(self.uri(name), "python", 1, text)
        self.watch.opened(self.uri(name))
        await self.workspace.why_private(self.uri(name))

    def change(self, name: str, *changes: Change) -> None:
        before = self.get(name)
        self.documents.change(before.uri, before.version + 1, changes, Encoding.UTF16)
        self.watch.changed(before, self.get(name), changes)

    def state(self, name: str, line: int = 0) -> EditorState:
        snapshot = self.get(name)
        return self.watch.state(snapshot, snapshot.lines.starts[line])


def insert(text: str, line: int, column: int = 0) -> Change:
    return Change(text, Position(line, column), Position(line, column))


async def test_changes_and_documents_are_collected(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for name in ("a.py", "b.py", "c.py", ".env"):
        await desk.open(name, "x = 1\ny = 2\n")
    for column, char in enumerate("z = "):
        desk.change("b.py", insert(char, 1, column))
    desk.change("a.py", insert("one\n", 0), insert("two\n", 1))
    desk.change(".env", insert("A=hidden\n", 0))
    state = desk.state("a.py")
    assert [(edit.uri, edit.before, edit.after) for edit in state.recent_edits] == [
        (desk.uri("a.py"), "", "one\ntwo\n"),
        (desk.uri("b.py"), "y = 2\n", "z = y = 2\n"),
    ]
    # The last used first, without the document itself and the private one.
    assert [found.uri for found in state.open_documents] == [desk.uri("b.py"), desk.uri("c.py")]
    assert [visit.uri for visit in state.visited] == [desk.uri("a.py"), desk.uri("b.py")]


async def test_a_document_counts_as_private_until_it_was_judged(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.open("a.py", "x = 1\n")
    desk.documents.open(desk.uri("new.py"), "python", 1, "y = 1\n")
    desk.watch.opened(desk.uri("new.py"))
    assert desk.state("a.py").open_documents == ()
    await desk.workspace.why_private(desk.uri("new.py"))
    assert len(desk.state("a.py").open_documents) == 1


async def test_a_closed_document_leaves_its_changes(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.open("a.py", "x = 1\n")
    await desk.open("b.py", "y = 2\n")
    desk.change("b.py", insert("z = ", 0))
    desk.watch.closed(desk.get("b.py"))
    desk.documents.close(desk.uri("b.py"))
    state = desk.state("a.py")
    assert [edit.after for edit in state.recent_edits] == ["z = y = 2\n"]
    assert state.open_documents == ()


async def test_a_whole_new_text_is_a_change_of_what_differs(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.open("a.py", "x = 1\ny = 2\nz = 3\n")
    desk.change("a.py", Change("x = 1\ny = 5\nz = 3\n"))
    (edit,) = desk.state("a.py").recent_edits
    assert (edit.line, edit.before, edit.after) == (1, "y = 2\n", "y = 5\n")


async def test_diagnostics_are_near_the_cursor_and_move_with_the_text(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.open("a.py", "x = 1\n" * 50)
    items = tuple(Diagnostic(n, n, "error", f"line {n}") for n in range(50))
    desk.watch.update(Update(diagnostics={desk.uri("a.py"): items}))
    state = desk.state("a.py", 30)
    assert [item.first for item in state.diagnostics[:3]] == [30, 29, 31]
    assert len(state.diagnostics) == 20
    desk.change("a.py", insert("\n\n", 10))
    assert [item.message for item in desk.state("a.py", 32).diagnostics[:1]] == ["line 30"]
    desk.watch.update(Update(diagnostics={desk.uri("a.py"): ()}))
    assert desk.state("a.py").diagnostics == ()


async def test_parts_that_are_left_out_stay(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.open("a.py", "x = 1\n")
    desk.watch.update(to_update({"clipboard": "copied"}))
    desk.watch.update(to_update({"visible": []}))
    assert desk.state("a.py").clipboard == "copied"
    desk.watch.update(to_update({"clipboard": None}))
    assert desk.state("a.py").clipboard == ""


async def test_what_is_on_the_screen_was_visited(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.open("a.py", "x = 1\n" * 100)
    await desk.open("b.py", "x = 1\n" * 100)
    shown = {"start": {"line": 40, "character": 0}, "end": {"line": 60, "character": 0}}
    visible = [
        {"textDocument": {"uri": desk.uri("b.py")}, "ranges": [shown]},
        {"textDocument": {"uri": desk.uri("unknown.py")}, "ranges": [shown]},
    ]
    desk.watch.update(to_update({"visible": visible}))
    (visit,) = desk.state("a.py").visited
    assert (visit.uri, visit.first, visit.last) == (desk.uri("b.py"), 38, 62)


RANGE = {"start": {"line": 3, "character": 1}, "end": {"line": 2, "character": 1}}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (None, Update()),
        ([], Update()),
        ({}, Update(None, {}, ())),
        ({"clipboard": 5}, Update("", {}, ())),
        ({"clipboard": "x" * 20_001}, Update("", {}, ())),
        (
            {
                "diagnostics": [
                    {"textDocument": {"uri": "u"}, "items": [{"range": RANGE, "message": "m"}]},
                    {
                        "textDocument": {"uri": "v"},
                        "items": [{"message": "m"}, 5, {"range": RANGE}],
                    },
                    {"textDocument": {}, "items": []},
                    7,
                ]
            },
            Update(None, {"u": (Diagnostic(2, 3, "error", "m"),), "v": ()}, ()),
        ),
        (
            {
                "diagnostics": [
                    {
                        "textDocument": {"uri": "u"},
                        "items": [
                            {"range": RANGE, "message": "m" * 600, "severity": 2, "source": "mypy"}
                        ],
                    }
                ]
            },
            Update(None, {"u": (Diagnostic(2, 3, "warning", "m" * 500, "mypy"),)}, ()),
        ),
        (
            {
                "visible": [
                    {"textDocument": {"uri": "u"}, "ranges": [RANGE, {"start": {"line": -1}}]},
                    {"textDocument": {"uri": "u"}, "ranges": "all"},
                ]
            },
            Update(None, {}, (("u", 2),)),
        ),
    ],
)
def test_what_makes_no_sense_is_left_out(params: Any, expected: Update) -> None:
    assert to_update(params) == expected
