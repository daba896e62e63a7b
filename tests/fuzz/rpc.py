"""A whole session with the real server object: bytes in, bytes out, each request answered once.

    units -> pipe -> StdioConnection -> PillionServer.run -> StdioConnection -> pipe -> checks

Only the engine is scripted. What must be answered is worked out here from the bytes alone, by the
rules of JSON-RPC, and never taken from the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import queue
import random
import re
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from inputs import CORPUS, NASTY, Json, corpus, mutated, mutated_json

from pillion.assist.complete import Completer
from pillion.base.settings import Settings
from pillion.context.index.workspace import Workspace
from pillion.engine.fake import FakeEngine, Script
from pillion.lsp.server import PillionServer
from pillion.lsp.transport import Deframer, StdioConnection

SILENT_SECONDS = 120.0
"""A session that says nothing for so long while it owes answers hangs; the machine may be busy."""

PLANTED = "secret_of_the_document"
"""Stands in every document; errors never quote one."""

COMMAND_LINE: dict[str, object] = {
    # These win over whatever settings the inputs bring: nobody waits, nothing is run or indexed.
    "completion.debounceMs": 0,
    "context.index": False,
    "repair.runTests": False,
    "chat.askSeconds": 0,
    "statistics": False,
}

_DOCUMENTS = {
    "file:///fuzz/a.py": ("python", f"def add(a, b):\n    return a + b  # {PLANTED}\n\nx = [1]\n"),
    "file:///fuzz/ü.ts": ("typescript", f"// {PLANTED} 🦀\r\nfunction f(a: number) {{\r\n}}\r\n"),
    "untitled:Untitled-1": ("", f"{PLANTED} \f a\u2028b\r🦀\n"),
}

_SCRIPTS = (
    Script(("pass",)),
    Script(("return a", " + b\n", "\n")),
    Script(("```python\ndef add(a, b):\n    return b + a\n```",)),
    Script(("It adds `a` and `b`. <|im_end|>", "\ud800")),
    Script(),
)

_HEADER = re.compile(rb"Content-Length: (\d+)\r\n(?:Content-Type: [^\r\n]+\r\n)?\r\n")


class FuzzError(AssertionError):
    """The server broke a promise."""


class NoDownloads:
    """No model can be fetched."""

    def size(self, model: str) -> str | None:
        """Return that there is no such model."""
        return None if model else ""

    def fetch(self, model: str, report: Callable[[float, str], None]) -> None:
        """Fail as a download does."""
        raise OSError(model, report)


def frame(body: bytes) -> bytes:
    """Return a body with its header."""
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def message(method: str | None = None, id_: Json = None, **more: Json) -> bytes:
    """Return a message as a frame."""
    value = {"jsonrpc": "2.0", **({"id": id_} if id_ is not None else {}), **more}
    return frame(json.dumps(value | ({"method": method} if method else {})).encode())


def owed(body: bytes) -> str | None:
    """Return the id under which JSON-RPC wants an answer to a body, as JSON; None for no answer."""
    try:
        value = json.loads(body, parse_constant=_no_constant, parse_float=_float)
    except (ValueError, RecursionError):
        return "null"
    if not isinstance(value, dict):
        return "null"
    proper = value.get("jsonrpc") == "2.0"
    method = value.get("method")
    if proper and "method" not in value and "id" in value:
        return None  # A response.
    if proper and isinstance(method, str) and "id" not in value:
        return None  # A notification.
    id_ = value.get("id")
    return json.dumps(id_) if isinstance(id_, int | str) else "null"


class Units:
    """Makes inputs by chance, most of them of recorded messages."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._recorded = [json.loads(line) for line in _RECORDED]
        self._by_method: dict[str, list[Json]] = {}
        for one in self._recorded:
            self._by_method.setdefault(str(one.get("method")), []).append(one)
        self._methods = sorted(self._by_method)
        self._ids = 0
        self._version = 1

    def hello(self) -> list[bytes]:
        """Return the start of a session: an odd `initialize`, and a plain one in case it failed."""
        first = self._rng.choice(
            [one for one in self._recorded if one.get("method") == "initialize"]
        )
        if self._rng.random() < 0.7:
            first = mutated_json(self._rng, first, self._recorded)
        plain = {"capabilities": {"workspace": {"applyEdit": True, "configuration": True}}}
        opened = [
            {"uri": uri, "languageId": language, "version": 1, "text": text}
            for uri, (language, text) in _DOCUMENTS.items()
        ]
        return [
            frame(_dump(first)),
            message("initialize", "plain", params=plain),
            message("initialized", params={}),
            *(message("textDocument/didOpen", params={"textDocument": one}) for one in opened),
        ]

    def one(self) -> bytes:
        """Return a frame, mostly."""
        rng, dice = self._rng, self._rng.random()
        if dice < 0.15:
            return frame(_dump(self._aimed(self._message())))
        if dice < 0.60:
            value = mutated_json(rng, self._aimed(self._message()), self._recorded)
            return frame(_dump(value))
        if dice < 0.72:
            method = rng.choice((*self._methods, "", "$/x", "x" * 5000))
            value = {"jsonrpc": "2.0", "method": method, "params": rng.choice(NASTY)}
            if rng.random() < 0.8:
                value["id"] = self._id()
            return frame(_dump(value))
        if dice < 0.92:
            body = mutated(rng, rng.choice(_RECORDED), _RECORDED)
            return frame(body)
        if dice < 0.95:
            return frame(_dump(rng.choice(NASTY)))
        if dice < 0.97:
            near = self._ids - rng.randrange(20)
            return message("$/cancelRequest", params={"id": near})
        return self._damaged()

    def _message(self) -> Json:
        """Return a recorded message, every method as often as any other."""
        return self._rng.choice(self._by_method[self._rng.choice(self._methods)])

    def _aimed(self, value: Json) -> Json:
        """Let a recorded message fit this session: a new id, an open document, a next version."""
        value = json.loads(json.dumps(value))
        if not isinstance(value, dict):
            return value
        if "id" in value and "method" in value:
            value["id"] = self._id()
        params = value.get("params")
        document = params.get("textDocument") if isinstance(params, dict) else None
        if isinstance(document, dict) and self._rng.random() < 0.8:
            document["uri"] = self._rng.choice(tuple(_DOCUMENTS))
            if "version" in document:
                self._version += 1
                document["version"] = self._version
        if isinstance(params, dict) and "position" in params:
            params["position"] = {
                "line": self._rng.randrange(5),
                "character": self._rng.randrange(30),
            }
        return value

    def _id(self) -> Json:
        self._ids += 1
        if self._rng.random() < 0.05:
            return self._rng.choice((True, 1.5, None, "", -1, "1", self._ids - 1, 10**30, "\ud800"))
        return self._ids

    def _damaged(self) -> bytes:
        rng, body = self._rng, self._rng.choice(_RECORDED)
        size = len(body) + rng.choice((-30, -1, 1, 30))
        return rng.choice(
            (
                b"Content-Length: %d\r\n\r\n" % size + body,
                b"Content-Length: x\r\n\r\n" + body,
                b"Content-Length: -5\r\n\r\n" + body,
                b"Content-Length: 99999999999999\r\n\r\n" + body,
                b"Content-Length: 3\r\ncontent-length: %d\r\n\r\n" % len(body) + body,
                b"\r\n\r\n" + frame(body),
                b"Content-Type: x\r\n\r\n" + body,
                rng.randbytes(rng.randrange(200)),
                frame(b""),
                mutated(rng, frame(body), _RECORDED),
            )
        )


