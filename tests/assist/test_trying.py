"""A change is run before it is shown: it loads, and the examples of code and instruction hold."""

from __future__ import annotations

import pytest

from pillion.assist.trying import Trying, given_in, stated_in

BEFORE = """\
def first(values):
    return values[0]
"""


async def said(after: str, instruction: str = "", before: str = BEFORE) -> str:
    return " ".join(await Trying(instruction).look(before, after))


async def test_code_that_cannot_be_loaded() -> None:
    assert "NameError" in await said("def first(values: Listing):\n    return values[0]\n")
    assert "does not end" in await said("while True:\n    pass\n")
    assert await said("import surely_not_here\n") == ""
    assert await said("raise ValueError\n", before="raise ValueError\n") == ""


async def test_examples_of_the_docstring() -> None:
    doc = '    """First.\n\n    >>> first([4, 5])\n    4\n    """\n'
    text = f"def first(values):\n{doc}    return values[-1]\n"
    assert "gives `5`" in await said(text)
    assert await said(text, before=text) == ""


async def test_examples_of_the_instruction() -> None:
    told = "`first([])` should return None."
    assert "IndexError" in await said(BEFORE, told)
    assert await said("def first(values):\n    return values[0] if values else None\n", told) == ""


async def test_what_fails_on_all_that_is_spoken_of() -> None:
    told = "first should take lists such as [5, 2] or [3, 1]."
    assert "IndexError" in await said("def first(values):\n    return values[9]\n", told)
    assert await said("def first(values):\n    return values[3 - values[1]]\n", told) == ""


@pytest.mark.parametrize(
    ("instruction", "checks"),
    [
        ("`f(2)` should return `4`.", ["f(2) == 4"]),
        ("f([1, 2]) returns [3], when it should return [4].", ["f([1, 2]) == [4]"]),
        ("Now f(1) gives 3, but it must give 4.", ["f(1) == 4"]),
        ("Currently f(2) returns 3.", []),
        ("`Game(Good(), Bad()).won()` returns `True`", ["Game(Good(), Bad()).won() == True"]),
        ("f(x) returns 3", []),
        ("f(1) == 2", ["f(1) == 2"]),
        ("Call f(1) first.", []),
    ],
)
def test_what_an_instruction_states(instruction: str, checks: list[str]) -> None:
    assert [one.name for one in stated_in(instruction)] == checks


def test_values_are_for_functions_of_one_parameter() -> None:
    source = "def f(a): ...\ndef g(a, b): ...\n"
    assert [[one.code for one in row] for row in given_in("f and g, as for [1]", source)] == [
        ["f([1])"]
    ]
