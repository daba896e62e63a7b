"""The statistics and aims of the benchmarks."""

from __future__ import annotations

import math

import pytest

from pillion.eval import cancel, speculate, windows
from pillion.eval.cancel import Trial
from pillion.eval.figures import above, at_least, at_most, percentile, ratio, spread
from pillion.eval.memory import Memory
from pillion.eval.speculate import ELSEWHERE, REPEATS, Result
from pillion.eval.windows import Asked, Measured


@pytest.mark.parametrize(("share", "value"), [(0, 1.0), (0.5, 3.0), (0.75, 4.0), (1, 5.0)])
def test_percentile(share: float, value: float) -> None:
    assert percentile([5, 1, 3, 2, 4], share) == value


def test_no_measurement_meets_no_aim() -> None:
    assert math.isnan(percentile([], 0.95))
    assert math.isnan(ratio(1, 0))
    assert not at_most(ratio(1, 0), 2).met
    assert not at_least(spread([])["median"], 0).met


def test_a_gain_of_nothing_is_no_gain() -> None:
    assert at_least(0.0, 0.0).met
    assert not above(0.0, 0.0).met
    assert not above(ratio(1, 0), 0.0).met
    assert above(0.01, 0.0).met


def test_overlap_is_the_share_of_known_trigrams() -> None:
    assert speculate.overlap("self.a = a", "self.a = a") == 1.0
    assert speculate.overlap("self.a = a", "self.a + b") == 1 / 3
    assert speculate.overlap("anything", "x") == 0.0


@pytest.mark.parametrize(
    ("share", "kind"),
    [(0.0, ELSEWHERE), (0.1, ELSEWHERE), (0.3, None), (0.5, REPEATS), (1.0, REPEATS)],
)
def test_classes_leave_a_gap_between(share: float, kind: str | None) -> None:
    assert speculate.kind_of(share) == kind


def _result(kind: str, *, identical: bool = True, tokens: int = 64, drafted: float = 30) -> Result:
    return Result("a.py:1", kind, 0.0, identical, tokens, 20.0, drafted)


def test_short_answers_count_only_for_identity() -> None:
    results = [_result(REPEATS, tokens=2, drafted=1, identical=False), _result(REPEATS)]
    aims = speculate.aims(results)
    assert aims["speed_ratio_repeats"].value == 1.5
    assert not aims["identical"].met
    assert not aims["speed_ratio_elsewhere"].met


def _trial(*, inside: bool = True, free_ms: float = 5, again: int = 0) -> Trial:
    return Trial(1500, 640, 3000, free_ms, inside, again)


def test_cancels_behind_the_prefill_do_not_count() -> None:
    trials = [_trial() for _ in range(10)] + [_trial(inside=False, free_ms=9999, again=7)]
    assert all(aim.met for aim in cancel.aims(trials).values())
    assert not cancel.aims([*trials, _trial(again=1)])["evaluated_again"].met


def test_windows_leave_out_what_the_model_was_not_asked() -> None:
    cached = Asked(0, 0, 0.1)
    found = Measured(
        one=Memory([100], 700),
        all=Memory([100, 60, 60, 60], 720),
        switching=[Asked(10, 1000, 50), cached],
        idle=[Asked(1, 1000, 50), cached, Asked(1, 1000, 70)],
        with_chat=[Asked(1, 1000, 90)],
        chat_tokens=12,
    )
    aims = windows.aims(found)
    assert aims["memory_ratio"].value == 1.25
    assert aims["switching_evaluated_share"].value == 0.01
    assert aims["first_token_ratio_with_chat"].value == 1.5
