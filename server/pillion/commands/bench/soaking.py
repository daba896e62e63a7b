"""The session behind `pillion bench soak`: what several people would do to two editor windows.

All at once, until the time is over: typing in one window and then in the other, files that come,
change and go on disk, conversations that are stopped, actions, and an engine host that is killed.
Meanwhile the processes are looked at. Each loop below is one of these.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
from collections import Counter
from typing import TYPE_CHECKING

from pillion.base.errors import EngineClosedError, UsageError
from pillion.context.index.workspace import path_of
from pillion.engine import process
from pillion.engine.runtime import HostFiles
from pillion.eval import replay
from pillion.eval.memory import footprint
from pillion.eval.soak import Asked, Sample, Soak
from pillion.lsp.client import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pillion.commands.bench.editors import Window
    from pillion.engine.runtime import Record
    from pillion.eval.replay import Keystroke
    from pillion.lsp.client import Json

_LARGEST = 4
"""Of the largest files, with which typing and actions begin in each window: how much memory a
server holds depends on the largest document that it has seen, and caches are full after these."""

_LIVES = (1, 4)
"""Lives of the engine host, by turns, in the time between kills: it fills caches of its own."""

_SMALLEST = 3000
"""Bytes of a file that is worked in."""

_STRETCH = 80
"""Keystrokes before the other window comes to the front."""

_FILES = 20
"""Files that come and go: the workspace does not grow, so neither may what is known of it."""

_TURNS = 4
"""Messages of a conversation before a new one begins."""

_LOOK_SECONDS = 2.0
"""How long the typist waits for a suggestion at the end of a line."""

_ANSWER_SECONDS = 60.0
"""How long anybody waits for a conversation or an action."""

_GRACE_SECONDS = 120.0
"""For what is still open when the time is over."""

_SAMPLE_SECONDS = 5.0

_CREATED, _CHANGED, _DELETED = 1, 2, 3


class Session:
    """Two windows and everything that happens to them."""

    def __init__(
        self,
        windows: Sequence[Window],
        root: Path,
        runtime: Path,
        *,
        seed: int,
        keys_per_second: float,
        kill_seconds: float,
    ) -> None:
        """`root` is the workspace, which is changed; `runtime` the folder of the engine host.

        The host is killed after `kill_seconds`, then after four times as long, and so on.
        """
        self._windows = windows
        self._root = root
        self._runtime = runtime
        self._pace = 1 / keys_per_second
        self._kill_seconds = kill_seconds
        self._chance = random.Random(seed)  # noqa: S311 - not a secret.
        self._methods: list[dict[int, str]] = [{} for _ in windows]
        self._files = sorted(
            (path for path in root.rglob("*.py") if path.stat().st_size > _SMALLEST),
            key=lambda path: path.stat().st_size,
            reverse=True,
        )
        self._began = time.perf_counter()
        self.samples: list[Sample] = []
        self.done: Counter[str] = Counter()

    async def run(self, seconds: float, report: Callable[[Sample], None]) -> Soak:
        """Let it all happen for so long, then wait for the answers; `report` gets each sample."""
        self._began = time.perf_counter()
        loops = [
            self._type(),
            self._churn(),
            self._converse(),
            self._act(),
            self._kill(),
            self._look(report),
        ]
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            # A loop only ends by an error.
            finished, _ = await asyncio.wait(
                tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            for task in finished:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._settle()
        return Soak(self.samples, self._accounts(), self.done)

    async def _type(self) -> None:
        for window, keys in zip(itertools.cycle(self._windows), self._places(), strict=False):
            self.done["documents opened"] += 1
            uri = keys[0].snapshot.uri
            was = window.client.documents.get(uri)
            for key, following in zip(keys, [*keys[1:], None], strict=True):
                window.show(key.snapshot)
                self.done["keystrokes"] += 1
                number, answer = self._send_inline(window, key)
                pause = self._chance.lognormvariate(0, 0.4) * self._pace
                if self._chance.random() < 0.1:
                    await asyncio.sleep(pause / 2)
                    window.client.cancel(number)
                    pause /= 2
                await asyncio.sleep(pause)
                if following is None or following.first_of_line:
                    await self._look_at(window, uri, answer)
            if self._chance.random() < 0.3:
                self._save(window, uri)
            if was is None:
                window.client.close_document(uri)

    def _send_inline(self, window: Window, key: Keystroke) -> tuple[int, asyncio.Future[Json]]:
        number, answer = window.client.send_inline(key.snapshot.uri, key.offset)
        self._note(window, number, "textDocument/inlineCompletion")
        return number, answer

    async def _look_at(self, window: Window, uri: str, answer: asyncio.Future[Json]) -> None:
        """Wait for a suggestion at the end of a line; take it, or not."""
        client = window.client
        await asyncio.wait({answer}, timeout=_LOOK_SECONDS)
        if not answer.done() or answer.exception() or uri not in client.documents:
            return
        shown = client.read_inline(uri, answer.result())
        if shown is None:
            return
        client.notify("pillion/inlineCompletion/shown", {})
        if self._chance.random() < 0.5:
            client.change(uri, shown.start, shown.end, shown.text)
            client.notify("pillion/inlineCompletion/accepted", {})
            self.done["suggestions accepted"] += 1
        else:
            client.notify("pillion/inlineCompletion/dismissed", {})

    def _save(self, window: Window, uri: str) -> None:
        """Save the document as it is; the file is as it was once the document is closed."""
        path = path_of(uri)
        if path is None:
            return
        before = path.read_bytes()
        path.write_text(window.client.documents[uri].text, encoding="utf-8")
        window.client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        self._changed(path, _CHANGED)
        path.write_bytes(before)
        self._changed(path, _CHANGED)
        self.done["documents saved"] += 1

    async def _churn(self) -> None:
        folder = self._root / "soaked"
        folder.mkdir(exist_ok=True)
        sources = sorted(self._root.rglob("*.py"))
        while True:
            await asyncio.sleep(self._chance.uniform(0.3, 1.2))
            path = folder / f"part_{self._chance.randrange(_FILES)}.py"
            if path.exists() and self._chance.random() < 0.3:
                path.unlink()
                self._changed(path, _DELETED)
                continue
            kind = _CHANGED if path.exists() else _CREATED
            source = self._chance.choice(sources)
            lines = source.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
            first = self._chance.randrange(max(1, len(lines) - 100))
            path.write_text("".join(lines[first : first + 100]), encoding="utf-8")
            self._changed(path, kind)

    def _changed(self, path: Path, kind: int) -> None:
        self.done["files changed on disk"] += 1
        changes = [{"uri": path.as_uri(), "type": kind}]
        for window in self._windows:
            window.client.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    async def _converse(self) -> None:
        places = self._places()
        for thread in itertools.count():
            window = self._windows[thread % len(self._windows)]
            messages: list[Json] = []
            for turn in range(_TURNS):
                await asyncio.sleep(self._chance.uniform(4, 12))
                chosen = self._chance.choice(_QUESTIONS)
                messages.append({"role": "user", "text": chosen})
                params = {
                    "threadId": f"thread{thread}",
                    "messages": messages,
                    "chips": [] if turn else [_selection(next(places)[0])],
                    "partialResultToken": f"part{thread}.{turn}",
                }
                result = await self._ask(window, "pillion/chat", params, stop=0.5)
                said = result["text"] if result else ""
                messages.append({"role": "assistant", "text": said or "…"})

    async def _act(self) -> None:
        for window, keys in zip(itertools.cycle(self._windows), self._places(), strict=False):
            await asyncio.sleep(self._chance.uniform(2, 8))
            key = keys[0]
            uri = key.snapshot.uri
            theirs = uri in window.client.documents
            if not theirs:
                window.show(key.snapshot)
            place = {"line": key.line - 1, "character": key.column}
            at = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}}
            if self._chance.random() < 0.2:
                await self._ask(window, "pillion/explain", at, stop=0.5)
            else:
                wanted: Json = {**at, "context": {"diagnostics": []}}
                offered = await self._ask(window, "textDocument/codeAction", wanted)
                able = [one for one in offered or () if "data" in one]
                if able:
                    action = self._chance.choice(able)
                    await self._ask(window, "codeAction/resolve", action, stop=0.5)
            await self._ask(window, "pillion/status", None)
            if not theirs and uri in window.client.documents:
                window.client.close_document(uri)

    async def _ask(
        self, window: Window, method: str, params: Json, *, stop: float = 0.0
    ) -> Json | None:
        """Ask and wait; with the chance `stop` the answer is stopped after a while."""
        number, answer = window.client.send(method, params)
        self._note(window, number, method)
        impatient = self._chance.random() < stop
        seconds = self._chance.uniform(0.2, 5) if impatient else _ANSWER_SECONDS
        await asyncio.wait({answer}, timeout=seconds)
        if not answer.done():
            window.client.cancel(number)
            self.done["answers stopped"] += 1
        try:
            return await answer
        except ServerError:
            return None

    async def _kill(self) -> None:
        for life in itertools.cycle(_LIVES):
            await asyncio.sleep(life * self._kill_seconds)
            if record := self._host():
                self.done["hosts killed"] += process.kill(record.pid, record.identity)

    def _host(self) -> Record | None:
        """Return the running host, if there is one at the moment."""
        for path in self._runtime.glob("*.json"):
            record = HostFiles(self._runtime, path.stem).read_record()
            if record and record.alive:
                return record
        return None

    async def _look(self, report: Callable[[Sample], None]) -> None:
        while True:
            names = {f"server {n}": window.pid for n, window in enumerate(self._windows, 1)}
            if record := self._host():
                names["host"] = record.pid
            for name, pid in names.items():
                if found := footprint(pid):
                    seconds = time.perf_counter() - self._began
                    sample = Sample(seconds, self._sent(), name, pid, found)
                    self.samples.append(sample)
                    report(sample)
                elif name != "host":
                    raise EngineClosedError(f"The language server `{name}` has ended.")
            await asyncio.sleep(_SAMPLE_SECONDS)

    def _places(self) -> Iterator[list[Keystroke]]:
        """Yield stretches of files to work in, on and on: the largest first, once per window."""
        largest = [path for path in self._files[:_LARGEST] for _ in self._windows]
        for number in itertools.count():
            path = largest[number] if number < len(largest) else self._chance.choice(self._files)
            if keys := replay.stretch(path, keystrokes=_STRETCH, every=1, seed=number):
                yield keys
            elif number > 100 * len(self._files):
                raise UsageError("The workspace has no Python files that are long enough.")

    def _note(self, window: Window, number: int, method: str) -> None:
        self._methods[self._windows.index(window)][number] = method

    def _sent(self) -> int:
        return sum(map(len, self._methods))

    async def _settle(self) -> None:
        """Wait for what is open."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                # Answers that were waited for and those that were left alone come the same way.
                while any(one.answers == 0 for one in self._accounts()):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)

    def _accounts(self) -> list[Asked]:
        return [
            _account(method, window.client.responses.get(number, []))
            for window, methods in zip(self._windows, self._methods, strict=True)
            for number, method in methods.items()
        ]


_QUESTIONS = (
    "What is this code for?",
    "Which cases does it not handle?",
    "Explain the first line.",
    "How would you test it?",
    "Make it shorter.",
    "What could go wrong here?",
)


def _selection(key: Keystroke) -> Json:
    """Return thirty lines from a place on, attached to a conversation."""
    start, end = ({"line": key.line - 1 + more, "character": 0} for more in (0, 30))
    return {"kind": "selection", "uri": key.snapshot.uri, "range": {"start": start, "end": end}}


def _account(method: str, responses: Sequence[Json]) -> Asked:
    last = responses[-1] if responses else {}
    if "error" in last:
        outcome = str(last["error"]["code"])
    else:
        outcome = "null" if last.get("result") is None else "answer"
    return Asked(method, len(responses), outcome if responses else "lost")
