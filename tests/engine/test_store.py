"""What is in the folder is used only if it is right, and a start stays quick."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import filelock
import pytest
from model_sources import flipped, gguf, model_of, tree

from pillion.base.errors import ModelInvalidError, ModelNotFoundError, UsageError
from pillion.engine import fingerprint, store
from pillion.engine.store import State

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.engine.models import CatalogueModel

CONTENT = gguf(5000)
MODEL = model_of(CONTENT)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An existing models folder, and a catalogue of one model."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("PILLION_MODELS_DIR", str(folder))
    only: tuple[CatalogueModel, ...] = (MODEL,)
    monkeypatch.setattr("pillion.engine.models.catalogue", lambda: only)
    monkeypatch.setattr("pillion.engine.store.catalogue", lambda: only)
    return folder


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read as a whole."""
    names: list[str] = []
    fresh = fingerprint.fresh_sha256

    def counted(path: Path) -> str:
        names.append(path.name)
        return fresh(path)

    monkeypatch.setattr(fingerprint, "fresh_sha256", counted)
    return names


def check_invalid(model: str, *words: str) -> None:
    with pytest.raises(ModelInvalidError) as caught:
        store.resolve(model)
    for word in words:
        assert word in str(caught.value)


def test_resolve_a_name(folder: Path) -> None:
    (folder / MODEL.file).write_bytes(CONTENT)
    file = store.resolve("tiny")
    assert file == store.ModelFile(
        "tiny", folder / MODEL.file, 5000, verified=True, note="", sha256=MODEL.sha256
    )


def test_a_file_is_read_once(folder: Path, reads: list[str]) -> None:
    """The second start trusts the record; a changed file is read again."""
    path = folder / MODEL.file
    path.write_bytes(CONTENT)
    store.resolve("tiny")
    store.resolve("tiny")
    assert reads == [MODEL.file]
    path.touch()
    store.resolve("tiny")
    assert reads == [MODEL.file] * 2


@pytest.mark.parametrize("record", ["", "{", "[]", '{"size": 5000}', '{"size": null}'])
def test_a_spoilt_record_is_written_again(folder: Path, reads: list[str], record: str) -> None:
    (folder / MODEL.file).write_bytes(CONTENT)
    (folder / f"{MODEL.file}.sha256.json").write_text(record)
    assert store.resolve("tiny").verified
    assert store.resolve("tiny").verified
    assert reads == [MODEL.file]


def test_missing(folder: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"run `pillion models pull tiny` \(0\.0 MB\)"):
        store.resolve("tiny")
    (folder / "partial").mkdir()
    (folder / "partial" / MODEL.file).write_bytes(CONTENT[:100])
    with pytest.raises(ModelNotFoundError, match="only partly downloaded"):
        store.resolve("tiny")


def test_truncated(folder: Path) -> None:
    (folder / MODEL.file).write_bytes(CONTENT[:-1])
    check_invalid("tiny", "truncated", "4,999 bytes instead of 5,000", "`pillion models pull tiny`")


def test_too_long(folder: Path) -> None:
    (folder / MODEL.file).write_bytes(CONTENT + b"!")
    check_invalid("tiny", "not the right file", "pull tiny")


def test_wrong_hash_is_never_used(folder: Path) -> None:
    (folder / MODEL.file).write_bytes(flipped(CONTENT, 2500))
    for _ in range(2):  # Without a record, and with one.
        check_invalid("tiny", "damaged", "pillion models pull tiny", "pillion models rm tiny")


def test_the_model_is_a_folder(folder: Path) -> None:
    (folder / MODEL.file).mkdir()
    with pytest.raises(ModelInvalidError):
        store.resolve("tiny")


