"""Where the typed text may be taken back to a token border (token healing, design decision 5).

A cursor is mostly inside a word, and a prompt that ends inside a word ends in tokens that the
model has never seen there. So the unfinished end of the typed text is taken out of the prompt, and
the output is made to begin with it. Pure text; the engine does the constraining.
"""

from __future__ import annotations

from typing import NamedTuple


class Healed(NamedTuple):
    """The typed text, split before its unfinished end."""

    whole: str
    unfinished: str
    last_token: bool
    """Nothing is unfinished as text, but the last token may be (`x = foo(`): take it back, too."""


def split(typed: str, *, solid: bool = False) -> Healed:
    """Split `typed` before its unfinished word, with the one character before that word.

    Tokens of words carry the blank, dot or bracket in front of them (`" self"`, `".append"`), so
    that character is taken back with the word. Blanks at the end are taken back whole, because
    the last of them belongs to the next word's token. With `solid` no further blank may come, and
    only that last one is taken back: the others make the token that they always make.
    """
    if not typed:
        return Healed("", "", last_token=False)
    start = len(typed)
    while start and _in_word(typed[start - 1]):
        start -= 1
    if start < len(typed):
        if start and typed[start - 1] not in "\r\n":
            start -= 1
        return Healed(typed[:start], typed[start:], last_token=False)
    while start and typed[start - 1] in " \t":
        start -= 1
    if start < len(typed):
        start = len(typed) - 1 if solid else start
        return Healed(typed[:start], typed[start:], last_token=False)
    return Healed(typed, "", last_token=True)


def _in_word(char: str) -> bool:
    return char == "_" or char.isalnum()
