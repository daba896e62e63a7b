"""Prompts for servers that take text: how special tokens are spelt, and healing by checking.

The first layout asks for the text from the word border on, so what comes must begin with the
unfinished word. If it does not, the next one is asked, which ends in the unfinished word.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.base.errors import UsageError
from pillion.engine.base import FinishReason
from pillion.engine.http.dialect import Beginning, truncated
from pillion.prompt import family, parts
from pillion.prompt.model_input import Special, is_text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from pillion.engine.http.connection import Json
    from pillion.prompt.family import Family
    from pillion.prompt.model_input import Prompt
    from pillion.prompt.parts import Conversation


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a server is asked to fill in the middle: by tokens in text, by `suffix`, or not."""

    family: Family | None = None
    suffix: bool = False

    @property
    def specials(self) -> frozenset[Special]:
        """The special tokens that a prompt may use."""
        return parts.FIM if self.family or self.suffix else frozenset()


PLAIN = Spelling()


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to ask, and what the output must begin with."""

    prompt: str
    suffix: str = ""
    needed: str = ""

    def body(self) -> Json:
        """Return it as most servers want it."""
        return {"prompt": self.prompt, **({"suffix": self.suffix} if self.suffix else {})}


def find(chosen: str, model: str) -> Spelling:
    """Return the spelling that the settings choose, else that of the model's family.

    Raises `UsageError` for an unknown family.
    """
    if chosen == "suffix":
        return Spelling(suffix=True)
    if chosen == "none":
        return PLAIN
    found = family.named(chosen) if chosen else family.family_of(model)
    if chosen and not found:
        names = ", ".join(one.name for one in family.families())
        raise UsageError(f"`fim={chosen}` is unknown; there are {names}, suffix and none.")
    return Spelling(found)


def layouts(prompt: Prompt, spelling: Spelling) -> list[Layout]:
    """Return the ways to ask, best first; the last one needs no healing."""
    cut, heal = parts.fim(prompt), prompt.heal
    if cut is None:
        text = family.harmless("".join(filter(is_text, prompt.pieces)))
        healed, usual = Layout(text, needed=heal), Layout(text + heal)
    elif spelling.family:
        # Typed text behind the middle token is right far more often, if it ends at a word border.
        healed = Layout(spelling.family.text(cut.prefix, cut.suffix, cut.typed), needed=heal)
        usual = Layout(spelling.family.text(cut.prefix + cut.typed + heal, cut.suffix, ""))
    else:
        before, after = family.harmless(cut.prefix + cut.typed), family.harmless(cut.suffix)
        healed, usual = Layout(before, after, heal), Layout(before + heal, after)
    return [healed, usual] if heal else [healed]


def written(
    prompt: Prompt,
    spelling: Spelling,
    talk: Callable[[Conversation], AsyncGenerator[str, None]],
    complete: Callable[[Layout], AsyncGenerator[str, None]],
) -> AsyncGenerator[str, None]:
    """Generate: `talk` goes on with a conversation, `complete` asks one way for all else."""
    if conversation := parts.conversation(prompt):
        return talk(conversation)
    return healed(layouts(prompt, spelling), complete)


async def healed(
    ways: Sequence[Layout], ask: Callable[[Layout], AsyncGenerator[str, None]]
) -> AsyncGenerator[str, None]:
    """Ask one way after the other until one keeps to what is typed; yield its output.

    The generators yield text and at last a `FinishReason`.
    """
    for way in ways:
        beginning = Beginning(way.needed)
        async with aclosing(ask(way)) as output:
            async for item in output:
                if isinstance(item, FinishReason):
                    if beginning.done:
                        yield item
                        return
                    break  # It ended before the word did.
                shown = beginning.feed(item)
                if shown is None:
                    break
                if shown:
                    yield shown
    raise truncated()
