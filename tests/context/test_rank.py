"""The best candidates that fit, each line once, in an order that suits the prompt."""

from __future__ import annotations

from pillion.context.rank import fit
from pillion.context.snippet import Snippet, Source


def one(path: str, line: int, text: str = "x") -> Snippet:
    return Snippet(Source.SIMILAR, path, line, line, text, 1.0, "")


def test_what_does_not_fit_makes_room_for_what_does() -> None:
    big, small = one("a", 1), one("b", 1)
    assert fit([big, small], [90, 10], 50) == (small,)


def test_the_best_stands_last_next_to_the_document() -> None:
    best, second, third = one("a", 1), one("b", 1), one("c", 1)
    assert fit([best, second, third], [1, 1, 1], 9) == (third, second, best)


def test_pieces_of_one_file_stand_together_in_its_order() -> None:
    late, other, early = one("a", 50), one("b", 1), one("a", 10)
    assert fit([late, other, early], [1, 1, 1], 9) == (other, early, late)
