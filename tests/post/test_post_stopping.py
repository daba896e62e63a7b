"""The stopper ends the stream when the suggestion is certainly finished, and not before."""

from __future__ import annotations

import time

import pytest

from cursor import at_cursor
from pillion.post.pipeline import Stopper
from pillion.post.shape import multiline_here
from pillion.syntax.locate import locate


def check(marked: str, written: str, kept: str | None, language: str = "python") -> None:
    """`kept` is what is left when the stopper first answers; None if it never does."""
    site = locate(*at_cursor(marked, language))
    stopper = Stopper(site, multiline=multiline_here(site))
    for end in range(1, len(written) + 1):
        length = stopper.feed(written[:end])
        if length is not None:
            assert written[:length] == kept
            return
    assert kept is None


def test_end_of_the_line() -> None:
    check("x = █\n", "1\ny = 2", "1")


def test_one_line_that_goes_on() -> None:
    check("x = █\n", "1 + 2", None)


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
def test_every_line_ending_ends_the_line(eol: str) -> None:
    check("x = █\n", f"1{eol}y = 2", "1")


def test_blanks_without_end() -> None:
    """They are let go on for a while: aligned code may stand far to the right."""
    check("f(a,\n  █)\n", " " * 70 + "b)", None)
    check("f(a,\n  █)\n", " " * 200, " " * 81)


def test_special_token() -> None:
    check("x = █\n", "1<|endoftext|>y", "1")


def test_fence() -> None:
    check("def f():\n    █\n", "return 1\n    ```\nThis", "return 1\n")


def test_block_goes_on() -> None:
    check("def f():\n    █\n", "a = 1\n    b = 2\n", None)


def test_dedent() -> None:
    check("def f():\n    █\n", "a = 1\n    b = 2\n\n\nd", "a = 1\n    b = 2\n\n")


def test_closing_brace() -> None:
    check("f() {\n  █\n}\n", "a;\n  b;\n}", "a;\n  b;\n", "c")


def test_loop_of_lines() -> None:
    check("def f():\n    █\n", "a.run()\n" + "    a.run()\n" * 3, "a.run()")


def test_many_tokens_cost_little() -> None:
    """A hundred tokens in a document of 5,000 lines are checked in far less than one takes."""
    body = "".join(f"def f{n}(a, b):\n    return g(a)[b] + '{n}'\n\n\n" for n in range(1_250))
    site = locate(*at_cursor(body + "def h():\n    █\n\n\n" + body))
    written = "".join(f"a{n} = f{n}(a, b)\n    " for n in range(33))
    started = time.thread_time()
    stopper = Stopper(site, multiline=True)
    for end in range(1, len(written), 3):
        assert stopper.feed(written[:end]) is None
    # About 40 ms, nearly all for the one scan of the document; the limit is for slow machines.
    assert time.thread_time() - started < 1.0
