"""The repair suite: what is seen, what judges, and what counts as fixed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pillion.eval import repairing
from pillion.eval.quixbugs import load
from pillion.eval.repairing import Row
from pillion.eval.testing import assertions
from pillion.sandbox.trial import trial

TEST = """\
import pytest
from load_testdata import load_json_testcases

testdata = load_json_testcases(twice.__name__)


@pytest.mark.parametrize("input_data,expected", testdata)
def test_twice(input_data, expected):
    assert twice(*input_data) == pytest.approx(expected, abs=input_data[-1])
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folders = ("python_programs", "correct_python_programs", "json_testcases", "python_testcases")
    for folder in folders:
        (tmp_path / folder).mkdir()
    (tmp_path / "python_programs" / "twice.py").write_text(
        "def twice(a, b):\n    return a + a + 1\n"
    )
    (tmp_path / "correct_python_programs" / "twice.py").write_text(
        "def twice(a, b):\n    return 2 * a\n"
    )
    rows = [[[3, 0.1], 6], [[4, 0.1], 8], [[5, 9.0], 10], [[6, 0.1], 12]]
    (tmp_path / "json_testcases" / "twice.json").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "python_testcases" / "test_twice.py").write_text(TEST)
    (tmp_path / "python_testcases" / "node.py").write_text("class Node: ...\n")
    return tmp_path


def test_each_row_is_a_check_in_the_words_of_the_test(data: Path) -> None:
    (program,) = load(data)
    assert program.checks[0].code == "assert abs(twice(3, 0.1) - 6) <= 0.1"
    wrong, right = trial([program.text, program.correct], program.checks, all_checks=True)
    assert [outcome.passed for outcome in wrong] == [False, False, True, False]
    assert all(outcome.passed for outcome in right)


def test_half_is_seen_and_one_of_it_fails(data: Path) -> None:
    (program,) = load(data)
    for seed in range(20):
        seen = program.split(("twice 4",), seed)
        assert len(seen) == 2
        assert "twice 4" in [check.name for check in seen]
    assert program.split(("twice 4",), 1) == program.split(("twice 4",), 1)


def row(program: str, way: str, *, claimed: bool, fixed: bool, unsure: bool = False) -> Row:
    return Row(program, way, claimed, unsure, fixed, 2, 4, 4 if fixed else 2, "", 0, 1, 1.0, "")


def test_what_counts_as_fixed() -> None:
    rows = [
        row("a", "one shot", claimed=True, fixed=True),
        row("b", "one shot", claimed=True, fixed=False),
        row("a", "loop", claimed=True, fixed=True),
        row("b", "loop", claimed=True, fixed=True),
        row("c", "loop", claimed=False, fixed=True, unsure=True),
        row("d", "loop", claimed=True, fixed=False),
    ]
    found = repairing.summary(rows)
    assert found["one shot"]["overfitted"] == ["b"]
    assert found["loop"]["overfitted"] == ["d"]
    assert found["loop"]["unsure_and_right"] == 1
    aims = repairing.aims(rows)
    assert aims["fixed by the loop / by one shot"].value == 2
    assert not aims["called fixed, and are not"].met


PARAMETERS = """\
import pytest
from your_module import f

@pytest.mark.parametrize("a, expected", [
    (1, 2),
    (3, 4),
])
def test_f(a, expected):
    assert f(a) == expected

def test_error():
    with pytest.raises(ValueError):
        f(-1)
"""


def test_the_tests_of_a_plain_answer() -> None:
    answer = "def test_f():\n    a = 1\n    assert f(a) == 2\n\nassert f(3) == 4\nassert f("
    found = [check.code for check in assertions(answer)]
    assert found == ["assert f(3) == 4", "a = 1\nassert f(a) == 2"]


def test_parameters_and_exceptions_count_as_pytest_counts_them() -> None:
    found = assertions(PARAMETERS)
    assert found[0].code == "a, expected = (1, 2)\nassert f(a) == expected"
    code = "def f(a):\n    if a < 0:\n        raise ValueError\n    return a + 1"
    (right,) = trial([code], found, all_checks=True)
    assert [outcome.passed for outcome in right] == [True, True, True]
    (wrong,) = trial(["def f(a):\n    return 2"], found, all_checks=True)
    assert [outcome.passed for outcome in wrong] == [True, False, False]
