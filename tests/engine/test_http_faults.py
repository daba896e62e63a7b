"""Servers that fail, lie, stall or flood: each a clear error, never a hang, nothing shown twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pillion.base.errors import (
    EngineAnswerError,
    EngineAwayError,
    EngineError,
    EngineRefusedError,
    UsageError,
)
from pillion.engine.base import Cancel, Chunk, FinishReason, Priority, Request
from pillion.engine.http import engine as engine_module
from pillion.engine.http.endpoint import Endpoint, parse
from pillion.engine.http.engine import HttpEngine, Options
from pillion.engine.http.patience import CONNECT_SECONDS, Patience
from pillion.prompt.model_input import Prompt
from scripted_server import HANG, MODELS, Answer, ScriptedServer, event, said, serving, whole

SOURCE = "xyzzy_planted = 1\n"
PROMPT = Prompt((SOURCE,))
COMPLETE = "/v1/completions"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less than a second where a user would wait for several."""
    monkeypatch.setattr(
        engine_module, "patience", lambda *_: Patience(first=0.8, next=0.3, retries=2)
    )


async def ask(engine: HttpEngine, cancel: Cancel | None = None) -> tuple[str, list[Chunk]]:
    """Return the text and all chunks; exactly the last one must end it."""
    request = Request(PROMPT, 8)
    chunks = [chunk async for chunk in engine.stream(request, cancel or Cancel())]
    assert [bool(chunk.finish) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    return "".join(chunk.text for chunk in chunks), chunks


async def fails(
    answers: Sequence[Answer], expected: type[EngineError], match: str
) -> ScriptedServer:
    """Ask a server that answers so; check the error, and that it came soon."""
    async with serving({"/v1/models": [MODELS], COMPLETE: answers}) as server:
        engine = HttpEngine(parse(server.url))
        began = time.monotonic()
        try:
            with pytest.raises(expected, match=match) as caught:
                await ask(engine)
        finally:
            await engine.close()
        assert time.monotonic() - began < 3
        # The error names the server and never quotes what was sent or what came.
        assert "127.0.0.1" in str(caught.value)
        assert "xyzzy" not in str(caught.value)
        assert engine.audit.to_json()[0]["outcome"] == str(caught.value)
    return server


async def test_a_truncated_stream() -> None:
    """It ends in order, but without having said that it is complete."""
    await fails([Answer(said("a", "b")[:2])], EngineAnswerError, "broke off in the middle")


async def test_a_connection_that_is_cut() -> None:
    server = await fails([Answer(said("a", "b")[:1], cut=True)], EngineAwayError, "broke off")
    assert len(server.asked(COMPLETE)) == 1, "asked again after something was shown"


async def test_half_an_event() -> None:
    await fails([Answer([said("a")[0][:20]])], EngineAnswerError, "not JSON")


async def test_a_wrong_content_type() -> None:
    page = Answer([b"<html>xyzzy, please log in</html>"], kind="text/html; charset=utf-8")
    await fails([page], EngineAnswerError, "`text/html` instead of events")


async def test_events_that_are_no_json() -> None:
    await fails([Answer([b"data: xyzzy\n\n"])], EngineAnswerError, "not JSON")
    await fails([Answer([b"data: [1, 2]\n\n"])], EngineAnswerError, "not a JSON object")
    await fails([Answer([b"data: " + b"[" * 100_000 + b"\n\n"])], EngineAnswerError, "not JSON")


async def test_an_event_that_reports_an_error() -> None:
    await fails([Answer([event({"error": {"message": "xyzzy"}})])], EngineAwayError, "failed while")


@pytest.mark.parametrize("ends", [b"", b"\n\n"])
async def test_a_line_of_ten_megabytes(ends: bytes) -> None:
    line = [b'data: {"choices": [{"text": "', *[b"x" * 100_000] * 100, b'"}]}' + ends]
    await fails([Answer(line)], EngineAnswerError, "line that does not end")


async def test_an_answer_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments keep a connection alive; without a bound they would do so for ever."""
    monkeypatch.setattr("pillion.engine.http.lines.LONGEST_ANSWER", 1_000_000)
    await fails([Answer([b": " + b"x" * 8_000 + b"\n"] * 300)], EngineAnswerError, "does not end")


async def test_a_server_that_says_nothing() -> None:
    server = await fails([Answer([HANG])], EngineAwayError, "silent for")
    async with asyncio.timeout(2):
        await server.hung_up.wait()


async def test_the_end_of_a_complete_answer_is_not_waited_for() -> None:
    """The user has the answer before the connection has been tidied up, which is then closed."""
    answers = [Answer([*said("a"), HANG])]
    async with serving({"/v1/models": [MODELS], COMPLETE: answers}) as server:
        engine = HttpEngine(parse(server.url))
        chunks = engine.stream(Request(PROMPT, 8), Cancel())
        async for chunk in chunks:
            if chunk.finish:
                assert chunk.finish.reason is FinishReason.STOP
                assert not server.hung_up.is_set()
                break
        await chunks.aclose()
        async with asyncio.timeout(2):
            await server.hung_up.wait()
        await engine.close()


async def test_a_server_that_drips_comments() -> None:
    """Signs of life are no answer."""
    await fails([Answer([b": ping\n\n", 0.1] * 30)], EngineAwayError, "silent for")


async def test_a_server_that_stops_in_the_middle() -> None:
    await fails([Answer([*said("a")[:1], HANG])], EngineAwayError, "silent for")


@pytest.mark.parametrize(
    ("status", "expected", "match"),
    [
        ("401 Unauthorized", EngineRefusedError, "wants a key"),
        ("404 Not Found", EngineRefusedError, "no such address or model"),
        ("413 Payload Too Large", EngineRefusedError, "too large"),
        ("400 Bad Request", EngineRefusedError, "refused \\(400\\)"),
        ("302 Found", EngineRefusedError, "sends us elsewhere"),
        ("500 Internal Server Error", EngineAwayError, "failed \\(500\\)"),
        ("429 Too Many Requests", EngineAwayError, "too busy \\(429\\)"),
    ],
)
async def test_statuses(status: str, expected: type[EngineError], match: str) -> None:
    away = expected is EngineAwayError
    elsewhere = {"Location": "http://127.0.0.1:1/xyzzy"}
    body = Answer([b'{"error": "xyzzy"}'], status, "application/json", elsewhere)
    server = await fails([body], expected, match)
    # What may be over soon is asked again, what will stay as it is not.
    assert len(server.asked(COMPLETE)) == (3 if away else 1)


async def test_a_storm_of_errors_that_passes() -> None:
    """Nothing has come yet, so asking again is safe, and the answer comes once."""
    storm = [Answer((), "429 Too Many Requests"), Answer((), "500 Internal Server Error")]
    async with serving({"/v1/models": [MODELS], COMPLETE: [*storm, Answer(said("ok"))]}) as server:
        engine = HttpEngine(parse(server.url))
        text, chunks = await ask(engine)
        await engine.close()
    assert text == "ok"
    finish = chunks[-1].finish
    assert finish
    assert (finish.reason, finish.prompt_tokens, finish.generated_tokens) == ("stop", 40, 1)


async def test_a_long_wait_that_is_asked_for_is_no_retry() -> None:
    busy = Answer((), "503 Service Unavailable", headers={"Retry-After": "30"})
    server = await fails([busy], EngineAwayError, "too busy")
    assert len(server.asked(COMPLETE)) == 1


async def test_a_kept_connection_that_the_server_has_closed() -> None:
    async with serving(
        {"/v1/models": [MODELS], COMPLETE: [Answer(raw=b"\r\n"), Answer(said("ok"))]}
    ) as server:
        engine = HttpEngine(parse(server.url))
        assert (await ask(engine))[0] == "ok"
        await engine.close()


async def test_nobody_listens() -> None:
    engine = HttpEngine(Endpoint("http://127.0.0.1:1"))
    with pytest.raises(EngineAwayError, match="cannot be reached"):
        await engine.load()
    await engine.close()


async def test_an_address_that_drops_packets() -> None:
    """A server behind a wall that swallows everything costs the patience for a connection."""
    engine = HttpEngine(Endpoint("http://192.0.2.1:8080"))
    began = time.monotonic()
    with pytest.raises(EngineAwayError):
        await engine.load()
    assert time.monotonic() - began < CONNECT_SECONDS + 1.5
    await engine.close()


async def test_a_server_of_another_kind() -> None:
    async with serving({"/": [whole({})]}) as server:
        engine = HttpEngine(parse(server.url))
        with pytest.raises(EngineRefusedError, match=r"none that Pillion knows|no such address"):
            await engine.load()
        await engine.close()


async def test_tls_where_there_is_none() -> None:
    async with serving({}) as server:
        engine = HttpEngine(parse(server.url.replace("http:", "https:")))
        with pytest.raises(EngineAwayError, match=r"TLS|no connection"):
            await engine.load()
        await engine.close()


async def test_a_file_without_certificates(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_text("not a certificate", encoding="utf-8")
    engine = HttpEngine(Endpoint("https://127.0.0.1:1"), Options(ca=str(path)))
    with pytest.raises(UsageError, match=r"engine\.remote\.ca"):
        await engine.load()
    await engine.close()


@pytest.mark.parametrize("parts", [[HANG], [*said("a")[:1], HANG]])
async def test_a_cancel_closes_the_request(parts: list[bytes | str]) -> None:
    """Within moments, whether something has come or not."""
    async with serving({"/v1/models": [MODELS], COMPLETE: [Answer(parts)]}) as server:
        engine, cancel = HttpEngine(parse(server.url)), Cancel()
        await engine.load()
        asyncio.get_running_loop().call_later(0.1, cancel.set)
        _, chunks = await ask(engine, cancel)
        assert chunks[-1].finish
        assert chunks[-1].finish.reason is FinishReason.CANCELLED
        async with asyncio.timeout(0.5):
            await server.hung_up.wait()
        await engine.close()


async def test_leaving_the_stream_closes_the_request() -> None:
    parts: list[bytes | str] = [*said("a")[:1], HANG]
    async with serving({"/v1/models": [MODELS], COMPLETE: [Answer(parts)]}) as server:
        engine = HttpEngine(parse(server.url))
        output = engine.stream(Request(PROMPT, 8), Cancel())
        assert (await anext(output)).text == "a"
        await output.aclose()
        async with asyncio.timeout(0.5):
            await server.hung_up.wait()
        await engine.close()


@pytest.mark.parametrize(("name", "opened"), [("nginx", 1), ("llama.cpp", 5)])
async def test_connections_are_used_again(
    name: str, opened: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for llama-server without a proxy, where idle ones keep other users waiting."""
    monkeypatch.setattr("pillion.engine.http.dialect._DRAIN_SECONDS", 10.0)  # However slow we are.
    models = replace(MODELS, headers={"Server": name})
    answer = Answer(said("ok"), headers={"Server": name})
    async with serving({"/v1/models": [models], COMPLETE: [answer]}) as server:
        engine = HttpEngine(parse(server.url))
        await engine.load()
        before = server.connections
        for _ in range(5):
            assert (await ask(engine))[0] == "ok"
        assert server.connections == before + opened
        await engine.close()


def test_a_conversation_is_waited_for_longer() -> None:
    from pillion.engine.http.patience import patience  # noqa: PLC0415 - the fixture replaces it.

    quick, slow = patience(Priority.COMPLETION, 1500), patience(Priority.CHAT, 1500)
    assert quick.first < 10 < slow.first
