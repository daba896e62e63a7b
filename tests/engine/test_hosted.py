"""A shared engine: one host for all, recovered from whatever happens to it, with the cause told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import hosts
from hosts import ask, fake, gone, left_in, outcome
from pillion.base.errors import EngineClosedError, EngineDiedError, EngineError, EngineLoadError
from pillion.commands.engine import engine as engine_command
from pillion.engine import link, process, runtime, supervise
from pillion.engine.base import Cancel, FinishReason, Request, write
from pillion.engine.runtime import HostOptions, Record, files_for
from pillion.engine.supervise import Policy
from pillion.prompt.model_input import Prompt

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc")

HANGS = {"scripts": [{"chunks": ["a"], "hangs": True}, {"chunks": ["again"]}]}
SLOW = {"scripts": [{"chunks": ["a"] * 8, "delay": 0.1}]}


@pytest.fixture(autouse=True)
def folder() -> Iterator[Path]:
    with hosts.runtime_folder() as path:
        yield path


async def test_two_clients_that_start_at_once_share_one_host() -> None:
    clients = [fake({"load_seconds": 0.2}) for _ in range(4)]
    infos = await asyncio.gather(*(client.load() for client in clients))
    assert {info.name for info in infos} == {"fake"}
    assert len({client.host_pid for client in clients}) == 1
    assert await asyncio.gather(*(ask(client) for client in clients)) == ["ab"] * 4
    for client in clients:
        await client.close()


async def test_progress_reaches_every_client_that_waits() -> None:
    shares: tuple[list[float], list[float]] = ([], [])
    clients = [fake({"load_seconds": 0.4}) for _ in shares]
    await asyncio.gather(
        *(client.load(found.append) for client, found in zip(clients, shares, strict=True))
    )
    assert all(found and found == sorted(found) and found[-1] >= 0.75 for found in shares)
    for client in clients:
        await client.close()


async def test_each_client_has_sessions_of_its_own() -> None:
    plan = {"scripts": [{"chunks": ["{session}"]}]}
    one, two = fake(plan), fake(plan)
    answers = [
        await ask(one, session="a"),
        await ask(one, session="b"),
        await ask(two, session="a"),
    ]
    assert len(set(answers)) == 3
    assert [answer.rpartition(":")[2] for answer in answers] == ["a", "b", "a"]
    await one.close()
    await two.close()


async def test_a_cancel_and_an_early_close_reach_the_engine() -> None:
    client = fake(HANGS)
    await client.load()  # Starting the host takes as long as the machine's load makes it.
    cancel = Cancel()
    asyncio.get_running_loop().call_later(0.5, cancel.set)
    assert await asyncio.wait_for(ask(client, cancel), 5) == "a"
    stream = client.stream(Request(Prompt(("x",)), 8), Cancel())
    async for _ in stream:
        break
    await stream.aclose()
    assert await ask(client) == "again"
    await client.close()


async def test_samples_keep_apart_and_each_has_an_end() -> None:
    client = fake({"scripts": [{"chunks": ["a", "b"]}, {"chunks": ["c"]}, {"chunks": ["d|e"]}]})
    request = Request(Prompt(("x",)), 8, samples=3, stops=("|", "e"))
    found = await write(client, request, Cancel())
    assert [(item.text, item.finish.reason) for item in found] == [
        ("ab", FinishReason.STOP),
        ("c", FinishReason.STOP),
        ("d", FinishReason.STOP),
    ]
    await client.close()


async def test_a_cancel_ends_every_sample() -> None:
    client = fake(HANGS)
    await client.load()
    cancel = Cancel()
    asyncio.get_running_loop().call_later(0.3, cancel.set)
    request = Request(Prompt(("x",)), 8, samples=3)
    found = await asyncio.wait_for(write(client, request, cancel), 5)
    assert [item.finish.reason for item in found] == [FinishReason.CANCELLED] * 3
    assert found[0].text == "a"
    slow = fake({"load_seconds": 5}, model="slow")
    cancel = Cancel()
    asyncio.get_running_loop().call_later(0.1, cancel.set)
    found = await asyncio.wait_for(write(slow, request, cancel), 5)
    assert [item.finish.reason for item in found] == [FinishReason.CANCELLED] * 3
    await client.close()
    await slow.close()


async def test_a_client_that_goes_away_ends_its_samples() -> None:
    client = fake(HANGS)
    stream = client.stream(Request(Prompt(("x",)), 8, samples=3), Cancel())
    async for _ in stream:
        break
    other = fake(HANGS)
    await other.load()
    await client.close()
    await stream.aclose()
    assert await asyncio.wait_for(ask(other), 60) == "again", "the host does not play on for it"
    await other.close()


async def test_a_request_cancelled_while_the_model_loads_is_answered_at_once() -> None:
    client = fake({"load_seconds": 5})
    cancel = Cancel()
    asyncio.get_running_loop().call_later(0.1, cancel.set)
    begun = time.monotonic()
    assert await ask(client, cancel) == ""
    assert time.monotonic() - begun < 2
    await client.close()


async def test_an_error_of_the_engine_arrives_with_its_text() -> None:
    client = fake({"scripts": [{"error": "No such token."}, {"chunks": ["fine"]}]})
    with pytest.raises(EngineError, match="No such token"):
        await ask(client)
    assert await ask(client) == "fine"
    await client.close()


async def test_a_model_that_does_not_load_says_why_and_the_host_lives() -> None:
    client = fake({"load_error": "The file is damaged."})
    for _ in range(2):
        with pytest.raises(EngineLoadError, match=r"The file is damaged\."):
            await client.load()
    await client.close()


async def test_a_closed_client_refuses() -> None:
    client = fake(SLOW)
    await client.load()
    asking = asyncio.create_task(ask(client))
    await asyncio.sleep(0.15)
    await client.close()
    await client.close()
    with pytest.raises(EngineClosedError):
        await asking
    with pytest.raises(EngineClosedError):
        await client.load()


async def test_the_host_ends_with_its_last_client_and_not_before(folder: Path) -> None:
    one, two = fake(idle=0.3), fake(idle=0.3)
    await one.load()
    await two.load()
    pid = one.host_pid
    assert pid
    await one.close()
    await asyncio.sleep(0.8)
    assert await ask(two) == "ab"
    await two.close()
    assert process.identity(pid), "it is there for a client that comes back soon"
    assert await gone(pid)
    assert left_in(folder) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SIGKILL", "memory ran out"),
        ("SIGSEGV", "llama.cpp crashed"),
        ("SIGILL", "this processor lacks"),
        ("SIGBUS", "could not be read"),
        ("SIGABRT", "gave up"),
    ],
)
async def test_a_crash_is_explained_to_the_one_who_started_it_and_to_others(
    name: str, words: str
) -> None:
    policy = Policy(delays=(0,))
    starter, other = fake({"crash": name}, policy=policy), fake({"crash": name}, policy=policy)
    await starter.load()
    await other.load()
    found = await asyncio.gather(ask(starter), ask(other), return_exceptions=True)
    for error in found:
        assert isinstance(error, EngineDiedError)
        assert words in str(error)
    await starter.close()
    await other.close()


async def test_a_killed_host_is_there_again_before_anybody_asks(folder: Path) -> None:
    client = fake(SLOW)
    await client.load()
    first = client.host_pid
    assert first
    asking = asyncio.create_task(ask(client))
    await asyncio.sleep(0.25)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(EngineDiedError, match="SIGKILL"):
        await asking
    for _ in range(200):
        if client.host_pid not in {None, first}:
            break
        await asyncio.sleep(0.02)
    assert client.host_pid not in {None, first}
    assert await ask(client) == "a" * 8
    await client.close()
    assert left_in(folder) == []


async def test_a_stopped_host_is_ended_and_started_again() -> None:
    client = fake({"scripts": [{"chunks": ["a"]}]})
    await client.load()
    pid = client.host_pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    with pytest.raises(EngineDiedError, match="stopped by another program"):
        await ask(client)
    assert time.monotonic() - begun < 2.5
    assert await gone(pid)
    assert await ask(client) == "a"
    await client.close()


async def test_a_new_client_is_not_held_up_by_a_stopped_host() -> None:
    old, new = fake(), fake()
    await old.load()
    assert old.host_pid
    os.kill(old.host_pid, signal.SIGSTOP)
    assert await asyncio.wait_for(ask(new), 5) == "ab"
    await old.close()
    await new.close()


async def test_a_busy_host_is_not_taken_for_a_dead_one() -> None:
    """An engine that says nothing for seconds is no hang: the host's heartbeat goes on."""
    client = fake({"scripts": [{"chunks": ["slow"], "delay": 2.0}]})
    assert await ask(client) == "slow"
    await client.close()


