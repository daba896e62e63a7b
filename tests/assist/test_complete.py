"""The walk from keystroke to suggestion, with a scripted engine."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cursor import at_cursor
from pillion.assist.candidates import TRIES
from pillion.assist.complete import Completer
from pillion.assist.outcome import Answer, Suggestion
from pillion.base.errors import EngineError
from pillion.base.outcome import Nothing, Reason
from pillion.base.settings import Settings
from pillion.context.index.index import Index
from pillion.context.index.workspace import Workspace
from pillion.engine.base import (
    Cancel,
    Chunk,
    Finish,
    FinishReason,
    ModelInfo,
    Priority,
    Request,
)
from pillion.engine.fake import FakeEngine, Script
from pillion.prompt.fim import NO_FIM
from pillion.prompt.model_input import Special

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


async def ask(
    engine: FakeEngine, marked: str, settings: Settings | None = None, cancel: Cancel | None = None
) -> Answer:
    """Complete at the cursor marker."""
    snapshot, offset = at_cursor(marked)
    completer = Completer(engine)
    return await completer.complete(snapshot, offset, settings or Settings(), cancel or Cancel())


def says(*chunks: str, **more: object) -> FakeEngine:
    """Return an engine that always says these chunks."""
    return FakeEngine([Script(chunks, **more)])  # type: ignore[arg-type]


async def test_a_suggestion_is_inserted_at_the_cursor() -> None:
    answer = await ask(says("rn a", " + b"), "def add(a, b):\n    retu█\n")
    assert answer.outcome == Suggestion("rn a + b", 23, 23)
    assert answer.model == "fake"
    assert {"site", "window", "prompt", "first_token", "post", "total"} <= set(answer.trace.stages)


async def test_the_typed_text_stands_after_the_middle_token_and_is_healed() -> None:
    engine = says("x")
    await ask(engine, "a = 1\nb = sel█\nc = 2\n")
    prompt = engine.requests[0].prompt
    assert prompt.pieces == (
        Special.FIM_PREFIX,
        "a = 1\n",
        Special.FIM_SUFFIX,
        "\nc = 2\n",
        Special.FIM_MIDDLE,
        "b =",
    )
    assert prompt.heal == " sel"


async def test_one_line_stops_the_model_at_the_end_of_the_line() -> None:
    engine = says("1", "\n", "b = 2\n", "c = 3\n")
    answer = await ask(engine, "a = █\n", Settings(lines="single"))
    assert isinstance(answer.outcome, Suggestion)
    assert answer.outcome.text == "1"
    assert answer.finish is not None
    assert answer.finish.reason is FinishReason.CANCELLED
    assert answer.finish.generated_tokens <= 2


async def test_the_model_is_not_asked_for_a_secret() -> None:
    engine = says("hunter2")
    outcome = (await ask(engine, 'password = "█"\n')).outcome
    assert isinstance(outcome, Nothing)
    assert (outcome.reason, engine.requests) == (Reason.NOT_HERE, [])


async def test_an_empty_answer_has_a_reason() -> None:
    assert (await ask(says(), "a = █\n")).outcome == Nothing(Reason.MODEL_STOPPED)
    assert (await ask(says("   "), "a = █\n")).outcome == Nothing(Reason.ONLY_WHITESPACE)


@pytest.mark.parametrize(
    ("eagerness", "shown"), [("eager", True), ("balanced", True), ("careful", False)]
)
async def test_how_sure_the_model_has_to_be(eagerness: str, *, shown: bool) -> None:
    engine = says("1", log_probability=-0.4)  # A confidence of 0.67.
    answer = await ask(engine, "x = █\n", Settings(eagerness=eagerness))
    assert isinstance(answer.outcome, Suggestion) is shown
    if isinstance(answer.outcome, Nothing):
        assert answer.outcome.reason is Reason.LOW_CONFIDENCE
        assert "67%" in str(answer.outcome)


async def test_a_name_that_exists_nowhere_is_doubted(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.py").write_text("def total(item):\n    return item\n", encoding="utf-8")
    index = Index.open(tmp_path / "tree", tmp_path / "cache", patience=60)
    index.refresh()
    snapshot, offset = at_cursor("def total(item):\n    return █\n")
    snapshot = replace(snapshot, uri=(tmp_path / "tree" / "a.py").as_uri())

    async def complete(text: str, eagerness: str) -> Answer:
        engine = says(text, log_probability=-0.1)
        completer = Completer(engine, workspaces=Workspace([index]))
        return await completer.complete(snapshot, offset, Settings(eagerness=eagerness), Cancel())

    answer = await complete("sum_up(item)", "eager")
    assert isinstance(answer.outcome, Suggestion)
    assert (answer.unknown, round(answer.confidence, 2)) == (("sum_up",), 0.45)
    refused = (await complete("sum_up(item)", "balanced")).outcome
    assert isinstance(refused, Nothing)
    assert "Names that exist nowhere: 1." in str(refused)
    assert "sum_up" not in str(refused), "it is source text"
    answer = await complete("total(item)", "balanced")
    assert isinstance(answer.outcome, Suggestion)
    assert answer.unknown == ()
    index.close()


async def test_off_means_on_request_only() -> None:
    engine = says("1")
    off = Settings(eagerness="off")
    assert (await ask(engine, "x = █\n", off)).outcome == Nothing(Reason.NOT_ASKED)
    assert engine.requests == []
    snapshot, offset = at_cursor("x = █\n")
    answer = await Completer(engine).complete(snapshot, offset, off, Cancel(), asked=True)
    assert answer.outcome == Suggestion("1", offset, offset)


async def asked(engine: FakeEngine, marked: str) -> list[str]:
    """Return what the user can choose from who asks at the cursor marker."""
    snapshot, offset = at_cursor(marked)
    careful = Settings(eagerness="careful")
    answer = await Completer(engine).complete(snapshot, offset, careful, Cancel(), asked=True)
    found = [] if isinstance(answer.outcome, Nothing) else [answer.outcome, *answer.others]
    return [one.text for one in found]


async def test_who_asks_may_choose() -> None:
    """The likeliest first; what says the same in other words of syntax comes once."""
    engine = FakeEngine(
        [Script([text]) for text in ("f(a)", "f( a )", "g(b)", "f(a)", "h(c)", "i")]
    )
    assert await asked(engine, "x = █\n") == ["f(a)", "g(b)", "h(c)"]
    (request,) = engine.requests
    assert [request.alone(sample).sampling.temperature > 0 for sample in (0, 1)] == [False, True]
    assert engine.played < request.samples, "no more are written than can be shown"


async def test_who_asks_gets_what_there_is() -> None:
    """Where the model is always as sure, or says nothing at first, or is not sure at all."""
    assert await asked(says("f(a)"), "x = █\n") == ["f(a)"]
    assert await asked(FakeEngine([Script([""]), Script(["f(a)"])]), "x = █\n") == ["f(a)"]
    assert await asked(says("f(a)", log_probability=-3.0), "x = █\n") == ["f(a)"]
    engine = says("")
    assert await asked(engine, "x = █\n") == []
    assert engine.played == 1 + TRIES


class Abreast(FakeEngine):
    """Writes the samples side by side, and the last one ends first."""

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        assert not cancel.is_set()
        texts = [script.chunks[0] for script in self.scripts][: request.samples]
        self.requests.append(request)
        for sample, text in enumerate(texts):
            yield Chunk(text[:-1], sample=sample)
        for sample, text in reversed(list(enumerate(texts))):
            yield Chunk(text[-1:], Finish(FinishReason.STOP), sample)


async def test_it_makes_no_difference_whether_they_are_written_side_by_side() -> None:
    texts = ("f(a)", "f( a )", "g(b)", "x y z", "h(c)", "i(d)")
    scripts = [Script([text]) for text in texts]
    for marked in ("x = █\n", "def f():\n    █\n"):
        abreast = await asked(Abreast(scripts), marked)
        assert abreast == await asked(FakeEngine(scripts), marked)
        assert abreast[0] == "f(a)"
        assert len(abreast) == 3


async def test_who_does_not_ask_gets_one() -> None:
    engine = FakeEngine([Script([text]) for text in ("f(a)", "g(b)")])
    answer = await ask(engine, "x = █\n")
    assert (answer.others, len(engine.requests)) == ((), 1)


async def test_a_failing_engine_is_a_reason_not_an_exception() -> None:
    engine = says("x", error=EngineError("It broke."))
    outcome = (await ask(engine, "a = █\n")).outcome
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.ENGINE_FAILED
    assert "It broke." in str(outcome)
    engine = FakeEngine(load_error="No room.")
    outcome = (await ask(engine, "a = █\n")).outcome
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.ENGINE_FAILED


async def test_newest_wins_in_one_document() -> None:
    engine = FakeEngine([Script(("never",), hangs=True), Script(("1",))])
    completer = Completer(engine)
    snapshot, offset = at_cursor("a = █\n")
    first = asyncio.create_task(completer.complete(snapshot, offset, Settings(), Cancel()))
    await asyncio.sleep(0.05)
    second = await completer.complete(snapshot, offset, Settings(), Cancel())
    assert (await first).outcome == Nothing(Reason.SUPERSEDED)
    assert isinstance(second.outcome, Suggestion)


async def test_another_document_is_not_superseded() -> None:
    engine = says("1", delay=0.05)
    completer = Completer(engine)
    one, offset = at_cursor("a = █\n")
    other = type(one)("file:///other", one.text, language="python")
    answers = await asyncio.gather(
        completer.complete(one, offset, Settings(), Cancel()),
        completer.complete(other, offset, Settings(), Cancel()),
    )
    assert all(isinstance(answer.outcome, Suggestion) for answer in answers)


async def test_a_cancel_is_a_reason() -> None:
    cancel = Cancel()
    asyncio.get_running_loop().call_later(0.05, cancel.set)
    answer = await ask(says("1", hangs=True), "a = █\n", cancel=cancel)
    assert answer.outcome == Nothing(Reason.CANCELLED)


async def test_cancelling_the_coroutine_stops_the_engine() -> None:
    engine = says("1", hangs=True)
    task = asyncio.create_task(ask(engine, "a = █\n"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_model_without_middle_tokens_says_so() -> None:
    engine = says("1")
    engine.model = ModelInfo("plain", context_tokens=2048, note="It is unverified.")
    answer = await ask(engine, "a = █\n")
    assert answer.trace.notes == ["It is unverified.", NO_FIM]
    assert engine.requests[0].prompt.pieces == ("a =",)


async def test_typing_a_line_changes_only_what_follows_the_middle_token() -> None:
    engine = says("x")
    completer = Completer(engine)
    head, tail = "def f(a):\n" + "    b = a\n" * 80, "\n    return b\n" * 40
    line = "    total = sum(b for b in range(a))"
    for size in range(1, len(line) + 1):
        snapshot, offset = at_cursor(head + line[:size] + "█" + tail)
        await completer.complete(snapshot, offset, Settings(), Cancel())
    assert len({request.prompt.pieces[:5] for request in engine.requests}) == 1


@pytest.mark.parametrize(
    "marked",
    ["█", "\n█", "x = '\U0001f600█'", "a\r\n\tb = █\r\n", "\ud83d█", "x" * 100_000 + "█"],
    ids=["empty", "blank", "emoji", "crlf", "half a surrogate", "one long line"],
)
async def test_odd_documents_are_completed(marked: str) -> None:
    answer = await ask(says("1"), marked)
    assert isinstance(answer.outcome, (Suggestion, Nothing))
    assert answer.finish is not None


async def test_typing_what_is_shown_needs_no_model() -> None:
    engine = says("foo(1)")
    completer = Completer(engine)
    for marked, left in (("a = █\n", "foo(1)"), ("a = f█\n", "oo(1)"), ("a = foo█\n", "(1)")):
        snapshot, offset = at_cursor(marked)
        answer = await completer.complete(snapshot, offset, Settings(), Cancel())
        assert isinstance(answer.outcome, Suggestion)
        assert answer.outcome.text == left
    assert len(engine.requests) == 1


async def test_a_new_place_is_answered_from_a_small_window_and_read_when_idle() -> None:
    engine = says("x = 1")
    completer = Completer(engine)
    head = "".join(f"value_{number} = {number}\n" for number in range(400))
    snapshot, offset = at_cursor(head + "█\n" + head)
    await completer.complete(snapshot, offset, Settings(), Cancel())
    await completer.settle()
    quick, full, ahead = engine.requests
    assert quick.priority is Priority.COMPLETION
    assert len(str(quick.prompt.pieces[1])) < 500
    assert full.priority is Priority.BACKGROUND
    assert full.max_tokens == 1
    assert len(str(full.prompt.pieces[1])) > 1500
    assert ahead.priority is Priority.BACKGROUND
    snapshot, offset = at_cursor(head + "y█\n" + head)
    await completer.complete(snapshot, offset, Settings(), Cancel())
    assert engine.requests[-1].session == full.session
    assert engine.requests[-1].prompt.pieces[:5] == full.prompt.pieces[:5]


async def test_a_keystroke_ends_reading_ahead() -> None:
    engine = FakeEngine([Script(("1",)), Script(hangs=True), Script(("2",))])
    completer = Completer(engine)
    snapshot, offset = at_cursor("a = █\n")
    await completer.complete(snapshot, offset, Settings(), Cancel())
    await asyncio.sleep(0.4)
    assert len(engine.requests) == 2
    snapshot, offset = at_cursor("a = (█\n")
    answer = await completer.complete(snapshot, offset, Settings(), Cancel())
    assert isinstance(answer.outcome, Suggestion)
    await completer.settle()


async def test_the_line_after_an_accepted_suggestion_is_ready() -> None:
    engine = FakeEngine([Script(("foo()",)), Script(("",)), Script(("bar()",))])
    completer = Completer(engine)
    snapshot, offset = at_cursor("if a:\n    █\n")
    await completer.complete(snapshot, offset, Settings(), Cancel())
    await completer.settle()
    asked = len(engine.requests)
    snapshot, offset = at_cursor("if a:\n    foo()\n    █\n")
    answer = await completer.complete(snapshot, offset, Settings(), Cancel())
    assert answer.outcome == Suggestion("bar()", offset, offset)
    assert len(engine.requests) == asked
