"""What counts as a slot that is free in time, and as an answer that is lost."""

from __future__ import annotations

import math

from pillion.eval import load as suite
from pillion.eval.load import Asked, Key, Load, SlotWatch


def cancelled(free_ms: float | None, *, sent: bool = True) -> Asked:
    return Asked(
        0, False, 0.0, ends=1, outcome="cancelled", cancelled_at=1.0, sent=sent, free_ms=free_ms
    )


def test_the_share_is_of_what_had_reached_the_server() -> None:
    asked = [cancelled(50), cancelled(250), cancelled(None), cancelled(0, sent=False)]
    load = Load([], asked, 1)
    assert suite.aims(load)["slot free within 200 ms"].value == 1 / 3
    figures = suite.summary(load)
    assert (figures["cancelled"], figures["cancelled_before_sent"]) == (3, 1)
    assert figures["never_seen_free"] == 1


def test_nothing_cancelled_shows_nothing() -> None:
    aim = suite.aims(Load([], [cancelled(0, sent=False)], 1))["slot free within 200 ms"]
    assert math.isnan(aim.value)
    assert not aim.met


def test_answers_that_are_lost_or_come_twice() -> None:
    keys = [Key(0, False, answers=1), Key(0, False), Key(0, False, answers=2)]
    aims = suite.aims(Load(keys, [cancelled(10)], 1))
    assert (aims["lost answers"].value, aims["doubled answers"].value) == (1, 1)


class Slots:
    """Slots that show what they are told."""

    def __init__(self, *looks: dict[int, int]) -> None:
        self.looks = list(looks)

    async def read(self) -> dict[int, int]:
        return self.looks.pop(0) if self.looks else {}


async def test_a_slot_is_free_when_it_is_idle_or_works_on_another_request() -> None:
    watch = SlotWatch(Slots({0: 7, 1: 8}, {0: 7, 1: 9}))
    first, second = (Asked(user, False, 0.0) for user in (0, 1))
    for asked in (first, second):
        watch.began(asked)
    await watch.look()
    assert (first.task, second.task) == (7, 8)
    for asked in (first, second):
        asked.cancelled_at, asked.outcome = 0.0, "cancelled"
    await watch.look()
    assert first.free_ms is None
    assert second.free_ms is not None
    await watch.look()
    assert first.free_ms is not None


async def test_what_was_never_sent_is_not_waited_for() -> None:
    watch = SlotWatch(Slots())
    asked = cancelled(None, sent=False)
    watch.began(asked)
    await watch.look()
    assert asked.free_ms is None
    assert not watch.busy
