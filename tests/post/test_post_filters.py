"""What each filter does, on the smallest documents that show it.

``█`` is the cursor; `expected` is the suggestion, and what it swallows follows behind ``|``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from cursor import at_cursor
from pillion.base.outcome import Nothing, Reason
from pillion.post.pipeline import finish
from pillion.post.shape import multiline_here
from pillion.syntax.locate import locate


def check(
    marked: str,
    written: str,
    expected: str | Reason,
    *,
    language: str = "python",
    complete: bool = True,
    parser: bool = True,
) -> None:
    snapshot, offset = at_cursor(marked, language)
    site = locate(snapshot, offset)
    if not parser:
        blind = replace(site.language, grammar=None)
        site = replace(site, language=blind, block=None, broken=False)
    outcome = finish(written, site, multiline=multiline_here(site), complete=complete)
    if isinstance(outcome, Nothing):
        assert outcome.reason == expected
        return
    swallowed = site.rest[: outcome.swallow]
    assert outcome.text + (f"|{swallowed}" if swallowed else "") == expected


with_and_without_parser = pytest.mark.parametrize("parser", [True, False])


class TestEmpty:
    def test_model_wrote_nothing(self) -> None:
        check("x = █\n", "", Reason.MODEL_STOPPED)

    def test_model_wrote_blanks(self) -> None:
        check("x = █\n", " \n\n", Reason.ONLY_WHITESPACE)

    def test_line_was_complete(self) -> None:
        check("x = 1█\n", "\ny = 2\n", Reason.MODEL_STOPPED)


class TestSpecials:
    @pytest.mark.parametrize(
        "token",
        [
            "<|endoftext|>",
            "<|fim_pad|>",
            "<|file_sep|>",
            "<|im_end|>",
            "<fim_suffix>",
            "<EOT>",
            "<\uff5cfim\u2581end\uff5c>",
        ],
    )
    def test_cut_from_the_token(self, token: str) -> None:
        check("x = █\n", f"1{token}import os", "1")

    def test_only_a_token(self) -> None:
        check("x = █\n", "<|endoftext|>", Reason.MODEL_STOPPED)

    def test_token_that_was_cut_off(self) -> None:
        check("x = █\n", "1<|fim_mid", "1", complete=False)

    def test_fence_behind_the_code(self) -> None:
        check("def f():\n    █\n", "return 1\n```\nThis returns 1.", "return 1")

    def test_fence_around_the_code(self) -> None:
        check("█\n", "```python\nimport os\n```\nThis imports os.", "import os")

    def test_fences_are_text_in_markdown(self) -> None:
        check("# Use\n\n█\n", "```sh\nmake\n```\n", "```sh\nmake\n```", language="markdown")

    def test_list_with_the_name_of_a_token(self) -> None:
        check("x = █\n", "table[SUFFIX]", "table[SUFFIX]")


class TestLines:
    def test_document_with_crlf(self) -> None:
        check("def f():\r\n    █\r\n", "a = 1\n    return a\n", "a = 1\r\n    return a")

    def test_model_writes_crlf(self) -> None:
        check("def f():\n    █\n", "a = 1\r\n    return a\r\n", "a = 1\n    return a")

    def test_last_line_was_cut_off(self) -> None:
        check("def f():\n    █\n", "a = 1\n    b = 2\n    retu", "a = 1\n    b = 2", complete=False)

    def test_only_line_was_cut_off_in_a_word(self) -> None:
        check("x = █\n", "first + sec", "first +", complete=False)

    def test_only_word_was_cut_off(self) -> None:
        check("x = █\n", "configurat", "configurat", complete=False)

    def test_blank_is_kept_before_what_follows(self) -> None:
        check("x = a █if b else c\n", "+ 1 ", "+ 1 ")


class TestIndentation:
    def test_blanks_become_tabs(self) -> None:
        check(
            "func f() {\n\tif a {\n\t\treturn\n\t}\n\t█\n}\n",
            "for {\n        g()\n    }\n",
            "for {\n\t\tg()\n\t}",
            language="go",
        )

    def test_tabs_become_blanks(self) -> None:
        check(
            "def f():\n  if a:\n    b()\n  █\n",
            "if c:\n\t\td()\n",
            "if c:\n    d()",
        )

    def test_first_line_repeats_the_indentation(self) -> None:
        check("def f():\n    a()\n    █\n", "\n    b()\n    c()", "b()\n    c()")

    def test_first_line_is_too_deep(self) -> None:
        check("def f():\n    a()\n    █\n", "    b()\n        c()", "b()\n    c()")

    def test_first_line_is_not_deep_enough(self) -> None:
        check("def f():\n█\n", "return 1\n", "    return 1")


class TestBlock:
    @with_and_without_parser
    def test_dedent(self, parser: bool) -> None:
        check(
            "def f():\n    if a:\n        █\n",
            "b()\n        c()\n    return d\n",
            "b()\n        c()",
            parser=parser,
        )

    @with_and_without_parser
    def test_brace(self, parser: bool) -> None:
        check(
            "function f() {\n  █\n}\n",
            "a();\n  b();\n}\n\nfunction g() {\n  c();\n}\n",
            "a();\n  b();",
            language="typescript",
            parser=parser,
        )

    @with_and_without_parser
    def test_brace_that_is_missing(self, parser: bool) -> None:
        check(
            "function f() {█\n\nfunction g() {\n}\n",
            "\n  a();\n}\n\nfunction h() {\n  b();\n}\n",
            "\n  a();\n}",
            language="typescript",
            parser=parser,
        )

    @with_and_without_parser
    def test_brace_in_a_string(self, parser: bool) -> None:
        check(
            "function f() {\n  █\n}\n",
            'a("}");\n  b("{");\n}\n',
            'a("}");\n  b("{");',
            language="typescript",
            parser=parser,
        )

    @with_and_without_parser
    def test_blank_line_in_a_new_body(self, parser: bool) -> None:
        check("def f():\n    █\n", "a()\n\n    b()\n", "a()\n\n    b()", parser=parser)

    @with_and_without_parser
    def test_blank_line_ends_a_paragraph(self, parser: bool) -> None:
        check("def f():\n    x()\n    █\n", "a()\n\n    b()\n", "a()", parser=parser)

    @with_and_without_parser
    def test_one_method_is_enough(self, parser: bool) -> None:
        check(
            "class A:\n    █\n",
            "def f(self):\n        return 1\n\n    def g(self):\n        return 2\n",
            "def f(self):\n        return 1",
            parser=parser,
        )

    @with_and_without_parser
    def test_decorator_belongs_to_its_function(self, parser: bool) -> None:
        check(
            "class A:\n    █\n",
            "@property\n    def f(self):\n        return 1\n    @property\n    def g(self):\n",
            "@property\n    def f(self):\n        return 1",
            parser=parser,
        )

    @with_and_without_parser
    def test_another_branch(self, parser: bool) -> None:
        check(
            "function f() {\n  if (a) {\n    b();\n  █\n    c();\n  }\n}\n",
            "} else {\n    c();\n  }\n}\n",
            "} else {",
            language="javascript",
            parser=parser,
        )

    def test_unknown_language_by_indentation(self) -> None:
        check("if a then\n  █\n", "b()\n  c()\nend\n\nd()\n", "b()\n  c()", language="lua")

    def test_dedented_line_in_a_string(self) -> None:
        check(
            "def f():\n    █\n",
            'x = """\none\n"""\n    return x\n\n\ny = 1\n',
            'x = """\none\n"""\n    return x',
        )

    def test_docstring_ends_where_it_ends(self) -> None:
        check(
            'def f():\n    """Do it.\n\n    █\n    """\n    return 1\n',
            'More of it.\n    """\n    return 1\n',
            "More of it.",
        )


