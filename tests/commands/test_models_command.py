"""`pillion models`: results on standard output, progress on standard error, one clear error."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from pillion.base.errors import (
    HashMismatchError,
    ModelInvalidError,
    ModelNotFoundError,
    PillionError,
    UsageError,
)
from pillion.commands.models import models
from pillion.engine.models import CatalogueModel

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"GGUF" + b"some model" * 5000
TINY = CatalogueModel(
    name="tiny",
    family="test",
    file="tiny.gguf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    licence="MIT",
    sources=(),
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder that doesn't exist yet, a catalogue of one model, and a copy of it."""
    monkeypatch.setenv("PILLION_MODELS_DIR", str(tmp_path / "models"))
    for module in ("models", "store"):
        monkeypatch.setattr(f"pillion.engine.{module}.catalogue", lambda: (TINY,))
    (tmp_path / "copy.gguf").write_bytes(CONTENT)
    return tmp_path / "models"


@pytest.fixture
def pulled(tmp_path: Path) -> None:
    run("pull", "tiny", "--source", str(tmp_path / "copy.gguf"))


def run(*arguments: str) -> Result:
    """Run the command as far as its own errors, which the program prints."""
    result = CliRunner().invoke(models, arguments)
    if result.exception and not isinstance(result.exception, PillionError | SystemExit):
        raise result.exception
    return result


def check_error(kind: type[PillionError], words: str, *arguments: str) -> Result:
    result = run(*arguments)
    assert isinstance(result.exception, kind)
    assert words in str(result.exception)
    return result


def test_pull(folder: Path, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.gguf")
    result = run("pull", "tiny", "--source", copy)
    assert result.exit_code == 0
    assert result.stdout == f"tiny is fetched and verified: {folder / 'tiny.gguf'}\n"
    assert f"Downloading tiny from {copy}" in result.stderr
    again = run("pull", "tiny", "--source", copy)
    assert again.stdout == f"tiny is already there and verified: {folder / 'tiny.gguf'}\n"
    assert again.stderr == ""


def test_pull_of_wrong_bytes(tmp_path: Path) -> None:
    (tmp_path / "copy.gguf").write_bytes(CONTENT[:-1] + b"!")
    check_error(
        HashMismatchError, "refused", "pull", "tiny", "--source", str(tmp_path / "copy.gguf")
    )
    assert "missing" in run("list").stdout


def test_pull_of_unknown_names() -> None:
    check_error(ModelNotFoundError, "Did you mean `tiny`?", "pull", "tini")
    check_error(UsageError, "There is no file nowhere", "pull", "tiny", "--source", "nowhere")


def test_stopping_says_that_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pillion.engine.store.pull", stop)
    result = run("pull", "tiny")
    assert result.exit_code == 1
    assert "What has arrived is kept" in result.stderr


@pytest.mark.usefixtures("pulled")
def test_list(folder: Path) -> None:
    lines = run("list").stdout.splitlines()
    assert lines[0].split() == ["MODEL", "SIZE", "LICENCE", "STATE", "FILE"]
    assert lines[1].split() == ["tiny", "0.1", "MB", "MIT", "ready", str(folder / "tiny.gguf")]


def test_list_of_an_unfinished_download(folder: Path) -> None:
    (folder / "partial").mkdir(parents=True)
    (folder / "partial" / "tiny.gguf").write_bytes(CONTENT[: len(CONTENT) // 4])
    assert "partial, 25%" in run("list").stdout


def test_list_json(folder: Path) -> None:
    assert json.loads(run("list", "--json").stdout) == [
        {
            "name": "tiny",
            "default": False,
            "family": "test",
            "licence": "MIT",
            "size": len(CONTENT),
            "sha256": TINY.sha256,
            "state": "missing",
            "present": 0,
            "path": str(folder / "tiny.gguf"),
        }
    ]


@pytest.mark.usefixtures("pulled")
def test_path(folder: Path) -> None:
    assert run("path", "tiny").stdout == f"{folder / 'tiny.gguf'}\n"
    assert json.loads(run("path", "tiny", "--json").stdout)["verified"] is True


def test_path_of_what_is_not_there() -> None:
    check_error(ModelNotFoundError, "pillion models pull tiny", "path", "tiny")


def test_path_of_a_file_of_the_user(tmp_path: Path) -> None:
    """Usable, with a plain note beside the result."""
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF and more")
    result = run("path", str(own))
    assert result.stdout == f"{own}\n"
    assert result.stderr == "own.gguf is unverified: Pillion knows no checksum for it.\n"


@pytest.mark.usefixtures("pulled")
def test_verify() -> None:
    for arguments in (("verify",), ("verify", "tiny")):
        assert run(*arguments).stdout == "tiny: verified\n"


@pytest.mark.usefixtures("pulled")
def test_verify_finds_damage(folder: Path, tmp_path: Path) -> None:
    """The others are still checked, and the exit code tells."""
    (folder / "tiny.gguf").write_bytes(CONTENT[:-1] + b"!")
    copy = str(tmp_path / "copy.gguf")
    result = check_error(ModelInvalidError, "damaged", "verify", "tiny", copy)
    assert result.stdout == "tiny: verified\n"
    result = check_error(ModelInvalidError, "damaged", "verify", "--json", "tiny", copy)
    assert [(r["name"], r["verified"]) for r in json.loads(result.stdout)] == [
        ("tiny", False),
        ("tiny", True),
    ]


def test_verify_without_models() -> None:
    check_error(ModelNotFoundError, "No model is downloaded yet", "verify")


@pytest.mark.usefixtures("pulled")
def test_rm(folder: Path) -> None:
    assert run("rm", "tiny").stdout == "tiny is removed; 0.1 MB are free again.\n"
    assert not (folder / "tiny.gguf").exists()
    check_error(ModelNotFoundError, "nothing was removed", "rm", "tiny")
