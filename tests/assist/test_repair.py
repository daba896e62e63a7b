"""A function is repaired from what its tests say; what is not sure is said to be so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pillion.assist import testing
from pillion.assist.doc_examples import examples
from pillion.assist.fixing import NOT_SURE, Fixed, Problem, fix
from pillion.assist.judging import Trials
from pillion.assist.likelihood import changed
from pillion.assist.probes import calls, probes
from pillion.assist.repair import Fix, Unfixed, function_at, function_in, header_of, repair
from pillion.assist.reports import Failure
from pillion.assist.testing import ProjectJudge, find_tests
from pillion.base.outcome import Reason
from pillion.engine.base import Cancel, Chunk, Finish, FinishReason, Request
from pillion.engine.fake import FakeEngine
from pillion.sandbox.project import Patience, Ran
from pillion.sandbox.trial import Check
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

TEMPLATE = "{% for message in messages %}[{{ message.role }}]{{ message.content }}{% endfor %}[me]"
WRONG = '''\
class Box:
    def scaled(self, size, by):
        """Return size times by."""
        return size + by


def gcd(a, b):
    if b == 0:
        return a
    return gcd(a % b, b)
'''


def checks(*lines: str) -> tuple[Check, ...]:
    return tuple(Check(f"check {index}", line) for index, line in enumerate(lines))


async def repaired(name: str, *lines: str) -> Fix | Unfixed:
    function = function_at(WRONG, 0, name)
    assert function is not None
    judge = await Trials(name, checks(*lines)).failing_first(WRONG)
    return await repair(function, judge, None, Cancel())


async def test_a_small_change_mends_it_and_nothing_else_is_touched() -> None:
    found = await repaired(
        "gcd", "assert gcd(12, 8) == 4", "assert gcd(3, 0) == 3", "assert gcd(35, 21) == 7"
    )
    assert isinstance(found, Fix)
    assert found.document == WRONG.replace("gcd(a % b, b)", "gcd(b, a % b)")
    assert (found.source, found.sure) == ("swapped operands", True)
    assert "RecursionError" in found.failures


async def test_a_method_keeps_its_indentation() -> None:
    found = await repaired(
        "scaled", "assert Box().scaled(3, 4) == 12", "assert Box().scaled(1, 5) == 5"
    )
    assert isinstance(found, Fix)
    assert found.document == WRONG.replace("size + by", "size * by")


async def test_tests_that_allow_many_changes_leave_it_unsure() -> None:
    found = await repaired("scaled", "assert Box().scaled(0, 4) == 0")
    assert isinstance(found, Fix)
    assert not found.sure
    assert found.rivals


class Opinionated(FakeEngine):
    """Writes one thing, and finds another much likelier than any."""

    writes = ""
    likes = ""

    async def stream(self, request: Request, _: Cancel) -> AsyncGenerator[Chunk, None]:
        liked = request.prompt.heal.endswith(self.likes)
        likely, text = (20.0, "") if liked else (0.0, self.writes)
        yield Chunk(text, Finish(FinishReason.STOP, begun_log_probability=likely))


@pytest.mark.parametrize(
    ("written", "sure"),
    [
        ("    return items[0] if len(items) < 4 else size\n", True),
        # `[]` is near the tests: there the likeliest version fails, and this one does not.
        ("    return items[0] if items else size\n", False),
    ],
)
async def test_the_likeliest_is_not_sure_where_it_fails_and_another_copes(
    written: str, sure: bool
) -> None:
    document = "def first(items, size):\n    return items[1]\n"
    engine = Opinionated(model=replace(FakeEngine.model, chat_template=TEMPLATE))
    engine.writes, engine.likes = written, "items[0]"
    function = function_at(document, 0)
    assert function is not None
    tests = checks("assert first([7, 8], 0) == 7", "assert first([3, 4, 5], 1) == 3")
    judge = await Trials("first", tests).failing_first(document)
    found = await repair(function, judge, engine, Cancel())
    assert isinstance(found, Fix)
    assert (found.text, found.sure) == ("def first(items, size):\n    return items[0]", sure)


DOCUMENTED = '''\
def apart(a, b):
    """The distance.

    >>> apart(2, 7)
    5
    """
    return a - a
'''


@pytest.mark.parametrize(
    ("tests", "text", "wrong"),
    [
        # `b - a` passes as well as `abs(...)` would, and does what the example says.
        (("assert apart(0, 3) == 3", "assert apart(1, 3) == 2"), "b - a", 0),
        (("assert apart(5, 3) == 2", "assert apart(9, 1) == 8"), "a - b", 1),
    ],
)
async def test_a_fix_that_an_example_of_the_documentation_contradicts_is_not_sure(
    tests: tuple[str, ...], text: str, wrong: int
) -> None:
    function = function_at(DOCUMENTED, 0)
    assert function is not None
    judge = await Trials("apart", checks(*tests)).failing_first(DOCUMENTED)
    found = await repair(function, judge, None, Cancel())
    assert isinstance(found, Fix)
    assert text in found.text
    assert (found.wrong, found.sure) == (wrong, not wrong)


async def test_what_passes_needs_no_fix_and_what_cannot_be_has_none() -> None:
    well = await repaired("gcd", "assert gcd(3, 0) == 3")
    assert isinstance(well, Unfixed)
    assert well.why.reason is Reason.NOTHING_FAILS
    never = await repaired("gcd", "assert gcd(3, 0) == 'no number'", "assert gcd(0, 0) == 2.5")
    assert isinstance(never, Unfixed)
    assert never.why.reason is Reason.NO_FIX
    assert never.tried > 50


def test_the_function_of_an_answer() -> None:
    answer = "import os\n\ndef f(a):\n    return a\n\nprint(f(1))\n"
    assert function_in(answer, "f") == "def f(a):\n    return a"
    assert function_in("def f(a):\n    return a\n    and so", "f") == "def f(a):\n    return a"
    assert not function_in("def g(a):\n    return a", "f")
    assert header_of("@x\ndef f(\n    a,\n):\n    return a\n") == "@x\ndef f(\n    a,\n):\n"


def test_changed_lines_have_the_next_one_behind_them() -> None:
    assert changed("a\nb\nc\nd", "a\nx\nc\nd") == ("a\n", "b\nc", "x\nc")
    assert changed("a\nb", "a\nx\nb") == ("a\n", "b", "x\nb")


def test_probes_are_near_the_tests() -> None:
    near = [probe.code for probe in probes("f", checks("assert f([1, 2], 3) == 4"))]
    assert "f([1], 3)" in near
    assert "f([1, 2], 4)" in near
    assert "f([1, 2], 3)" not in near
    built = checks("a = g(1)\nb = g(2)\na.next = b\nassert f(a) == 3")
    assert "a = g(1)\nb = g(2)\nf(a)" in [probe.code for probe in probes("f", built)]
    assert calls("f", "assert f(x) == f(1, 'a')") == [(1, "a")]


def test_examples_of_a_docstring() -> None:
    text = 'def f(a):\n    """Half.\n\n    >>> b = 4\n    >>> f(b)\n    2\n    """\n    return a\n'
    function = function_at(text, 0)
    assert function is not None
    assert [check.code for check in examples(function)] == ["b = 4\nassert f(b) == 2"]


CODE = "def mean(values):\n    return sum(values) / (len(values) + 1)\n"
TEST = """\
from calc import mean


