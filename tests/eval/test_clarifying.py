"""The suites that ask, with a scripted engine and the real sandbox."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from pillion.assist.clarify.task import YOU_DECIDE, Budget, Example, Kind, Question, Task
from pillion.base.errors import UsageError
from pillion.engine.base import Cancel, Request, write
from pillion.engine.fake import FakeEngine, Script
from pillion.eval import choosing
from pillion.eval.clarifying import Row, aims, asks, cases, measure, summary
from pillion.eval.comm import CLEAR, DATA, Problem, load_problems
from pillion.eval.humaneval import MBPP, load_functions
from pillion.eval.remembered import Remembered
from pillion.eval.simulated_user import explain, reply
from pillion.prompt.model_input import Prompt

CLEAR_TEXT = (
    'def pick(n: int) -> int:\n    """Return the largest digit of n.\n'
    '    >>> pick(152)\n    5\n    """\n'
)
ROW = {
    "name": "HumanEval/0",
    "entry_point": "pick",
    "prompt": CLEAR_TEXT,
    "prompt1a": CLEAR_TEXT.replace("largest", "smallest or largest"),
    "prompt1c": CLEAR_TEXT.replace("    5\n", "    1\n"),
    "prompt1p": 'def pick(...) -> int:\n    """Return a digit of n."""\n',
    "solution": f"{CLEAR_TEXT}    return max(map(int, str(n)))\n",
    "test_case": [{"input": "152", "output": "5"}, {"input": "90", "output": "9"}],
}
LARGEST = "    return max(map(int, str(n)))\n```"
SMALLEST = "    return min(map(int, str(n)))\n```"


@pytest.fixture
def problem(tmp_path: Path) -> Problem:
    with gzip.open(tmp_path / DATA, "wt", encoding="utf-8") as file:
        file.write(json.dumps(ROW) + "\n")
    return load_problems(tmp_path, sample=9, seed=1)[0]