class TestHeader:
    BELOW = "def f(a):\n    x = 0\n█\n        x += b\n    return x\n"

    def test_line_that_opens_what_stands_below(self) -> None:
        check(self.BELOW, "    for b in a:\n", "    for b in a:")

    def test_cut_behind_it(self) -> None:
        check(
            self.BELOW, "    for b in a:\n        y(b)\n    z()\n", "    for b in a:\n        y(b)"
        )

    @with_and_without_parser
    def test_line_that_does_not(self, parser: bool) -> None:
        check(self.BELOW, "    y = 1\n", Reason.NOTHING_LEFT, parser=parser)

    def test_header_that_is_not_deep_enough(self) -> None:
        check(
            self.BELOW.replace("    x = 0\n", '    """Doc."""\n'),
            "for b in a:\n",
            Reason.NOTHING_LEFT,
        )

    def test_string_over_several_lines(self) -> None:
        check(self.BELOW, '    x = """\n            a\n    """\n', Reason.NOTHING_LEFT)

    def test_header_above(self) -> None:
        check("def f():\n    if a:\n        █\n        b()\n", "c()", "c()")

    def test_comment_below_may_stand_anywhere(self) -> None:
        check("def f():\n    █\n        # Why.\n    b()\n", "c()", "c()")

    def test_arguments_below_may_stand_anywhere(self) -> None:
        check("f(\n    █\n        b,\n)\n", "a,", "a,")