def test_mean():
    assert mean([1, 2, 3]) == 2
    assert mean([4]) == 4
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "calc.py").write_text(CODE)
    (tmp_path / "test_calc.py").write_text(TEST)
    (tmp_path / "test_other.py").write_text("def test_other():\n    assert False\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:asyncio\n")
    return tmp_path


async def test_a_failing_test_of_a_project_is_fixed(project: Path) -> None:
    """Another test fails before and after; it does not stand in the way."""
    tests = find_tests(project)
    assert tests is not None
    problem = Problem(Snapshot("file:///calc.py", CODE, language="python"), "calc.py", tests=tests)
    found = await fix(problem, None, Cancel())
    assert isinstance(found, Fixed)
    assert found.function == "mean"
    (edit,) = found.edits
    scope: dict[str, object] = {}
    exec(edit.apply(CODE), scope)  # noqa: S102 - a small change of the code above.
    mean = scope["mean"]
    assert callable(mean)
    assert mean([1, 2, 3]) == 2
    assert set(found.notes) <= {NOT_SURE}
    assert (project / "calc.py").read_text() == CODE


async def test_many_other_failures_come_first_and_one_has_the_same_name(project: Path) -> None:
    others = [f"def test_{number}():\n    assert False\n" for number in range(30)]
    others.append("def test_mean():\n    assert False\n")
    (project / "test_before.py").write_text("\n\n".join(others))
    tests = find_tests(project)
    assert tests is not None
    judge = ProjectJudge(tests, "calc.py", Patience())
    (before,) = await judge.judge([CODE])
    mine = [failure for failure in before.failed if failure.name == "test_calc.py::test_mean"]
    assert (before.total, len(mine)) == (33, 1)
    judge = judge.for_targets(mine, before.failed)
    right = CODE.replace("(len(values) + 1)", "len(values)")
    verdicts = await judge.judge([right, CODE])
    assert [verdict.good for verdict in verdicts] == [True, False]


@pytest.mark.parametrize(
    ("summary", "good"),
    [
        ("FAILED a.py::test_it - 1\n1 failed, 1 passed in 0.1s", True),
        ("FAILED b.py::test_it - 1\n1 failed, 1 passed in 0.1s", False),
        ("FAILED b.py::test_mine - 1\n1 failed, 1 passed in 0.1s", False),
        ("FAILED a.py::test_it - 1\n2 failed, 1 passed in 0.1s", False),
    ],
)
def test_a_version_fails_nothing_that_did_not_fail_before(
    tmp_path: Path, summary: str, good: bool
) -> None:
    """A test of the same name in another file is another one; so is one that is not named."""
    judge = ProjectJudge(testing.Tests(tmp_path, ("pytest",)), "b.py", Patience()).for_targets(
        [Failure("b.py::test_mine", "")],
        [Failure("a.py::test_it", ""), Failure("b.py::test_mine", "")],
    )
    assert judge._verdict(Ran(1, summary)).good is good


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["t.py::C::test_a[1.5]", "test_b", "C.test_c (i=0)"], "test_a or test_b or test_c"),
        (["t.py::test_a", "t.py"], None),
    ],
)
def test_some_tests_are_chosen_by_their_functions(
    tmp_path: Path, names: list[str], words: str | None
) -> None:
    whole = testing.Tests(tmp_path, ("python", "-m", "pytest"))
    more = ("-x", "-k", words) if words else ()
    assert whole.only(names).command == (*whole.command, *more)


def test_how_a_project_tests(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    found = find_tests(project)
    assert found is not None
    assert "pytest" in found.command
    own = find_tests(project, "python -m unittest discover -v")
    assert own is not None
    assert own.command[1:] == ("-m", "unittest", "discover", "-v")
    bare = tmp_path_factory.mktemp("bare")
    assert find_tests(bare) is None
    (bare / "test_x.py").write_text("import unittest\n\n\nclass X(unittest.TestCase): ...\n")
    other = find_tests(bare)
    assert other is not None
    assert other.command[1:] == ("-m", "unittest")