async def test_an_engine_that_makes_no_step_is_ended() -> None:
    client = fake({"stuck": 1, "scripts": [{"hangs": True}]})
    with pytest.raises(EngineDiedError, match="no step"):
        await asyncio.wait_for(ask(client), 10)
    await client.close()


async def test_a_host_that_keeps_dying_is_left_alone_until_the_user_says_so() -> None:
    client = fake({"crash": "SIGSEGV"}, policy=Policy(limit=3, delays=(0,)))
    for _ in range(3):
        with pytest.raises(EngineDiedError, match="crashed"):
            await ask(client)
        # The next host is started in the background.
        with contextlib.suppress(EngineDiedError):
            await client.load()
    for _ in range(2):
        with pytest.raises(EngineDiedError, match=r"crashed.*3th time.*restart engine"):
            await ask(client)
    await client.restart()
    assert (await client.load()).name == "fake"
    await client.close()


async def test_a_crash_while_loading_backs_off() -> None:
    plan = {"crash": "SIGKILL", "crash_at": "load"}
    client = fake(plan, policy=Policy(delays=(0, 0.6)))
    for _ in range(2):
        with pytest.raises(EngineDiedError):
            await client.load()
    ends = files_for(HostOptions("fake")).read_ends()
    begun = time.time()
    with pytest.raises(EngineDiedError):
        await client.load()
    assert time.time() - ends[-1].at >= 0.6
    assert time.time() - begun < 5
    await client.close()
    await supervise.Supervisor(HostOptions("fake"), idle=0)._clear(files_for(HostOptions("fake")))


