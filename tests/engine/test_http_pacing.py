"""How long a suggestion waits before it is sent to a busy server."""

from __future__ import annotations

import asyncio

import pytest

from pillion.engine.base import Cancel, FinishReason, Priority, Request
from pillion.engine.http.endpoint import parse
from pillion.engine.http.engine import HttpEngine
from pillion.engine.http.pacing import Pacing
from pillion.prompt.model_input import Prompt
from scripted_server import MODELS, Answer, said, serving

COMPLETE = "/v1/completions"


def after(*seconds: float, came: bool = True) -> Pacing:
    pacing = Pacing()
    for one in seconds:
        pacing.took(one, came=came)
    return pacing


def test_a_fast_server_is_asked_at_once() -> None:
    assert after().hold(Priority.COMPLETION) == 0
    assert after(0.03, 0.05, 0.09).hold(Priority.COMPLETION) == 0


def test_a_slow_one_is_given_time() -> None:
    assert after(0.3, 0.25, 0.2).hold(Priority.COMPLETION) == pytest.approx(0.15)
    assert after(3.0, 4.0, 5.0).hold(Priority.COMPLETION) == pytest.approx(0.5)


def test_one_slow_answer_changes_nothing() -> None:
    assert after(0.04, 0.04, 4.0).hold(Priority.COMPLETION) == 0


def test_a_request_that_was_cancelled_early_says_nothing_of_speed() -> None:
    pacing = after(0.3, 0.3, 0.3)
    for _ in range(20):
        pacing.took(0.01, came=False)
    assert pacing.hold(Priority.COMPLETION) == pytest.approx(0.2)


def test_one_that_was_cancelled_late_does() -> None:
    assert after(0.5, 0.5, 0.5, came=False).hold(Priority.COMPLETION) > 0


def test_it_recovers() -> None:
    pacing = after(*[2.0] * 20)
    for _ in range(9):
        pacing.took(0.02, came=True)
    assert pacing.hold(Priority.COMPLETION) == 0


def test_who_is_waited_for_in_another_way_does_not_wait() -> None:
    pacing = after(2.0, 2.0, 2.0)
    assert pacing.hold(Priority.CHAT) == 0
    assert pacing.hold(Priority.BACKGROUND) == 0


async def test_what_the_next_key_takes_back_never_reaches_a_busy_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving({"/v1/models": [MODELS], COMPLETE: [Answer(said("a"))]}) as server:
        engine = HttpEngine(parse(server.url))
        await engine.load()
        held = asyncio.Event()

        def hold(*_: object) -> float:
            held.set()
            return 60.0

        monkeypatch.setattr(Pacing, "hold", hold)
        cancel = Cancel()
        chunks = engine.stream(Request(Prompt(("x = 1",)), 8), cancel)
        waiting = asyncio.ensure_future(anext(chunks))
        await held.wait()
        cancel.set()
        chunk = await waiting
        assert chunk.finish
        assert chunk.finish.reason is FinishReason.CANCELLED
        assert chunk.finish.prompt_tokens == 0
        await chunks.aclose()
        await engine.close()
    assert server.asked(COMPLETE) == []
    assert engine.audit.to_json() == []


async def test_a_slow_answer_is_taken_note_of() -> None:
    async with serving({"/v1/models": [MODELS], COMPLETE: [Answer([0.25, *said("a")])]}) as server:
        engine = HttpEngine(parse(server.url))
        async for _ in engine.stream(Request(Prompt(("x = 1",)), 8), Cancel()):
            pass
        assert engine._pacing.hold(Priority.COMPLETION) > 0.1
        await engine.close()
