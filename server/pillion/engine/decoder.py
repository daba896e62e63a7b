"""Many requests on one model: which runs next, and which sequence of the KV cache it uses.

Works in one thread. Each session (a document, a chat) has a sequence of its own, so that switching
between them evaluates next to nothing; the least recently used one makes room. While several
samples of a prompt are written, each further one has a sequence of its own, too.
Completion comes before chat, and chat before background work, at every step: a step is one call of
llama.cpp, and a request of higher priority also aborts the call that is running for a lower one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from pillion.base.errors import EngineError
from pillion.engine.cells import Cells, Holding
from pillion.engine.generation import Drafting, Generation
from pillion.engine.vocabulary import Vocabulary
from pillion.prompt.model_input import Markup, Special, is_text
from pillion.text.utf8 import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.engine.base import Cancel, Chunk, Request
    from pillion.engine.decodable import DecodableModel
    from pillion.prompt.model_input import Piece, Prompt


_TEXTS = 16
"""Texts whose tokens are remembered: some prompts' worth."""


@dataclass(eq=False)
class Job:
    """A request in the decoder."""

    request: Request
    cancel: Cancel
    emit: Callable[[Chunk | Exception], None]
    """Gets the chunks, of which the last of each sample has `finish`, or the error that ends it."""
    generation: Generation | None = None
    order: int = field(default_factory=count().__next__)

    @property
    def rank(self) -> tuple[int, int]:
        """Lower comes first."""
        return (self.request.priority, self.order)


class Decoder:
    """Runs jobs step by step and remembers what the KV cache holds."""

    def __init__(self, model: DecodableModel) -> None:
        self._model = model
        self._vocabulary = Vocabulary(model.pieces())
        self._drafting = Drafting()
        self._sessions: dict[str, Holding] = {}
        """Session to its part of the KV cache, least recently used first."""
        self._free = list(range(model.sequences))
        self._tokenized: dict[Piece, list[int]] = {}
        """The texts tokenized last, oldest first: between keystrokes most of a prompt stays."""

    def step(self, job: Job) -> bool:
        """Do one step of `job`; return whether it goes on. Its end, or its error, is emitted."""
        goes_on = False
        try:
            generation = job.generation or self._begin(job)
            goes_on = generation.step(self._cells(job, generation))
        except Exception as error:  # noqa: BLE001 - raised where the answer is awaited.
            job.emit(error)
        if not goes_on:
            self._leave(job)
        return goes_on

    def forget(self, session: str) -> None:
        """Free the part of the KV cache that a session has."""
        if holding := self._sessions.pop(session, None):
            self._give_back([holding.own, *holding.branches])

    def _begin(self, job: Job) -> Generation:
        tokens, needed = self._tokens(job.request)
        job.generation = Generation(
            job.request,
            tokens,
            needed,
            job.cancel,
            job.emit,
            model=self._model,
            vocabulary=self._vocabulary,
            drafting=self._drafting,
        )
        return job.generation

    def _cells(self, job: Job, generation: Generation) -> list[Cells]:
        """Return the job's part of the KV cache; other sessions make room, the oldest first."""
        session, branches = job.request.session, job.request.samples - 1
        holding = self._sessions.pop(session, None)
        if holding and holding.user is not job:
            self._give_back(holding.branches)
            holding.branches = []
        has = 1 + len(holding.branches) if holding else 0
        while len(self._free) < 1 + branches - has:
            self.forget(next(iter(self._sessions)))
        holding = holding or Holding(Cells(self._free.pop()))
        holding.user = job
        while len(holding.branches) < branches:
            holding.branches.append(Cells(self._free.pop()))
        held = sum(other.size for other in self._sessions.values())
        while self._sessions and generation.most_tokens + held > self._model.cells:
            oldest = next(iter(self._sessions))
            held -= self._sessions[oldest].size
            self.forget(oldest)
        self._sessions[session] = holding
        return [holding.own, *holding.branches]

    def _leave(self, job: Job) -> None:
        """Free the further samples' part of the KV cache; the session keeps what it has read."""
        holding = self._sessions.get(job.request.session)
        if holding and holding.user is job:
            self._give_back(holding.branches)
            holding.branches, holding.user = [], None

    def _give_back(self, given: Sequence[Cells]) -> None:
        for cells in given:
            cells.cut(self._model, 0)
            self._free.append(cells.sequence)

    def _tokens(self, request: Request) -> tuple[list[int], bytes]:
        """Return the prompt's tokens and the bytes that the output must begin with."""
        prompt = request.prompt
        parts = [self._part(piece) for piece in prompt.pieces]
        heal = clean(prompt.heal).encode()
        ends_in_text = bool(parts and parts[-1]) and is_text(prompt.pieces[-1])
        if prompt.heal_last_token and ends_in_text:
            heal = self._vocabulary.pieces[parts[-1].pop()] + heal
        bos = self._model.bos
        head = [] if bos is None else [bos]
        room = self._model.context_tokens - request.max_tokens - len(head) - 1
        _trim(prompt, parts, room)
        return [*head, *(token for part in parts for token in part)], heal

    def _part(self, piece: Piece) -> list[int]:
        if isinstance(piece, Special):
            token = self._model.special(piece)
            if token is None:
                raise EngineError(f"The model has no {piece.value} token.")
            return [token]
        tokens = self._tokenized.pop(piece, None)
        if tokens is None:
            if isinstance(piece, Markup):
                tokens = self._model.tokenize(clean(piece.text), special=True)
            else:
                tokens = self._model.tokenize(clean(piece))
        self._tokenized[piece] = tokens
        while len(self._tokenized) > _TEXTS:
            del self._tokenized[next(iter(self._tokenized))]
        return list(tokens)  # The caller cuts it.


def _trim(prompt: Prompt, parts: list[list[int]], room: int) -> None:
    """Cut the longest text at its start until the prompt fits; a last resort (see `context`)."""
    excess = sum(len(part) for part in parts) - room
    while excess > 0:
        texts = [part for piece, part in zip(prompt.pieces, parts, strict=True) if is_text(piece)]
        longest = max(texts, key=len, default=[])
        if not longest:
            raise EngineError("The prompt does not fit into the model's context.")
        del longest[:excess]
        excess = sum(len(part) for part in parts) - room
