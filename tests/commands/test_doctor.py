"""`pillion doctor --fix`: each common fault has its remedy, and is mended where it can be."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shlex
import signal
import stat
import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from click.testing import CliRunner

import hosts
from hosts import fake, gone
from pillion.base.settings import Settings
from pillion.commands import doctor, doctor_program
from pillion.commands.doctor import mend
from pillion.commands.doctor_engines import examine_engines
from pillion.commands.doctor_folders import examine_folders
from pillion.commands.doctor_program import compile_command, examine_program
from pillion.commands.finding import Finding
from pillion.engine import runtime, store
from pillion.engine.models import CatalogueModel, LocalSource, catalogue
from pillion.engine.runtime import End, HostFiles, Record

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions and signals")

CONTENT = b"GGUF" + bytes(5000)
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's own folders, empty."""
    for name in ("CACHE", "LOG", "EVENTS", "CHATS"):
        monkeypatch.setenv(f"PILLION_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.delenv("PILLION_MODELS_DIR", raising=False)
    with hosts.runtime_folder():
        yield tmp_path


def said(findings: list[Finding], subject: str) -> list[str]:
    return [item.level for item in findings if item.subject == subject]


def look() -> list[Finding]:
    """Return what is found of all that can be mended."""
    return [*examine_folders(), *examine_engines(), doctor._model(Settings())]


def one(findings: list[Finding], subject: str) -> Finding:
    (found,) = (item for item in findings if item.subject == subject)
    return found


# Folders


@pytest.mark.parametrize("name", ["CACHE", "LOG", "EVENTS", "CHATS", "RUNTIME"])
def test_a_closed_folder_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    monkeypatch.setenv(f"PILLION_{name}_DIR", str(closed))
    found = [item for item in examine_folders() if item.level == "error"]
    assert found
    assert all(f"chmod u+rwx {closed}" in item.mend for item in found)
    assert found[0].mended().text.startswith("Mended")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert [item.level for item in examine_folders()] == ["ok"]


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("", encoding="utf-8")
    found = one(examine_folders(), "folder of cache")
    assert "is a file" in found.text
    assert found.fix is None


@pytest.mark.skipif(not ROOT, reason="only root can give a folder away and step down")
def test_a_folder_of_somebody_else_has_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").mkdir(mode=0o755)
    os.chown(tmp_path / "cache", 12345, 12345)
    # Root may enter everywhere; this is what the system tells any other user.
    monkeypatch.setattr("os.access", lambda *_: False)
    found = one(examine_folders(), "folder of cache")
    assert "belongs to somebody else" in found.text
    assert f"sudo chown -R $(id -u) {tmp_path / 'cache'}" in found.mend
    assert found.fix is None


# The model


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogueModel:
    """The only model there is; its source is a file."""
    source = tmp_path / "source.gguf"
    source.write_bytes(CONTENT)
    real = catalogue()[0]
    digest = hashlib.sha256(CONTENT).hexdigest()
    model = CatalogueModel(
        real.name, real.family, "tiny.gguf", len(CONTENT), digest, "MIT", (LocalSource(source),)
    )
    monkeypatch.setattr("pillion.engine.models.catalogue", lambda: (model,))
    monkeypatch.setattr("pillion.engine.store.catalogue", lambda: (model,))
    return model


@pytest.fixture
def ready(tiny: CatalogueModel, tmp_path: Path) -> CatalogueModel:
    """The same, and it is there already."""
    path = tmp_path / "cache" / "models" / tiny.file
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return tiny


@pytest.mark.parametrize("there", [None, CONTENT[:-1], CONTENT[:-1] + b"x", b""])
def test_a_model_that_is_missing_or_damaged_is_fetched(
    tiny: CatalogueModel, tmp_path: Path, there: bytes | None
) -> None:
    path = tmp_path / "cache" / "models" / tiny.file
    if there is not None:
        path.parent.mkdir(parents=True)
        path.write_bytes(there)
    found = one(look(), "model")
    assert found.level == "error"
    assert "doctor --fix" in found.mend
    assert [(item.level, item.subject) for item in mend(Settings())] == [("ok", "model")]
    assert store.resolve(tiny.name).verified
    assert mend(Settings()) == []


def test_a_model_in_a_closed_folder_takes_two_steps(tiny: CatalogueModel, tmp_path: Path) -> None:
    (tmp_path / "cache" / "models").mkdir(parents=True)
    (tmp_path / "cache" / "models").chmod(0o500)
    done = mend(Settings())
    assert [item.subject for item in done] == ["folder of models", "model"]
    assert store.resolve(tiny.name).verified


@pytest.mark.usefixtures("tiny")
def test_a_model_without_a_source_stays_an_error(tmp_path: Path) -> None:
    (tmp_path / "source.gguf").unlink()
    (done,) = mend(Settings())
    assert done.level == "error"
    assert done.text.startswith("Not mended")


@pytest.mark.usefixtures("tiny")
def test_a_model_that_nobody_knows_is_not_fetched() -> None:
    found = doctor._model(Settings(model="gone.gguf"))
    assert found.fix is None


# Engines


def left(**changes: object) -> HostFiles:
    """Return the files of a host that died without a word."""
    files = HostFiles(runtime.files_for(runtime.HostOptions("m")).folder, "0123456789abcdef")
    facts = {"pid": 2**22 + 1, "identity": "x", "address": str(files.socket), "token": "t"}
    record = {**facts, "version": "0", "model": "m", "started": time.time(), **changes}
    files.write_record(Record(**record))  # type: ignore[arg-type] # Values of the record's types.
    files.socket.touch()
    return files


@pytest.mark.usefixtures("ready")
def test_what_a_dead_engine_left_is_cleared_away() -> None:
    files = left()
    assert said(look(), "engines") == ["warning"]
    mend(Settings())
    assert not files.record.exists()
    assert not files.socket.exists()
    assert said(look(), "engines") == ["ok"]


@pytest.mark.usefixtures("ready")
def test_a_record_that_cannot_be_read_is_cleared_away() -> None:
    files = left()
    files.record.write_text("{", encoding="utf-8")
    mend(Settings())
    assert not files.record.exists()


@pytest.mark.usefixtures("ready")
def test_an_engine_that_fell_too_often_is_forgiven() -> None:
    files = left()
    files.remove_record()
    for _ in range(5):
        files.add_end(End(time.time(), 1.0, "It crashed."))
    found = one(look(), "engines")
    assert "5 times" in found.text
    assert "It crashed." in found.text
    mend(Settings())
    assert files.read_ends() == []


@pytest.mark.skipif(not ROOT, reason="only root can give a file away")
@pytest.mark.usefixtures("ready")
def test_a_lock_of_somebody_else_is_removed() -> None:
    files = left()
    files.remove_record()
    files.lock.touch()
    os.chown(files.lock, 12345, 12345)
    assert "another user" in one(look(), "engines").text
    mend(Settings())
    assert not files.lock.exists()


@pytest.mark.usefixtures("ready")
async def test_a_living_engine_is_left_alone_and_a_silent_one_is_ended() -> None:
    client = fake({"scripts": []})
    await client.load()
    pid = client.host_pid
    assert pid is not None
    found = await asyncio.to_thread(look)
    assert said(found, "engines") == ["ok"]
    assert str(pid) in one(found, "engines").text
    os.kill(pid, signal.SIGSTOP)
    found = await asyncio.to_thread(look)
    assert "does not answer" in one(found, "engines").text
    await asyncio.to_thread(mend, Settings())
    await gone(pid)
    await client.close()


# The program


@pytest.mark.parametrize(
    ("version_info", "level", "words"),
    [
        ((3, 10, 4), "error", "too old"),
        ((3, 11, 0), "ok", "Pillion"),
        ((3, 13, 9), "ok", "Pillion"),
        ((3, 15, 0), "warning", "not tried"),
    ],
)
def test_a_wrong_python(
    monkeypatch: pytest.MonkeyPatch, version_info: tuple[int, ...], level: str, words: str
) -> None:
    monkeypatch.setattr(sys, "version_info", version_info)
    found = examine_program()[0]
    assert found.level == level
    assert words in found.text
    assert ("3.11 to 3.13" in found.mend) == (level != "ok")


def test_a_python_of_32_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    assert "32 bits" in examine_program()[0].text


def test_a_missing_llama_cpp_has_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> str:
        if name == "llama-cpp-python":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(doctor_program, "version", without)
    found = next(item for item in examine_program() if item.level == "error")
    assert found.text == "Missing: llama-cpp-python."
    assert compile_command() in found.mend


def test_the_command_is_for_this_python_and_the_version_that_is_needed() -> None:
    words = shlex.split(compile_command())
    assert sys.executable in words
    assert any(word.startswith("llama-cpp-python") and ">=0.3.36" in word for word in words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGILL)",
            "crashes when it is loaded (SIGILL)",
        ),
        ("raise RuntimeError('Failed to load shared library: libgomp')", "libgomp"),
    ],
)
def test_a_llama_cpp_that_does_not_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, words: str
) -> None:
    (tmp_path / "llama_cpp.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = one(examine_program(), "llama.cpp")
    assert found.level == "error"
    assert words in found.text
    assert compile_command() in found.mend


@pytest.mark.usefixtures("ready")
def test_a_llama_cpp_that_crashes_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It loads, but the model's first product uses an instruction that is not there."""
    crash = "import os, signal, sys\nos.kill(os.getpid(), signal.SIGILL)\n"
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\n{crash}", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    found = one(doctor._speed(Settings()), "speed")
    assert "SIGILL" in found.text
    assert "make install" in found.mend


def test_the_command_tells_what_it_mended(tiny: CatalogueModel) -> None:
    broken = CliRunner().invoke(doctor.doctor, ["--no-speed", "--json"])
    assert broken.exit_code == 1
    result = CliRunner().invoke(doctor.doctor, ["--fix", "--no-speed", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found[0]["text"].startswith(f"Mended: {tiny.name} is at ")
    assert {item["level"] for item in found} == {"ok"}
    assert all(set(item) == {"level", "subject", "text", "mend", "data"} for item in found)
