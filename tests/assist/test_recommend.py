"""The largest model that keeps the contract is recommended."""

from __future__ import annotations

import pytest

from pillion.assist.recommend import Candidate, Measured, best, judge
from pillion.base.settings import Settings

SMALL, LARGE = Candidate("small", 500_000_000), Candidate("large", 1_000_000_000)
GB = 10**9


@pytest.mark.parametrize(
    ("read", "write", "memory", "name"),
    [
        (150.0, 30.0, 16 * GB, "small"),  # The large one would read 75 tokens a second.
        (600.0, 60.0, 16 * GB, "large"),
        (600.0, 60.0, 2 * GB, "small"),
        (600.0, 60.0, 0, "large"),  # Nothing is known of the memory.
        (600.0, 20.0, 16 * GB, "small"),  # The large one would write 10 a second.
        (20.0, 2.0, 16 * GB, "small"),  # Neither suits.
    ],
)
def test_by_speed_and_memory(read: float, write: float, memory: int, name: str) -> None:
    measured = {"small": Measured(read, write, 700_000_000)}
    verdicts = judge([SMALL, LARGE], measured, Settings(), memory)
    assert best(verdicts, [SMALL, LARGE]).name == name


def test_another_model_is_estimated_by_its_size() -> None:
    verdicts = judge([SMALL, LARGE], {"small": Measured(200, 40, 700_000_000)}, Settings(), 0)
    small, large = verdicts
    assert (small.estimated, small.read, small.memory) == (False, 200, 700_000_000)
    assert (large.estimated, large.read, large.write) == (True, 100, 20)
    assert large.memory == 1_200_000_000


def test_what_was_measured_is_not_estimated() -> None:
    measured = {"small": Measured(200, 40, 0), "large": Measured(150, 35, 0)}
    verdicts = judge([SMALL, LARGE], measured, Settings(), 0)
    assert [one.read for one in verdicts] == [200, 150]
    assert best(verdicts, [SMALL, LARGE]).name == "large"


def test_who_does_not_suit_hears_why() -> None:
    verdicts = judge([SMALL, LARGE], {"small": Measured(150, 30, 0)}, Settings(), 0)
    assert [bool(one.why) for one in verdicts] == [False, True]
    assert "tokens only" in verdicts[1].why
