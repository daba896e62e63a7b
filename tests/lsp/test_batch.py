"""A batch of changes leaves the same text as the changes one by one."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from pillion.lsp.batch import Change, apply
from pillion.text.positions import Encoding, Position
from pillion.text.snapshot import Snapshot

TEXT = st.text(st.sampled_from("ab \r\n\f\u2028é🦀"), max_size=20)
POSITION = st.builds(Position, st.integers(-1, 8), st.integers(-1, 12))
CHANGE = st.builds(Change, TEXT, POSITION, POSITION) | st.builds(Change, TEXT)


@given(TEXT, st.lists(CHANGE, max_size=5), st.sampled_from(Encoding))
def test_a_batch_is_the_same_as_one_by_one(
    text: str, changes: list[Change], encoding: Encoding
) -> None:
    one_by_one = text
    for change in changes:
        one_by_one = apply(Snapshot("", one_by_one), [change], encoding)
    assert apply(Snapshot("", text), changes, encoding) == one_by_one


def test_replacing_all_in_a_long_file_is_quick() -> None:
    """5,000 changes in 5,000 lines, in the order editors send them: from the end."""
    text = "name = name + 1\n" * 5000
    changes = [
        Change("other", Position(line, 0), Position(line, 4)) for line in reversed(range(5000))
    ]
    begun = time.perf_counter()
    assert apply(Snapshot("", text), changes, Encoding.UTF16) == "other = name + 1\n" * 5000
    assert time.perf_counter() - begun < 3
