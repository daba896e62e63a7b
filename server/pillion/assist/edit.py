"""A change that a model writes and that is checked before anybody sees it.

    range -> prompt -> model -> checks -> edits
               ^--- what is wrong ---'        one to three rounds

The walk, top to bottom. The model sees the range with its secrets hidden, and answers with the
whole range rewritten; what it left alone stays the user's own text. An answer that fails a check
goes back with the error, and so does, once, what the security look finds. What cannot be mended is
refused, with a reason and the text to copy; a weakness that stays is shown with a warning.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.asking import ask
from pillion.base.outcome import Nothing, Reason
from pillion.context.glossary import glossary
from pillion.context.redact import redact
from pillion.engine.base import Sampling
from pillion.engine.purpose import Purpose, engine_for
from pillion.post.rewrite.align import align
from pillion.post.rewrite.answer import end_of_code
from pillion.post.rewrite.indent import dedent
from pillion.post.rewrite.pipeline import check
from pillion.post.rewrite.values import Aim, Flaw, Rewrite
from pillion.prompt.blocks import fence_for
from pillion.prompt.edit import repairing, rewriting
from pillion.security.look import weaknesses
from pillion.syntax.extent import MOST_LINES, extent
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.context.index.index import Index
    from pillion.engine.base import Cancel, Engine, ModelInfo
    from pillion.prompt.chat import Message
    from pillion.text.edits import Edit
    from pillion.text.snapshot import Snapshot

HEAT = 0.5
"""Temperature of the rounds after the first: the likeliest answer was wrong already."""

_GROWTH = 1.6
_SPARE_TOKENS = 160
"""Tokens that an answer may have beyond those of the code: an edit adds a few lines."""

_FRAME_TOKENS = 64
"""The markup of the turns of a conversation."""


@dataclass(frozen=True, slots=True)
class Order:
    """A change that somebody wants."""

    snapshot: Snapshot
    start: int
    end: int
    """The selection, in code points; the same where nothing is selected."""
    instruction: str
    keeps_signatures: bool = True
    """Whether whoever calls the code must not notice."""
    path: str = ""
    """The file as the index names it."""
    may_stay: bool = False
    """The code may be as it should be already: the model is not asked again to change it."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Edits that passed every check; all lie in the range that was asked for."""

    edits: tuple[Edit, ...]
    text: str
    """The rewritten range as a whole."""
    notes: tuple[str, ...] = ()
    rounds: int = 1
    """How often the model was asked."""
    answers: tuple[str, ...] = ()
    """What it wrote each time, without the fences."""
    about: tuple[int, int] | None = None
    """The range that was rewritten, or that the model read."""
    weak: str = ""
    """The weaknesses that it would bring in, which are among the notes, too."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there are no edits, and what the model wrote last."""

    why: Nothing
    text: str = ""
    rounds: int = 0
    answers: tuple[str, ...] = ()


