"""clients/vscode/python/install.py, which the extension runs to install the server."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "clients" / "vscode" / "python" / "install.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def said(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def make(what: str, *variables: str) -> str:
    """Return a variable of the Makefile."""
    rule = f"show: ; @echo $({what})"
    command = ["make", "--no-print-directory", "-f", "Makefile", "--eval", rule, "show", *variables]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_it_shares_the_wheels_of_the_makefile(script: ModuleType) -> None:
    """llama.cpp is compiled once per machine, whoever needs it first."""
    patch = (ROOT / "llama.patch").read_bytes()
    assert make("CPU") == script.cache_key(patch)
    flags = "-DGGML_CUDA=ON -DX=1"
    assert make("CPU", f"CMAKE_ARGS={flags}") == script.cache_key(patch, flags)
    assert make("LLAMA") == script.LLAMA


def test_the_flags_are_those_of_the_makefile(script: ModuleType) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    flags = script._flags("")
    for flag in [*flags["CFLAGS"].split(), *flags["CMAKE_ARGS"].split()]:
        assert flag in text


@pytest.mark.parametrize("data", [b"", b"a", b"123456789\n", b"x" * 70_000])
def test_the_checksum_is_that_of_cksum(script: ModuleType, data: bytes) -> None:
    output = subprocess.run(["cksum"], input=data, capture_output=True, check=True).stdout  # noqa: S607
    assert script._cksum(data) == int(output.split()[0])


def test_a_failure_is_one_sentence_with_the_remedy(
    script: ModuleType,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PILLION_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(script.shutil, "which", lambda _name: None)
    folder = tmp_path / "server"
    assert script.main(["--venv", str(folder), "--wheel", str(tmp_path / "none.whl")]) == 1
    last = said(capfd.readouterr().out)[-1]
    assert re.search(r"no C\+\+ compiler\. Install one", str(last["error"]))
    assert not (folder / ".pillion-installed").exists()


def test_an_index_out_of_reach_is_named(
    script: ModuleType,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PILLION_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setattr(script, "_check_compiler", lambda: None)
    shutil.copy(ROOT / "release" / "llama.lock", tmp_path)
    arguments = ["--venv", str(tmp_path / "server"), "--wheel", str(tmp_path / "none.whl")]
    assert script.main(arguments) == 1
    printed = capfd.readouterr()
    assert "No matching distribution found for llama-cpp-python" in printed.err
    output = said(printed.out)
    assert "Is the package index within reach" in str(output[-1]["error"])
    assert any("Compiling llama.cpp" in str(line.get("message")) for line in output)
    assert not list((tmp_path / "cache").rglob("building-*"))


def test_everything_comes_by_its_hash(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what was made here and in the extension is installed without one, and nothing else."""
    ran: list[list[str]] = []
    monkeypatch.setenv("PILLION_CACHE_DIR", str(tmp_path / "cache"))

    def run(command: list[str], _: dict[str, str]) -> int:
        ran.append(command)
        return 0

    monkeypatch.setattr(script, "_run", run)
    monkeypatch.setattr(script.venv, "create", lambda folder, **_: folder.mkdir())
    built = tmp_path / "llama.whl"
    monkeypatch.setattr(script, "_llama_wheel", lambda *_: built)
    script._install(tmp_path / "server", tmp_path / "pillion.whl")
    locked, own, started = (" ".join(command) for command in ran)
    assert f"install --require-hashes --requirement {tmp_path / 'requirements.lock'}" in locked
    assert own.endswith(f"install --no-deps {built} {tmp_path / 'pillion.whl'}")
    assert started.endswith("-m pillion --version")


def test_a_window_that_waited_finds_it_done(
    script: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / ".pillion-installed").touch()
    assert script.main(["--venv", str(folder), "--wheel", "none.whl"]) == 0
    assert said(capfd.readouterr().out)[-1]["share"] == 1.0


def test_a_python_that_is_too_old_is_told(
    script: ModuleType,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert script.main(["--venv", str(tmp_path / "server"), "--wheel", "none.whl"]) == 1
    assert "Python 3.11 or newer" in str(said(capfd.readouterr().out)[-1]["error"])
