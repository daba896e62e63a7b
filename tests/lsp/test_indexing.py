"""The server's side of the index: which folders, which documents, and when files are read again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

import workspaces
from pillion.base.settings import Settings
from pillion.context.index.index import Index
from pillion.context.index.workspace import Workspace, outermost, path_of
from pillion.lsp import indexing as indexing_module
from pillion.lsp.indexing import Indexing
from pillion.lsp.sessions import Documents
from pillion.lsp.tasks import Tasks

FILES = """\
--- a.py
def first(): ...
--- b.py
def second(): ...
"""


@dataclass
class Log:
    lines: list[str] = field(default_factory=list)

    def log(self, text: str) -> None:
        self.lines.append(text)


@dataclass
class FakeBar:
    title: str
    token: str = "token"
    shown: list[str | None] = field(default_factory=list)
    ended: bool = False

    def report(self, share: float, message: str | None = None) -> None:
        assert 0 <= share <= 1
        self.shown.append(message)

    def end(self, message: str | None = None) -> None:
        self.shown.append(message)
        self.ended = True


@dataclass
class Fixture:
    indexing: Indexing
    workspace: Workspace
    documents: Documents
    log: Log
    bars: list[FakeBar]

    async def start(self, *roots: Path) -> Index:
        self.indexing.folders(root.as_uri() for root in roots)
        self.indexing.use(Settings())
        await until(lambda: len(self.log.lines) > 0)
        return self.workspace.indexes[0]


@pytest.fixture
async def server(cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fixture]:
    monkeypatch.setenv("PILLION_CACHE_DIR", str(cache_dir))
    monkeypatch.setattr(indexing_module, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(indexing_module, "_BURST_SECONDS", 0.01)
    tasks, log, bars = Tasks(), Log(), []
    workspace, documents = Workspace(), Documents()

    def bar(title: str) -> FakeBar:
        bars.append(FakeBar(title))
        return bars[-1]

    indexing = Indexing(
        workspace,
        documents,
        tasks=tasks,
        messages=cast("Any", log),
        bar=cast("Any", bar),
    )
    yield Fixture(indexing, workspace, documents, log, bars)
    await tasks.stop(5)
    workspace.use(())


def indexes(cache_dir: Path) -> list[Path]:
    return list(cache_dir.glob("index/*"))


async def until(what: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so; the machine may be busy with other things."""
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - nobody tells when other processes are done.
            await asyncio.sleep(0.02)


def paths(index: Index, name: str) -> list[str]:
    return [found.path for found in index.defined(name, 5)]


