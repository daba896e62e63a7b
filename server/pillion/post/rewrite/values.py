"""What the checks work on and what they return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.base.outcome import Reason
    from pillion.syntax.extent import Extent
    from pillion.syntax.languages import Language
    from pillion.text.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Aim:
    """What was asked for, as far as the checks must know."""

    snapshot: Snapshot
    extent: Extent
    language: Language
    instruction: str = ""
    """In the user's words; code that it speaks of may go."""
    keeps_signatures: bool = True
    """Whether whoever calls the code must not notice the change."""
    shown: str = ""
    """The range as the model saw it: with secrets hidden and no common indentation."""
    knows: Callable[[str], bool] = lambda _: False
    """Tells whether the workspace defines a name."""

    @property
    def original(self) -> str:
        r"""The range as it is, its lines ending in ``\n``."""
        text = self.snapshot.text[self.extent.start : self.extent.end]
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def document(self, text: str) -> str:
        """Return the whole document with `text` in the place of the range."""
        whole = self.snapshot.text
        return whole[: self.extent.start] + text + whole[self.extent.end :]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The rewritten range on its way through the checks."""

    text: str
    aim: Aim
    complete: bool = True
    """False when the model was cut off by the token limit."""
    notes: tuple[str, ...] = ()
    """Remarks for the user."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a rewrite cannot be taken."""

    reason: Reason
    hint: str
    """What is wrong, in a sentence for the model; names of the code may be in it."""


Check: TypeAlias = "Callable[[Rewrite], Rewrite | Flaw]"
"""One check: a changed rewrite, the same, or what is wrong with it."""