async def test_a_host_that_cannot_start_says_why() -> None:
    client = fake({"exit": "numpy is missing"})
    with pytest.raises(EngineDiedError, match=r"exit code 1.*numpy is missing"):
        await client.load()
    await client.close()


async def test_what_a_dead_host_left_behind_is_cleared_away() -> None:
    client = fake()
    files = files_for(HostOptions("fake"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(files.socket))
    record = Record(2**22 - 1, "no such", str(files.socket), "t", "0", "fake", time.time() - 60)
    files.write_record(record)
    assert await ask(client) == "ab"
    (end,) = files.read_ends()
    assert end.lived >= 60
    await client.close()


async def test_a_socket_without_a_record_is_cleared_away() -> None:
    files = files_for(HostOptions("fake"))
    files.socket.write_bytes(b"")
    files.record.write_text("{", encoding="utf-8")
    client = fake()
    assert await ask(client) == "ab"
    await client.close()


def open_to_others(folder: Path) -> list[Path]:
    return [path for path in (folder, *folder.iterdir()) if path.stat().st_mode & 0o077]


async def test_the_files_are_the_users_alone(folder: Path) -> None:
    os.chmod(folder, 0o755)  # noqa: PTH101, S103 - opened, to see it closed.
    client = fake()
    await client.load()
    assert await asyncio.to_thread(open_to_others, folder) == []
    await client.close()


async def test_a_folder_of_somebody_else_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(EngineLoadError, match="inproc"):
        files_for(HostOptions("fake"))


async def test_a_wrong_token_is_refused() -> None:
    client = fake()
    await client.load()
    files = files_for(HostOptions("fake"))
    record = files.read_record()
    assert record
    wrong = replace(record, token="x" * 32)
    files.write_record(wrong)
    with pytest.raises(EngineLoadError, match="token"):
        await supervise.ask_status(files, wrong)
    files.write_record(record)
    assert await ask(client) == "ab"
    await client.close()


async def test_another_version_is_refused_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    client = fake()
    await client.load()
    monkeypatch.setattr(link, "__version__", "99")
    with pytest.raises(EngineLoadError, match=r"this is 99.*pillion engine stop"):
        await fake().load()
    assert await ask(client) == "ab"
    await client.close()


async def test_other_options_are_another_host() -> None:
    one, two = fake(model="one"), fake(model="two")
    assert await ask(one) == await ask(two)
    assert one.host_pid != two.host_pid
    await one.close()
    await two.close()


async def test_a_host_whose_folder_vanishes_ends() -> None:
    client = fake(idle=30)
    await client.load()
    pid = client.host_pid
    assert pid
    files_for(HostOptions("fake")).remove_record()
    assert await gone(pid, 8)
    await client.close()


async def test_a_client_that_is_killed_leaves_no_host() -> None:
    code = (
        "import asyncio, sys; from hosts import fake\n"
        "async def main():\n    client = fake()\n    await client.load()\n"
        "    print(client.host_pid, flush=True)\n    await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    tests = str(Path(__file__).parent.parent)
    paths = os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")])
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert other.stdout
    pid = int(await asyncio.wait_for(other.stdout.readline(), 20))
    assert process.identity(pid)
    other.kill()
    await other.wait()
    assert await gone(pid)


async def test_loopback_works_where_there_are_no_unix_sockets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    client = fake()
    assert await ask(client) == "ab"
    record = files_for(HostOptions("fake")).read_record()
    assert record
    assert isinstance(record.address, int)
    await client.close()


def command(*arguments: str) -> object:
    result = CliRunner().invoke(engine_command, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


async def test_status_and_stop() -> None:
    assert await asyncio.to_thread(command, "status") == []
    client = fake(idle=30)
    await client.load()
    other = fake(idle=30)
    assert await outcome(other) == "ab"
    found = await asyncio.to_thread(command, "status")
    assert isinstance(found, list)
    (status,) = found
    assert (status["model"], status["clients"], status["loaded"]) == ("fake", 2, True)
    pid = client.host_pid
    assert await asyncio.to_thread(command, "stop") == {"stopped": [pid]}
    assert await asyncio.to_thread(command, "status") == []
    await asyncio.sleep(0.2)
    assert client.host_pid is None, "a stopped engine is started by the next request only"
    assert await ask(client) == "ab"
    await asyncio.to_thread(command, "stop")
    await client.close()
    await other.close()


async def test_stop_ends_a_stopped_process_and_answers_what_is_open() -> None:
    client = fake(HANGS, idle=30)
    await client.load()
    pid = client.host_pid
    asking = asyncio.create_task(ask(client))
    await asyncio.sleep(0.2)
    assert await asyncio.to_thread(command, "stop") == {"stopped": [pid]}
    with pytest.raises(EngineClosedError, match="stopped"):
        await asking
    async with asyncio.timeout(30):
        while client.host_pid == pid:  # noqa: ASYNC110 - the host answers, and then hangs up.
            await asyncio.sleep(0.01)
    await client.load()
    assert client.host_pid
    os.kill(client.host_pid, signal.SIGSTOP)
    await asyncio.to_thread(command, "stop")
    assert list(runtime.all_files()) == []
    await client.close()


def test_a_process_that_only_has_the_same_id_is_not_killed() -> None:
    assert not process.kill(os.getpid(), "another boot 1")
    assert process.is_alive(os.getpid(), process.identity(os.getpid()))


def test_a_server_with_a_shared_engine_stays_small() -> None:
    """It shares the engine to save memory, so it must not load what only the engine needs."""
    code = (
        "import sys, pillion.commands.serve, pillion.assist.complete\n"
        "from pillion import app\nfrom pillion.base.settings import Settings\n"
        "app.make_completer(Settings())\n"
        "sys.exit(' '.join({'numpy', 'llama_cpp', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
