"""Lines end where the protocol says, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillion.text.lines import Lines, eol_of, indent_of, is_blank
from pillion.text.snapshot import Snapshot


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a\n", ["a", ""]),
        ("a\r\nb\rc\nd", ["a", "b", "c", "d"]),
        ("\n\r", ["", "", ""]),
        ("a\fb\x85c\u2028d\ve", ["a\fb\x85c\u2028d\ve"]),
    ],
)
def test_lines(text: str, lines: list[str]) -> None:
    snapshot = Snapshot("file:///x", text)
    assert [snapshot.line(number) for number in range(len(snapshot.lines))] == lines


@given(st.text(st.sampled_from("ab\r\n"), max_size=20))
def test_every_offset_is_on_the_line_that_holds_it(text: str) -> None:
    lines = Lines.of(text)
    for offset in range(len(text) + 1):
        number = lines.at(offset)
        assert lines.starts[number] <= offset
        assert number + 1 == len(lines) or offset < lines.starts[number + 1]


def test_the_first_line_ending_counts() -> None:
    assert eol_of("a\r\nb\n") == "\r\n"
    assert eol_of("a\rb\n") == "\r"
    assert eol_of("a") == "\n"


def test_indentation_is_blanks_and_tabs() -> None:
    assert indent_of(" \t x") == " \t "
    assert indent_of("x") == ""
    assert is_blank(" \t")
    assert not is_blank(" x")