class Session:
    """One session, its bytes and its books."""

    def __init__(self, rng: random.Random, answers: Callable[[Json], list[bytes]]) -> None:
        self._rng = rng
        self._answers = answers
        """What the editor says to a request of the server."""
        self._loop = asyncio.get_running_loop()
        self._in, self._source = os.pipe()[::-1]
        self._out, self._sink = os.pipe()
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._seen = Deframer()
        """Cuts the stream as the server will, to know what it owes."""
        self.owed: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.problems: list[str] = []
        self.news = asyncio.Event()
        self._buffer = b""
        self._left = False
        self._threads = [
            threading.Thread(target=self._write_all, daemon=True),
            threading.Thread(target=self._read_all, daemon=True),
        ]

    async def run(
        self, units: Iterable[bytes], *, waits: bool = True, command: Sequence[str] = ()
    ) -> None:
        """Play a session; raises `FuzzError`. Without `waits` it ends while requests are open.

        With a `command` the server is that program, over its real standard streams.
        """
        workspace = Workspace()

        def make(settings: Settings) -> tuple[FakeEngine, Completer]:
            del settings
            engine = FakeEngine([*self._rng.sample(_SCRIPTS, len(_SCRIPTS))] * 400)
            return engine, Completer(engine, workspaces=workspace)

        async def serve() -> int:
            if command:
                process = await asyncio.create_subprocess_exec(
                    *command, stdin=self._source, stdout=self._sink, stderr=subprocess.DEVNULL
                )
                return await process.wait()
            server = PillionServer(make, NoDownloads(), COMMAND_LINE, workspace)
            return await server.run(StdioConnection(self._source, self._sink))

        self._loop.set_exception_handler(self._complain)
        with _errors(self.problems):
            running = asyncio.create_task(serve())
            for thread in self._threads:
                thread.start()
            for unit in units:
                self.send(unit)
            self._resynchronise()
            self.send(message("pillion/status", "probe"))
            if waits:
                await self._settle(running)
            self.send(message("shutdown", "end"))
            self.send(message("exit"))
            self._left = True
            try:
                await asyncio.wait_for(running, SILENT_SECONDS)
            except TimeoutError:
                raise FuzzError("The server does not end after `exit`.") from None
        os.close(self._sink)
        await asyncio.to_thread(self._threads[1].join, SILENT_SECONDS)
        self._queue.put(None)
        os.close(self._out)
        await asyncio.to_thread(self._threads[0].join, SILENT_SECONDS)
        os.close(self._source)
        await asyncio.sleep(0)
        if self.owed != self.answered:
            less, more = self.owed - self.answered, self.answered - self.owed
            self.problems.append(f"unanswered {dict(less)!r}, too often answered {dict(more)!r}")
        if self.problems:
            raise FuzzError("\n".join(dict.fromkeys(self.problems)))

    def send(self, data: bytes) -> None:
        """Send bytes, and note which answers they call for."""
        if self._left:
            return
        for body in self._seen.feed(data):
            if (id_ := owed(body)) is not None:
                self.owed[id_] += 1
        self._queue.put(data)

    async def _settle(self, running: asyncio.Task[int]) -> None:
        """Wait until every answer is there."""
        while self.owed - self.answered and not running.done():
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), SILENT_SECONDS)
            except TimeoutError:
                missing = dict(self.owed - self.answered)
                self.problems.append(f"No answer for {SILENT_SECONDS:.0f} s: {missing!r}")
                return

    def _resynchronise(self) -> None:
        """Give a damaged frame at the end what it still wants."""
        if self._seen._missing is not None:
            self.send(b" " * (self._seen._missing - len(self._seen._buffer)))
        self.send(b"\r\n\r\n")

    def _write_all(self) -> None:
        rng = random.Random(self._rng.random())
        with contextlib.suppress(OSError):
            waiting = b""
            while (data := self._queue.get()) is not None:
                waiting += data
                if not self._queue.empty() and len(waiting) < 30_000 and rng.random() < 0.9:
                    continue
                cut = rng.randrange(len(waiting) + 1)
                for part in (waiting[:cut], waiting[cut:]):
                    view = memoryview(part)
                    while view:
                        view = view[os.write(self._in, view) :]
                waiting = b""
        os.close(self._in)

    def _read_all(self) -> None:
        while data := os.read(self._out, 1 << 16):
            self._loop.call_soon_threadsafe(self._take, data)

    def _take(self, data: bytes) -> None:
        self._buffer += data
        while self._buffer:
            match = _HEADER.match(self._buffer)
            if match is None:
                if len(self._buffer) > 200:
                    self.problems.append(f"The output is damaged: {self._buffer[:80]!r}")
                    self._buffer = b""
                return
            end = match.end() + int(match[1])
            if len(self._buffer) < end:
                return
            body, self._buffer = self._buffer[match.end() : end], self._buffer[end:]
            self._look_at(body)
        self.news.set()

    def _look_at(self, body: bytes) -> None:
        try:
            value = json.loads(body, parse_constant=_no_constant)
        except ValueError as error:
            self.problems.append(f"The server sent what is no JSON ({error}): {body[:200]!r}")
            return
        if "method" in value:
            if "id" in value:
                for answer in self._answers(value):
                    self.send(answer)
            return
        self.answered[json.dumps(value["id"])] += 1
        problem = value.get("error")
        if (problem is None) == ("result" not in value):
            self.problems.append("An answer must have a result or an error.")
        if problem is not None:
            text = json.dumps(problem)
            if not isinstance(problem["code"], int) or not isinstance(problem["message"], str):
                self.problems.append(f"An error without code and message: {text[:200]}")
            if "Internal error" in text or PLANTED in text:
                self.problems.append(f"An answer says: {text[:300]}")

    def _complain(self, _loop: object, context: dict[str, Any]) -> None:
        self.problems.append(f"{context['message']}: {context.get('exception')!r}")


