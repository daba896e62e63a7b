"""A selection becomes whole statements; without one, the function or the statement."""

from __future__ import annotations

import textwrap

import pytest

from pillion.syntax.extent import MOST_LINES, extent
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse
from pillion.text.snapshot import Snapshot

PYTHON = """\
import os

def f(a):
    if a:
        b = call(
            a,
            1,
        )
    else:
        b = 2
    return b

class C:
    @decorated
    def m(self):
        pass
"""
SCRIPT = """\
export function f(a) {
  if (a) {
    return call(
      a,
    );
  } else { b = 2; c = 3; }
  return b;
}
"""


def taken(text: str, selected: str, language: str) -> str:
    snapshot = Snapshot("file:///a", text, language=language)
    known = language_of(language)
    start = text.index(selected.replace("█", ""))
    if selected.startswith("█"):
        found = extent(snapshot, parse(text, known), start, start)
    else:
        found = extent(snapshot, parse(text, known), start, start + len(selected))
    assert found.lines == text[found.start : found.end].count("\n") + 1
    return textwrap.dedent(text[found.start : found.end])


@pytest.mark.parametrize(
    ("selected", "first", "last"),
    [
        ("all(\n            a", "b = call(", ")"),
        ("if a:\n", "if a:", "    b = 2"),
        ("b = 2\n    ret", "if a:", "return b"),
        ("return b", "return b", "return b"),
        ("b = 2", "b = 2", "b = 2"),
        ("os\n\ndef f(a)", "import os", "    return b"),
        ("█return b", "def f(a):", "    return b"),
        ("█a,\n", "def f(a):", "    return b"),
        ("█import", "import os", "import os"),
        ("█pass", "@decorated", "    pass"),
        ("\n\n", "import os", "import os"),
    ],
)
def test_python(selected: str, first: str, last: str) -> None:
    lines = taken(PYTHON, selected, "python").split("\n")
    assert (lines[0], lines[-1]) == (first, last)


@pytest.mark.parametrize(
    ("selected", "first", "last"),
    [
        ("      a,", "return call(", ");"),
        ("b = 2", "if (a) {", "} else { b = 2; c = 3; }"),
        ("return b;", "return b;", "return b;"),
        ("█return b", "export function f(a) {", "}"),
    ],
)
def test_javascript(selected: str, first: str, last: str) -> None:
    lines = taken(SCRIPT, selected, "javascript").split("\n")
    assert (lines[0], lines[-1]) == (first, last)


def test_without_a_tree_it_is_whole_lines() -> None:
    assert taken("one two\nthree four\nfive", "two\nthr", "plaintext") == "one two\nthree four"


def test_broken_code_is_widened_as_far_as_it_can_be() -> None:
    assert taken("x = (1,\ny = 2\ndef f(:\n  z\n", "y = 2", "python").count("\n") >= 0


def test_a_huge_function_is_narrowed_to_a_statement_that_holds_the_cursor() -> None:
    body = "".join(
        f"    if a == {n}:\n        b = {n}\n        c = {n}\n" for n in range(MOST_LINES)
    )
    text = f"def f(a):\n{body}    return b\n"
    found = taken(text, "█b = 77\n", "python")
    assert found == "if a == 77:\n    b = 77\n    c = 77"


def test_a_huge_selection_stays_what_the_user_selected() -> None:
    text = "".join(f"x{n} = {n}\n" for n in range(2000))
    snapshot = Snapshot("file:///a", text, language="python")
    found = extent(snapshot, parse(text, language_of("python")), 0, len(text))
    assert found.lines == 2000
