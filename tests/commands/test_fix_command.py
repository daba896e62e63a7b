"""`pillion fix` and `pillion tests` without a model: small changes, and examples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pillion.commands.fix import fix
from pillion.commands.tests import tests as write_tests

SOURCE = '''\
def half(a):
    """Half.

    >>> half(4)
    2
    >>> half(9)
    4
    """
    return a // 3
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "halves.py"
    path.write_text(SOURCE)
    return path


def run(command: object, *arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(command, [*arguments, "--without-model"], input=stdin)  # type: ignore[arg-type]


def test_a_project_without_tests_is_judged_by_its_examples(file: Path) -> None:
    result = run(fix, f"{file}:9", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["ran"] == "the examples in the docstring"
    assert (found["function"], found["source"]) == ("half", "off by one")
    assert file.read_text() == SOURCE


def test_the_change_is_made_on_demand(file: Path) -> None:
    result = run(fix, f"{file}:9", "--diff", "--apply")
    assert "+    return a // 2" in result.output
    assert file.read_text() == SOURCE.replace("// 3", "// 2")
    again = run(fix, f"{file}:9", "--json")
    assert again.exit_code == 1
    assert json.loads(again.stdout)["reason"] in {"nothing_fails", "no_tests"}


def test_a_pasted_traceback_names_the_function(file: Path) -> None:
    text = f'Traceback (most recent call last):\n  File "{file}", line 9, in half\nKeyError: 1\n'
    result = run(fix, str(file), "--traceback", "-", "--json", stdin=text)
    assert json.loads(result.stdout)["function"] == "half"


def test_what_names_no_function_is_told(file: Path) -> None:
    text = 'Traceback (most recent call last):\n  File "other.py", line 9, in f\nKeyError: 1\n'
    result = run(fix, str(file), "--traceback", "-", "--json", stdin=text)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["reason"] == "no_code_here"


def test_tests_are_shown_and_written_on_demand(file: Path) -> None:
    shown = run(write_tests, f"{file}:9", "--json")
    found = json.loads(shown.stdout)
    assert found["path"] == "tests/test_halves.py"
    assert not (file.parent / "tests").exists()
    assert [case["call"] for case in found["cases"] if case["suspicion"]] == ["half(4)", "half(9)"]
    run(write_tests, f"{file}:9", "--diff", "--apply")
    assert (file.parent / found["path"]).read_text() == found["text"]
