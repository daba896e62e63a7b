"""Errors in a stretch of text, and lines at which definitions begin."""

from __future__ import annotations

import pytest

from pillion.syntax.check import borders, error_count
from pillion.syntax.languages import PLAIN, language_of
from pillion.text.snapshot import Snapshot


@pytest.mark.parametrize(
    ("language", "text", "clean"),
    [
        ("python", "", True),
        ("python", "x = 1\n", True),
        ("python", "x = (1\n", False),
        ("python", "def f(:\n    pass\n", False),
        ("javascript", "f({});", True),
        ("javascript", "f({", False),
        ("rust", "fn f() {}", True),
        ("rust", "fn f() {", False),
    ],
)
def test_broken_code_has_errors(language: str, text: str, clean: bool) -> None:
    count = error_count(text, language_of(language))
    assert count is not None
    assert (count == 0) is clean


def test_only_errors_in_the_range_count() -> None:
    text = "é = '😀'\nx = )\ny = 1\nz = 2\n"
    python = language_of("python")
    assert error_count(text, python) == 1
    assert error_count(text, python, 0, text.index("x")) == 0
    assert error_count(text, python, text.index("x"), text.index("y")) == 1
    assert error_count(text, python, text.index("z")) == 0
    assert error_count(text, python, -5, 999) == 1


def test_a_missing_token_counts_where_it_is_missing() -> None:
    text = "function f() {\n  a();\n\nfunction g() {}\n"
    count = error_count(text, language_of("javascript"), len(text) - 2)
    assert count
    assert error_count(text, language_of("javascript"), 0, 5) == 0


def test_without_a_tree_nothing_is_known() -> None:
    assert error_count("(", PLAIN) is None
    assert borders(Snapshot("file:///x", "def f\nend"), PLAIN) == ()


def check_borders(language: str, text: str, starts: list[str]) -> None:
    snapshot = Snapshot("file:///x", text, language=language)
    found = borders(snapshot, language_of(language))
    assert [snapshot.line(number) for number in found] == starts


def test_a_definition_begins_with_what_belongs_to_it() -> None:
    check_borders(
        "python",
        "import os  # note\n\n# one\n\n# two\n# three\n@first\n@second\ndef f():\n    pass\n"
        "x = 1  # four\nclass A:\n    # five\n    def g(self): pass\n",
        ["# two", "class A:", "    # five"],
    )


def test_borders_of_other_languages() -> None:
    check_borders(
        "rust", "use a;\n/// doc\n#[test]\nfn f() {}\n\nstruct A;\n", ["/// doc", "struct A;"]
    )
    check_borders(
        "java", "/** doc */\n@A\nclass B {\n  int c() {}\n}\n", ["/** doc */", "  int c() {}"]
    )
    check_borders("cpp", "// a\ntemplate <class T>\nT f() {}\n", ["// a"])
    check_borders("javascript", "/* a\n */\nexport default class A {}\n", ["/* a"])
    check_borders("go", "// a\r\nfunc f() {}\r\n", ["// a"])


def test_borders_of_a_part() -> None:
    text = "def f(): pass\n" * 100
    snapshot = Snapshot("file:///x", text, language="python")
    some = borders(snapshot, language_of("python"), len(text) // 2, len(text) // 2 + 30)
    assert 2 <= len(some) <= 5
    assert 50 in some
