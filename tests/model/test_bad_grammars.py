"""A grammar that is none must not end the engine's process, which others use, too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hosts import runtime_folder
from pillion.base.errors import EngineDiedError, EngineError
from pillion.engine.base import Cancel, Request, write
from pillion.engine.hosted import HostedEngine
from pillion.engine.runtime import HostOptions
from pillion.prompt.model_input import Prompt

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform == "win32", reason="the runtime folder is on POSIX"),
]

BAD = (
    "no grammar",
    'other ::= "a"',
    "root ::= missing",
    'root ::= root "a"',
    'root ::= ("" | "a")+',
    'root ::= "a',
    "root ::= [a",
    'root ::= "a"{3,1}',
    'root ::= "a"{99999999999999999999999}',
    'root ::= "\0"',
    "root ::= <|no such token|>",
    "root ::= " + "(" * 100_000,
    'root ::= "a" | ' * 10_000,
)


@pytest.fixture(autouse=True)
def folder() -> Iterator[Path]:
    with runtime_folder() as path:
        yield path


async def test_each_is_refused_and_the_host_lives() -> None:
    engine = HostedEngine(HostOptions("smollm2-135m", context_tokens=512), idle=0.0)
    await engine.load()
    pid = engine.host_pid
    for grammar in BAD:
        with pytest.raises(EngineError, match=r"^The grammar .*[.\w]") as caught:
            await write(engine, Request(Prompt(("x",)), 4, grammar=grammar), Cancel())
        assert not isinstance(caught.value, EngineDiedError)
        assert len(str(caught.value)) < 200
    control = Request(Prompt(("x",)), 4, grammar="root ::= <|im_start|>")
    with pytest.raises(EngineError, match="no token that follows"):
        await write(engine, control, Cancel())
    (item,) = await write(engine, Request(Prompt(("x",)), 4, grammar='root ::= "y="'), Cancel())
    assert item.text == "y="
    assert engine.host_pid == pid
    await engine.close()
