"""Versions of some code against checks, and a project's tests on a copy of it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pillion.sandbox.project import Patience, run_tests
from pillion.sandbox.trial import Bounds, Check, End, trial

THREE = Check("three", "assert f(3) == 4")
FOUR = Check("four", "assert f(4) == 5")
BOUNDS = Bounds(each=0.3, whole=30.0)


def ends(*versions: str, checks: tuple[Check, ...] = (THREE, FOUR)) -> list[list[End]]:
    rows = trial(versions, checks, BOUNDS, all_checks=True)
    return [[outcome.end for outcome in row] for row in rows]


def test_each_version_is_judged_alone() -> None:
    right, wrong = "def f(a):\n    return a + 1", "def f(a):\n    return a"
    assert ends(right, wrong, right) == [[End.PASSED] * 2, [End.WRONG] * 2, [End.PASSED] * 2]


def test_what_failed_is_told() -> None:
    code = "def f(a):\n    b = [a]\n    return b[1]"
    ((wrong,), (raised,)) = trial(["def f(a):\n    return a", code], [THREE])
    assert (wrong.got, wrong.expected) == ("3", "4")
    assert raised.error == "IndexError: list index out of range"
    assert (raised.line, raised.locals) == (3, "a=3, b=[3]")


def test_code_that_does_not_end_or_hides_its_end_fails() -> None:
    endless = "def f(a):\n    while True: pass"
    deaf = (
        "def f(a):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass"
    )
    quits = "import os\nos._exit(0)"
    hungry = "def f(a):\n    return [0] * 10**10"
    broken = "def f(a:"
    found = ends(endless, deaf, quits, hungry, broken, "def f(a):\n    return a + 1")
    assert [row[0] for row in found[:5]] == [End.TIME, End.TIME, End.TIME, End.RAISED, End.RAISED]
    assert found[5] == [End.PASSED] * 2


def test_a_check_does_not_see_what_another_left() -> None:
    code = "seen = []\ndef f(a):\n    seen.append(a)\n    return len(seen)"
    checks = (Check("a", "assert f(1) == 1"), Check("b", "assert f(1) == 1"))
    assert ends(code, checks=checks) == [[End.PASSED] * 2]


def test_what_is_printed_is_thrown_away_and_values_are_seen() -> None:
    code = "def f(a):\n    print('x' * 10**6)\n    yield a"
    ((outcome,),) = trial([code], [Check("c", "b = 2\nf(b)", observe=True)])
    assert (outcome.end, outcome.got) == (End.SEEN, "[2]")


def test_a_few_hundred_versions_take_seconds() -> None:
    started = time.monotonic()
    rows = trial(["def f(a):\n    return a + 1"] * 300, [THREE], Bounds(whole=60.0))
    assert all(row[0].passed for row in rows)
    assert time.monotonic() - started < 60


def test_tests_run_on_a_copy(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("VALUE = 1\n")
    (tmp_path / "check.py").write_text(
        "from pathlib import Path\n"
        "print(Path('code.py').read_text())\nPath('left').write_text('x')\n"
    )
    command = [sys.executable, "check.py"]
    readable = [Path(sys.prefix), Path(sys.executable).resolve().parent.parent]
    patience = Patience(each=20.0, whole=60.0)
    ran = run_tests(
        tmp_path, command, [{}, {"code.py": "VALUE = 2\n"}], readable=readable, patience=patience
    )
    assert [one.exit_code for one in ran] == [0, 0]
    assert "VALUE = 1" in ran[0].output
    assert "VALUE = 2" in ran[1].output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["check.py", "code.py"]


def test_tests_that_hang_or_print_megabytes_end(tmp_path: Path) -> None:
    readable = [Path(sys.prefix), Path(sys.executable).resolve().parent.parent]
    patience = Patience(each=2.0, whole=30.0, output_bytes=1000)

    def run(code: str) -> tuple[int | None, str]:
        command = [sys.executable, "-c", code]
        (ran,) = run_tests(tmp_path, command, [{}], readable=readable, patience=patience)
        return ran.exit_code, ran.output

    assert run("while True: pass") == (None, "")
    code, output = run("for i in range(200000): print('x' * 20)\nprint('end')")
    assert code == 0
    assert len(output) == 1000
    assert output.endswith("end\n")
