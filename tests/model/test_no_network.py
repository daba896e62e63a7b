"""Without a network everything but fetching a model works, and nothing even tries to reach one.

Two proofs: all Python programs, children included, run under a hook that refuses and writes down
each socket; and the server runs in a network namespace of its own, where the kernel counts what
anybody tried, llama.cpp included.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from hosts import runtime_folder, stop_hosts
from pillion.lsp.client import Client, Json, applied

pytestmark = pytest.mark.model

REFUSE = Path(__file__).parent / "refuse_sockets"
SERVE = (sys.executable, "-m", "pillion", "serve", "--stdio")
ATTEMPTS = (
    "TcpActiveOpens",
    "UdpOutDatagrams",
    "Udp6OutDatagrams",
    "IpOutRequests",
    "IpOutNoRoutes",
    "Ip6OutRequests",
    "Ip6OutNoRoutes",
)
"""What the kernel counts when a program sends, connects, or finds no way to do so."""

SOURCE = "def add(a, b):\n    return a + b\n\n\nprint(ad)\n"


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """An environment whose Python programs, the engine host included, reach no network."""
    paths = os.pathsep.join([str(REFUSE), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    with runtime_folder():
        yield {
            "PYTHONPATH": paths,
            "PILLION_SOCKET_LOG": str(tmp_path / "sockets.log"),
            "PILLION_RUNTIME_DIR": os.environ["PILLION_RUNTIME_DIR"],
        }
        stop_hosts()


def attempts(offline: Mapping[str, str]) -> str:
    """Return what was tried all the same."""
    log = Path(offline["PILLION_SOCKET_LOG"])
    return log.read_text(encoding="utf-8") if log.exists() else ""


@cache
def isolated() -> list[str]:
    """Return the command that gives a program a network without interfaces; empty if none can."""
    if not (unshare := shutil.which("unshare")):
        return []
    command = [unshare, "--net"] if os.getuid() == 0 else [unshare, "--net", "--map-current-user"]
    done = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if done.returncode == 0 else []


def tried(*tables: str) -> dict[str, int]:
    """Return what the kernel has counted of attempts to send or to connect, where that is not 0.

    `tables` are its files `snmp` and `snmp6`.
    """
    rows = [line.split() for table in tables for line in table.splitlines() if line]
    counts = {row[0]: int(row[1]) for row in rows if len(row) == 2}
    lists = [row for row in rows if row[0].endswith(":")]
    for names, values in zip(lists[::2], lists[1::2], strict=True):
        protocol = names[0].rstrip(":")
        for name, value in zip(names[1:], values[1:], strict=True):
            counts[protocol + name] = int(value)
    return {name: counts[name] for name in ATTEMPTS if counts.get(name)}


def run(offline: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pillion", *arguments],
        env={**os.environ, **offline},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_the_refusal_works(offline: Mapping[str, str]) -> None:
    """The test would notice: a pull, which does need the network, is refused and logged."""
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **offline},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "is refused in this test" in done.stderr
    assert attempts(offline)


def test_complete_needs_no_network(offline: Mapping[str, str], tmp_path: Path) -> None:
    path = tmp_path / "sum.py"
    path.write_text(SOURCE, encoding="utf-8")
    done = run(offline, "complete", f"{path}:5:8", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["model"] == "qwen2.5-coder-0.5b"
    assert answer["generated_tokens"] > 0
    assert attempts(offline) == ""


def test_doctor_needs_no_network(offline: Mapping[str, str]) -> None:
    done = run(offline, "doctor", "--json")
    assert done.returncode == 0, done.stdout
    subjects = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert subjects["speed"]["data"]["decode_tokens_per_second"] > 0
    assert attempts(offline) == ""


async def test_a_whole_session_needs_no_network(offline: Mapping[str, str], tmp_path: Path) -> None:
    await session(SERVE, offline, tmp_path)
    assert attempts(offline) == ""


@pytest.mark.skipif(not isolated(), reason="the system lets this user make no network namespace")
async def test_a_whole_session_tries_to_reach_nothing(
    offline: Mapping[str, str], tmp_path: Path
) -> None:
    """In a namespace without any interface, the host and the walk of the workspace included."""
    await session([*isolated(), *SERVE], offline, tmp_path)
    assert attempts(offline) == ""


@pytest.mark.skipif(not isolated(), reason="the system lets this user make no network namespace")
@pytest.mark.parametrize(
    ("attempt", "counted"),
    [
        ("socket.create_connection(('192.0.2.1', 9))", "IpOutNoRoutes"),
        ("socket.create_connection(('127.0.0.1', 9))", "IpOutNoRoutes"),
        ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))", "IpOutNoRoutes"),
    ],
)
def test_the_kernel_counts_what_is_tried(attempt: str, counted: str) -> None:
    """The test above would notice, whoever tries: the hook has no part in this."""
    code = f"import contextlib, socket\nwith contextlib.suppress(OSError): {attempt}\n"
    code += "for name in ('snmp', 'snmp6'): print(open('/proc/self/net/' + name).read())"
    done = subprocess.run(
        [*isolated(), sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert counted in tried(done.stdout)


async def session(command: Sequence[str], env: Mapping[str, str], folder: Path) -> None:
    """Complete, explain, edit and chat with the real model in a workspace; nothing else is set."""
    path = folder / "work" / "lines.py"
    path.parent.mkdir()
    path.write_text(CODE, encoding="utf-8")
    uri = path.as_uri()
    client = await Client.start(command, env=env)
    try:
        await client.initialize(folders=[path.parent.as_uri()])
        await client.until_ready()
        client.open(uri, CODE)
        await completes(client, uri)
        await explains(client, uri)
        await edits(client, uri)
        await chats(client)
        if len(command) > len(SERVE):
            # The host that it has started lives in the same namespace.
            net = Path(f"/proc/{client.process.pid}/net")
            tables = [(net / name).read_text(encoding="ascii") for name in ("snmp", "snmp6")]
            assert tried(*tables) == {}
            assert len((net / "dev").read_text(encoding="ascii").splitlines()) <= 3
        assert await client.close() == 0
    finally:
        await client.kill()


CODE = (files("pillion") / "text" / "lines.py").read_text(encoding="utf-8")
PLACE = "match = _EOL.search(text)"


async def completes(client: Client, uri: str) -> None:
    await client.inline(uri, CODE.index(PLACE) + 4)
    last = (await client.request("pillion/status"))["last"]
    assert last["tokens"]["generated"] > 0


async def explains(client: Client, uri: str) -> None:
    said = await client.request("pillion/explain", at(client, uri))
    assert said["reason"] is None
    assert "_EOL" in said["text"]


async def edits(client: Client, uri: str) -> None:
    argument = at(client, uri) | {
        "action": "edit",
        "arguments": {"instruction": "Raise ValueError if text is empty"},
    }
    result = await client.request(
        "workspace/executeCommand", {"command": "pillion.action", "arguments": [argument]}
    )
    assert result["applied"] is True
    edit = (await client.asked("workspace/applyEdit"))["edit"]
    assert "raise ValueError" in applied(client, uri, edit)


async def chats(client: Client) -> None:
    messages = [{"role": "user", "text": "What is a parser, in one sentence?"}]
    answer = await client.request("pillion/chat", {"threadId": "1", "messages": messages})
    assert answer["text"]


def at(client: Client, uri: str) -> Json:
    place = client.position(uri, CODE.index(PLACE))
    return {"textDocument": {"uri": uri, "version": 1}, "range": {"start": place, "end": place}}