class TestOverlap:
    def test_rest_of_the_line(self) -> None:
        check("foo(█, b)\n", "a, b)", "a, b)|, b)")

    def test_rest_of_the_line_only(self) -> None:
        check("foo(a█, b)\n", ", b)", Reason.REPEATS_SUFFIX)

    def test_semicolon(self) -> None:
        check("int x = █;\n", "1;", "1;|;", language="c")

    def test_next_line(self) -> None:
        check("def f():\n    █\n    return a + b\n", "a = 1\n    return a + b\n", "a = 1")

    def test_next_line_below_a_line_break(self) -> None:
        """What is cut off behind a cursor among blanks takes nothing from the front."""
        check(
            "class A {\n  int a;\n  █\n  int b;\n}\n",
            "\nint c;\n  int b;\n",
            "\nint c;",
            language="java",
        )

    def test_only_the_next_line(self) -> None:
        check("def f():\n    █\n    return a + b\n", "return a + b\n", Reason.REPEATS_SUFFIX)

    def test_line_that_becomes_the_next_one(self) -> None:
        check("equal(█)\nequal(params, 0)\n", "params, 0)\nother()", Reason.REPEATS_SUFFIX)

    def test_same_line_in_another_branch(self) -> None:
        check("if a:\n    █\nelse:\n    return None\n", "return None\n", "return None")

    def test_block_a_little_further_down(self) -> None:
        check(
            "def f():\n    █\n    if a:\n        b()\n    for c in d:\n        emit(c)\n",
            "x = 0\n    for c in d:\n        emit(c)\n    return x\n",
            "x = 0",
        )

    def test_same_header_above_another_body(self) -> None:
        check(
            "def f():\n    █\n    if a:\n        b()\n    for c in d:\n        e(c)\n",
            "for c in d:\n        g(c)\n",
            "for c in d:\n        g(c)",
        )

    def test_short_line_a_little_further_down(self) -> None:
        check("def f():\n    █\n    b()\n    a()\n", "a()", "a()")