async def test_a_folder_is_indexed_in_another_process(
    server: Fixture, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pillion.lsp.indexing._QUIET_SECONDS", 3600.0)  # However slow we are.
    workspaces.write(root, FILES)
    index = await server.start(root)
    assert server.log.lines[0].startswith("Indexed workspace: 2 files, 2 read, 0 removed, in ")
    assert paths(index, "first") == ["a.py"]
    place = server.workspace.find((root / "a.py").as_uri())
    assert place is not None
    assert (place.index, place.path) == (index, "a.py")
    assert not server.bars  # It was quick.


async def test_the_same_folders_are_opened_once(
    server: Fixture, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request asks for them."""
    await server.start(workspaces.write(root, FILES))
    opened: list[Any] = []
    use = server.workspace.use

    def note(roots: Any, **more: Any) -> list[Index]:
        opened.append(roots)
        return use(roots, **more)

    monkeypatch.setattr(server.workspace, "use", note)
    for _ in range(5):
        server.indexing.use(Settings())
    other = workspaces.write(tmp_path / "other", FILES)
    server.indexing.folders([other.as_uri()])
    server.indexing.use(Settings())
    await until(lambda: len(server.workspace.indexes) == 2)
    assert len(opened) == 1


async def test_folders_that_could_not_be_opened_are_tried_again(
    server: Fixture, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use, failed = server.workspace.use, []

    def fail(*_: Any, **__: Any) -> list[Index]:
        failed.append(1)
        raise OSError

    monkeypatch.setattr(server.workspace, "use", fail)
    server.indexing.folders([root.as_uri()])
    server.indexing.use(Settings())
    await until(lambda: failed)
    monkeypatch.setattr(server.workspace, "use", use)

    def tried() -> bool:
        server.indexing.use(Settings())
        return bool(server.workspace.indexes)

    await until(tried)


async def test_a_document_counts_as_it_is_once_the_user_pauses(server: Fixture, root: Path) -> None:
    workspaces.write(root, FILES)
    index = await server.start(root)
    uri = (root / "a.py").as_uri()
    server.documents.open(uri, "python", 1, "def edited(): ...\n")
    server.indexing.edited(uri)
    await until(lambda: paths(index, "edited"))
    assert paths(index, "first") == []
    server.documents.close(uri)
    server.indexing.closed(uri)
    assert paths(index, "edited") == []
    assert paths(index, "first") == ["a.py"]


async def test_documents_that_were_open_before(server: Fixture, root: Path) -> None:
    workspaces.write(root, FILES)
    uri = (root / "a.py").as_uri()
    server.documents.open(uri, "python", 1, "def early(): ...\n")
    index = await server.start(root)
    await until(lambda: paths(index, "early"))


async def test_files_that_were_changed_are_read_again(server: Fixture, root: Path) -> None:
    workspaces.write(root, FILES)
    index = await server.start(root)
    (root / "a.py").write_text("def changed(): ...\n")
    (root / "b.py").unlink()
    server.indexing.touched([(root / "a.py").as_uri(), (root / "b.py").as_uri()])
    await until(lambda: paths(index, "changed") and not paths(index, "second"))
    assert len(server.log.lines) == 1  # That took no walk.


async def test_many_changes_and_changed_rules_mean_a_walk(server: Fixture, root: Path) -> None:
    workspaces.write(root, FILES)
    index = await server.start(root)
    workspaces.write(root, "".join(f"--- m{n}.py\ndef f{n}(): ...\n" for n in range(30)))
    server.indexing.touched([(root / f"m{n}.py").as_uri() for n in range(30)])
    await until(lambda: len(server.log.lines) == 2)
    assert paths(index, "f29") == ["m29.py"]
    (root / ".gitignore").write_text("b.py\n")
    server.indexing.touched([(root / ".gitignore").as_uri()])
    await until(lambda: len(server.log.lines) == 3)
    assert paths(index, "second") == []


async def test_a_damaged_index_is_mended(server: Fixture, root: Path, cache_dir: Path) -> None:
    workspaces.write(root, FILES)
    index = await server.start(root)
    index.close()
    (database,) = (cache_dir / "index").glob("*.db")
    database.write_bytes(b"junk" * 1000)
    uri = (root / "a.py").as_uri()
    server.documents.open(uri, "python", 1, "x = 1\n")

    await asyncio.sleep(0.6)  # Readers look once in half a second.
    server.indexing.edited(uri)
    await until(lambda: len(server.log.lines) == 2)
    await until(lambda: paths(index, "second") == ["b.py"])


async def test_the_user_stops_a_walk(
    server: Fixture, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing_module, "_QUIET_SECONDS", 0.0)
    workspaces.write(root, "".join(f"--- m{n}.py\ndef f{n}(): ...\n" for n in range(4000)))
    server.indexing.folders([root.as_uri()])
    server.indexing.use(Settings())
    await until(lambda: server.bars)
    server.indexing.cancel("another")
    server.indexing.cancel(server.bars[0].token)
    await until(lambda: server.log.lines)
    assert server.log.lines == ["Indexing workspace was stopped."]
    assert server.bars[0].title == "Indexing workspace"
    assert server.bars[0].ended


async def test_progress_has_counts(
    server: Fixture, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing_module, "_QUIET_SECONDS", 0.0)
    workspaces.write(root, FILES)
    await server.start(root)
    assert server.bars[0].shown[-2:] == ["2 of 2 files", "2 files read"]


async def test_the_setting_turns_it_off_and_on(
    server: Fixture, root: Path, cache_dir: Path
) -> None:
    workspaces.write(root, FILES)
    server.indexing.folders([root.as_uri()])
    server.indexing.use(Settings(context_index=False))
    await asyncio.sleep(0.1)
    assert server.workspace.indexes == ()
    assert not indexes(cache_dir)
    server.indexing.use(Settings())
    await until(lambda: server.log.lines)
    server.indexing.use(Settings(context_index=False))
    await until(lambda: not server.workspace.indexes)


async def test_no_workspace_at_all(server: Fixture) -> None:
    server.indexing.folders([])
    server.indexing.use(Settings())
    server.documents.open("untitled:1", "python", 1, "x")
    server.indexing.edited("untitled:1")
    server.indexing.touched(["untitled:1", "file:///elsewhere.py"])
    server.indexing.closed("untitled:1")
    await asyncio.sleep(0.1)
    assert server.workspace.find("untitled:1") is None
    assert server.log.lines == []


async def test_folders_come_and_go(server: Fixture, root: Path, tmp_path: Path) -> None:
    workspaces.write(root, FILES)
    other = tmp_path / "other"
    workspaces.write(other, "--- c.py\ndef third(): ...\n")
    await server.start(root)
    server.indexing.folders([other.as_uri()], [root.as_uri()])
    server.indexing.use(Settings())
    await until(lambda: len(server.log.lines) == 2)
    (index,) = server.workspace.indexes
    assert index.root == other
    assert paths(index, "third") == ["c.py"]


def test_roots_that_overlap_have_one_index(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, "--- inner/deep/a.py\nx = 1\n")
    inner = root / "inner"
    (root.parent / "link").symlink_to(inner)
    assert outermost([inner, root, inner / "deep", root, root.parent / "link"]) == [root]
    workspace = Workspace()
    (index,) = workspace.use([inner, root], cache_dir)
    place = workspace.find((inner / "deep" / "a.py").as_uri())
    assert place is not None
    assert (place.index, place.path) == (index, "inner/deep/a.py")
    assert workspace.use([root, inner], cache_dir) == []
    workspace.use([])


def test_a_sibling_is_not_inside(tmp_path: Path) -> None:
    assert outermost([tmp_path / "a", tmp_path / "ab"]) == [tmp_path / "a", tmp_path / "ab"]


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b.py", "/a/b.py"),
        ("file:///a/%D1%81%20b%23.py", "/a/с b#.py"),  # noqa: RUF001
        ("file://localhost/a", "/a"),
        ("file://host/share/a", "//host/share/a"),
        ("untitled:Untitled-1", None),
        ("vscode-notebook-cell:/a/b.ipynb#x", None),
        ("file:", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_paths_of_uris(uri: str, path: str | None) -> None:
    assert path_of(uri) == (Path(path) if path else None)


async def test_what_the_user_leaves_out_leaves_the_index(server: Fixture, root: Path) -> None:
    workspaces.write(root, FILES)
    await server.start(root)
    server.indexing.use(Settings(context_exclude=("b.py",)))
    await until(lambda: len(server.log.lines) == 2)
    (index,) = server.workspace.indexes
    assert (paths(index, "first"), paths(index, "second")) == (["a.py"], [])
    assert not index.update("b.py", "def second(): ...\n")
