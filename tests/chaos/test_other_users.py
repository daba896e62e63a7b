"""Other users of the machine reach neither the socket nor anything that Pillion keeps of code."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hosts import ask, fake, runtime_folder
from pillion.base import events
from pillion.commands.conversations import Conversation, Conversations
from pillion.context.index.index import Index
from pillion.engine import store
from pillion.engine.models import catalogue
from pillion.engine.sources.partial import Partial
from pillion.lsp.pages import Pages
from pillion.prompt.chat import Message, Role

NOBODY = 65534

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user"
)


def as_nobody(work: Callable[[], object]) -> Any:
    """Do something in a process of another user; return what it returned, as JSON."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writing, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as file:  # noqa: PTH123 - a descriptor.
        found = file.read()
    os.waitpid(child, 0)
    return json.loads(found)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that everybody may enter, in which Pillion makes its own."""
    folder = Path(tempfile.mkdtemp(prefix="pillion-home-"))
    folder.chmod(0o755)
    for name in ("CACHE", "CHATS", "EVENTS"):
        monkeypatch.setenv(f"PILLION_{name}_DIR", str(folder / name.lower()))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    # As permissive as a user's settings can be.
    before = os.umask(0)
    try:
        yield folder
    finally:
        os.umask(before)
        shutil.rmtree(folder)


async def test_nothing_of_it_can_be_read_or_reached(home: Path) -> None:
    (home / "control").write_text("everybody may read this", encoding="utf-8")
    Conversations("/project").keep(Conversation(messages=[Message(Role.USER, "A question")]))
    events.note("shown")
    Pages().write("A page", "text")
    model = catalogue()[0]
    with store._locked(model, lambda _: None), Partial(store._partial_path(model), 9) as partial:
        partial.append(b"GGUF")
    project = home / "project"
    project.mkdir()
    (project / "a.py").write_text("def f(): pass\n", encoding="utf-8")
    index = Index.open(project, home / "cache")
    index.refresh()
    index.close()
    with runtime_folder() as runtime:
        engine = fake()
        assert await ask(engine) == "ab"
        (sock,) = runtime.glob("*.sock")
        kept = [path for path in files_in(home) + files_in(runtime) if path.suffix != ".py"]
        assert {path.suffix for path in kept} >= {".json", ".txt", ".md", ".gguf", ".db", ".log"}

        def read() -> list[str]:
            return [str(path) for path in kept if _can_read(path)]

        assert as_nobody(read) == [str(home / "control")]
        assert as_nobody(lambda: _can_connect(sock)) is False
        assert _can_connect(sock), "the host is there for its own user"
        await engine.close()


async def test_a_runtime_folder_that_is_too_open_is_closed(home: Path) -> None:
    del home
    with runtime_folder() as runtime:
        runtime.chmod(0o777)
        engine = fake()
        assert await ask(engine) == "ab"
        (sock,) = runtime.glob("*.sock")
        assert as_nobody(lambda: _can_connect(sock)) is False
        await engine.close()


def test_a_read_only_cache_and_state(home: Path) -> None:
    """Nothing can be kept, and nothing fails: as a user who may write nowhere."""
    project = home / "project"
    project.mkdir(0o755)
    (project / "a.py").write_text("def f(): pass\n", encoding="utf-8")
    home.chmod(0o555)

    def work() -> list[object]:
        events.note("shown")
        index = Index.open(project, home / "cache")
        try:
            return [index.problem != "", events.read() == {}, Conversations("/project").all()]
        finally:
            index.close()

    unwritable, nothing, chats = as_nobody(work)
    assert nothing is True
    assert chats == []
    assert isinstance(unwritable, bool)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _can_read(path: Path) -> bool:
    try:
        return bool(path.open("rb").read(1)) or True
    except OSError:
        return False


def _can_connect(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(str(path))
        except OSError:
            return False
        return True
