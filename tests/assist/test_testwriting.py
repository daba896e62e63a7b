"""Tests that are written: what they expect was seen, and they stand where they belong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pillion.assist.branches import coverable
from pillion.assist.repair import function_at
from pillion.assist.testfiles import test_file as file_of
from pillion.assist.testwriting import Case, Cases, calls_in, write_cases
from pillion.engine.base import Cancel

HALF = '''\
def half(a):
    """Half.

    >>> half(4)
    2
    >>> half(5)
    3
    """
    if a < 0:
        raise ValueError("no")
    return a // 2
'''


async def written(document: str) -> Cases:
    function = function_at(document, 0)
    assert function is not None
    return await write_cases(function, None, Cancel())


async def test_values_are_what_the_code_gives_and_the_docstring_has_the_last_word() -> None:
    found = await written(HALF)
    suspects = [case for case in found.cases if case.suspicion]
    assert [(case.call, case.expected) for case in suspects] == [("half(5)", "3")]
    sound = {case.call: case for case in found.cases if not case.suspicion}
    scope: dict[str, object] = {}
    exec(HALF, scope)  # noqa: S102 - the code above.
    half = scope["half"]
    assert callable(half)
    for case in sound.values():
        if not case.raises:
            assert half(int(case.call[5:-1])) == int(case.expected)
    assert any(case.raises and case.expected == "ValueError" for case in sound.values())
    assert found.coverage.text == "3 of 3 lines, 2 of 2 branches"


async def test_calls_that_fail_for_their_own_fault_are_no_tests() -> None:
    document = (
        'def first(a):\n    """First.\n\n    >>> first([1, 2])\n    1\n    """\n    return a[0]\n'
    )
    found = await written(document)
    assert all(not case.raises for case in found.cases)
    assert any("IndexError" in reason for reason in found.dropped)


async def test_without_examples_and_model_there_are_none() -> None:
    assert not (await written("def f(a):\n    return a\n")).cases


def test_calls_in_an_answer() -> None:
    answer = "assert f(1) == 2\nassert f([1, 'a'], b=None) == 3\nassert f(x) == 1\nf(1\n# f(2)\n"
    assert calls_in(answer, "f") == ["f(1)", "f([1, 'a'], b=None)"]


def test_what_there_is_to_cover_is_counted_as_coverage_does() -> None:
    source = "def f(a):\n    if a:\n        return 1\n    return 2\n"
    whole = coverable(source, 1, 4)
    assert whole.coverage(whole.covered({(-1, 2), (2, 3), (3, -1)})).text == (
        "2 of 3 lines, 1 of 2 branches"
    )


CASES = (
    Case("half(4)", "2"),
    Case("half(-1)", "ValueError", raises=True),
    Case("half(5)", "3", suspicion="the docstring says 3, the code gives 2"),
)


def placed(root: Path, path: str) -> tuple[str, str]:
    found = file_of(
        root, path, "half", CASES, lambda file: file.read_text() if file.exists() else ""
    )
    return found.path, found.text


def test_a_project_without_tests_gets_a_folder(tmp_path: Path) -> None:
    (tmp_path / "halves.py").write_text(HALF)
    path, text = placed(tmp_path, "halves.py")
    assert path == "tests/test_halves.py"
    assert text.startswith("import pytest\n\nfrom halves import half\n\n\ndef test_half_4():\n")
    assert "    # Likely a bug: the docstring says 3, the code gives 2.\n" in text


def test_tests_join_those_that_are_there(tmp_path: Path) -> None:
    package = tmp_path / "src" / "pack"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "halves.py").write_text(HALF)
    (tmp_path / "tests").mkdir()
    there = (
        '"""Halves."""\n\nimport pytest\n\nfrom pack.halves import other\n\n\n'
        "def test_half_4():\n    other()\n"
    )
    (tmp_path / "tests" / "test_halves.py").write_text(there)
    path, text = placed(tmp_path, "src/pack/halves.py")
    assert path == "tests/test_halves.py"
    assert "from pack.halves import other\nfrom pack.halves import half\n" in text
    assert text.count("import pytest") == 1
    assert "def test_half_4_2():" in text
    assert text.startswith(there[: there.index("from pack")])


def test_classes_where_the_project_has_them(tmp_path: Path) -> None:
    (tmp_path / "halves.py").write_text(HALF)
    (tmp_path / "test_other.py").write_text(
        "import unittest\n\n\nclass A(unittest.TestCase): ...\n"
    )
    path, text = placed(tmp_path, "halves.py")
    assert path == "test_halves.py"
    assert "class HalfTest(unittest.TestCase):\n    def test_half_4(self):\n" in text
    assert "with self.assertRaises(ValueError):\n            half(-1)\n" in text


@pytest.mark.parametrize("style", ["pytest", "unittest"])
def test_the_files_run(tmp_path: Path, style: str) -> None:
    """Only the test of the likely bug fails."""
    (tmp_path / "halves.py").write_text(HALF)
    if style == "unittest":
        (tmp_path / "test_x.py").write_text(
            "import unittest\n\n\nclass A(unittest.TestCase): ...\n"
        )
    path, text = placed(tmp_path, "halves.py")
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    (tmp_path / "conftest.py").touch()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 2 passed" in ran.stdout
