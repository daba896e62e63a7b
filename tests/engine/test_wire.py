"""What goes over the wire comes out as it went in."""

from __future__ import annotations

import asyncio

import pytest

from pillion.base.errors import EngineError, EngineLoadError, ModelNotFoundError, PillionError
from pillion.engine import wire
from pillion.engine.base import (
    Chunk,
    Finish,
    FinishReason,
    ModelInfo,
    Priority,
    Request,
    Sampling,
)
from pillion.prompt.model_input import Markup, Prompt, Special


async def through(data: bytes) -> list[wire.Message]:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    found = []
    while (message := await wire.read(reader)) is not None:
        found.append(message)
    return found


async def test_a_request_survives_with_special_tokens_and_half_characters() -> None:
    pieces = (
        Special.FIM_PREFIX,
        "fim_prefix \ud83d",
        Special.FIM_MIDDLE,
        "é\n",
        Markup("<|im_start|>"),
    )
    request = Request(
        Prompt(pieces, "wo", heal_last_token=True, note="n"),
        7,
        Sampling(0.8, 0.9, 20, 3, infill=True),
        session="a",
        priority=Priority.CHAT,
        speculate=False,
        samples=4,
        grammar='root ::= "a"',
        stops=("\n\n", "```"),
    )
    (message,) = await through(wire.pack({"type": "generate", "r": wire.from_request(request)}))
    found = wire.to_request(message["r"])
    assert found == request
    assert [type(piece) for piece in found.prompt.pieces] == [
        Special,
        str,
        Special,
        str,
        Markup,
    ]


async def test_answers_survive() -> None:
    chunk = Chunk("é", Finish(FinishReason.LENGTH, 3, 2, 1, 0.5, 0.25), 2)
    info = ModelInfo("m", "/m", 5, 6, "{{ x }}", frozenset({Special.FILE}), verified=True, note="n")
    data = wire.pack({"type": "a", "c": wire.from_chunk(chunk)})
    data += wire.pack({"type": "a", "c": wire.from_chunk(Chunk("a"))})
    data += wire.pack({"type": "b", "i": wire.from_info(info)})
    first, second, third = await through(data)
    assert wire.to_chunk(first["c"]) == chunk
    assert wire.to_chunk(second["c"]) == Chunk("a")
    assert wire.to_info(third["i"]) == info


@pytest.mark.parametrize("error", [ModelNotFoundError("no"), EngineLoadError("bad")])
def test_an_error_keeps_its_kind(error: PillionError) -> None:
    found = wire.to_error(wire.from_error(error))
    assert (type(found), str(found)) == (type(error), str(error))


@pytest.mark.parametrize("kind", ["KeyError", "annotations", "", None, 3])
def test_an_unknown_error_is_an_engine_error(kind: object) -> None:
    assert type(wire.to_error({"kind": kind, "message": "x"})) is EngineError


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x01{",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x02{}",
        b"\x00\x00\x00\x01\xff",
    ],
)
async def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        await through(data)


@pytest.mark.parametrize("data", [b"", b"\x00\x00", b"\x00\x00\x00\x09{}"])
async def test_a_connection_that_breaks_is_an_end(data: bytes) -> None:
    assert await through(data) == []


@pytest.mark.parametrize("values", [{}, {"prompt": 3}, {"prompt": {"pieces": [{"special": "x"}]}}])
def test_a_strange_request_is_refused(values: wire.Message) -> None:
    with pytest.raises(wire.WireError):
        wire.to_request(values)


@pytest.mark.parametrize("values", [{}, {"text": "a"}, {"text": "a", "finish": 3, "sample": 0}])
def test_a_strange_chunk_is_refused(values: wire.Message) -> None:
    with pytest.raises(wire.WireError):
        wire.to_chunk(values)
