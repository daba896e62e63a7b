"""With all sockets refused, everything but fetching a model works: nothing needs the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hosts import runtime_folder, stop_hosts
from pillion.lsp.client import Client

pytestmark = pytest.mark.model

REFUSE = Path(__file__).parent / "refuse_sockets"
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


async def test_serve_needs_no_network(offline: Mapping[str, str]) -> None:
    client = await Client.start([sys.executable, "-m", "pillion", "serve"], env=offline)
    try:
        await client.initialize()
        await client.until_ready()
        client.open("file:///sum.py", SOURCE)
        await client.inline("file:///sum.py", len(SOURCE) - 2)
        last = (await client.request("pillion/status"))["last"]
        assert last["tokens"]["generated"] > 0
        assert await client.close() == 0
    finally:
        await client.kill()
    assert attempts(offline) == ""
