"""Recent changes and places: merged per region, newest first, bounded, cheap."""

from __future__ import annotations

import random

from pillion.context.editor import editor_state
from pillion.context.recent import RecentEdit, RecentEdits, Span, Visit, Visits, changed_lines
from pillion.text.snapshot import Snapshot
from planted import kinds


class Typist:
    """One document that is edited, and what is remembered of it."""

    def __init__(
        self, text: str, uri: str = "file:///a.py", edits: RecentEdits | None = None
    ) -> None:
        self.snapshot = Snapshot(uri, text, language="python")
        self.edits = edits or RecentEdits()

    def change(self, old: str, new: str) -> None:
        """Replace the first `old` by `new`."""
        start = self.snapshot.text.index(old)
        self.replace(start, start + len(old), new)

    def replace(self, start: int, end: int, new: str) -> None:
        before, text = self.snapshot, self.snapshot.text
        after = Snapshot(before.uri, text[:start] + new + text[end:], language="python")
        first, last = before.lines.at(start), before.lines.at(end)
        old = last - first + 1
        span = Span(first, old, old + len(after.lines) - len(before.lines))
        self.edits.change(before, span)
        self.snapshot = after

    def type(self, marker: str, text: str) -> None:
        """Type `text` behind the first `marker`, one character at a time."""
        start = self.snapshot.text.index(marker) + len(marker)
        for shift, char in enumerate(text):
            self.replace(start + shift, start + shift, char)

    def seen(self) -> list[tuple[int, str, str]]:
        found = self.edits.edits({self.snapshot.uri: self.snapshot})
        return [(edit.line, edit.before, edit.after) for edit in found]


LINES = "\n".join(f"line_{n} = {n}" for n in range(100)) + "\n"


def test_keystrokes_in_a_line_are_one_edit() -> None:
    typist = Typist(LINES)
    typist.type("line_7 = ", "max(1, 2) + ")
    assert typist.seen() == [(7, "line_7 = 7\n", "line_7 = max(1, 2) + 7\n")]


def test_new_lines_and_neighbours_are_the_same_region() -> None:
    typist = Typist(LINES)
    typist.type("line_7 = 7", "\nnew = 1")
    typist.change("line_9 = 9", "line_9 = 10")
    (edit,) = typist.seen()
    assert edit == (
        8,
        "line_8 = 8\nline_9 = 9\n",
        "new = 1\nline_8 = 8\nline_9 = 10\n",
    )


def test_regions_apart_are_edits_apart_newest_first_and_move_with_their_lines() -> None:
    typist = Typist(LINES)
    typist.change("line_50 = 50", "line_50 = 51")
    typist.change("line_3 = 3", "line_3 = 3\nmore = 1\nmore = 2")
    assert typist.seen() == [
        (4, "", "more = 1\nmore = 2\n"),
        (52, "line_50 = 50\n", "line_50 = 51\n"),
    ]


def test_what_is_taken_back_is_no_edit() -> None:
    typist = Typist(LINES)
    typist.change("line_7 = 7", "line_7 = 8")
    typist.change("line_7 = 8", "line_7 = 7")
    assert typist.seen() == []


def test_large_changes_say_nothing() -> None:
    typist = Typist(LINES)
    typist.change("line_7 = 7", "line_7 = 8")
    typist.replace(0, 0, "pasted\n" * 60)
    edit = (67, "line_7 = 7\n", "line_7 = 8\n")
    assert typist.seen() == [edit]
    typist.change("line_90 = 90", "line_90 = 91")
    assert typist.seen() == [(150, "line_90 = 90\n", "line_90 = 91\n"), edit]


