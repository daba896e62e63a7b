"""The round trip of explanations with a scripted engine and the real sandbox."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pillion.engine.fake import FakeEngine, Script
from pillion.eval.humaneval import HUMAN_EVAL, Exercise, load_functions
from pillion.eval.round_trip import (
    aims,
    cases,
    gain,
    header_of,
    judged,
    quoted,
    summary,
    without_code,
    without_docstrings,
)
from pillion.text.snapshot import Snapshot

TASK = {
    "task_id": "HumanEval/0",
    "entry_point": "double",
    "prompt": 'import math\n\ndef double(x: int) -> int:\n    """Double it."""\n',
    "canonical_solution": "    y = 2 * x\n    return y\n",
    "test": "def check(candidate):\n    assert candidate(2) == 4\n",
}


@pytest.fixture
def task(tmp_path: Path) -> Exercise:
    with gzip.open(tmp_path / HUMAN_EVAL, "wt", encoding="utf-8") as file:
        file.write(json.dumps(TASK) + "\n")
    return load_functions(tmp_path, sample=1, seed=1)[0]


async def test_each_way_is_explained_and_written_again(task: Exercise) -> None:
    engine = FakeEngine(
        [
            Script(["It returns its argument.\n```python\nreturn 2 * x\n```"]),
            Script(["Returns twice its argument.\n"]),
            Script(["Doubles `x`.\n"]),
            Script(["Returns it.\n"]),
            Script(["def double(x):\n    return x\n```"]),
            Script(["def double(x):\n    return x * x + 1\n```"]),
            Script(["def double(x):\n    return x + x\n```"]),
        ]
    )
    rows = await judged(engine, task)
    told = [[str(piece) for piece in request.prompt.pieces] for request in engine.requests]
    assert not any("Double it." in piece for pieces in told for piece in pieces)
    # No description holds the code.
    assert not any("2 * x" in piece for pieces in told[4:] for piece in pieces)
    assert [(row.way, row.passed, row.reference) for row in rows] == [
        ("plain", False, True),
        ("sentences", False, True),
        ("grounded", True, True),
    ]
    assert gain(rows)["mean"] == 1
    assert all(aim.met for aim in aims(rows).values())
    assert summary(rows)["grounded"]["n"] == 1
    assert [case.way for case in cases(rows)] == ["plain", "sentences", "grounded"]


def test_docstrings_go() -> None:
    assert without_docstrings('def f():\n    """Say."""\n    # Why.\n    return 1\n') == (
        "def f():\n    return 1\n"
    )


def test_the_header_is_all_that_is_told() -> None:
    source = "import os\n\ndef g():\n    return 1\n\ndef f(a: int=1):\n    return a\n"
    assert header_of(source) == "import os\n\ndef f(a: int=1):\n    ..."


def test_quoted_code_is_taken_out() -> None:
    text = "It adds.\n\n- Lines 2 to 3, `a + b`: Adds `a`.\n```python\na + b\n```\nEnd."
    assert without_code(text) == "It adds.\n\n- Lines 2 to 3: Adds `a`.\nEnd."


def test_a_function_cannot_be_copied_statement_by_statement() -> None:
    source = "def f(a):\n    if a > 2:\n        a -= 1\n    return a * 3\n"
    text = "When `a > 2`, it does `a -= 1`. Then `return a*3`, three times `a`."
    assert without_code(text, source) == "When `a > 2`, it does . Then , three times `a`."


def test_a_function_of_one_value_cannot_be_copied_either() -> None:
    source = "def f(a):\n    return a * 3\n"
    assert without_code("It gives `a * 3`, so for `2` it is `6`.", source) == (
        "It gives , so for `2` it is `6`."
    )


async def test_the_function_that_is_tested_is_explained_and_not_one_inside_it() -> None:
    reference = (
        "def outer(x):\n    def inner(y):\n        return y\n    if x > 7:\n        return 0\n"
        "    return inner(x)\n"
    )
    snapshot = Snapshot("file:///a.py", reference, language="python")
    exercise = Exercise("HumanEval/1", snapshot, 0, "", reference, "assert outer(1) == 1")
    engine = FakeEngine([Script(["Gives its argument.\n"])])
    rows = await judged(engine, exercise)
    plain, sentences, grounded = (row.explanation for row in rows)
    assert sentences.startswith("`outer`: Gives its argument.")
    assert "when `x > 7`, returns `0`" in grounded
    assert "x > 7" not in sentences + plain
    assert quoted(plain) == 0 < quoted(grounded) < 0.5