def test_resolve_a_path(folder: Path, tmp_path: Path) -> None:
    """A user's own file is used, with a plain note, and nothing is written beside it."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "mine.gguf").write_bytes(gguf(300))
    file = store.resolve(str(own / "mine.gguf"))
    assert not file.verified
    assert file.note == "mine.gguf is unverified: Pillion knows no checksum for it."
    assert [path.name for path in own.iterdir()] == ["mine.gguf"]
    assert tree(folder) == {}


def test_a_path_with_the_bytes_of_the_catalogue_is_verified(
    folder: Path, tmp_path: Path, reads: list[str]
) -> None:
    own, other = tmp_path / "copy.gguf", tmp_path / "other.gguf"
    own.write_bytes(CONTENT)
    other.write_bytes(flipped(CONTENT, 9))
    for _ in range(2):
        file = store.resolve(str(own))
        assert (file.name, file.verified, file.note) == ("tiny", True, "")
        assert not store.resolve(str(other)).verified
    assert reads == ["copy.gguf", "other.gguf"]
    assert {path.name for path in tmp_path.iterdir()} == {"copy.gguf", "other.gguf", folder.name}


@pytest.mark.usefixtures("folder")
def test_paths_are_known_by_their_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A separator or the ending makes a path; `~` is the home folder."""
    (tmp_path / "mine.GGUF").write_bytes(gguf(300))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for given in ("mine.GGUF", "./mine.GGUF", "~/mine.GGUF"):
        assert store.resolve(given).path.resolve() == (tmp_path / "mine.GGUF").resolve()
    with pytest.raises(ModelNotFoundError, match="in the catalogue"):
        store.resolve("mine")


@pytest.mark.usefixtures("folder")
def test_bad_paths(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("PK\x03\x04 something else")
    (tmp_path / "empty.gguf").touch()
    with pytest.raises(ModelNotFoundError, match=r"There is no file .*none\.gguf"):
        store.resolve(str(tmp_path / "none.gguf"))
    check_invalid(str(tmp_path), "is not a file")
    check_invalid(str(tmp_path / "text.gguf"), "is no GGUF file")
    check_invalid(str(tmp_path / "empty.gguf"), "is no GGUF file")


def test_verify_reads_the_file_again(folder: Path) -> None:
    """A record must not hide what happened to the bytes since."""
    path = folder / MODEL.file
    path.write_bytes(CONTENT)
    store.resolve("tiny")
    told: list[tuple[int, int]] = []
    assert store.verify("tiny", lambda done, total: told.append((done, total))).verified
    assert told == [(5000, 5000)]
    path.write_bytes(flipped(CONTENT, 2500))
    fingerprint.remember(path, MODEL.sha256)  # As if size and time had stayed the same.
    assert store.resolve("tiny").verified
    with pytest.raises(ModelInvalidError, match="damaged"):
        store.verify("tiny")


@pytest.mark.usefixtures("folder")
def test_verify_a_path_tells_its_hash(tmp_path: Path) -> None:
    content = gguf(300)
    (tmp_path / "mine.gguf").write_bytes(content)
    file = store.verify(str(tmp_path / "mine.gguf"))
    assert (file.verified, file.sha256) == (False, model_of(content).sha256)


def test_listing(folder: Path) -> None:
    def check(state: State, present: int) -> None:
        assert store.listing() == (store.Stored(MODEL, state, folder / MODEL.file, present),)

    check(State.MISSING, 0)
    (folder / "partial").mkdir()
    (folder / "partial" / MODEL.file).write_bytes(CONTENT[:100])
    check(State.PARTIAL, 100)
    (folder / MODEL.file).write_bytes(CONTENT[:4000])
    check(State.DAMAGED, 4000)
    (folder / MODEL.file).write_bytes(CONTENT)
    check(State.READY, 5000)


def test_remove(folder: Path) -> None:
    """Model, record and what an unfinished pull has left all go."""
    (folder / MODEL.file).write_bytes(CONTENT)
    (folder / "partial").mkdir()
    (folder / "partial" / MODEL.file).write_bytes(CONTENT[:100])
    (folder / "unrelated.txt").touch()
    store.resolve("tiny")
    assert store.remove(MODEL) == 5100
    assert tree(folder) == {"unrelated.txt": b""}
    with pytest.raises(ModelNotFoundError, match="nothing was removed"):
        store.remove(MODEL)


def test_remove_waits_for_nobody(folder: Path) -> None:
    (folder / MODEL.file).write_bytes(CONTENT)
    (folder / "partial").mkdir()
    with (
        filelock.FileLock(folder / "partial" / f"{MODEL.file}.lock"),
        pytest.raises(UsageError, match="being downloaded"),
    ):
        store.remove(MODEL)
    assert (folder / MODEL.file).exists()


def test_resolving_stays_away_from_the_network() -> None:
    """A start of the server imports the store; the HTTP client comes only with a pull."""
    code = "import sys, pillion.engine.store; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