def test_everything_is_bounded() -> None:
    typist = Typist("\n".join(f"line_{n} = {n}" for n in range(1000)))
    for number in range(0, 1000, 10):
        typist.change(f"line_{number} = {number}", "changed = 1")
    assert len(typist.seen()) == 6
    assert typist.seen()[0][1] == "line_990 = 990\n"
    edits = RecentEdits()
    snapshots = {}
    for name in range(30):
        other = Typist(LINES, f"file:///{name}.py", edits)
        other.change("line_7 = 7", f"line_7 = {name + 100}")
        snapshots[other.snapshot.uri] = other.snapshot
    found = edits.edits(snapshots)
    assert len(found) == 12
    assert found[0].uri == "file:///29.py"


def test_a_closed_document_keeps_its_edits_and_a_lost_one_does_not() -> None:
    typist = Typist(LINES)
    typist.change("line_7 = 7", "line_7 = 8")
    typist.edits.close(typist.snapshot)
    assert typist.edits.edits({}) == (
        RecentEdit("file:///a.py", "python", 7, "line_7 = 7\n", "line_7 = 8\n"),
    )
    typist = Typist(LINES)
    typist.change("line_7 = 7", "line_7 = 8")
    typist.edits.forget("file:///a.py")
    assert typist.seen() == []


def test_random_edits_are_described_rightly() -> None:
    """Undoing all edits that are known gives back the text they began with."""
    chance = random.Random(5)  # noqa: S311 - no secret.
    for _ in range(200):
        text = "\n".join(f"l{n}" for n in range(chance.randint(1, 40)))
        typist = Typist(text)
        for _ in range(chance.randint(1, 5)):
            size = len(typist.snapshot.text)
            start = chance.randint(0, size)
            end = min(size, start + chance.choice((0, 0, 0, 1, 5, 12)))
            typist.replace(start, end, chance.choice(("", "x", "\n", "a\nb", "y = 1\n")))
        lines = typist.snapshot.text.split("\n")
        for line, before, after in sorted(typist.seen(), reverse=True):
            old, new = before.splitlines(), after.splitlines()
            assert lines[line : line + len(new)] == new
            lines[line : line + len(new)] = old
        assert "\n".join(lines) == text


def test_changed_lines_of_whole_texts() -> None:
    for before, after, span in [
        ("a\nb\nc", "a\nB\nc", Span(1, 1, 1)),
        ("a\nb\nc", "a\nb\nx\nc", Span(2, 1, 2)),
        ("a\nb\nc", "a\nc", Span(1, 2, 1)),
        ("a", "a\nb", Span(0, 1, 2)),
        ("", "a\nb", Span(0, 1, 2)),
        ("a\nb", "", Span(0, 2, 1)),
        ("aa\naa", "aa\naa\naa", Span(1, 1, 2)),
    ]:
        found = changed_lines(Snapshot("u", before), Snapshot("u", after))
        assert found == span
        lines = before.split("\n")
        new = after.split("\n")[found.first : found.first + found.new]
        assert lines[: found.first] + new + lines[found.first + found.old :] == after.split("\n")


def test_places_nearby_are_one_and_move_with_their_lines() -> None:
    visits = Visits()
    visits.visit("a", "python", 100)
    visits.visit("b", "python", 5)
    visits.visit("a", "python", 110)
    assert visits.visited() == (Visit("a", "python", 98, 122), Visit("b", "python", 0, 17))
    visits.shift("a", Span(10, 1, 6))
    visits.shift("b", Span(50, 1, 6))
    assert visits.visited() == (Visit("a", "python", 103, 127), Visit("b", "python", 0, 17))
    for line in range(0, 5000, 100):
        visits.visit("a", "python", line)
    assert len(visits.visited()) == 16


def test_secrets_are_hidden_in_every_text_of_the_state() -> None:
    for kind in kinds():
        edit = RecentEdit("file:///a", kind.language, 0, kind.text, kind.text)
        state = editor_state(recent_edits=[edit], clipboard=kind.text)
        for secret in kind.secrets:
            assert secret not in state.clipboard + state.recent_edits[0].before
            assert secret not in state.recent_edits[0].after
