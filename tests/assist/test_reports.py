"""What runners print is read: counts, failures, and places in the code."""

from __future__ import annotations

import pytest

from pillion.assist.reports import Frame, report, traceback

PYTEST = """\
.FF                                                                      [100%]
=================================== FAILURES ===================================
__________________________________ test_clamp __________________________________
tests/test_calc.py:10: in test_clamp
    assert Range(0, 5).clamp(9) == 5
E   assert 0 == 5
E    +  where 0 = clamp(9)
______________________________ test_mean_of_none _______________________________
tests/test_calc.py:15: in test_mean_of_none
    assert mean([]) == 0
           ^^^^^^^^
calc.py:6: in mean
    return sum(values) / len(values)
           ^^^^^^^^^^^^^^^^^^^^^^^^^
E   ZeroDivisionError: division by zero
=========================== short test summary info ============================
FAILED tests/test_calc.py::test_clamp - assert 0 == 5
2 failed, 1 passed in 1.17s
"""

UNITTEST = """\
.E
======================================================================
ERROR: test_none (test_calc.Mean.test_none)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/p/test_calc.py", line 7, in test_none
    self.assertEqual(mean([]), 0)
                     ^^^^^^^^
  File "/p/calc.py", line 6, in mean
    return sum(values) / len(values)
           ~~~~~~~~~~~~^~~~~~~~~~~~~
ZeroDivisionError: division by zero

----------------------------------------------------------------------
Ran 2 tests in 0.001s

FAILED (errors=1)
"""

NODE = """\
TAP version 13
ok 1 - adds
not ok 2 - halves
  ---
  error: 'Expected values to be strictly equal:'
  stack: |-
    TestContext.<anonymous> (file:///p/calc.test.mjs:9:10)
  ...
1..2
# tests 2
# pass 1
# fail 1
"""


def test_pytest() -> None:
    found = report(PYTEST, 1)
    assert (found.passed, found.failed) == (1, 2)
    clamp, mean = found.failures
    assert clamp.name == "tests/test_calc.py::test_clamp"
    assert clamp.message.startswith("assert 0 == 5")
    assert clamp.lines == ("assert Range(0, 5).clamp(9) == 5",)
    assert mean.message == "ZeroDivisionError: division by zero"
    assert mean.frames == (
        Frame("tests/test_calc.py", 15, "test_mean_of_none"),
        Frame("calc.py", 6, "mean"),
    )


def test_pytest_names_failures_in_full_also_those_that_were_cut_off() -> None:
    output = """\
E   assert 1 == 2
_________________________ ERROR at setup of test_setup _________________________
a.py:4: in bad
    raise ValueError("s")
E   ValueError: s
_______________________________ test_p[b::d - e] _______________________________
a.py:12: in test_p
E   assert 'b::d - e' == 0
_______________________________ U.test_sub (i=0) _______________________________
a.py:19: in test_sub
E   AssertionError: 0 != 1
=========================== short test summary info ============================
FAILED a.py::C::test_p[1.5] - assert [1] == [2]
FAILED a.py::test_p[b::d - e] - AssertionError
SUBFAILED(i=0) a.py::U::test_sub - AssertionError: 0 != 1
ERROR c.py
ERROR a.py::test_setup - ValueError: s
3 failed, 1 passed, 2 errors, 2 subtests passed in 0.64s
"""
    found = report(output, 1)
    assert (found.passed, found.failed) == (1, 5)
    assert [(failure.name, len(failure.frames)) for failure in found.failures] == [
        ("a.py::test_setup", 1),
        ("a.py::test_p[b::d - e]", 1),
        ("U.test_sub (i=0)", 1),
        ("a.py::C::test_p[1.5]", 0),
        ("c.py", 0),
    ]


def test_unittest() -> None:
    found = report(UNITTEST, 1)
    assert (found.passed, found.failed) == (1, 1)
    (failure,) = found.failures
    assert failure.message == "ZeroDivisionError: division by zero"
    assert failure.frames[-1] == Frame("/p/calc.py", 6, "mean")
    assert "self.assertEqual(mean([]), 0)" in failure.lines


def test_node() -> None:
    found = report(NODE, 1)
    assert (found.passed, found.failed) == (1, 1)
    assert found.failures[0].name == "halves"
    assert found.failures[0].frames == (Frame("/p/calc.test.mjs", 9),)


def test_a_pasted_traceback_with_colours_and_two_causes() -> None:
    text = (
        "\x1b[31mTraceback (most recent call last):\x1b[0m\r\n"
        '  File "a.py", line 1, in f\r\n    g()\r\nKeyError: 1\r\n\r\n'
        "During handling of the above exception, another exception occurred:\r\n\r\n"
        "Traceback (most recent call last):\r\n"
        '  File "b.py", line 2, in h\r\n    i()\r\nmy.own.BadError: so\r\n'
    )
    found = traceback(text)
    assert found is not None
    assert (found.message, found.frames) == ("my.own.BadError: so", (Frame("b.py", 2, "h"),))


@pytest.mark.parametrize(
    ("output", "code", "passed", "failed"),
    [
        ("all well", 0, 1, 0),
        ("Segmentation fault", 139, 0, 1),
        ("", None, 0, 1),
        ("no tests ran in 0.01s", 5, 0, 0),
        ("===== 3 passed, 1 skipped in 0.2s =====", 0, 3, 0),
        ("1 passed, 2 subtests passed in 0.64s", 0, 1, 0),
        ("==== 1 failed, 2 passed, 1 error in 0.2s ====", 1, 2, 2),
    ],
)
def test_of_what_cannot_be_read_the_exit_code_counts(
    output: str, code: int | None, passed: int, failed: int
) -> None:
    found = report(output, code)
    assert (found.passed, found.failed) == (passed, failed)
