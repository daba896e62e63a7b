"""llama-server, asked at every keystroke as llama.vim asks it: the peer of `pillion bench typing`.

The server runs as a program of its own, on the loopback, and is ended by its process id.
The only module outside `engine` that speaks HTTP: it measures somebody else's engine.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import json
import os
import sys
from typing import TYPE_CHECKING

import httpx

from pillion.base.errors import EngineError, UsageError
from pillion.eval import infill
from pillion.eval.peer_process import READY
from pillion.eval.record import cores
from pillion.eval.typing import Typed, Watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pillion.text.snapshot import Snapshot

NAME = "llama-server"

SERVER: dict[str, object] = {"n_ctx": 0, "n_batch": 1024, "n_ubatch": 1024, "n_cache_reuse": 256}
"""The options that llama.vim recommends (its `--fim-qwen-…-default` presets): the model's own
context length, batches of 1,024 and `--cache-reuse 256`."""

_START_SECONDS = 120.0
_END_SECONDS = 10.0


class Program:
    """llama-server as a program of its own; see `start`."""

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self._process = process
        self.address = address

    @classmethod
    async def start(cls, model: str, threads: int, options: Mapping[str, object]) -> Program:
        """Start a server for the GGUF file `model`; it has loaded it when this returns.

        `options` are those of `common_params` of llama.cpp, by their names there.
        """
        if importlib.util.find_spec("xllamacpp") is None:
            raise UsageError("The peer needs llama-server: install `pillion[peer]`.")
        chosen = json.dumps({"model": model, "threads": threads or cores(), **options})
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "pillion.eval.peer_process", chosen],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**_WAITING, **os.environ},
        )
        try:
            async with asyncio.timeout(_START_SECONDS):
                return cls(process, await _address(process))
        except BaseException:
            await _end(process)
            raise

    async def close(self) -> None:
        """End the server."""
        await _end(self._process)


class LlamaServer:
    """llama-server as a `Typist`; see `start`."""

    name = NAME

    def __init__(self, program: Program, client: httpx.AsyncClient) -> None:
        self._program = program
        self._client = client

    @classmethod
    async def start(cls, model: str, threads: int = 0) -> LlamaServer:
        """Start a server for the GGUF file `model`; it has loaded it when this returns."""
        program = await Program.start(model, threads, SERVER)
        address = program.address
        # A connection per question, as llama.vim's curl makes: kept ones were seen to break.
        limits = httpx.Limits(max_keepalive_connections=0)
        client = httpx.AsyncClient(base_url=address, timeout=120, trust_env=False, limits=limits)
        return cls(program, client)

    async def ask(self, snapshot: Snapshot, offset: int) -> Typed:
        """Ask at one cursor."""
        watch, content = Watch(), ""
        last: dict[str, object] = {}
        body = infill.body(snapshot, offset)
        try:
            async for event in self._events(body):
                piece = str(event.get("content", ""))
                content += piece
                watch.feed(piece)
                last = event
        except httpx.HTTPError as error:
            raise EngineError(f"llama-server did not answer: {error}") from error
        watch.finish()
        evaluated, prompt = tokens(last)
        return Typed(
            infill.shown(snapshot, offset, content),
            watch.first_token or 0.0,
            watch.first_line or 0.0,
            watch.end or 0.0,
            evaluated,
            prompt,
        )

    async def _events(self, body: dict[str, object]) -> AsyncIterator[dict[str, object]]:
        async with self._client.stream("POST", "/infill", json=body) as answer:
            if answer.status_code != httpx.codes.OK:
                raise EngineError(f"llama-server: {(await answer.aread()).decode()[:200]}")
            async for line in answer.aiter_lines():
                if event := read_event(line):
                    yield event

    async def settle(self) -> None:
        """Nothing runs between two questions."""

    async def close(self) -> None:
        """End the server."""
        await self._client.aclose()
        await self._program.close()


class Slots:
    """The slots of a llama-server, as it shows them itself."""

    def __init__(self, address: str) -> None:
        self._client = httpx.AsyncClient(base_url=address, timeout=60, trust_env=False)

    async def read(self) -> dict[int, int]:
        """Return the number of the request that each busy slot works on."""
        try:
            answer = await self._client.get("/slots")
            answer.raise_for_status()
            slots = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise EngineError(f"llama-server does not show its slots: {error}") from error
        return {slot["id"]: slot.get("id_task", -1) for slot in slots if slot["is_processing"]}

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()


def read_event(line: str) -> dict[str, object] | None:
    """Return the JSON object of one line of a stream of events, if it holds one."""
    data = line.removeprefix("data:").strip()
    if not line.startswith("data:") or data == "[DONE]":
        return None
    event = json.loads(data)
    return event if isinstance(event, dict) else None


def tokens(last: dict[str, object]) -> tuple[int, int]:
    """Return the tokens evaluated and the tokens of the prompt, from the last event."""
    timings = last.get("timings")
    evaluated = timings.get("prompt_n", 0) if isinstance(timings, dict) else 0
    prompt = last.get("tokens_evaluated", 0)
    return int(evaluated), prompt if isinstance(prompt, int) else 0


def description() -> dict[str, object]:
    """Return what was started and what is sent, for the record."""
    try:
        version = importlib.metadata.version("xllamacpp")
    except importlib.metadata.PackageNotFoundError:
        version = ""
    return {"name": NAME, "xllamacpp": version, "server": SERVER, "sent": infill.SENT}


_WAITING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "300"}
"""Threads wait as Pillion's do: beside other programs the peer is a third faster for it."""


async def _address(process: asyncio.subprocess.Process) -> str:
    """Wait for the address that the program prints."""
    assert process.stdout  # noqa: S101 - started with a pipe.
    async for line in process.stdout:
        if (text := line.decode(errors="replace")).startswith(READY):
            return text.removeprefix(READY).strip()
    raise EngineError(f"llama-server ended at once, with code {await process.wait()}.")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin:
        process.stdin.close()
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