class TestBrackets:
    def test_auto_closed_bracket(self) -> None:
        check("foo(█)\n", "a, b)", "a, b)|)")

    def test_auto_closed_bracket_and_more(self) -> None:
        check("if foo(█)\n    pass\n", "a, b):", "a, b):|)")

    def test_bracket_is_left_to_the_editor(self) -> None:
        check("foo(█)\n", "a, b", "a, b")

    def test_own_brackets_are_not_the_editors(self) -> None:
        check("foo(█)\n", "bar(a)", "bar(a)")

    def test_two_brackets_with_one_in_place(self) -> None:
        check("foo(bar(█)\n", "a))", "a))|)")

    def test_one_bracket_too_many(self) -> None:
        check("x = (█ + 1)\n", "a) + b", "a")

    def test_nothing_but_a_bracket(self) -> None:
        check("def f():\n    x = [1]█\n", "]", Reason.UNBALANCED)

    def test_auto_closed_quote(self) -> None:
        check('print("█")\n', 'hello")', 'hello")|")')

    def test_quote_that_the_user_has_to_close(self) -> None:
        check('print("█\n', 'hello")', 'hello")')

    def test_quote_too_many(self) -> None:
        check('print("hello█ world")\n', '", x', Reason.UNBALANCED)

    def test_auto_closed_block(self) -> None:
        check("function f() {█}\n", "\n  a();\n}", "\n  a();\n}|}", language="javascript")

    def test_auto_closed_block_is_set_apart(self) -> None:
        check("function f() {█}\n", "\n  a();", "\n  a();\n}|}", language="javascript")

    def test_bracket_in_a_comment(self) -> None:
        check("x = 1  # one (█)\n", "or two) of them", "or two) of them|)")


class TestRepetition:
    def test_loop_of_lines(self) -> None:
        check("def f():\n    █\n", "a.run()\n" + "    a.run()\n" * 3, "a.run()")

    def test_loop_of_several_lines(self) -> None:
        check(
            "def f():\n    █\n",
            "a.bc()\n    d.ef()\n    a.bc()\n    d.ef()\n    a.bc()\n",
            "a.bc()\n    d.ef()",
        )

    def test_loop_that_counts(self) -> None:
        check(
            "def f():\n    █\n",
            "if a == 1:\n        b(10)\n    "
            "if a == 2:\n        b(20)\n    "
            "if a == 3:\n        b(30)",
            "if a == 1:\n        b(10)",
        )

    def test_loop_in_a_line(self) -> None:
        check("x = █\n", "foo.bar.foo.bar.foo.bar.foo.bar.foo.bar", "foo.bar")

    def test_rule_of_dashes(self) -> None:
        check("# █\n", "-" * 70, "-" * 70)

    def test_line_above(self) -> None:
        check("def f():\n    a.update(b)\n    █\n", "a.update(b)\n", Reason.REPEATS_PREFIX)

    def test_line_above_and_more(self) -> None:
        check(
            "import java.util.List;\n█\n",
            "import java.util.List;\nimport java.util.Map;\n",
            Reason.REPEATS_PREFIX,
            language="java",
        )

    def test_line_above_twice(self) -> None:
        check(
            "def f():\n    a.update(b)\n    █\n",
            "a.update(b)\n    a.update(b)\n    a.upd",
            Reason.REPEATS_PREFIX,
            complete=False,
        )


class TestSyntax:
    def test_last_line_does_not_parse(self) -> None:
        check("def f():\n    █\n", "a = 1\n    b = = 2\n", "a = 1")

    def test_operator_at_the_end(self) -> None:
        check("def f():\n    return a█\n", " + b +", " + b")

    def test_no_valid_part(self) -> None:
        check("def f():\n    a()\n    █\n", "= = =", Reason.NOTHING_LEFT)

    def test_unfinished_code_may_stay_unfinished(self) -> None:
        check("def f():\n    return (a +█\n", " (b", " (b")

    def test_one_line_may_open_a_block(self) -> None:
        check("def f():\n    for█\n    return 1\n", " x in y:", " x in y:")

    def test_cut_off_body_may_stay_open(self) -> None:
        check(
            "function f() {\n  █\n}\n",
            "if (a) {\n    b();\n    c();\n    d(",
            "if (a) {\n    b();\n    c();",
            language="javascript",
            complete=False,
        )

    def test_macros_do_not_parse(self) -> None:
        check(
            "int a;\n█\nint b;\n", "EXPORT API int c(int);", "EXPORT API int c(int);", language="c"
        )
