"""The same question is answered from the file, and only that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pillion.engine.base import Cancel, FinishReason, Request
from pillion.engine.fake import FakeEngine, Script
from pillion.eval.recording import RecordedEngine
from pillion.prompt.model_input import Prompt, Special

REQUEST = Request(Prompt((Special.FIM_PREFIX, "a = ", Special.FIM_MIDDLE), heal="b"), 10)


async def ask(
    engine: RecordedEngine, request: Request = REQUEST, enough: int = 10
) -> tuple[str, FinishReason | None]:
    """Return what is said until so many pieces have come, and how it ended."""
    cancel, said, reason = Cancel(), [], None
    async for chunk in engine.stream(request, cancel):
        if chunk.text:
            said.append(chunk.text)
        if len(said) == enough:
            cancel.set()
        if chunk.finish:
            reason = chunk.finish.reason
    return "".join(said), reason


async def test_an_answer_is_kept(tmp_path: Path) -> None:
    first = FakeEngine([Script(["x", "y"])])
    engine = RecordedEngine(first, tmp_path / "rows")
    assert await ask(engine) == await ask(engine) == ("xy", FinishReason.STOP)
    assert len(first.requests) == 1
    later = FakeEngine([Script(["never"])])
    assert await ask(RecordedEngine(later, tmp_path / "rows")) == ("xy", FinishReason.STOP)
    assert later.requests == []


async def test_who_wants_less_gets_less(tmp_path: Path) -> None:
    engine = RecordedEngine(FakeEngine([Script(["x", "y", "z"])]), tmp_path / "rows")
    await ask(engine)
    assert await ask(engine, enough=2) == ("xy", FinishReason.CANCELLED)


async def test_who_wants_more_has_it_asked_again(tmp_path: Path) -> None:
    """And what was said already is not said twice."""
    fake = FakeEngine([Script(["x", "y", "z"])])
    engine = RecordedEngine(fake, tmp_path / "rows")
    assert await ask(engine, enough=1) == ("x", FinishReason.CANCELLED)
    assert await ask(engine) == ("xyz", FinishReason.STOP)
    assert len(fake.requests) == 2
    assert await ask(RecordedEngine(fake, tmp_path / "rows")) == ("xyz", FinishReason.STOP)
    assert len(fake.requests) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, max_tokens=11),
        replace(REQUEST, prompt=replace(REQUEST.prompt, heal="c")),
        replace(REQUEST, prompt=Prompt((Special.FIM_PREFIX, "a =", Special.FIM_MIDDLE), heal="b")),
        replace(REQUEST, sampling=replace(REQUEST.sampling, infill=True)),
    ],
)
async def test_another_question_is_another(other: Request) -> None:
    engine = RecordedEngine(FakeEngine([Script(["x"]), Script(["y"])]), None)
    assert (await ask(engine))[0] == "x"
    assert (await ask(engine, other))[0] == "y"


async def test_the_session_is_no_part_of_the_question() -> None:
    engine = RecordedEngine(FakeEngine([Script(["x"]), Script(["y"])]), None)
    assert await ask(engine) == await ask(engine, replace(REQUEST, session="another"))


async def test_what_was_read_until_it_was_enough_is_kept() -> None:
    fake = FakeEngine([Script(["x", "y", "z"])])
    engine = RecordedEngine(fake, None)
    for _ in range(2):
        stream = engine.stream(REQUEST, Cancel())
        assert [(await anext(stream)).text for _ in range(2)] == ["x", "y"]
        await stream.aclose()
    assert len(fake.requests) == 1
