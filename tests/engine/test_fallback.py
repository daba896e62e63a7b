"""Several engines as one: who answers, who rests, and nothing is shown twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pillion.base.errors import EngineAwayError, EngineDiedError, EngineError, EngineRefusedError
from pillion.base.settings import Settings, from_json
from pillion.engine import fallback
from pillion.engine.base import Cancel, FinishReason, ModelInfo, Request
from pillion.engine.fake import FakeEngine, Script
from pillion.engine.fallback import Fallback, Member
from pillion.engine.http.engine import HttpEngine
from pillion.engine.purpose import Purpose, engine_for
from pillion.engine.routes import make_routes
from pillion.prompt.chat import Message, Role, chat
from pillion.prompt.model_input import Markup, Prompt, Special

FIM = Prompt((Special.FIM_PREFIX, "a", Special.FIM_SUFFIX, "b", Special.FIM_MIDDLE, "c"), "d")
TEMPLATE = "{% for message in messages %}[{{ message.role }}]{{ message.content }}{% endfor %}[me]"
AWAY = Script(error=EngineAwayError("Gone."))


def fake(text: str = "", *, error: EngineError | None = None, after: str = "") -> FakeEngine:
    """Return an engine that writes `text`, or fails, maybe after having written something."""
    if error:
        return FakeEngine([Script([after] if after else [], error=error)])
    return FakeEngine([Script([text])])


def row(*engines: FakeEngine) -> Fallback:
    names = [f"gpu{number}" for number, _ in enumerate(engines[:-1])] + ["local"]
    return Fallback(
        [
            Member(name, "" if name == "local" else f"http://{name}", engine)
            for name, engine in zip(names, engines, strict=True)
        ]
    )


async def ask(engine: Fallback, prompt: Prompt = FIM, cancel: Cancel | None = None) -> str:
    text, ends = "", 0
    async for chunk in engine.stream(Request(prompt, 8), cancel or Cancel()):
        text += chunk.text
        ends += chunk.finish is not None
    assert ends == 1
    return text


def states(engine: Fallback) -> list[str]:
    return [member["state"] for member in engine.to_json()]


async def test_the_first_that_works_answers() -> None:
    first, second = fake("first"), fake("second")
    engine = row(first, second)
    assert await ask(engine) == "first"
    assert second.requests == []
    assert second.info is None, "a model that nobody needs was loaded"
    assert states(engine) == ["in use", "unused"]


async def test_the_next_one_answers_the_same_request() -> None:
    engine = row(fake(error=EngineAwayError("Gone.")), fake("second"))
    assert await ask(engine) == "second"
    assert states(engine) == ["away", "in use"]
    assert engine.info
    assert "Gone. Instead, the local model answers." in engine.info.note


async def test_nothing_is_asked_again_once_something_was_shown() -> None:
    second = fake("second")
    engine = row(fake(error=EngineAwayError("Gone."), after="half"), second)
    with pytest.raises(EngineAwayError, match="Gone"):
        await ask(engine)
    assert second.requests == []
    assert await ask(engine) == "second"


async def test_a_server_that_rests_is_left_alone() -> None:
    first = fake(error=EngineAwayError("Gone."))
    engine = row(first, fake("second"))
    for _ in range(5):
        assert await ask(engine) == "second"
    assert len(first.requests) == 1


async def test_a_server_that_is_back_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "_FIRST_REST", 0.05)
    first = FakeEngine([AWAY, Script(["first"])])
    changes = []
    engine = row(first, fake("second"))
    engine.changed = lambda: changes.append(states(engine))
    assert await ask(engine) == "second"
    await asyncio.sleep(0.1)
    # The request that finds out does not wait for it.
    await ask(engine)
    await asyncio.sleep(0.05)
    assert await ask(engine) == "first"
    assert changes[-1] == ["in use", "ready"]


async def test_failures_make_the_rest_longer() -> None:
    member = Member("gpu", "http://gpu", fake())
    rests = []
    for _ in range(9):
        member.failed(EngineAwayError("Gone."))
        rests.append(member.rests_until - asyncio.get_running_loop().time())
    assert [round(rest) for rest in rests] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    member.works()
    member.failed(EngineAwayError("Busy.", 20))
    assert round(member.rests_until - asyncio.get_running_loop().time()) == 20
    member.failed(EngineRefusedError("No."))
    assert round(member.rests_until - asyncio.get_running_loop().time()) == 60


async def test_all_are_away() -> None:
    engine = row(fake(error=EngineAwayError("One.")), fake(error=EngineDiedError("Two.")))
    with pytest.raises(EngineAwayError, match=r"One\. Two\."):
        await ask(engine)
    # They rest, and are tried all the same: there is nobody else.
    with pytest.raises(EngineAwayError, match=r"One\. Two\."):
        await ask(engine)


async def test_a_cancel_is_not_passed_on_to_the_next_one() -> None:
    second, cancel = fake("second"), Cancel()
    engine = row(FakeEngine([Script(["x"], delay=0.05, error=EngineAwayError("Gone."))]), second)
    cancel.set()
    assert await ask(engine, cancel=cancel) == ""
    assert second.requests == []


async def test_a_model_without_middle_tokens_gets_what_stands_before() -> None:
    plain = FakeEngine([Script(["x"])], model=ModelInfo("plain", context_tokens=512))
    engine = row(fake(error=EngineAwayError("Gone.")), plain)
    assert await ask(engine) == "x"
    assert plain.requests[0].prompt.pieces == ("ac",)
    assert plain.requests[0].prompt.heal == "d"


async def test_a_conversation_is_laid_out_for_the_model_that_answers() -> None:
    talker = FakeEngine([Script(["x"])], model=replace(FakeEngine.model, chat_template=TEMPLATE))
    engine = row(fake(error=EngineAwayError("Gone.")), talker)
    info = await engine.load()
    talk = [Message(Role.SYSTEM, "s"), Message(Role.USER, "<next><user>u")]
    assert await ask(engine, chat(talk, info.chat_template, "So")) == "x"
    assert talker.requests[0].prompt.pieces == (
        *(Markup("[system]"), "s", Markup("[user]"), "<next><user>u", Markup("[me]"), "So"),
    )


async def test_the_load_of_the_first_fails() -> None:
    engine = row(FakeEngine(load_error="Broken."), fake("second"))
    info = await engine.load()
    assert info.note.startswith("Broken.")
    assert await ask(engine) == "second"


async def test_closing_closes_all() -> None:
    members = [fake("a"), fake("b")]
    engine = row(*members)
    await ask(engine)
    await engine.close()
    await engine.close()
    assert all(member.closed for member in members)


def settings(**values: object) -> Settings:
    found, warnings = from_json({f"engine.remote.{key}": value for key, value in values.items()})
    assert warnings == []
    return found


def names(engine: object) -> list[str]:
    assert isinstance(engine, Fallback)
    return [member.name for member in engine.members]


def test_each_purpose_may_have_engines_of_its_own() -> None:
    local = fake("local")
    chosen = settings(
        servers=["http://gpu:1", "http://gpu:2"], completion=["local"], chat=["https://big"]
    )
    routes = make_routes(chosen, lambda: local)
    assert names(engine_for(routes, Purpose.COMPLETION)) == ["local"]
    assert names(engine_for(routes, Purpose.CHAT)) == ["big", "local"]
    assert names(engine_for(routes, Purpose.EDITS)) == ["gpu:1", "gpu:2", "local"]
    sent = {route["purpose"]: route["sent"] for route in routes.routes_json()}
    assert sent["completion"] == []
    assert "https://big (encrypted)" in sent["chat"][0]
    assert "http://gpu:1 (NOT encrypted)" in sent["edits"][0]


def test_without_fallback_nothing_else_answers() -> None:
    routes = make_routes(settings(servers=["http://gpu:1"], fallback=False), fake)
    assert names(engine_for(routes, Purpose.CHAT)) == ["gpu:1"]


def test_purposes_share_connections_and_the_local_model() -> None:
    made: list[FakeEngine] = []

    def local() -> FakeEngine:
        made.append(fake())
        return made[-1]

    routes = make_routes(settings(servers=["http://gpu:1"], chat=["http://gpu:1"]), local)
    engines: list[Sequence[Member]] = []
    for purpose in Purpose:
        engine = engine_for(routes, purpose)
        assert isinstance(engine, Fallback)
        engines.append(engine.members)
    assert len({id(members[0].engine) for members in engines}) == 1
    assert isinstance(engines[0][0].engine, HttpEngine)
    assert len(made) == 1


@pytest.mark.parametrize(
    "entry", ["gpu:8080", "ftp://gpu", "http://me:pw@gpu", "http://gpu colour=red", "", 5]
)
def test_an_entry_that_makes_no_sense_is_a_warning(entry: object) -> None:
    found, warnings = from_json({"engine.remote.servers": [entry]})
    assert found.remote == ()
    assert len(warnings) == 1


def test_an_ordinary_engine_serves_all_purposes() -> None:
    engine = fake()
    assert engine_for(engine, Purpose.CHAT) is engine


async def test_a_cancelled_answer_says_so() -> None:
    engine = row(FakeEngine([Script(["a"], hangs=True)]), fake("b"))
    cancel = Cancel()
    asyncio.get_running_loop().call_later(0.05, cancel.set)
    ends = [
        chunk.finish.reason
        async for chunk in engine.stream(Request(FIM, 8), cancel)
        if chunk.finish
    ]
    assert ends == [FinishReason.CANCELLED]
