"""Walking a workspace: what has changed, what is in the way, and who else is at it."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import workspaces
from pillion.base import paths
from pillion.context.ignore import File, Ignore
from pillion.context.index import database, entry
from pillion.context.index import refresh as refresh_module
from pillion.context.index.index import Index
from pillion.context.index.values import Progress
from pillion.context.index.words import terms
from planted import kinds as planted_kinds

Make = Callable[[str], Index]

THREE = """\
--- a.py
def first(): ...
--- b.py
def second(): ...
--- c/d.py
def third(): ...
"""


def test_only_what_has_changed_is_read(indexed: Make) -> None:
    index = indexed(THREE)
    assert index.refresh().changed == 0
    (index.root / "a.py").write_text("def changed(): ...\n")
    os.utime(index.root / "b.py")  # Written anew, with the same content.
    (index.root / "c/d.py").unlink()
    (index.root / "e.py").write_text("def fresh(): ...\n")
    found = index.refresh()
    assert (found.files, found.changed, found.removed) == (3, 2, 1)
    assert [one.path for one in index.defined("changed", 5)] == ["a.py"]
    assert [one.path for one in index.defined("fresh", 5)] == ["e.py"]
    assert index.defined("third", 5) == index.defined("first", 5) == []
    assert index.refresh().changed == 0


def test_progress_has_counts(indexed: Make) -> None:
    index = indexed(THREE)
    (index.root / "a.py").write_text("x = 1\n")
    seen: list[Progress] = []
    index.refresh(seen.append)
    assert seen[-1] == Progress(3, 3, 1)


def test_a_refresh_that_is_stopped_leaves_a_usable_index(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, "".join(f"--- m{n}.py\ndef f{n}(): ...\n" for n in range(300)))
    index = Index.open(root, cache_dir, patience=60)
    calls = 0

    def cancelled() -> bool:
        nonlocal calls
        calls += 1
        return calls > 405  # In the middle of the reading: the walk asks once for each file.

    first = index.refresh(lambda _: None, cancelled)
    assert first.problem == "It was stopped."
    assert index.stats().files == first.changed < 300
    second = index.refresh()
    assert (second.files, second.changed) == (300, 300 - first.changed)
    assert [one.path for one in index.defined("f299", 5)] == ["m299.py"]


@pytest.mark.parametrize(
    "junk", [b"", b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_corrupt_database_is_built_anew(indexed: Make, junk: bytes) -> None:
    index = indexed(THREE)
    place = database.Place(index.root, index.root.parent / "cache")
    index.close()
    for path in place.files():
        path.unlink(missing_ok=True)
    place.database.write_bytes(junk)
    again = Index.open(index.root, index.root.parent / "cache", patience=60)
    assert again.defined("first", 5) == []  # Nothing, and no exception.
    assert again.refresh().changed == 3
    time.sleep(0.6)  # Readers look once in half a second whether the file was replaced.
    assert [one.path for one in again.defined("first", 5)] == ["a.py"]
    again.close()


def test_damage_in_the_middle_is_built_anew(indexed: Make) -> None:
    index = indexed("".join(f"--- m{n}.py\ndef f{n}(): ...\n" for n in range(200)))
    index.close()
    place = database.Place(index.root, index.root.parent / "cache")
    data = bytearray(place.database.read_bytes())
    data[8192:-8192] = b"\xff" * (len(data) - 16384)
    place.database.write_bytes(data)
    assert index.refresh().problem == ""
    time.sleep(0.6)
    assert [one.path for one in index.defined("f7", 5)] == ["m7.py"]


def test_an_index_of_other_queries_is_another_file(
    indexed: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = indexed(THREE)
    monkeypatch.setattr(database, "version", lambda: "another")
    other = Index.open(index.root, index.root.parent / "cache", patience=60)
    assert not other.ready
    assert other.refresh().changed == 3
    assert index.refresh().changed == 0
    other.close()


def test_old_indexes_are_removed(indexed: Make) -> None:
    index = indexed(THREE)
    folder = index.root.parent / "cache" / "index"
    old, young = folder / "old.db", folder / "young.db"
    old.write_bytes(b"")
    young.write_bytes(b"")
    os.utime(old, (0, 0))
    index.refresh()
    assert not old.exists()
    assert young.exists()


def test_only_the_user_can_read_the_index(indexed: Make) -> None:
    index = indexed(THREE)
    (path,) = (index.root.parent / "cache" / "index").glob("*.db")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_index_holds_no_text(indexed: Make) -> None:
    """Words without their order and signatures, but no line of a body and no comment."""
    index = indexed("--- a.py\ndef f():\n    plan = 'Boys attack at dawn'  # Tell nobody else\n")
    index.close()
    (path,) = (index.root.parent / "cache" / "index").glob("*.db")
    data = path.read_bytes().lower()
    assert b"attack" in data
    assert b"boys attack" not in data
    assert b"tell nobody" not in data


ENDINGS = {
    "python": "a.py",
    "javascript": "a.js",
    "go": "a.go",
    "yaml": "a.yaml",
    "shellscript": "a.sh",
    "php": "a.php",
    "dockerfile": "Dockerfile",
    "xml": "a.xml",
}


def test_the_index_holds_no_secrets(indexed: Make) -> None:
    planted = [kind for kind in planted_kinds() if kind.language in ENDINGS]
    assert len(planted) >= 20
    index = indexed(
        "".join(
            f"--- {number}/{ENDINGS[kind.language]}\n{kind.text}\n"
            for number, kind in enumerate(planted)
        )
    )
    assert index.stats().files == len(planted)
    index.close()
    (path,) = (index.root.parent / "cache" / "index").glob("*.db")
    data = path.read_bytes().lower()
    for kind in planted:
        for secret in kind.secrets:
            # The words of an identifier are kept apart, so each long piece must be missing.
            for piece in re.findall(r"\w{8,}", secret):
                assert piece.lower().encode() not in data, kind.name


def test_several_processes_at_once_make_one_index(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, "".join(f"--- m{n}.py\ndef f{n}(): ...\n" for n in range(300)))
    code = (
        "import sys; from pathlib import Path; from pillion.context.index.index import Index; "
        "done = Index.open(Path(sys.argv[1]), Path(sys.argv[2])).refresh(); "
        "assert not done.problem, done; print(done.changed)"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(root), str(cache_dir)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    changed = sorted(int(process.communicate(timeout=120)[0]) for process in running)
    assert changed == [0, 0, 300]
    index = Index.open(root, cache_dir, patience=60)
    assert index.stats().files == 300
    index.close()


def test_reading_and_saving_go_on_while_a_workspace_is_walked(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, "".join(f"--- m{n}.py\ndef f{n}(): ...\n" for n in range(400)))
    index, other = (
        Index.open(root, cache_dir, patience=60),
        Index.open(root, cache_dir, patience=60),
    )
    index.refresh()
    for number in range(0, 400, 2):
        (root / f"m{number}.py").write_text(f"def g{number}(): ...\n")
    (root / "m1.py").write_text("def saved_one(): ...\n")
    walk = threading.Thread(target=index.refresh)
    walk.start()
    assert other.saved("m1.py")
    slowest = 0.0
    while walk.is_alive():
        began = time.perf_counter()
        assert [one.path for one in other.defined("f3", 5)] == ["m3.py"]
        slowest = max(slowest, time.perf_counter() - began)
    walk.join()
    assert slowest < 1.0
    assert [one.path for one in other.defined("saved_one", 5)] == ["m1.py"]
    assert [one.path for one in other.defined("g398", 5)] == ["m398.py"]
    index.close()
    other.close()


def test_a_cache_that_cannot_be_written(root: Path, tmp_path: Path) -> None:
    """A file in the place of the folder: nothing can be made there, even by the superuser."""
    (tmp_path / "cache").write_text("")
    index = Index.open(root, tmp_path / "cache", patience=60)
    assert index.problem.startswith("The index cannot be kept in ")
    assert index.refresh().problem.startswith("The index cannot be written in ")
    index.update("a.py", "def still(): ...\n")
    assert [one.path for one in index.defined("still", 5)] == ["a.py"]
    index.close()


def test_the_temporary_folder_helps_out(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("")
    monkeypatch.setenv("PILLION_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(paths, "own_temporary_dir", lambda _: tmp_path / "other")
    workspaces.write(root, THREE)
    index = Index.open(root, patience=60)
    assert index.problem == ""
    assert index.refresh().changed == 3
    assert list((tmp_path / "other" / "index").glob("*.db"))
    index.close()


def test_a_full_disk(root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own limit of pages raises what a full disk raises; what was there stays."""
    workspaces.write(root, "".join(f"--- m{n}.py\ndef f{n}(): ...\n" for n in range(50)))
    index = Index.open(root, cache_dir, patience=60)
    index.refresh()
    filler = "\n".join(f"def filler_{n}(): ..." for n in range(3000))
    (root / "big.py").write_text(filler)
    tuned = database._tuned

    def small(connection: sqlite3.Connection) -> sqlite3.Connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        return tuned(connection)

    monkeypatch.setattr(database, "_tuned", small)
    found = index.refresh()
    assert "full" in found.problem
    assert not index.saved("big.py")
    assert [one.path for one in index.defined("f7", 5)] == ["m7.py"]
    monkeypatch.undo()
    assert index.refresh().changed == 1
    index.close()


