"""`pillion edit` and `pillion explain` with a scripted engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pillion.commands import edit as edit_command
from pillion.commands import explain as explain_command
from pillion.engine.fake import FakeEngine, Script

SOURCE = "import os\r\n\r\n\r\ndef f(a):\r\n    return a\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(SOURCE.encode())
    return path


def run(
    monkeypatch: pytest.MonkeyPatch,
    *arguments: str,
    answer: str = "def f(a):\n    return a + 1\n```",
) -> Result:
    for module in (edit_command, explain_command):
        monkeypatch.setattr(module, "make_engine", lambda _: FakeEngine([Script([answer])]))
    command = explain_command.explain if arguments[0] == "explain" else edit_command.edit
    return CliRunner().invoke(command, list(arguments[1:]))


def test_a_diff_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    result = run(monkeypatch, "edit", f"{file}:5", "Add one.", "--diff")
    assert result.exit_code == 0
    assert result.output.startswith("--- a/a.py\n+++ b/a.py\n")
    assert "+    return a + 1" in result.output
    assert file.read_bytes().decode() == SOURCE


def test_json(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    found = json.loads(run(monkeypatch, "edit", f"{file}:5", "Add one.", "--json").output)
    (one,) = found["edits"]
    assert SOURCE[: one["start"]] + one["new"] + SOURCE[one["end"] :] == SOURCE.replace(
        "return a", "return a + 1"
    )
    assert found["reason"] is None
    assert found["rounds"] == 1


def test_apply_keeps_the_line_endings(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    file.chmod(0o640)
    assert run(monkeypatch, "edit", f"{file}:4-5", "Add one.", "--apply").exit_code == 0
    assert file.read_bytes().decode() == SOURCE.replace("return a", "return a + 1")
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["a.py"]


def test_a_refusal_says_why_and_shows_the_text(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    result = run(monkeypatch, "edit", f"{file}:5", "x", "--apply", answer="def f(a:\n```")
    assert result.exit_code == 1
    assert "syntax error" in result.stderr
    assert "def f(a:" in result.stderr
    assert file.read_bytes().decode() == SOURCE
    as_json = run(monkeypatch, "edit", f"{file}:5", "x", "--json", answer="def f(a:\n```")
    assert as_json.exit_code == 1
    assert json.loads(as_json.output)["reason"] == "syntax"


@pytest.mark.parametrize("target", ["{}", "{}:0", "{}:99", "{}:3-2", "{}:x", "missing.py:1"])
def test_targets_that_do_not_exist(
    monkeypatch: pytest.MonkeyPatch, file: Path, target: str
) -> None:
    result = run(monkeypatch, "edit", target.format(file), "x")
    assert result.exit_code == 1
    assert result.exception is not None


def test_a_file_that_is_never_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KEY=1\n", encoding="utf-8")
    result = run(monkeypatch, "explain", f"{tmp_path / '.env'}:1")
    assert result.exit_code == 1
    assert "kept from the model" in str(result.exception)


def test_an_explanation(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    result = run(monkeypatch, "explain", f"{file}:5", answer="It returns `a`.\n")
    assert result.exit_code == 0
    assert result.output.startswith("# a.py, lines 4 to 5\n\n`f`: It returns `a`.\n")
    found = json.loads(
        run(monkeypatch, "explain", f"{file}:5", "--json", answer="It returns `a`.\n").output
    )
    assert (found["first"], found["last"]) == (4, 5)
    assert found["text"] == "`f`: It returns `a`."
    assert found["left_out"] == []
    assert found["facts"] == []


def test_nothing_to_explain(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    result = run(monkeypatch, "explain", f"{file}:2", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["reason"] == "no_code_here"
