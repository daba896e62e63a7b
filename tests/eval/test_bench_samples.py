"""What several outputs cost, with a scripted engine."""

from __future__ import annotations

from pillion.engine.fake import FakeEngine, Script
from pillion.eval.sampling import NUMBERS, aims, run, summary


async def test_both_ways_are_timed_and_compared() -> None:
    engine = FakeEngine([Script(["a", "b"], delay=0.02)])
    trials = [trial async for trial in run(engine, ["x = 1\n", "y = 2\n"], 2)]
    found = summary(trials)
    assert (found["trials"], found["same"]) == (2, 2)
    asked = [request.samples for request in engine.requests]
    assert asked[: len(asked) // 2] == [1, *NUMBERS, 4, 1, 1, 1, 1]
    assert aims(trials)["same"].met
    assert all(trial.step_ms[8] > trial.step_ms[1] for trial in trials), "a fake takes turns"


async def test_other_texts_are_noticed() -> None:
    before = "x" * (1 + sum(NUMBERS))
    engine = FakeEngine([Script([text]) for text in before + "abcd" + "abcx"])
    (trial,) = [trial async for trial in run(engine, ["x = 1\n"], 2)]
    assert not trial.same
