"""A real model in a shared host that is killed, frozen and starved while three clients use it.

Each request is answered exactly once, with a text or with the cause; after each fault the engine
answers again within the time that a fresh start takes, plus two seconds; nothing is left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hosts import left_in, runtime_folder
from pillion.base.errors import EngineDiedError, PillionError
from pillion.engine.base import Cancel, Request
from pillion.engine.hosted import HostedEngine
from pillion.engine.runtime import HostOptions, all_files
from pillion.engine.supervise import Policy
from pillion.lsp.client import Client
from pillion.prompt.model_input import Prompt

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="prlimit and /proc"),
]

MODEL = "smollm2-135m"
CLIENTS, REQUESTS = 3, 200
EXTRA_SECONDS = 2.0
DICE = random.Random(7)  # noqa: S311 - chooses moments, not secrets.
FAULTS = ("kill", "freeze", "starve", "kill", "freeze", "abort", "starve", "memory", "kill")
PAUSE = 5.2
"""Seconds between faults: a host that lived for five is started again without a back-off."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with runtime_folder() as path:
        yield path


@dataclass
class Account:
    """What became of every request."""

    answers: dict[int, list[str]] = field(default_factory=dict)
    recoveries: list[Recovery] = field(default_factory=list)
    causes: set[str] = field(default_factory=set)


def client() -> HostedEngine:
    options = HostOptions(MODEL, threads=2, context_tokens=512)
    return HostedEngine(options, idle=0.0, policy=Policy(limit=1000))


async def ask(engine: HostedEngine, number: int, account: Account) -> None:
    """Ask once; every end of the stream counts as an answer."""
    found = account.answers.setdefault(number, [])
    prompt = Prompt((f"def function_{number % 7}(a, b):\n    return a",))
    cancel = Cancel()
    if number % 10 == 9:
        asyncio.get_running_loop().call_later(0.05, cancel.set)
    try:
        async for chunk in engine.stream(Request(prompt, 4, session=str(number % 5)), cancel):
            if chunk.finish:
                found.append(chunk.finish.reason.value)
    except PillionError as error:
        found.append(type(error).__name__)
        account.causes.add(str(error))


async def use(
    engine: HostedEngine, numbers: list[int], account: Account, done: asyncio.Event
) -> None:
    """Ask one request after the other, spread over the time that the faults take."""
    for number in numbers:
        await asyncio.wait_for(ask(engine, number, account), 60)
        if not done.is_set():
            await asyncio.sleep(DICE.uniform(0.2, 0.9))


@dataclass(frozen=True)
class Recovery:
    """How long it took until there was an answer again."""

    kind: str
    seconds: float
    host_seconds: float
    """How much of that was the new host's own: from its start to the answer."""


async def recovered(kind: str, engine: HostedEngine) -> Recovery:
    """Wait until a request is answered with a text."""
    begun = time.time()
    while True:
        try:
            async for _ in engine.stream(Request(Prompt(("x = ",)), 1), Cancel()):
                pass
        except EngineDiedError:
            continue
        (files,) = all_files()
        record = files.read_record()
        assert record
        return Recovery(kind, time.time() - begun, time.time() - max(begun, record.started))


async def fault(kind: str, engine: HostedEngine) -> Recovery:
    """Do something to the host, and wait until it answers again."""
    await engine.load()
    pid = engine.host_pid
    assert pid
    if kind == "starve":
        hogs = [
            subprocess.Popen([sys.executable, "-c", "while True: pass"])  # noqa: ASYNC220
            for _ in range(2 * (os.cpu_count() or 2))
        ]
        try:
            await asyncio.sleep(3.0)
            assert engine.host_pid == pid, "a starved host is slow, not dead"
        finally:
            for hog in hogs:
                hog.kill()
                hog.wait()
        return await recovered(kind, engine)
    if kind == "memory":
        # No more memory for a while; the host may die of that or not.
        resource.prlimit(pid, resource.RLIMIT_AS, (process_size(pid), resource.RLIM_INFINITY))
        await asyncio.sleep(1.5)
        with contextlib.suppress(ProcessLookupError):
            no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(pid, resource.RLIMIT_AS, no_limit)
        return await recovered(kind, engine)
    how = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP, "abort": signal.SIGABRT}[kind]
    os.kill(pid, how)
    return await recovered(kind, engine)


