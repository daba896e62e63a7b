"""One request on its way through the model, step by step, so that others can come in between.

A step is one call of llama.cpp: a batch of the prompt, or the next token with the draft behind it.
Theory of operation: the KV cache holds, for each sequence, the tokens `Cells.held`. A new prompt
keeps their longest common prefix, forgets the rest and evaluates only what is new (design decision
3). When nothing is new, as for a keystroke inside a word, the logits kept from the last time
answer without any evaluation.
"""

from __future__ import annotations

import codecs
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pillion.base.errors import EngineError
from pillion.engine.base import Finish, FinishReason
from pillion.engine.draw import draw
from pillion.engine.lookup import Costs, Drafter
from pillion.engine.trial import LEAST_HELD, TOKENS, Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pillion.engine.abort import AbortFlag
    from pillion.engine.base import Cancel, Request
    from pillion.engine.vocabulary import Vocabulary
    from pillion.prompt.model_input import Special

TOP_K = 40
"""Candidates for the infill sampler; llama.vim and llama-server use the same number."""


class DecodableModel(Protocol):
    """What generating needs of a model; `pillion.engine.bindings.Model` is the real one."""

    context_tokens: int
    """Tokens that one prompt and its output may take."""
    cells: int
    """Tokens that the KV cache holds, of all sequences together."""
    sequences: int
    batch_tokens: int
    drafts: bool
    """Whether several tokens in one call cost less than one call each."""

    @property
    def bos(self) -> int | None:
        """The token that every prompt begins with, if any."""

    def special(self, special: Special) -> int | None:
        """Return the id of a special token."""

    def ends_generation(self, token: int) -> bool:
        """Whether `token` ends the output."""

    def pieces(self) -> list[bytes]:
        """Return the bytes of every token."""

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Return the tokens of `text`; those spelt in it are read only if `special`."""

    def abort_with(self, flag: AbortFlag) -> None:
        """Let `flag` stop the decodes that follow."""

    def decode(self, tokens: Sequence[int], position: int, sequence: int, rows: int = 1) -> bool:
        """Evaluate tokens; False when aborted."""

    def held(self, sequence: int) -> int:
        """Return how many tokens of a sequence the KV cache holds."""

    def forget(self, start: int, sequence: int) -> None:
        """Drop everything of a sequence from `start` on out of the KV cache."""

    def logits(self, row: int = -1) -> NDArray[np.float32]:
        """Return logits of the last decode; `row` counts from the end."""

    def choose_infill(self, tokens: NDArray[np.int32], logits: NDArray[np.float32]) -> int:
        """Choose from candidates with the infill sampler."""


@dataclass
class Cells:
    """What the KV cache holds of one sequence."""

    sequence: int
    held: list[int] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    """The last prompt that was evaluated whole; `logits` come after it."""
    logits: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))

    def evaluate(self, model: DecodableModel, tokens: Sequence[int], rows: int = 1) -> bool:
        """Evaluate behind what is held; False when aborted, and then what was finished is held."""
        done = False
        try:
            done = model.decode(tokens, len(self.held), self.sequence, rows)
        finally:
            self.held.extend(tokens)
            if not done:
                del self.held[model.held(self.sequence) :]
        return done

    def cut(self, model: DecodableModel, length: int) -> None:
        """Keep the first `length` tokens."""
        if length < len(self.held):
            model.forget(length, self.sequence)
            del self.held[model.held(self.sequence) :]


@dataclass
class Drafting:
    """What is known about drafts, for all generations of a model."""

    costs: Costs = field(default_factory=Costs)
    trial: Trial = field(default_factory=Trial)


class Generation:
    """A request, its prompt as tokens, and how far it is."""

    def __init__(
        self,
        request: Request,
        tokens: list[int],
        needed: bytes,
        cancel: Cancel,
        emit: Callable[[str], None],
        *,
        drafting: Drafting,
    ) -> None:
        """`needed` are the bytes that the output must begin with; they are not emitted."""
        if not tokens:
            raise EngineError("The prompt is empty.")
        self.request = request
        self.finish: Finish | None = None
        """Set by the step that ends it."""
        self._tokens = tokens
        self._needed = needed
        self._cancel = cancel
        self._emit = emit
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._costs, self._trial = drafting.costs, drafting.trial
        drafts = request.speculate and request.sampling.temperature <= 0
        self._drafter = Drafter(tokens, drafting.costs) if drafts else None
        self._alone: deque[NDArray[np.float32]] = deque(maxlen=TOKENS)
        """Logits of the last tokens that were evaluated one by one, as long as a trial is due."""
        self._evaluated = self._generated = 0
        self._pending: list[int] = []
        """Tokens that were chosen and emitted, but are not evaluated; one, but for a trial."""
        self._prefill = self._writing = 0.0
        self._log_probability, self._choices, self._begun = 0.0, 0, 0.0
        self._random = np.random.default_rng(request.sampling.seed)

    @property
    def most_tokens(self) -> int:
        """How many tokens this may come to hold in the KV cache."""
        return len(self._tokens) + self.request.max_tokens + 1

    def step(self, model: DecodableModel, vocabulary: Vocabulary, cells: Cells) -> bool:
        """Do one call of llama.cpp, or none if it can; return whether the generation goes on.

        A step that was aborted for another request, and not cancelled, is done again next time.
        """
        started = time.perf_counter()
        reason: FinishReason | None = FinishReason.CANCELLED
        if not self._cancel.is_set():
            if not self._pending:
                reason = self._read(model, vocabulary, cells)
                self._prefill += time.perf_counter() - started
            else:
                reason = self._write(model, vocabulary, cells)
                self._writing += time.perf_counter() - started
        if reason is None:
            return True
        self.finish = Finish(
            reason,
            prompt_tokens=len(self._tokens),
            evaluated_tokens=self._evaluated,
            generated_tokens=self._generated,
            prefill_ms=self._prefill * 1000,
            decode_ms=self._writing * 1000,
            log_probability=self._log_probability / max(1, self._choices),
            begun_log_probability=self._begun,
        )
        return False

    def _read(
        self, model: DecodableModel, vocabulary: Vocabulary, cells: Cells
    ) -> FinishReason | None:
        """Evaluate the next batch of the prompt; behind the last one, choose the first token."""
        kept = common(cells.held, self._tokens)
        if kept == len(self._tokens) and cells.answered != self._tokens:
            kept -= 1  # The logits of the last token are not known any more.
        cells.cut(model, kept)
        if kept < len(self._tokens):
            cells.answered = []
            batch = self._tokens[kept : kept + model.batch_tokens]
            done = cells.evaluate(model, batch)
            self._evaluated += len(cells.held) - kept
            if not done or len(cells.held) < len(self._tokens):
                return FinishReason.CANCELLED if self._cancel.is_set() else None
            cells.answered, cells.logits = self._tokens, model.logits().copy()
        return self._take(self._choose(model, vocabulary, cells.logits), model, vocabulary)

    def _write(
        self, model: DecodableModel, vocabulary: Vocabulary, cells: Cells
    ) -> FinishReason | None:
        """Evaluate the chosen token and a draft behind it; keep what the model would have said."""
        before = len(cells.held)
        token, *later = self._pending
        draft = [] if later else self._draft(model, before)
        started = time.perf_counter()
        if not cells.evaluate(model, [token, *draft], rows=1 + len(draft)):
            if self._cancel.is_set():
                return FinishReason.CANCELLED
            cells.cut(model, before)
            return None
        self._costs.learn(1 + len(draft), (time.perf_counter() - started) * 1000)
        if later:
            self._pending = later
            return None
        if self._trial_is_due(model, cells) and not self._try(model, cells):
            return FinishReason.CANCELLED if self._cancel.is_set() else None
        right, reason = 0, None
        for right in range(len(draft) + 1):
            token = self._choose(model, vocabulary, model.logits(right - len(draft) - 1))
            agrees = right < len(draft) and token == draft[right]
            if not agrees:
                cells.cut(model, before + 1 + right)
            reason = self._take(token, model, vocabulary)
            if reason or not agrees:
                break
        if draft and self._drafter:
            self._drafter.learn(len(draft), right)
        if reason:
            cells.cut(model, before + 1 + right)
        return reason

    def _draft(self, model: DecodableModel, held: int) -> list[int]:
        if self._needed or not self._drafter or not self._trial.passed:
            return []
        room = min(
            self.request.max_tokens - self._generated - 1,
            model.context_tokens - held - 2,
            model.batch_tokens - 1,
        )
        return self._drafter.draft(room)

    def _trial_is_due(self, model: DecodableModel, cells: Cells) -> bool:
        """Take note of the logits of a token evaluated alone; enough of them make a trial."""
        if not self._drafter or self._trial.passed is not None:
            return False
        self._alone.append(model.logits().copy())
        return len(self._alone) == TOKENS and len(cells.held) >= LEAST_HELD

    def _try(self, model: DecodableModel, cells: Cells) -> bool:
        """Try drafts out on the last tokens; if False, these are evaluated again, one by one."""
        start = len(cells.held) - TOKENS
        tokens = cells.held[start:]
        same = self._trial.run(model, cells, self._alone)
        self._alone.clear()
        if not same:
            cells.cut(model, start)
            self._pending = tokens
        return same

    def _take(
        self, token: int, model: DecodableModel, vocabulary: Vocabulary
    ) -> FinishReason | None:
        """Emit a chosen token; return why it ends the generation, if it does."""
        if model.ends_generation(token):
            return FinishReason.STOP
        piece = vocabulary.pieces[token]
        if text := self._decode(piece[len(self._needed) :]):
            self._emit(text)
        self._needed = self._needed[len(piece) :]
        self._generated += 1
        self._pending = [token]
        if self._drafter:
            self._drafter.add(token)
        full = len(self._tokens) + self._generated + 1 >= model.context_tokens
        limit = self._generated == self.request.max_tokens
        return FinishReason.LENGTH if full or limit else None

    def _choose(
        self, model: DecodableModel, vocabulary: Vocabulary, logits: NDArray[np.float32]
    ) -> int:
        if self._needed:
            # Not free: what is typed says nothing of how sure the model is.
            allowed = vocabulary.allowed(self._needed)
            if not len(allowed):
                raise EngineError("The model has no token for the text at the cursor.")
            token = int(allowed[np.argmax(logits[allowed])])
            self._begun += _log_probability(logits, token)
            return token
        if self.request.sampling.temperature > 0:
            token = draw(logits, self.request.sampling, self._random)
        elif self.request.sampling.infill:
            top = np.argpartition(logits, -TOP_K)[-TOP_K:].astype(np.int32)
            token = model.choose_infill(top, logits[top])
        else:
            token = int(np.argmax(logits))
        self._log_probability += _log_probability(logits, token)
        self._choices += 1
        return token


def _log_probability(logits: NDArray[np.float32], token: int) -> float:
    """Return the logarithm of the probability of `token`; 0.2 ms for 150,000 tokens."""
    above = logits - logits.max()
    return float(above[token] - np.log(np.exp(above).sum()))


def common(left: Sequence[int], right: Sequence[int]) -> int:
    """Return how many tokens `left` and `right` have in common at their start."""
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return index
    return min(len(left), len(right))
