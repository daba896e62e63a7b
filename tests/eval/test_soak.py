"""Growth, warm-up and accounts of a long session, from samples made up."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest

from pillion.eval import soak as suite
from pillion.eval.memory import Footprint
from pillion.eval.soak import Asked, Sample, Soak, slope

MB = 1_000_000


def samples(
    growth: float = 0.0,
    *,
    name: str = "server 1",
    lives: Iterable[int] = (1,) * 100,
    handles: Iterable[int] = (),
) -> list[Sample]:
    """Return a sample each 10 seconds and 100 requests; `growth` is MB per 1,000 requests."""
    counts = list(handles) or [13] * 100
    return [
        Sample(
            10.0 * n,
            100 * n,
            name,
            life,
            Footprint(round((80 + growth * n / 10) * MB), 0, counts[n], 7),
        )
        for n, life in enumerate(lives)
    ]


def soak(found: list[Sample], *, answers: Iterable[int] = ()) -> Soak:
    asked = [Asked("textDocument/inlineCompletion", count, "answer") for count in answers]
    asked += [Asked("pillion/chat", 1, "answer")] * (10_000 - len(asked))
    return Soak(found, asked, {})


def test_steady_growth_is_told_per_thousand_requests() -> None:
    aims = suite.aims(soak(samples(2.5)))
    assert aims["server 1: MB per 1,000 requests"].value == pytest.approx(2.5, rel=0.01)
    assert not aims["server 1: MB per 1,000 requests"].met
    assert suite.aims(soak(samples(0.9)))["server 1: MB per 1,000 requests"].met


def test_peaks_do_not_bend_it() -> None:
    points = [(1, float(x), 100.0 + (500 if x % 10 == 0 else 0)) for x in range(100)]
    assert slope(points) == 0


def test_a_process_is_compared_with_itself_only() -> None:
    """Restarts that begin lower would hide growth; those that begin higher would invent it."""
    points = [(life, 100.0 * life + x, life * 50.0 + 0.1 * x) for life in (1, 2) for x in range(50)]
    assert slope(points) == pytest.approx(0.1)


def test_what_happens_before_the_caches_are_full_does_not_count() -> None:
    found = soak(samples(0.0))
    filled = [
        Sample(one.seconds, one.requests, one.process, one.life, Footprint(MB * n, 0, 20 - n, 3))
        for n, one in enumerate(found.samples[:20])
    ]
    aims = suite.aims(soak([*filled, *found.samples[20:]]))
    assert aims["server 1: MB per 1,000 requests"].value == 0
    assert aims["server 1: handles more per 1,000 requests"].met


def test_the_first_two_minutes_of_each_life_do_not_count() -> None:
    found = soak(samples(name="host", lives=[1] * 50 + [2] * 50))
    kept = suite.settled(found, "host")
    assert [one.seconds for one in kept if one.life == 2] == [620.0 + 10 * n for n in range(38)]


def test_handles_that_become_more_are_found() -> None:
    found = soak(samples(handles=[13 + n // 10 for n in range(100)]))
    aim = suite.aims(found)["server 1: handles more per 1,000 requests"]
    assert aim.value > 0
    assert not aim.met


def test_a_handle_that_comes_and_goes_is_none() -> None:
    found = soak(samples(handles=[13 + (n % 7 == 0) for n in range(100)]))
    assert suite.aims(found)["server 1: handles more per 1,000 requests"].met


def test_each_request_has_one_answer() -> None:
    aims = suite.aims(soak(samples(), answers=[1, 0, 2, 3]))
    assert (aims["lost answers"].value, aims["doubled answers"].value) == (1, 2)
    assert not aims["lost answers"].met
    assert not aims["doubled answers"].met


def test_too_little_proves_nothing() -> None:
    found = Soak(samples()[:3], [Asked("pillion/chat", 1, "answer")] * 300, {})
    aims = suite.aims(found)
    assert not aims["requests after warm-up"].met
    assert math.isnan(aims["server 1: MB per 1,000 requests"].value)
    assert not aims["server 1: MB per 1,000 requests"].met


def test_outcomes_are_counted_by_method() -> None:
    found = soak(samples(), answers=[1])
    assert suite.summary(found)["outcomes"] == {
        "textDocument/inlineCompletion": {"answer": 1},
        "pillion/chat": {"answer": 9_999},
    }
