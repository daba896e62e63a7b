"""Each kind of defect is told from what is right, by a judge that knows none of the filters."""

from __future__ import annotations

import pytest

from cursor import at_cursor
from pillion.eval.defects import Defect, Inserted, defects


def check(
    marked: str, text: str, *expected: Defect, truth: str = "", language: str = "python"
) -> None:
    snapshot, offset = at_cursor(marked, language)
    assert defects(Inserted(snapshot, offset, text, 0, truth)) == set(expected)


@pytest.mark.parametrize(
    "token",
    ["<|endoftext|>", "<|fim_middle|>", "<fim_suffix>", "</s>", "<\uff5cfim\u2581end\uff5c>"],
)
def test_special_token(token: str) -> None:
    check("x = 'a█'\n", f"b{token}", Defect.SPECIAL_TOKEN)


def test_pipe_that_is_code() -> None:
    check("x = a█\n", " < b | c", truth=" < b | c")


def test_fence() -> None:
    check("def f():\n    █\n", "return 1\n```\n", Defect.FENCE, Defect.SYNTAX_ERROR)


def test_fence_of_a_comment() -> None:
    check("█\nfn f() {}\n", "/// ```\n/// f();\n/// ```", language="rust")


def test_following_line() -> None:
    check(
        "def f():\n    █\n    return a + b\n",
        "a = 1\n    return a + b",
        Defect.DUPLICATED_FOLLOWING_LINE,
    )


def test_following_line_that_is_the_true_one() -> None:
    check("def f():\n    █\n    run(a)\n", "run(a)", truth="run(a)")


def test_closing_bracket_below_is_no_duplicate() -> None:
    check("f({\n  a: {\n    █\n  }\n})\n", "b: 1,", language="javascript")


def test_preceding_line() -> None:
    check("def f():\n    run(a)\n    █\n", "run(a)", Defect.REPEATED_PRECEDING_LINE)


def test_doubled_bracket() -> None:
    check("f(█)\n", "a)", Defect.DOUBLED_BRACKET_OR_QUOTE, Defect.SYNTAX_ERROR)
    check("f(█)\n", "g(a)")


def test_doubled_quote() -> None:
    check('f("█")\n', 'a"', Defect.DOUBLED_BRACKET_OR_QUOTE, Defect.SYNTAX_ERROR)


def test_what_is_replaced_is_not_doubled() -> None:
    snapshot, offset = at_cursor("f(█)\n")
    assert not defects(Inserted(snapshot, offset, "a)", 1, "a"))


def test_syntax_error() -> None:
    check("x = 1\n█\n", "= 1 +", Defect.SYNTAX_ERROR, truth="y = 2")


def test_error_that_was_there() -> None:
    check("x = = (█\n", "a)", truth="a)")


def test_tabs_among_blanks() -> None:
    check("def f():\n    x()\n    █\n", "if a:\n\t\tb()", Defect.INDENTATION)


def test_blanks_among_tabs() -> None:
    check(
        "func f() {\n\tg()\n\t█\n}\n",
        "if a {\n        b()\n\t}",
        Defect.INDENTATION,
        language="go",
    )


def test_prose() -> None:
    check(
        "int a;\n█\nint b;\n",
        "This code defines the integer a and the integer b.",
        Defect.PROSE,
        Defect.SYNTAX_ERROR,
        language="c",
    )


@pytest.mark.parametrize("marked", ["# █\n", '"""\n█\n"""\n'])
def test_prose_where_it_belongs(marked: str) -> None:
    check(marked, "This module defines what a user can see of it.")


def test_nothing_has_no_defect() -> None:
    check("x = █\n", "  \n")
