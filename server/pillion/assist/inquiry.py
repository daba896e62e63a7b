"""A question back to the user: choices to click, or examples to accept, reject or change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.decisions import sentence, short, written

if TYPE_CHECKING:
    from pillion.assist.clarify.task import Example


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question; any other answer is possible."""

    text: str
    choices: tuple[str, ...] = ()
    function: str = ""
    """Whose examples these are."""
    examples: tuple[Example, ...] = ()

    @property
    def whole(self) -> str:
        """The question with its examples, as Markdown."""
        lines = [
            f"{number}. {sentence(self.function, one)}"
            for number, one in enumerate(self.examples, 1)
        ]
        return "\n".join([self.text, "", *lines]) if lines else self.text


def answer_to(inquiry: Inquiry | None, text: str) -> str:
    """Return what a line means as an answer: a choice by its number, examples by theirs.

    Anything else is an answer as it is.
    """
    if inquiry is None:
        return text
    if inquiry.examples:
        decided = short(text, inquiry.function, inquiry.examples)
        if decided:
            return written(decided)
    elif text.isdigit() and 1 <= int(text) <= len(inquiry.choices):
        return inquiry.choices[int(text) - 1]
    return next((one for one in inquiry.choices if one.lower() == text.strip().lower()), text)
