"""A server that answers what it is told, lies included: for the engines over HTTP.

It speaks HTTP/1.1 by hand, so that it can break every rule of it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

HANG = "hang"
"""In the parts of an answer: say nothing more until the client goes away."""


@dataclass
class Answer:
    """One scripted answer."""

    parts: Sequence[bytes | float | str] = ()
    """Bytes to send, seconds to wait, or `HANG`."""
    status: str = "200 OK"
    kind: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    """A `Content-Length`, maybe a wrong one; without it the answer is chunked."""
    cut: bool = False
    """Close the connection without ending the answer."""
    raw: bytes = b""
    """Sent in place of everything else."""


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class ScriptedServer:
    """Plays the answers of a path in order and then repeats the last one."""

    def __init__(self, scripts: Mapping[str, Sequence[Answer]]) -> None:
        self.scripts = {path: list(answers) for path, answers in scripts.items()}
        self.seen: list[Seen] = []
        self.connections = 0
        self.hung_up = asyncio.Event()
        """Set when a client has closed its connection in the middle of an answer."""
        self.url = ""
        self._open: set[asyncio.StreamWriter] = set()

    def asked(self, path: str) -> list[Seen]:
        """Return the requests for a path."""
        return [one for one in self.seen if one.path == path]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        self._open.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._one(reader, writer):
                pass
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        self._open.discard(writer)

    async def close(self) -> None:
        """Cut what is still open."""
        for writer in list(self._open):
            writer.transport.abort()
        while self._open:  # noqa: ASYNC110 - the handlers end by themselves.
            await asyncio.sleep(0.005)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.seen.append(Seen(method, path, headers, json.loads(body) if body else None))
        answer = self.script(path, self.seen[-1].body)
        return await self._play(answer or self._next(path), reader, writer)

    def script(self, path: str, body: Any) -> Answer | None:
        """Return an answer that depends on what was asked; None for that of the script."""
        del path, body
        return None

    def _next(self, path: str) -> Answer:
        answers = self.scripts.get(path, [Answer(status="404 Not Found", kind="text/plain")])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def _play(
        self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if answer.raw:
            writer.write(answer.raw)
            await writer.drain()
            return False
        lines = [f"HTTP/1.1 {answer.status}", f"Content-Type: {answer.kind}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        chunked = answer.length is None
        lines.append(
            "Transfer-Encoding: chunked" if chunked else f"Content-Length: {answer.length}"
        )
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        gone = asyncio.create_task(reader.read(1))
        try:
            for part in answer.parts:
                if isinstance(part, bytes):
                    writer.write(
                        f"{len(part):x}\r\n".encode() + part + b"\r\n" if chunked else part
                    )
                    await writer.drain()
                    continue
                seconds = 60.0 if part == HANG else float(part)
                done, _ = await asyncio.wait({gone}, timeout=seconds)
                if done:
                    self.hung_up.set()
                    return False
        finally:
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
        if answer.cut:
            return False
        if chunked:
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        return True


@asynccontextmanager
async def serving(
    scripts: Mapping[str, Sequence[Answer]], kind: type[ScriptedServer] = ScriptedServer
) -> AsyncIterator[ScriptedServer]:
    """Run a scripted server on the loopback."""
    server = kind(scripts)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()
        await server.close()


def whole(value: object, **how: Any) -> Answer:
    """Return an answer of one JSON value."""
    data = json.dumps(value).encode()
    return Answer([data], kind="application/json", length=len(data), **how)


def event(value: object) -> bytes:
    """Return a server-sent event."""
    return f"data: {json.dumps(value)}\n\n".encode()


def said(*pieces: str, reason: str = "stop") -> list[bytes]:
    """Return the events of a completion of OpenAI's API."""
    events = [event({"choices": [{"text": piece, "finish_reason": None}]}) for piece in pieces]
    events.append(event({"choices": [{"text": "", "finish_reason": reason}]}))
    usage = {"prompt_tokens": 40, "completion_tokens": len(pieces)}
    return [*events, event({"choices": [], "usage": usage}), b"data: [DONE]\n\n"]


MODELS = whole({"object": "list", "data": [{"id": "team/qwen2.5-coder-7b", "owned_by": "me"}]})
