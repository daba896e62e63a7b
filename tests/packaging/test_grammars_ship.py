"""The grammars are inside the wheel, load from there, and are found from a checkout as well."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPORT = (
    "from pillion.syntax import grammars; from pillion.syntax.languages import languages;"
    "print(grammars.folder());"
    "print(sum(grammars.query_of(language, question) is not None"
    " for language in languages()"
    " for question in ('site', 'borders', 'definitions', 'imports', 'references')))"
)

QUERIES = str(13 * 5)
"""Thirteen languages with five questions each."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with what is installed: no network."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    run = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    (built,) = out.glob("*.whl")
    return built


def test_every_grammar_file_is_in_the_wheel(wheel: Path) -> None:
    sources = {path.relative_to(ROOT) for path in (ROOT / "grammars").rglob("*") if path.is_file()}
    assert len(sources) > 16
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"pillion/{path.as_posix()}" for path in sources} <= names


def test_an_installed_wheel_finds_its_own_grammars(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    # The unpacked wheel comes before the editable install on the path.
    environment = os.environ | {"PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1"}
    folder, loaded = _report(environment, tmp_path)
    assert Path(folder) == unpacked / "pillion" / "grammars"
    assert loaded == QUERIES


def test_a_checkout_finds_the_grammars_at_its_top(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "server"), "PYTHONSAFEPATH": "1"}
    assert _report(environment, tmp_path) == [str(ROOT / "grammars"), QUERIES]


def _report(environment: dict[str, str], folder: Path) -> list[str]:
    """Return the grammars' folder and the number of queries, as a fresh interpreter sees them."""
    command = [sys.executable, "-c", REPORT]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=folder
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()
