"""A change that a model writes and that is checked before anybody sees it.

    range -> prompt -> model -> checks -> edits
               ^--- what is wrong ---'        one to three rounds

The walk, top to bottom. The model sees the range with its secrets hidden, and answers with the
whole range rewritten; what it left alone stays the user's own text. An answer that fails a check
goes back with the error, and so does, once, what speaks against one that passes: a weakness, a name
that was asked for and is not there, what a linter says. What cannot be mended is refused, with a
reason and the text to copy; of those that pass, the one is shown that least speaks against, with
all that does.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.asking import ask
from pillion.assist.question import first, narrowed
from pillion.base.outcome import Nothing, Reason
from pillion.context.redact import redact
from pillion.engine.base import FinishReason, Priority, Request, Sampling, write
from pillion.engine.purpose import Purpose, engine_for
from pillion.post.rewrite.align import align
from pillion.post.rewrite.answer import end_of_code
from pillion.post.rewrite.indent import dedent
from pillion.post.rewrite.pipeline import check, doubts
from pillion.post.rewrite.values import Aim, Flaw, Rewrite
from pillion.prompt.chat import chat
from pillion.security.look import weaknesses
from pillion.syntax.extent import MOST_LINES, extent
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pillion.context.index.index import Index
    from pillion.engine.base import Cancel, Engine
    from pillion.prompt.chat import Message
    from pillion.text.edits import Edit
    from pillion.text.snapshot import Snapshot

HEAT = 0.6
"""Temperature of the further answers of a round: the likeliest one was wrong already."""

SAMPLES = 3
"""Answers of each round after the first, written side by side."""

_FRUITLESS = frozenset((Reason.UNCHANGED, Reason.TOO_LONG, Reason.LEFT_OUT, Reason.PROSE))
"""What goes wrong with a text that is too long to be copied; to be told so does not help."""

_PLAN_TOKENS = 96

_GROWTH = 1.6
_SPARE_TOKENS = 160
"""Tokens that an answer may have beyond those of the code: an edit adds a few lines."""

_FRAME_TOKENS = 64
"""The markup of the turns of a conversation."""


@dataclass(frozen=True, slots=True)
class Look:
    """Looks at what passes the checks."""

    say: Callable[[str, str], Awaitable[Sequence[str]]]
    """Gets the document before and after; says what is wrong with the change, in sentences."""
    insists: bool = False
    """Whether it is asked for a better answer as often as there are rounds, and not only once."""


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
    doubts: tuple[str, ...] = ()
    """What speaks against it, which is among the notes, too: weaknesses, names that are missing."""
    grave: frozenset[str] = frozenset()
    """Those of them that another answer is worth, as long as there are rounds."""


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
    looks: Sequence[Look] = (),
    report: Callable[[str], None] = lambda _: None,
) -> Edited | Refused:
    """Make the change. `rounds` are further tries after an answer that fails a check.

    `looks` are asked about what passes all checks, such as a linter of the project.
    Raises `EngineError` when the model cannot answer.
    """
    aim = aim_of(order, index)
    if isinstance(aim, Nothing):
        return Refused(aim)
    engine = engine_for(engine, Purpose.EDITS)
    asking = _Asking(order, aim, engine, cancel, index)
    best: Edited | None = None
    flaw: Flaw | None = None
    said: set[str] = set()
    for turn in range(rounds + 1):
        report("writing" if not turn else f"mending, round {turn}")
        written = await asking.ask()
        if written is None:
            if not turn:
                why = "It is longer than the model can read."
                return Refused(Nothing(Reason.RANGE_TOO_LARGE, why))
            break
        if cancel.is_set():
            return asking.refused(Nothing(Reason.CANCELLED))
        passed, flaw = await _judged(aim, written, looks)
        if flaw is not None:
            if flaw.reason is Reason.UNCHANGED and order.may_stay:
                break
            asking.mend(flaw.hint, fruitless=flaw.reason in _FRUITLESS)
            continue
        best = min([*([best] if best else []), *passed], key=lambda one: len(one.doubts))
        hint = " ".join(one for one in best.doubts if one in best.grave or one not in said)
        if not hint:
            # Nothing speaks against it, or what does was said to no avail.
            break
        asking.mend(hint, fruitless=said >= set(best.doubts))
        said |= set(best.doubts)
    if best is None:
        return asking.refused(Nothing(flaw.reason if flaw else Reason.MODEL_STOPPED))
    return replace(best, rounds=asking.rounds, answers=tuple(asking.answers))


class _Asking:
    """Asks the model, each time in another way."""

    def __init__(
        self, order: Order, aim: Aim, engine: Engine, cancel: Cancel, index: Index | None
    ) -> None:
        self._order, self._aim = order, aim
        self._engine, self._cancel, self._index = engine, cancel, index
        self._question = first(aim, order.path, index)
        self._last = ""
        self._plans = False
        self._narrow = False
        self.answers: list[str] = []
        """Of each round the likeliest answer, in its place in the range."""

    @property
    def rounds(self) -> int:
        """How often an answer was written."""
        return len(self.answers)

    async def ask(self) -> list[tuple[str, bool]] | None:
        """Return what the model writes for the range, and whether it came to an end each time.

        None if it could not write the range.
        """
        if self._plans:
            plan = self._question.plan()
            text, _ = await self._ask(plan, most=_PLAN_TOKENS)
            self._question = self._question.planned(text.strip())
        question = self._question
        room = await self._room()
        if room is None:
            return None
        if not self.answers:
            written = [
                await self._ask(
                    question.messages,
                    begin=question.opening,
                    end=lambda text: end_of_code(text, question.fence),
                    most=room,
                )
            ]
        else:
            written = await self._several(room)
        self._last = question.whole(written[0][0])
        found = [(question.put(question.whole(text)), complete) for text, complete in written]
        self.answers.append(found[0][0])
        return found

    def mend(self, hint: str, *, fruitless: bool = False) -> None:
        """Ask about the last answer next; in another way where that would be fruitless."""
        again = fruitless or self.rounds > 1
        if again and not self._narrow:
            self._narrow = True
            if narrower := narrowed(self._aim, self._order.path, self._index):
                self._question, self._plans = narrower, False
                return
        self._plans = again
        if not again:
            self._question = self._question.again(self._last, hint, self._order.instruction)

    def refused(self, why: Nothing) -> Refused:
        """Return that there are no edits."""
        text = self.answers[-1] if self.answers else ""
        if why.reason is Reason.UNCHANGED and self._order.may_stay:
            text = ""
        return Refused(why, text, self.rounds, tuple(self.answers))

    async def _ask(
        self,
        messages: Sequence[Message],
        *,
        begin: str = "",
        end: Callable[[str], int | None] = lambda _: None,
        most: int,
    ) -> tuple[str, bool]:
        return await ask(
            self._engine,
            messages,
            self._cancel,
            begin=begin,
            end=end,
            most=most,
            session=self._session,
        )

    async def _several(self, room: int) -> list[tuple[str, bool]]:
        """Return the likeliest answer and others: the likeliest was wrong already."""
        question = self._question
        info = await self._engine.load()
        request = Request(
            chat(question.messages, info.chat_template, question.opening),
            room,
            Sampling(temperature=HEAT, seed=self.rounds),
            self._session,
            Priority.CHAT,
            stops=(f"\n{question.fence}",),
            samples=SAMPLES,
        )
        return [
            # The line break before the closing fence is part of what ends it.
            (f"{one.text}\n", one.finish.reason is FinishReason.STOP)
            for one in await write(self._engine, request, self._cancel)
        ]

    async def _room(self) -> int | None:
        """Return how many tokens the answer may have; None if the model could not write it."""
        question, info = self._question, await self._engine.load()
        texts = [*(one.text for one in question.messages), question.code]
        *prompt, size = await self._engine.count(texts)
        wanted = int(size * _GROWTH) + _SPARE_TOKENS
        # A repair reads the question, an answer and the error.
        left = info.context_tokens - sum(prompt) - _FRAME_TOKENS
        return min(wanted, left) if left >= size + _SPARE_TOKENS // 2 else None

    @property
    def _session(self) -> str:
        return f"edit:{self._aim.snapshot.uri}"


async def _judged(
    aim: Aim, written: Sequence[tuple[str, bool]], looks: Sequence[Look]
) -> tuple[list[Edited], Flaw | None]:
    """Return the answers that pass the checks; if there is none, the flaw of the first."""
    passed: list[Edited] = []
    flaws: list[Flaw] = []
    for text, complete in written:
        outcome = check(Rewrite(text, aim, complete))
        if isinstance(outcome, Flaw):
            flaws.append(outcome)
        elif all(outcome.text != one.text for one in passed):
            passed.append(await _looked_at(aim, outcome, looks))
    return passed, None if passed else flaws[0]


async def _looked_at(aim: Aim, rewrite: Rewrite, looks: Sequence[Look]) -> Edited:
    """Return the edits, with all that speaks against them."""
    before, after = aim.snapshot.text, aim.document(rewrite.text)
    found = await asyncio.to_thread(weaknesses, before, after, aim.language)
    grave = [*doubts(rewrite)]
    against = [*map(str, found)]
    for look in looks:
        said = await look.say(before, after)
        (grave if look.insists else against).extend(said)
    against = list(dict.fromkeys([*grave, *against]))
    return Edited(
        align(aim, rewrite.text),
        rewrite.text,
        (*rewrite.notes, *against),
        about=(aim.extent.start, aim.extent.end),
        doubts=tuple(against),
        grave=frozenset(grave),
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
