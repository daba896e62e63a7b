"""Examples as text: what a message decides, in full and in short, and what is no decision."""

from __future__ import annotations

import pytest

from pillion.assist.clarify.task import Example
from pillion.assist.decisions import (
    Decided,
    as_case,
    outcome_of,
    picked,
    plain,
    read,
    readable,
    sentence,
    short,
    written,
)
from pillion.assist.inquiry import Inquiry, answer_to

ONE, TWO, THREE = Example("[]", "0"), Example("[3, 1]", "3"), Example("'a', 2", "raises TypeError")
SHOWN = (ONE, TWO, THREE)


def test_what_is_written_is_read_again() -> None:
    decided = Decided("f", (ONE, THREE), (TWO,))
    assert written(decided) == (
        "- accepted: `f([])` returns `0`\n"
        "- accepted: `f('a', 2)` raises `TypeError`\n"
        "- rejected: `f([3, 1])` returns `3`"
    )
    assert read(written(decided)) == decided
    assert sentence("f", TWO) == "`f([3, 1])` returns `3`"
    assert plain("f", THREE) == "f('a', 2) raises TypeError"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello.",
        "- accepted: `f([])` returns `0`\nand what about None?",
        "- accepted: `f(open('x'))` returns `0`",
        "- accepted: `f([])` returns `print(1)`",
        "- accepted: `f([])` raises `Value Error`",
        "- accepted: `f(` returns `0`",
        "accepted",
        "\n".join(["- accepted: `f([])` returns `0`"] * 21),
    ],
)
def test_what_says_anything_else_is_no_decision(text: str) -> None:
    assert read(text) is None


def test_a_page_is_read_around_its_words() -> None:
    page = "# Chat\n\nChange it:\n\n- rejected: `f([])` returns `0`\n\n*accepted: f(1) returns 2*\n"
    page += "accepted: f([3, 1]) returns 'three'\n"
    assert picked(page) == Decided("f", (Example("[3, 1]", "'three'"),), (ONE,))
    assert picked("# Nothing\n") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", Decided("f", SHOWN)),
        ("Accept all", Decided("f", SHOWN)),
        ("yes.", Decided("f", SHOWN)),
        ("1 3", Decided("f", (ONE, THREE))),
        ("1, -2", Decided("f", (ONE,), (TWO,))),
        ("-1", Decided("f", (), (ONE,))),
        ("1 = None", Decided("f", (Example("[]", "None"),))),
        ("1 = ValueError", Decided("f", (Example("[]", "raises ValueError"),))),
        ("2 3; 1 = [1, 2]", Decided("f", (TWO, THREE, Example("[]", "[1, 2]")))),
        ("f([7]) == 7", Decided("f", (Example("[7]", "7"),))),
        ("f([7]) raises KeyError\n2", Decided("f", (Example("[7]", "raises KeyError"), TWO))),
        ("- rejected: `f([])` returns `0`\n2", Decided("f", (TWO,), (ONE,))),
        (
            "- accepted: `f('a;b')` returns `';'`\n2",
            Decided("f", (Example("'a;b'", "';'"), TWO)),
        ),
        ("1; 1 = 5", Decided("f", (Example("[]", "5"),))),
        ("1 -1", Decided("f", (), (ONE,))),
        ("4", None),
        ("0", None),
        ("1 = print(2)", None),
        ("g(1) == 2", None),
        ("No, negative ones are skipped.", None),
        ("", None),
    ],
)
def test_the_short_form(text: str, expected: Decided | None) -> None:
    assert short(text, "f", SHOWN) == expected


def test_a_line_of_the_terminal_becomes_what_is_kept() -> None:
    inquiry = Inquiry("Right?", ("Accept all", "Just answer"), "f", SHOWN)
    assert read(answer_to(inquiry, "1 -2")) == Decided("f", (ONE,), (TWO,))
    assert answer_to(inquiry, "just answer") == "Just answer"
    assert answer_to(inquiry, "Why?") == "Why?"


def test_outcomes() -> None:
    assert outcome_of("`3`") == "3"
    assert outcome_of("raises ValueError") == "raises ValueError"
    assert outcome_of("StopIteration") == "raises StopIteration"
    assert outcome_of("set()") == "set()"
    assert outcome_of("x + 1") is None


@pytest.mark.parametrize(
    ("outcome", "can"), [("{2, 1}", True), ("'a`b'", True), ("nan", False), ("<object>", False)]
)
def test_only_what_can_be_read_again_is_shown(outcome: str, *, can: bool) -> None:
    assert readable("f", Example("1", outcome)) is can


def test_an_example_is_a_test() -> None:
    assert as_case("f", THREE).raises
    assert as_case("f", THREE).expected == "TypeError"
    assert as_case("f", Example("1", "0.1")).near
    assert not as_case("f", ONE).near
