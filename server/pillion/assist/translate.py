"""Code in another language, as a page: never an edit of the file it comes from.

range -> prompt -> model -> does it parse in the other language? -> page
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.asking import ask
from pillion.assist.edit import Order, aim_of
from pillion.base.outcome import Nothing, Reason
from pillion.post.rewrite.answer import end_of_code
from pillion.prompt.blocks import block, fence_for
from pillion.prompt.edit import translating
from pillion.syntax.check import error_count

if TYPE_CHECKING:
    from pillion.engine.base import Cancel, Engine
    from pillion.syntax.languages import Language
    from pillion.text.snapshot import Snapshot

_MOST_LINES = 60
_MOST_TOKENS = 700


@dataclass(frozen=True, slots=True)
class Translation:
    """Code in the other language."""

    text: str
    language: Language
    parses: bool

    @property
    def markdown(self) -> str:
        """The page."""
        note = "" if self.parses else "_This does not parse: the model made a mistake._\n\n"
        return f"{note}{block(self.text, self.language.id)}\n\n_Written by a model; not run._\n"


async def translate(
    snapshot: Snapshot, start: int, end: int, target: Language, engine: Engine, *, cancel: Cancel
) -> Translation | Nothing:
    """Translate a selection, or the function around the cursor.

    Raises `EngineError` when the model cannot answer.
    """
    aim = aim_of(Order(snapshot, start, end, ""))
    if isinstance(aim, Nothing):
        return aim
    if aim.extent.lines > _MOST_LINES:
        return Nothing(Reason.RANGE_TOO_LARGE, f"Select {_MOST_LINES} lines at most.")
    fence = fence_for(aim.shown)
    text, whole = await ask(
        engine,
        translating(aim.shown, aim.language.name, target.name, aim.language.id),
        cancel,
        begin=f"{fence}{target.id}\n",
        end=lambda text: end_of_code(text, fence),
        most=_MOST_TOKENS,
        session=f"translate:{snapshot.uri}",
    )
    if cancel.is_set():
        return Nothing(Reason.CANCELLED)
    if not text.strip():
        return Nothing(Reason.PROSE)
    return Translation(text.strip("\n"), target, whole and not error_count(text, target))
