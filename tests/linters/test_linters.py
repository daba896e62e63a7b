"""The project's own linters: found by their settings, run on a text, only what is new counts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pillion.assist.linting import Linting
from pillion.linters.project import ESLINT, MYPY, RUFF, TSC, tool_of, tools
from pillion.linters.remark import Remark, new
from pillion.linters.run import remarks
from pillion.text.snapshot import Snapshot

GOOD = "def f(a: int) -> int:\n    return a\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with this test run's own programs in its environment."""
    scripts = tmp_path / ".venv" / "bin"
    scripts.mkdir(parents=True)
    for name in ("ruff", "mypy"):
        (scripts / name).symlink_to(Path(sys.executable).parent / name)
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_text(GOOD)
    return tmp_path


def program(folder: Path, name: str, lines: str) -> None:
    """Put a program into the project's environment for JavaScript."""
    place = folder / "node_modules" / ".bin"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(f"#!{sys.executable}\n{lines}\n")
    (place / name).chmod(0o755)


def names(folder: Path, file: str = "a.py", language: str = "python") -> list[str]:
    return [one.kind.name for one in tools(folder / file, language, folder)]


def test_only_what_the_project_has_settings_for(project: Path) -> None:
    assert names(project) == []
    (project / "pyproject.toml").write_text("[tool.ruff]\n")
    assert names(project) == ["ruff"]
    (project / "mypy.ini").write_text("[mypy]\n")
    assert names(project) == ["ruff", "mypy"]
    assert names(project, "a.ts", "typescript") == []


def test_the_project_ends_at_its_root(project: Path) -> None:
    (project / "ruff.toml").write_text("")
    inner = project / "inner"
    inner.mkdir()
    assert tool_of(RUFF, inner / "a.py", project) is not None
    assert tool_of(RUFF, inner / "a.py", inner) is None


def test_the_program_is_the_project_s_own(project: Path) -> None:
    (project / "ruff.toml").write_text("")
    tool = tool_of(RUFF, project / "a.py", project)
    assert tool is not None
    assert tool.program == str(project / ".venv" / "bin" / "ruff")


async def look(project: Path, after: str, file: str = "a.py", language: str = "python") -> str:
    before = (project / file).read_text()
    linting = Linting.of(Snapshot((project / file).as_uri(), before, language=language))
    assert linting is not None
    try:
        return " ".join(await linting.look(before, after))
    finally:
        linting.close()


async def test_ruff_and_mypy_say_what_is_new(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.ruff.lint]\nselect = ["F"]\n[tool.mypy]\n')
    (project / "a.py").write_text("import os\n\n\n" + GOOD)
    assert await look(project, "import os\n\n\n\n" + GOOD) == ""
    said = await look(project, "import os\n\n\n" + GOOD.replace("return a", 'return "a"'))
    assert said.startswith("mypy says: Incompatible return value")
    assert "ruff" not in said
    unused = GOOD.replace("return", "b = 1\n    return")
    assert "F841" in await look(project, "import os\n\n\n" + unused)
    assert (project / "a.py").read_text() == "import os\n\n\n" + GOOD


async def test_eslint_s_errors_count(project: Path) -> None:
    (project / "eslint.config.mjs").write_text("")
    (project / "a.js").write_text("let a = 1\n")
    row = {"line": 1, "column": 5, "endLine": 1, "endColumn": 6, "ruleId": "no-var", "message": "x"}
    told = [{**row, "severity": 2}, {**row, "severity": 1, "message": "y"}]
    said = json.dumps([{"messages": told}])
    lines = f"import sys\nprint({said!r} if 'var' in sys.stdin.read() else '[]')"
    program(project, "eslint", lines)
    assert await look(project, "var a = 1\n", "a.js", "javascript") == "eslint says: x (no-var)."


@pytest.mark.parametrize("lines", ["print('nonsense')", "raise SystemExit(3)", "print('{}')"])
def test_a_linter_that_fails_says_nothing(project: Path, lines: str) -> None:
    (project / ".eslintrc.json").write_text("{}")
    program(project, "eslint", lines)
    tool = tool_of(ESLINT, project / "a.js", project)
    assert tool is not None
    assert remarks(tool, project / "a.js", Snapshot("file:///a.js", "x")) == []


def test_a_linter_that_hangs_is_ended(project: Path) -> None:
    (project / ".eslintrc.json").write_text("{}")
    mark = project / "child"
    program(
        project,
        "eslint",
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(mark)!r}, 'w').write(str(child.pid))\ntime.sleep(600)",
    )
    tool = tool_of(ESLINT, project / "a.js", project)
    assert tool is not None
    assert remarks(tool, project / "a.js", Snapshot("file:///a.js", "x"), seconds=3.0) == []
    if mark.exists():
        state = Path(f"/proc/{mark.read_text()}/stat")
        assert not state.exists() or state.read_text().split()[2] == "Z"


def test_tsc_and_mypy_are_of_their_languages() -> None:
    assert "typescript" in TSC.languages
    assert frozenset({"python"}) == MYPY.languages


def test_new_remarks_wherever_they_stand() -> None:
    one, same = (Remark(at, at + 1, "ruff", "F401", "`os` unused") for at in (0, 9))
    other = Remark(0, 1, "ruff", "F841", "`b` unused")
    assert new([one], [same]) == []
    assert new([one], [same, one, other]) == [one, other]