async def edit(
    order: Order,
    engine: Engine,
    cancel: Cancel,
    *,
    rounds: int = 2,
    index: Index | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Edited | Refused:
    """Make the change. `rounds` are further tries after an answer that fails a check.

    Raises `EngineError` when the model cannot answer.
    """
    aim = aim_of(order, index)
    if isinstance(aim, Nothing):
        return Refused(aim)
    engine = engine_for(engine, Purpose.EDITS)
    info = await engine.load()
    tag = aim.language.id
    known = glossary(
        aim.snapshot,
        aim.extent.start,
        aim.extent.end,
        aim.language,
        index=index,
        path=order.path,
    )
    around = "\n".join(one.signature for one in known)
    messages = rewriting(aim.shown, order.instruction, aim.language.name, tag, around)
    room = await _room(engine, info, messages, aim.shown)
    if room is None:
        return Refused(Nothing(Reason.RANGE_TOO_LARGE, "It is longer than the model can read."))
    fence = fence_for(aim.shown)
    opening = f"{fence}{tag}\n{_first_line(aim)}"
    answers: list[str] = []
    text, flaw, weak = "", Flaw(Reason.MODEL_STOPPED, ""), None
    for turn in range(rounds + 1):
        report("writing" if not turn else f"mending, round {turn}")
        sampling = Sampling(temperature=HEAT if turn else 0.0, seed=turn)
        text, complete = await ask(
            engine,
            messages,
            cancel,
            begin=opening,
            end=lambda text: end_of_code(text, fence),
            most=room,
            session=f"edit:{aim.snapshot.uri}",
            sampling=sampling,
        )
        # Some say the given line again.
        given = _first_line(aim)
        text = text if given and text.startswith(given) else given + text
        answers.append(text)
        if cancel.is_set():
            return Refused(Nothing(Reason.CANCELLED), text, turn + 1, tuple(answers))
        outcome = check(Rewrite(text, aim, complete))
        if not isinstance(outcome, Flaw):
            edited = await _looked_at(aim, outcome, answers)
            if weak or not edited.weak or turn == rounds:
                # What is weak is mended once; else it is shown with a warning.
                return edited
            weak = edited
            outcome = Flaw(Reason.LEFT_OUT, f"It is not secure. {edited.weak}")
        flaw = outcome
        if flaw.reason is Reason.UNCHANGED and order.may_stay:
            return weak or Refused(Nothing(flaw.reason), "", turn + 1, tuple(answers))
        messages = [
            *messages[:2],
            *repairing(f"{fence}{tag}\n{text}\n{fence}", flaw.hint, order.instruction),
        ]
    return weak or Refused(Nothing(flaw.reason), text, rounds + 1, tuple(answers))


async def _looked_at(aim: Aim, rewrite: Rewrite, answers: list[str]) -> Edited:
    """Return the edits, with a note for each weakness that was not there before."""
    after = aim.document(rewrite.text)
    found = await asyncio.to_thread(weaknesses, aim.snapshot.text, after, aim.language)
    warnings = tuple(dict.fromkeys(map(str, found)))
    return Edited(
        align(aim, rewrite.text),
        rewrite.text,
        (*rewrite.notes, *warnings),
        len(answers),
        tuple(answers),
        about=(aim.extent.start, aim.extent.end),
        weak=" ".join(warnings),
    )


def aim_of(order: Order, index: Index | None = None) -> Aim | Nothing:
    """Return what is to be rewritten, or why it cannot be."""
    snapshot = order.snapshot
    language = language_of(snapshot.language, snapshot.uri)
    found = extent(snapshot, parse(snapshot.text, language), order.start, order.end)
    original = snapshot.text[found.start : found.end]
    if not original.strip():
        return Nothing(Reason.NO_CODE_HERE)
    if found.lines > MOST_LINES:
        size = f"It has {found.lines} lines; select {MOST_LINES} at most."
        return Nothing(Reason.RANGE_TOO_LARGE, size)

    def knows(name: str) -> bool:
        return index is not None and bool(index.defined(name, 1))

    # Redacted before it is cut: a private key may begin above the range.
    whole = redact(snapshot.text, snapshot.language)
    shown = whole[found.start : found.end].replace("\r\n", "\n").replace("\r", "\n")
    return Aim(
        snapshot,
        found,
        language,
        order.instruction,
        order.keeps_signatures,
        dedent(shown),
        knows,
    )


def _first_line(aim: Aim) -> str:
    """Return the line that the answer must begin with; empty where it may be any.

    A small model that is given the header goes on with the body, and does not begin with imports
    or with what stands around the range.
    """
    if not aim.keeps_signatures:
        return ""
    return aim.shown.partition("\n")[0] + "\n" if "\n" in aim.shown else ""


async def _room(engine: Engine, info: ModelInfo, messages: list[Message], code: str) -> int | None:
    """Return how many tokens the answer may have; None if the model could not write the range."""
    *prompt, size = await engine.count([*(one.text for one in messages), code])
    wanted = int(size * _GROWTH) + _SPARE_TOKENS
    # A repair reads the question, an answer and the error.
    left = info.context_tokens - sum(prompt) - _FRAME_TOKENS
    return min(wanted, left) if left >= size + _SPARE_TOKENS // 2 else None