def test_a_file_that_changes_while_it_is_read(
    root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next refresh sees that the file is younger than what was read."""
    workspaces.write(root, THREE)
    read = Ignore.read

    def read_then_change(self: Ignore, file: File | str) -> object:
        text = read(self, file)
        if isinstance(file, File) and file.relative == "a.py":
            Path(file.path).write_text("def changed_meanwhile(): ...\n")
        return text

    index = Index.open(root, cache_dir, patience=60)
    monkeypatch.setattr(Ignore, "read", read_then_change)
    index.refresh()
    monkeypatch.undo()
    assert index.search(terms("first"), 5) == []
    assert index.refresh().changed == 1
    assert [one.path for one in index.defined("changed_meanwhile", 5)] == ["a.py"]
    index.close()


def test_a_file_that_vanishes_before_it_is_read(
    root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspaces.write(root, THREE)
    read = Ignore.read

    def vanish(self: Ignore, file: File | str) -> object:
        if isinstance(file, File) and file.relative == "a.py":
            Path(file.path).unlink()
        return read(self, file)

    monkeypatch.setattr(Ignore, "read", vanish)
    found = Index.open(root, cache_dir, patience=60).refresh()
    assert (found.problem, found.files) == ("", 2)
    assert found.left_out == {"unreadable": 1}


def test_a_folder_without_permission(
    root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspaces.write(root, THREE)
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("/c"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    # The superuser may read everything, so the refusal is played.
    monkeypatch.setattr(os, "scandir", refuse)
    found = Index.open(root, cache_dir, patience=60).refresh()
    assert (found.problem, found.files, found.left_out) == ("", 2, {"unreadable": 1})


def test_a_loop_of_links(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, THREE)
    (root / "c" / "up").symlink_to(root)
    (root / "c" / "round.py").symlink_to(root / "c" / "round.py")
    found = Index.open(root, cache_dir, patience=60).refresh()
    assert (found.problem, found.files) == ("", 3)


def test_a_log_of_300_megabytes_is_not_read(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, THREE)
    for name in ("server.log", "huge.py"):
        with (root / name).open("wb") as file:
            file.truncate(300_000_000)
    found = Index.open(root, cache_dir, patience=60).refresh()
    assert (found.problem, found.files) == ("", 3)
    assert found.seconds < 5


def test_syntax_errors_everywhere(indexed: Make) -> None:
    broken = {"b.js": "{([\n" * 2_000, "c.py": "((\n" * 20_000, "e.py": "def f(\n" * 3_000}
    index = indexed(
        "--- a.py\ndef good_one(): ...\n\ndef (:\n  class ((\nx = = 1\n)]}\n"
        "--- d.ts\nfunction broken( { export class Kept {}\n"
        + "".join(f"--- {name}\n{text}" for name, text in broken.items())
    )
    assert index.stats().files == 5
    assert [one.path for one in index.defined("good_one", 5)] == ["a.py"]


def test_one_odd_file_does_not_keep_out_the_others(
    root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspaces.write(root, THREE)
    entry_of = entry.entry_of

    def fail(path: str, text: str) -> object:
        if path == "a.py":
            raise RecursionError
        return entry_of(path, text)

    monkeypatch.setattr(refresh_module, "entry_of", fail)
    found = Index.open(root, cache_dir, patience=60).refresh()
    assert (found.files, found.left_out) == (2, {"failed": 1})


def test_more_files_than_an_index_holds(
    root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspaces.write(root, THREE)
    monkeypatch.setattr(refresh_module, "MOST_FILES", 2)
    found = Index.open(root, cache_dir, patience=60).refresh()
    assert (found.files, found.left_out) == (2, {"beyond_limit": 1})


def test_a_workspace_of_40_000_files(root: Path, cache_dir: Path) -> None:
    """All of them are indexed, the second walk is quick, and questions stay quick."""
    for folder in range(200):
        (root / f"p{folder}").mkdir()
        for number in range(200):
            (root / f"p{folder}" / f"m{number}.py").write_text(f"def f{folder}_{number}(): ...\n")
    index = Index.open(root, cache_dir, patience=60)
    assert index.refresh().files == 40_000
    again = index.refresh()
    assert (again.changed, again.files) == (0, 40_000)
    assert [one.path for one in index.defined("f199_7", 5)] == ["p199/m7.py"]
    index.close()