def process_size(pid: int) -> int:
    """Return the bytes of address space that a process has."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()


@pytest.mark.timeout(200)
async def test_faults_at_random_moments_lose_no_request(folder: Path) -> None:
    account = Account()
    engines = [client() for _ in range(CLIENTS)]
    watcher = client()
    begun = time.monotonic()
    await watcher.load()
    load_seconds = time.monotonic() - begun
    done = asyncio.Event()
    numbers = list(range(REQUESTS))
    using = [
        asyncio.create_task(use(engine, numbers[index::CLIENTS], account, done))
        for index, engine in enumerate(engines)
    ]
    for kind in FAULTS:
        await asyncio.sleep(PAUSE + DICE.uniform(0, 0.5))
        account.recoveries.append(await fault(kind, watcher))
    done.set()
    await asyncio.gather(*using)
    for engine in (*engines, watcher):
        await engine.close()
    counts = Counter(found for answer in account.answers.values() for found in answer)
    print(f"\nload {load_seconds:.2f} s, answers {dict(counts)}")  # noqa: T201
    print(*sorted(account.causes), sep="\n")  # noqa: T201
    print(*account.recoveries, sep="\n")  # noqa: T201
    assert sorted(account.answers) == numbers
    assert {len(answer) for answer in account.answers.values()} == {1}
    assert all(cause.endswith(".") for cause in account.causes), "whole sentences for the user"
    assert counts["length"] + counts["stop"] >= REQUESTS / 2
    for recovery in account.recoveries:
        # On a machine that does other work, too, one load takes longer than the next.
        load = max(load_seconds, recovery.host_seconds)
        assert recovery.seconds <= load + EXTRA_SECONDS, recovery
    assert await asyncio.to_thread(left_in, folder) == []


async def test_an_editor_is_told_why_and_goes_on(folder: Path) -> None:
    """A real server whose host is killed: one message, and the next request is answered."""
    command = [sys.executable, "-m", "pillion", "serve", "--model", MODEL]
    editor = await Client.start(command)
    try:
        await editor.initialize(options={"engine": {"idleSeconds": 0}})
        await editor.until_ready()
        text = "def add(first, second):\n    return fir"
        editor.open("file:///a.py", text)
        await editor.inline("file:///a.py", len(text))
        (files,) = all_files()
        record = files.read_record()
        assert record
        os.kill(record.pid, signal.SIGSTOP)  # Still there when the next request is asked.
        long = text + "st\n" + "value = 1\n" * 20
        editor.open("file:///b.py", long)
        asking = asyncio.create_task(editor.inline("file:///b.py", len(text)))
        await asyncio.sleep(0.3)
        os.kill(record.pid, signal.SIGKILL)
        assert await asking is None
        shown = await editor.notification("window/showMessage")
        assert "memory ran out (SIGKILL)" in shown["message"]
        assert (await editor.request("pillion/status"))["last"]["outcome"] == "engine_failed"
        await editor.inline("file:///b.py", len(text))
        assert (await editor.request("pillion/status"))["state"] == "ready"
        assert await editor.close() == 0
    finally:
        await editor.kill()
    assert await asyncio.to_thread(left_in, folder) == []


async def test_a_damaged_model_is_named(folder: Path) -> None:
    path = folder / "damaged.gguf"
    path.write_bytes(b"GGUF" + (3).to_bytes(4, "little") + bytes(64))
    engine = HostedEngine(HostOptions(str(path)), idle=0.0)
    with pytest.raises(PillionError, match="damaged"):
        await engine.load()
    await engine.close()
    assert await asyncio.to_thread(left_in, folder) == []
