"""A disk on which nothing can be written any more, and a clock that jumps."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from pillion.engine.runtime import End, HostFiles
from pillion.lsp.client import VSCODE, Client

SERVER = Path(__file__).parents[1] / "e2e" / "fake_server.py"

FULL = 'ulimit -f 0; exec "$0" "$@"'
"""The system refuses every byte that would make a file longer; pipes are none."""


def written_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform == "win32", reason="a shell sets the limit")
async def test_a_session_on_a_full_disk(tmp_path: Path) -> None:
    """It completes and chats, a page comes in the answer alone, and it ends in order."""
    state = {
        f"PILLION_{name}_DIR": str(tmp_path / name) for name in ("CACHE", "EVENTS", "CHATS", "LOG")
    }
    command = ["sh", "-c", FULL, sys.executable, str(SERVER), '{"scripts": [{"chunks": ["1"]}]}']
    client = await Client.start(command, env={**state, "PYTHONDONTWRITEBYTECODE": "1"})
    try:
        project = tmp_path / "work"
        project.mkdir()
        (project / "a.py").write_text("x = 1\n", encoding="utf-8")
        await client.initialize(VSCODE, folders=[project.as_uri()])
        await client.until_ready()
        uri = (project / "a.py").as_uri()
        client.open(uri, "x = ")
        suggestion = await client.inline(uri, 4, automatic=False)
        assert suggestion is not None
        assert suggestion.text == "1"
        client.notify("pillion/inlineCompletion/accepted", {})
        conversation = {"messages": [{"role": "user", "text": "Why?"}]}
        assert (await client.request("pillion/chat", conversation))["text"]
        ask = {"command": "pillion.askAboutCode", "arguments": [{"text": "Why?"}]}
        page = await client.request("workspace/executeCommand", ask)
        assert page["shown"] is False, "it could not be written"
        assert "Why?" in page["text"]
    finally:
        assert await client.close() == 0
    assert written_in(tmp_path) == [project / "a.py"], "the disk was not full"


@pytest.mark.parametrize("jump", [-86400.0, 86400.0, -1e9])
def test_a_clock_that_jumps_does_not_keep_a_host_from_being_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    """Improper ends are held against a host for two minutes, not until a clock is right again."""
    files = HostFiles(tmp_path, "x")
    now = time.time()
    files.add_end(End(now, 1.0, "x"))
    assert len(files.read_ends()) == 1
    monkeypatch.setattr(time, "time", lambda: now + jump)
    assert files.read_ends() == []
    files.add_end(End(time.time(), 1.0, "y"))
    assert [end.cause for end in files.read_ends()] == ["y"]
