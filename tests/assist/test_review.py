"""A review says what rules can name, nothing twice, at ranges that exist."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pillion.assist.review import CORRECTNESS, Finding, mended, review
from pillion.commands.review import review as command
from pillion.text.edits import Edit
from pillion.text.snapshot import Snapshot


def _python(text: str) -> Snapshot:
    return Snapshot("file:///a.py", text, language="python")


def test_roles_and_ranges() -> None:
    text = "import os\n\n\ndef f(x):\n    return eval(x) + y\n"
    found = review(_python(text))
    assert [(one.role, one.code) for one in found] == [
        ("correctness", "UnusedImport"),
        ("security", "CWE-95"),
        ("correctness", "UndefinedName"),
    ]
    assert all(0 <= one.start <= one.end <= len(text) for one in found)


def test_of_a_change_only_what_it_brought_in() -> None:
    before = "import os\n\n\ndef f(x):\n    return 1\n"
    after = before.replace("return 1", "return eval(x)")
    assert [one.code for one in review(_python(after), before)] == ["CWE-95"]
    assert review(_python(after), after) == []


def test_of_a_selection_only_that() -> None:
    text = "eval(a)\nb = 1\n"
    assert review(_python(text), only=(8, 13)) == []


def test_what_a_linter_says_takes_the_place_of_what_pyflakes_says() -> None:
    text = "import os\n"
    said = Finding(0, 9, "correctness", "`os` imported but unused.", "F401", (Edit(0, 10, ""),))
    assert review(_python(text), linted=[said, said]) == [said]


@pytest.mark.parametrize("text", ["def f(:\n", "x = (\n", "\x00"])
def test_broken_code_gets_one_finding_for_that(text: str) -> None:
    assert [one.code for one in review(_python(text))][:1] in (["syntax"], [])


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S607 - the test's own.


def test_the_command_tells_of_the_working_diff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.py").write_text("def f(x):\n    return eval(x)\n", encoding="utf-8")
    (tmp_path / "b.ts").write_text("export const a = 1;\n", encoding="utf-8")
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "first")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.ts").write_text("export const a = eval(name);\n", encoding="utf-8")
    done = CliRunner().invoke(command, ["--json"])
    assert done.exit_code == 0, done.output
    (found,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (found["path"], found["line"], found["code"]) == ("b.ts", 1, "CWE-95")
    done = CliRunner().invoke(command, ["a.py"])
    assert done.stdout.startswith("a.py:2:")


def test_what_rules_can_mend_is_a_diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    (tmp_path / "a.py").write_text("import os\n\nx = 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    done = CliRunner().invoke(command, ["a.py", "--diff"])
    assert done.stdout.startswith("--- a/a.py\n+++ b/a.py\n")
    assert "\n-import os\n" in done.stdout
    assert CliRunner().invoke(command, ["a.py", "--diff", "--json"]).exception


def test_of_edits_that_overlap_one_is_made() -> None:
    def finding(*edits: Edit) -> Finding:
        return Finding(0, 1, CORRECTNESS, "", "", edits)

    findings = [finding(Edit(0, 2, "x")), finding(Edit(1, 3, "y")), finding(Edit(4, 5, ""))]
    assert mended("abcdef", findings) == "xcdf"
    assert mended("abc", [finding()]) == "abc"


def test_without_git_files_must_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    done = CliRunner().invoke(command, [])
    assert "git" in str(done.exception)
