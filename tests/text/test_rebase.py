"""Edits of an older text are moved along with what changed, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillion.text.edits import Edit
from pillion.text.rebase import rebase


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("a word b", "a word b", (2, 6)),
        ("a word b", "aaa word b", (4, 8)),
        ("a word b", "a word bbb", (2, 6)),
        ("a word b", "word b", None),
        ("a word b", "a wood b", None),
        ("a word b", "", None),
        ("aaa word", "aaaaa word", (6, 10)),
    ],
)
def test_one_edit(before: str, after: str, moved: tuple[int, int] | None) -> None:
    start = before.index("word")
    found = rebase([Edit(start, start + 4, "new")], before, after)
    assert found == (None if moved is None else (Edit(*moved, "new"),))


def test_what_the_edits_were_made_from_must_not_change() -> None:
    edits = [Edit(2, 3, "x")]
    assert rebase(edits, "ab cd ef", "ab cd eff", (0, 5)) == tuple(edits)
    assert rebase(edits, "ab cd ef", "ab ccd ef", (0, 5)) is None


@given(st.text("ab\n", max_size=12), st.text("ab\n", max_size=12), st.data())
def test_what_is_replaced_stays_the_same(before: str, after: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    found = rebase([Edit(start, end, "new")], before, after)
    if found is not None:
        (edit,) = found
        assert after[edit.start : edit.end] == before[start:end]
