"""An edit replaces a range, in whichever order it is given."""

from __future__ import annotations

import pytest

from pillion.text.edits import Edit


@pytest.mark.parametrize(
    ("edit", "result"),
    [
        (Edit(1, 2, "X"), "aXc"),
        (Edit(1, 1, "X"), "aXbc"),
        (Edit(2, 1, "X"), "aXc"),
        (Edit(-5, 99, "X"), "X"),
        (Edit(99, 99, "X"), "abcX"),
    ],
)
def test_apply(edit: Edit, result: str) -> None:
    assert edit.apply("abc") == result
