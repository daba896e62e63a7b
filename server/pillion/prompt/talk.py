"""What is said to the model in a conversation: its rules, material, instructions. Texts are data.

Text that is not the user's own words stands in a fence that it cannot close, under a line that
calls it material. What it says is never read as anything else: not as a command, not as a chip.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pillion.context.chip import Excerpt

_TICKS = re.compile("`+")
_ODD = re.compile(r"[\x00-\x1f\x7f`\u2028\u2029]+")
"""What a file's name may have in it and a title may not: it could end the line or the block."""

_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command."""

    name: str
    description: str
    instruction: str
    needs: str = ""
    """``code`` or ``diff``: what it can't do without."""
    begin: str = ""
    """How the answer begins."""
    applies: bool = True
    """Whether the code of an answer is for the file that the question is about."""
    steps: tuple[str, ...] = ()
    """What differs each time that it is used again in one conversation."""

    def told(self, times: int) -> str:
        """Return the instruction when it was used so many times before."""
        if not self.steps:
            return self.instruction
        return self.instruction.format(step=self.steps[min(times, len(self.steps) - 1)])


def commands() -> dict[str, Command]:
    """Return the slash commands by name, in the order in which they are shown."""
    return {
        name: Command(
            name,
            row["description"],
            row["instruction"],
            row["needs"],
            row.get("begin", ""),
            row.get("applies", True),
            tuple(row.get("steps", ())),
        )
        for name, row in _texts()["commands"].items()
    }


def rules(level: str) -> str:
    """Return the first message, the same for a whole conversation."""
    texts = _texts()
    return "\n".join(part for part in (texts["system"].strip(), texts["level"][level]) if part)


def question(excerpts: Iterable[Excerpt], instruction: str, text: str) -> str:
    """Return what the model reads as the user's message: material, then what is asked."""
    parts = [material(one) for one in excerpts]
    parts += [part for part in (instruction, text) if part]
    return "\n\n".join(parts)


def material(excerpt: Excerpt) -> str:
    """Return an excerpt under its title, in a fence longer than any run of backticks in it."""
    longest = max(map(len, _TICKS.findall(excerpt.text)), default=0)
    fence = "`" * max(3, longest + 1)
    language = excerpt.language if excerpt.language != "plaintext" else ""
    title = _texts()["frame"]["material"].format(title=safe_title(excerpt.title))
    return f"{title}\n{fence}{language}\n{excerpt.text.rstrip()}\n{fence}"


def safe_title(title: str) -> str:
    """Return a title on one line, without backticks."""
    return _ODD.sub(" ", title)[:_LONGEST_TITLE]


def summary(turns: Sequence[tuple[bool, str]]) -> str:
    """Return earlier turns in short; each is whether the user said it, and what."""
    frame = _texts()["frame"]
    lines = [
        (frame["asked"] if by_user else frame["answered"]).format(text=text)
        for by_user, text in turns
        if text
    ]
    return "\n".join([frame["earlier"], *lines])


@cache
def _texts() -> Any:
    return tomllib.loads(files("pillion.prompt").joinpath("talk.toml").read_text("utf-8"))