def editor(rng: random.Random, recorded: Sequence[Json]) -> Callable[[Json], list[bytes]]:
    """Return an editor that answers what the server asks, rightly or wrongly, but always."""

    def answers(request: Json) -> list[bytes]:
        right: Json = {
            "workspace/configuration": [COMMAND_LINE],
            "workspace/applyEdit": {"applied": True},
        }
        result = right.get(request["method"])
        dice = rng.random()
        value: Json = {"jsonrpc": "2.0", "id": request["id"], "result": result}
        if dice < 0.2:
            value["result"] = rng.choice(NASTY)
        elif dice < 0.3:
            value["error"] = rng.choice(({"code": -1, "message": "no"}, None, 1, {"code": "x"}))
        elif dice < 0.4:
            value["result"] = mutated_json(rng, rng.choice(recorded), recorded)
        if owed(_dump(value)) == "null":
            value["result"] = (
                None  # Numbers that are no JSON: nobody could tell whose answer it is.
            )
        return [frame(_dump(value))] * (2 if rng.random() < 0.1 else 1)

    return answers


async def play(seed: int, count: int) -> None:
    """Play a session of `count` inputs. Raises `FuzzError`."""
    rng = random.Random(seed)
    units = Units(rng)
    session = Session(rng, editor(rng, [json.loads(line) for line in _RECORDED]))
    inputs = [*units.hello(), *(units.one() for _ in range(count))]
    await session.run(inputs, waits=rng.random() < 0.9)


def _dump(value: Json) -> bytes:
    return json.dumps(value).encode()


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _float(text: str) -> float:
    if abs(value := float(text)) == float("inf"):
        raise ValueError(text)
    return value


@contextlib.contextmanager
def _errors(into: list[str]) -> Iterator[None]:
    """Take every error that is logged for a broken promise."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "could not be downloaded" not in record.getMessage():
                into.append(f"Logged: {record.getMessage()[:300]}")

    handler, logger = Handler(logging.ERROR), logging.getLogger()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


CORPUS_FOUND = CORPUS / "jsonrpc" / "found.jsonl"

# `exit` ends a session, and what comes behind it is not owed an answer.
_RECORDED = [
    line for line in corpus("jsonrpc") if b'"exit"' not in line and b'"shutdown"' not in line
]