def test_no_data(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_problems(tmp_path, sample=1, seed=1)


def test_problem(problem: Problem) -> None:
    """Two variants beside the clear form; the reference judges, whatever a function is called."""
    assert list(problem.forms) == [CLEAR, "1a", "1c"]
    assert problem.calls == ("152", "90")
    assert problem.passes("def other(n):\n    return int(max(str(n)))", "other")
    assert not problem.passes("def pick(n):\n    return n", "pick")
    assert not problem.passes("def pick(n):\n    exit(0)", "pick")


async def measured(problem: Problem, form: str, *bodies: str) -> Row:
    budget = Budget(2, proposals=0)
    return await measure(problem, form, FakeEngine([Script([b]) for b in bodies]), budget)


async def test_clear_form(problem: Problem) -> None:
    """Drafts that agree are not asked about."""
    row = await measured(problem, CLEAR, LARGEST)
    assert (row.asked, row.greedy, row.silent, row.after) == (0, True, True, True)


async def test_open_reading(problem: Problem) -> None:
    """The user knows which is meant, and the code is written for that."""
    silent, drafts = (SMALLEST, SMALLEST), (SMALLEST, SMALLEST)
    row = await measured(problem, "1a", *silent, *drafts, *[LARGEST] * 8, "```python")
    assert (row.asked, row.kinds, row.answer) == (1, "alternative", "largest")
    assert row.named
    assert (row.greedy, row.silent, row.clicked, row.after) == (False, False, True, True)
    assert not row.told_asks


async def test_contradiction(problem: Problem) -> None:
    row = await measured(problem, "1c", LARGEST)
    assert row.kinds == "contradiction"
    assert row.answer == "5, as the text says"
    assert row.named
    assert not row.changed
    assert row.after


def test_simulated_user(problem: Problem) -> None:
    """It runs the reference, takes a choice that fits, and else says what the value is."""
    question = Question(
        "", ("return 1", "return 5", YOU_DECIDE), Kind.MISSING, "", "152", ("1", "5")
    )
    assert reply(question, problem, problem.clear) == "return 5"
    assert reply(replace(question, call="90"), problem, problem.clear) == "9"
    assert reply(replace(question, call="'x'"), problem, problem.clear) == YOU_DECIDE
    signature = Question("", (), Kind.SIGNATURE, "")
    shown = 'def candidate(...) -> int:\n    """Return a digit."""'
    assert reply(signature, problem, shown) == "def candidate(n: int) -> int:"
    nothing = Question("", (YOU_DECIDE,), Kind.MISSING, "")
    assert reply(nothing, problem, shown) == YOU_DECIDE


def test_user_of_many_words(problem: Problem) -> None:
    """It also says the sentence that the form lacks, where nothing right is offered."""
    shown = problem.forms["1a"]
    question = Question(
        "", ("return 1", "return 5", YOU_DECIDE), Kind.MISSING, "", "152", ("1", "5")
    )
    question = replace(question, about="input:152")
    assert explain(question, problem, shown) == "return 5"
    wrong = replace(question, outcomes=("1", "2"))
    assert explain(wrong, problem, shown) == "5. Return the largest digit of n."
    assert explain(wrong, problem, problem.clear) == "5"
    words = replace(question, about="vague:smallest or largest")
    assert explain(words, problem, shown) == "return 5. Return the largest digit of n."
    nothing = Question("", (YOU_DECIDE,), Kind.MISSING, "", about="broken:digit of n")
    other = 'def candidate(...) -> int:\n    """Return a digit of n."""\n'
    assert explain(nothing, problem, other) == "Return the largest digit of n."


def test_asking_is_told_from_writing() -> None:
    assert asks("Should it be sorted?")
    assert not asks("```python\ndef f(): ...\n```\nIs that what you want?")
    assert not asks("Here you are.")


async def test_summary(problem: Problem) -> None:
    rows = [
        await measured(problem, CLEAR, LARGEST),
        await measured(problem, "1a", *[SMALLEST] * 4, LARGEST, LARGEST),
        await measured(problem, "1c", LARGEST),
    ]
    found = json.loads(json.dumps(summary(rows)))
    assert found["tasks"] == 1
    assert found["asks"]["false_asks_on_clear"]["share"] == 0.0
    assert found["asks"]["asks_on_variants"]["share"] == 1.0
    assert found["gains"]["variants, asked less silent"]["mean"] == 0.5
    assert aims(rows)["asks on variants"].met
    assert [case.id for case in cases(rows)] == [f"HumanEval/0 {row.form}" for row in rows]


async def test_outputs_are_remembered(tmp_path: Path) -> None:
    """The second time nothing is asked, neither now nor in a later run."""
    path = tmp_path / "outputs.jsonl"
    request = Request(Prompt(("Say",)), 8)
    for asked in (1, 0):
        engine = Remembered(FakeEngine([Script(["one"]), Script(["two"])]), path, "fake")
        for _ in range(2):
            assert [one.text for one in await write(engine, request, Cancel())] == ["one"]
        assert engine.asked == asked
    other = Remembered(FakeEngine([Script(["other"])]), path, "another model")
    assert [one.text for one in await write(other, request, Cancel())] == ["other"]


async def test_a_cancelled_output_is_not_remembered(tmp_path: Path) -> None:
    engine = Remembered(FakeEngine([Script(["half"], hangs=True)]), tmp_path / "o.jsonl", "fake")
    cancel = Cancel()
    cancel.set()
    await write(engine, Request(Prompt(("Say",)), 8), cancel)
    assert not (tmp_path / "o.jsonl").exists()


def test_a_file_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "o.jsonl"
    path.write_text("[]\n", encoding="utf-8")
    with pytest.raises(UsageError):
        Remembered(FakeEngine(), path, "fake")


@pytest.fixture
def mbpp(tmp_path: Path) -> Path:
    row = {
        "task_id": 1,
        "prompt": "Write a function to scale a number.",
        "code": "def scale(n):\n  return 3 * n",
        "test_imports": [],
        "test_list": ["assert scale(2) == 6", "assert scale(0) == 0"],
    }
    (tmp_path / MBPP).write_text(json.dumps([row]), encoding="utf-8")
    return tmp_path


async def test_choosing(mbpp: Path) -> None:
    """The likeliest draft and the most usual one are wrong; one example finds the right one.

    It is among the first drafts: those that are written for the example are all wrong.
    """
    exercise = load_functions(mbpp, sample=1, seed=1)[0]
    bodies = ["    return 5 * n", "    return 2 * n", "    return n + n", "    return 3 * n"]
    scripts = [Script([f"{body}\n```"]) for body in (*bodies * 2, *bodies[:3] * 4)]
    row = await choosing.measure(exercise, FakeEngine(scripts), Budget(4, proposals=0))
    assert (row.one_shot, row.agreement) == (False, False)
    assert (row.one_test, row.any) == (True, True)
    assert row.said.startswith("rejected: ")
    assert row.share == 0.5
    found = json.loads(json.dumps(choosing.summary([row])))
    assert found["pass_at_1"]["one_test"]["share"] == 1.0
    assert found["pass_at_1"]["agreement"]["share"] == 0.0


def test_what_the_user_says() -> None:
    """Right is accepted, wrong is rejected or edited, and what cannot happen is not spoken of."""
    one, two, three = (Example(str(n), str(n)) for n in (1, 2, 3))
    pairs = [(one, "1"), (two, "20"), (three, "raises TypeError")]
    assert choosing.told(Task(""), pairs) == Task("", accepted=(one,), rejected=(two,))
    edited = choosing.told(Task(""), pairs, edits=True)
    assert edited == Task("", accepted=(one, Example("2", "20")))
