"""Brackets, strings and comments, as the scan without a parser finds them."""

from __future__ import annotations

import pytest

from cursor import at_cursor
from pillion.post.nesting import scan
from pillion.post.surroundings import surroundings
from pillion.syntax.languages import language_of
from pillion.syntax.locate import locate


@pytest.mark.parametrize(
    ("language", "text", "opened", "inside"),
    [
        ("python", "f('(', [", "([", ""),
        ("python", "f(  # [", "(", "#"),
        ("python", 'x = """a ( ', "", '"""'),
        ("python", "x = 'it\\'s (' + (", "(", ""),
        ("python", "x = 'a\nf(", "(", ""),
        ("python", 'f("a', "(", '"'),
        ("javascript", "f(`a ${b(} `, {", "({", ""),
        ("javascript", "x = /[(]/; g(", "(", ""),
        ("javascript", "<p>don't {\n", "{", ""),
        ("go", "x := `a (\n` + (", "(", ""),
        ("rust", "fn f<'a>(x: &'a str) { '{' ", "{", ""),
        ("rust", 'r#"a " ("# + (', "(", ""),
        ("c", "x = '('; // it's (", "", "//"),
        ("c", "/* ( */ {", "{", ""),
        ("cpp", 'R"(a " ()" + (', "(", ""),
        ("java", 'x = """\n( " (\n""" + (', "(", ""),
        ("plaintext", "it's (", "(", ""),
    ],
)
def test_scan(language: str, text: str, opened: str, inside: str) -> None:
    nest = scan(text, language_of(language))
    assert "".join(bracket.char for bracket in nest.open()) == opened
    assert nest.inside == inside


@pytest.mark.parametrize(
    ("marked", "missing"),
    [
        ("foo(█)\n", 0),
        ("foo(█\n", 1),
        ("foo(bar(█)\n", 1),
        ("foo(█\n)\n", 0),
        ("x = [\n    foo(█\n]\n", 1),
    ],
)
def test_brackets_that_nothing_closes(marked: str, missing: int) -> None:
    assert surroundings(locate(*at_cursor(marked))).missing == missing


@pytest.mark.parametrize(
    ("marked", "missing"),
    [
        ("void f() {\n  if (a) {█\n}\n", 1),
        ("void f() {\n  if (a) {█\n  }\n}\n", 0),
        ("void f() {█\n\nvoid g() {\n}\n", 1),
        ("void f(█\n  a();\n}\n", 1),
    ],
)
def test_braces_that_nothing_closes(marked: str, missing: int) -> None:
    """Where one brace is missing, indentation tells which."""
    assert surroundings(locate(*at_cursor(marked, "c"))).missing == missing


def test_body_that_waits_for_its_brace() -> None:
    assert surroundings(locate(*at_cursor("if (█\n  a();\n}\n", "c"))).spare == "}"


def test_string_that_nothing_closes() -> None:
    around = surroundings(locate(*at_cursor("f('a█\ng('b')\n")))
    assert (around.inside, around.closed) == ("'", False)
