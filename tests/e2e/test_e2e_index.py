"""The workspace is indexed behind a real server's back, and follows what happens in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from editors import BARE, document, session

import workspaces
from pillion.context.index.index import Index
from pillion.lsp.client import VSCODE, Client, Editor

pytestmark = pytest.mark.e2e

FILES = "--- a.py\ndef first(): ...\n--- b.py\ndef second(): ...\n"


@pytest.fixture(autouse=True)
def _own_cache(cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILLION_CACHE_DIR", str(cache_dir))


def indexes(cache_dir: Path) -> list[Path]:
    return list(cache_dir.glob("index/*"))


async def until(what: Callable[[], object], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - nobody tells when other processes are done.
            await asyncio.sleep(0.05)


def logged(client: Client, words: str) -> bool:
    found = [p["message"] for name, p in client.notifications if name == "window/logMessage"]
    return any(words in message for message in found)


async def test_a_workspace_is_indexed_and_followed(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, FILES)
    index = Index.open(root, cache_dir, patience=60)
    async with session(folders=[root.as_uri()]) as client:
        await until(lambda: logged(client, "Indexed workspace: 2 files"))
        assert [found.path for found in index.defined("first", 5)] == ["a.py"]
        changed = root / "a.py"
        changed.write_text("def renamed(): ...\n")
        event = {"uri": changed.as_uri(), "type": 2}
        client.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
        await until(lambda: index.defined("renamed", 5))
        changed.write_text("def saved(): ...\n")
        client.notify("textDocument/didSave", {"textDocument": {"uri": changed.as_uri()}})
        await until(lambda: index.defined("saved", 5))
        # Open documents are in the server's memory; what they hold never gets to the disk.
        client.open(changed.as_uri(), document("def only_open(): ...\n"))
        await asyncio.sleep(1)
        assert index.defined("only_open", 5) == []
    index.close()


async def test_folders_that_come_later(root: Path, tmp_path: Path) -> None:
    workspaces.write(root, FILES)
    workspaces.write(tmp_path / "later", "--- c.py\nx = 1\n")
    async with session(folders=[root.as_uri()]) as client:
        await until(lambda: logged(client, "Indexed workspace: 2 files"))
        folder = {"uri": (tmp_path / "later").as_uri(), "name": "later"}
        event = {"added": [folder], "removed": []}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        await until(lambda: logged(client, "Indexed later: 1 files"))


async def test_an_editor_that_can_do_nothing_of_it(root: Path) -> None:
    workspaces.write(root, FILES)
    async with session(folders=[root.as_uri()], capabilities=BARE) as client:
        await until(lambda: logged(client, "Indexed workspace: 2 files"))


async def test_no_index_if_the_user_wants_none(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, FILES)
    editor = Editor(settings={"context": {"index": False}})
    async with session(folders=[root.as_uri()], editor=editor):
        await asyncio.sleep(0.5)
    assert not indexes(cache_dir)


async def test_the_user_sees_progress_and_stops_it(root: Path) -> None:
    workspaces.write(root, "".join(f"--- m{n}.py\n{_code(n)}" for n in range(3000)))
    async with session(folders=[root.as_uri()], capabilities=VSCODE) as client:
        await until(lambda: _begins(client))
        begins = _begins(client)
        assert begins[0]["value"]["cancellable"] is True
        client.notify("window/workDoneProgress/cancel", {"token": begins[0]["token"]})
        await until(lambda: logged(client, "Indexing workspace was stopped."))


async def test_the_session_ends_at_once_while_a_walk_is_under_way(root: Path) -> None:
    workspaces.write(root, "".join(f"--- m{n}.py\n{_code(n)}" for n in range(3000)))
    async with session(folders=[root.as_uri()]):
        await asyncio.sleep(0.3)


def _begins(client: Client) -> list[dict[str, dict[str, object]]]:
    return [
        p
        for name, p in client.notifications
        if name == "$/progress" and p["value"].get("title", "").startswith("Indexing")
    ]


def _code(number: int) -> str:
    return "".join(f"def f{number}_{line}(a, b):\n    return a + b\n" for line in range(20))
