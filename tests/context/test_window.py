"""The window keeps its edges while one types, and never exceeds its budgets."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cursor import at_cursor
from pillion.context.window import Budget, Window, cut
from pillion.syntax.locate import locate
from pillion.text.snapshot import Snapshot

METHODS = "".join(
    f"    # {number}\n    def method_{number}(self):\n        return {number}\n\n"
    for number in range(60)
)
CLASS = f"class Till:\n{METHODS}"

BUDGETS = st.builds(Budget, st.integers(0, 60), st.integers(0, 60), st.integers(0, 3))
TEXTS = st.text(st.sampled_from("ab  \n\r\té😀\ud83d(){}:'#"), max_size=120)


def cut_at(text: str, offset: int, budget: Budget, previous: Window | None = None) -> Window:
    window = cut(locate(Snapshot("file:///x", text, language="python"), offset), budget, previous)
    check(text, window, budget)
    return window


def check(text: str, window: Window, budget: Budget) -> None:
    """Check what holds for every window."""
    assert text[window.start : window.anchor] == window.prefix
    assert text[window.anchor : window.offset] == window.typed
    assert text[window.offset : window.end] == window.suffix
    assert len(window.prefix) + len(window.typed) <= budget.before
    assert len(window.suffix) <= budget.after


def type_at(marked: str, keys: str, budget: Budget) -> list[Window]:
    """Return the window before the first and after each of `keys`."""
    snapshot, offset = at_cursor(marked)
    windows = [cut_at(snapshot.text, offset, budget)]
    for count in range(1, len(keys) + 1):
        text = snapshot.text[:offset] + keys[:count] + snapshot.text[offset:]
        windows.append(cut_at(text, offset + count, budget, windows[-1]))
    return windows


def test_a_small_document_is_its_own_window() -> None:
    window = cut_at("a = 1\nb = 2\nc = 3\n", 9, Budget(100, 100))
    assert (window.prefix, window.typed, window.suffix) == ("a = 1\n", "b =", " 2\nc = 3\n")


def test_typing_on_a_line_changes_only_the_typed_part() -> None:
    marked = f"{METHODS}x = █\n{METHODS}"
    first, *rest = type_at(marked, "some_name(argument", Budget(600, 300))
    assert first.typed == "x = "
    assert rest[-1].typed == "x = some_name(argument"
    assert {(w.start, w.anchor, w.prefix, w.suffix) for w in rest} == {
        (first.start, first.anchor, first.prefix, first.suffix)
    }


def test_enter_keeps_the_anchor_for_as_many_lines_as_the_budget_says() -> None:
    marked = f"{METHODS}█\n{METHODS}"
    for lines, typed in ((0, "c"), (1, "c"), (2, "a\nb\nc"), (3, "a\nb\nc")):
        windows = type_at(marked, "a\nb\nc", Budget(600, 300, lines))
        assert windows[-1].typed == typed, lines
        assert len({window.suffix for window in windows}) == 1


def test_the_anchor_moves_when_the_text_before_it_changes() -> None:
    budget = Budget(200, 200, 3)
    before = cut_at("a = 1\nb", 7, budget)
    assert cut_at("a = 1\nb\nc", 9, budget, before).typed == "b\nc"
    assert cut_at("a = 2\nb\nc", 9, budget, before).typed == "c"


def test_the_anchor_moves_when_the_cursor_goes_up() -> None:
    text = "a = 1\nb = 2\nc = 3"
    before = cut_at(text, len(text), Budget(100, 100, 5))
    assert cut_at(text, 2, Budget(100, 100, 5), before).typed == "a "


def test_a_new_window_begins_at_a_definition_and_ends_before_one() -> None:
    offset = CLASS.index("return 30")
    window = cut_at(CLASS, offset, Budget(900, 500))
    assert window.prefix.startswith("    # ")
    assert CLASS[window.end :].startswith("    # ")


def test_without_a_parser_a_window_is_cut_at_lines() -> None:
    text = "some words\n" * 100
    snapshot = Snapshot("file:///x", text, language="unheard-of")
    window = cut(locate(snapshot, 555), Budget(200, 200), None)
    assert window.prefix.startswith("some")
    assert window.suffix.endswith("words\n")


def test_the_start_moves_in_steps() -> None:
    """Line after line at the end of a long file, the start moves once in many lines."""
    budget, text, window, starts = Budget(900, 300), METHODS, None, []
    for number in range(40):
        text += f"line_{number} = {number}\n"
        window = cut_at(text, len(text), budget, window)
        starts.append(window.start)
    assert len(set(starts)) <= 4
    assert starts == sorted(starts)


def test_text_inserted_far_above_does_not_move_the_window() -> None:
    budget = Budget(900, 300)
    offset = METHODS.index("return 40") + 3
    before = cut_at(METHODS, offset, budget)
    after = cut_at("import os\n" + METHODS, offset + 10, budget, before)
    assert (after.prefix, after.typed, after.suffix) == (before.prefix, before.typed, before.suffix)


def test_a_jump_to_another_place_shows_that_place() -> None:
    budget = Budget(900, 300)
    window = cut_at(METHODS, len(METHODS), budget)
    assert window.suffix == ""
    for target in ("return 50", "return 48", "return 20", "return 2"):
        offset = METHODS.index(target)
        window = cut_at(METHODS, offset, budget, window)
        assert len(window.prefix) + len(window.typed) >= min(offset, budget.before // 4)
        assert len(window.suffix) >= budget.after // 2


def test_line_endings_are_kept_and_never_split() -> None:
    text = METHODS.replace("\n", "\r\n")
    for offset in range(1_000, 1_060):
        window = cut_at(text, offset - (text[offset - 1 : offset + 1] == "\r\n"), Budget(300, 200))
        assert not (window.suffix.endswith("\r") and text[window.end] == "\n")
        assert not (window.prefix.startswith("\n") and text[window.start - 1] == "\r")


@pytest.mark.parametrize("before", [0, 1, 2, 3, 100, 3_000])
def test_a_very_long_line_is_cut_inside(before: int) -> None:
    budget = Budget(before, before)
    text = "x = [" + "1, " * 1_000_000 + "]"
    window = cut_at(text, 1_500_000, budget)
    assert len(window.suffix) == before
    assert len(window.prefix) + len(window.typed) >= before * 0.8 - 1


def test_typing_in_a_very_long_line_moves_the_anchor_in_steps() -> None:
    windows = type_at(
        "x = [" + "1, " * 5_000 + "█" + "1, " * 5_000 + "]", "2, " * 100, Budget(900, 300)
    )
    assert len({window.anchor for window in windows}) <= 4
    assert len({window.prefix for window in windows}) <= 6


def test_20_megabytes_on_one_line_are_quick() -> None:
    text = "x = [" + "1, " * 7_000_000 + "]"
    site = locate(Snapshot("file:///x", text, language="python"), 10_000_000)
    start = time.thread_time()
    window = cut(site, Budget(3_000, 1_000), None)
    assert time.thread_time() - start < 0.05
    check(text, window, Budget(3_000, 1_000))


@given(TEXTS, st.integers(0, 120), BUDGETS)
def test_every_window_is_a_piece_of_the_text(text: str, offset: int, budget: Budget) -> None:
    site = locate(Snapshot("file:///x", text, language="python"), offset)
    check(text, cut(site, budget, None), budget)


@given(st.lists(st.tuples(TEXTS, st.integers(0, 120)), max_size=5), BUDGETS)
def test_a_window_of_any_other_text_does_no_harm(
    moments: list[tuple[str, int]], budget: Budget
) -> None:
    window = None
    for text, offset in moments:
        site = locate(Snapshot("file:///x", text, language="python"), offset)
        again = cut(site, budget, window)
        window = cut(site, budget, window)
        assert window == again
        check(text, window, budget)


@given(
    st.text(st.sampled_from("abc é😀\n()"), max_size=600),
    st.text(st.sampled_from("xyz_ (é😀"), max_size=25),
    st.data(),
)
def test_keys_on_one_line_never_move_an_edge(text: str, keys: str, data: st.DataObject) -> None:
    """Whatever stands around the cursor, as long as the line is no longer than a line's share."""
    offset = data.draw(st.integers(0, len(text)), "offset")
    line_start = text.rfind("\n", 0, offset) + 1
    offset = min(offset, line_start + 25)
    budget = Budget(400, 100, data.draw(st.integers(0, 2), "typed lines"))
    windows = type_at(text[:offset] + "█" + text[offset:], keys, budget)
    assert len({(window.start, window.prefix, window.suffix) for window in windows}) == 1
