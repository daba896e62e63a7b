"""The layout of design decision 1, and what a model without middle tokens gets."""

from __future__ import annotations

from pillion.context.snippet import Snippet, Source
from pillion.context.window import Window
from pillion.prompt.fim import NO_FIM, heading, layout
from pillion.prompt.model_input import Prompt, Special

FIM = frozenset({Special.FIM_PREFIX, Special.FIM_SUFFIX, Special.FIM_MIDDLE})
WINDOW = Window(prefix="a = 1\n", typed="b = a.re", suffix="\nc\n", start=0, anchor=6)


def test_typed_text_stands_after_the_middle_token() -> None:
    assert layout(WINDOW, FIM) == Prompt(
        (Special.FIM_PREFIX, "a = 1\n", Special.FIM_SUFFIX, "\nc\n", Special.FIM_MIDDLE, "b = a"),
        heal=".re",
    )


def test_a_keystroke_inside_a_word_changes_only_what_is_healed() -> None:
    longer = Window("a = 1\n", "b = a.rea", "\nc\n", 0, 6)
    assert layout(longer, FIM).pieces == layout(WINDOW, FIM).pieces


def test_without_middle_tokens_the_prompt_is_plain_and_says_so() -> None:
    assert layout(WINDOW, frozenset()) == Prompt(("a = 1\nb = a",), heal=".re", note=NO_FIM)


def test_a_plain_prompt_is_never_empty() -> None:
    empty = Window("", "", "", 0, 0)
    assert layout(empty, frozenset()).pieces == ("\n",)


def test_other_code_stands_in_front_of_the_prefix_under_the_name_of_its_file() -> None:
    snippets = (
        Snippet(Source.SIMILAR, "b.py", 3, 4, "x = 1\ny = 2", 1.0, ""),
        Snippet(Source.DEFINITION, "b.py", 9, 9, "def f()", 1.0, ""),
        Snippet(Source.DIAGNOSTIC, "", 1, 1, "error: no such name", 1.0, ""),
    )
    head = heading(snippets, "a.py", "#")
    assert head == ("# b.py\nx = 1\ny = 2\n\ndef f()\n\n# error: no such name\n\n# a.py\n")
    assert layout(WINDOW, FIM, head).pieces[:3] == (Special.FIM_PREFIX, head, "a = 1\n")


def test_without_other_code_the_prompt_is_as_it_was() -> None:
    assert heading((), "a.py", "#") == ""
    assert layout(WINDOW, FIM, "") == layout(WINDOW, FIM)
