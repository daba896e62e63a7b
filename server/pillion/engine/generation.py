"""One request on its way through the model, step by step, so that others can come in between.

A step is one call of llama.cpp: a batch of the prompt, or the next token with the draft behind it,
or the next token of several samples. Theory of operation: the KV cache holds, for each sequence,
the tokens `Cells.held`. A new prompt keeps their longest common prefix, forgets the rest and
evaluates only what is new (design decision 3). When nothing is new, as for a keystroke inside a
word, the logits kept from the last time answer without any evaluation. Further samples share the
prompt's cells, and their tokens go through the model side by side.

Between two steps others may have taken the cells away: what is missing is evaluated again.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.base.errors import EngineError
from pillion.engine.base import MOST_SAMPLES, Finish, FinishReason
from pillion.engine.cells import Cells, evaluate_each
from pillion.engine.lookup import Costs, Drafter
from pillion.engine.sample import Sample
from pillion.engine.trial import LEAST_HELD, TOKENS, Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pillion.engine.base import Cancel, Chunk, Request
    from pillion.engine.decodable import DecodableModel
    from pillion.engine.vocabulary import Vocabulary


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
        emit: Callable[[Chunk], None],
        *,
        model: DecodableModel,
        vocabulary: Vocabulary,
        drafting: Drafting,
    ) -> None:
        """`needed` are the bytes that the output must begin with; they are not emitted."""
        if not tokens:
            raise EngineError("The prompt is empty.")
        most = min(MOST_SAMPLES, model.sequences)
        if not 1 <= request.samples <= most:
            raise EngineError(f"The engine writes 1 to {most} samples of a prompt.")
        self.request = request
        self._model = model
        self._vocabulary = vocabulary
        self._tokens = tokens
        self._cancel = cancel
        grammar = model.grammar(request.grammar) if request.grammar else None
        self._samples = [
            Sample(at, request.alone(at), needed, emit, grammar.copy() if grammar else None)
            for at in range(request.samples)
        ]
        self._open = list(self._samples)
        self._costs, self._trial = drafting.costs, drafting.trial
        greedy = request.samples == 1 and request.sampling.temperature <= 0
        drafts = request.speculate and greedy and model.drafts
        self._drafter = Drafter(tokens, drafting.costs) if drafts else None
        self._alone: deque[NDArray[np.float32]] = deque(maxlen=TOKENS)
        """Logits of the last tokens that were evaluated one by one, as long as a trial is due."""
        self._begun = False
        self._evaluated = 0
        self._prefill = 0.0

    @property
    def most_tokens(self) -> int:
        """How many tokens this may come to hold in the KV cache."""
        most = len(self._tokens) + self.request.samples * self._most_written
        return min(most, self._model.cells)

    def step(self, cells: Sequence[Cells]) -> bool:
        """Do one call of llama.cpp, or none if it can; return whether the generation goes on.

        `cells` are for the samples; a session's own come first. A step that was aborted for
        another request, and not cancelled, is done again next time.
        """
        started = time.perf_counter()
        if not self._cancel.is_set():
            if not self._begun or common(cells[0].held, self._tokens) < len(self._tokens):
                self._read(cells[0])
                self._prefill += time.perf_counter() - started
            else:
                writing = self._with_room(cells)
                if len(self._samples) == 1:
                    self._write(cells[0], self._samples[0])
                else:
                    self._write_each(cells, writing)
                for sample in writing:
                    sample.seconds += time.perf_counter() - started
        for sample in list(self._open):
            reason = FinishReason.CANCELLED if self._cancel.is_set() else None
            if reason := sample.reason or reason:
                self._end(sample, reason, cells)
        return bool(self._open)

    @property
    def _most_written(self) -> int:
        return self.request.max_tokens + 1

    def _read(self, cells: Cells) -> None:
        """Evaluate the next batch of the prompt; behind the last one, choose the first tokens."""
        kept = common(cells.held, self._tokens)
        if kept == len(self._tokens) and cells.answered != self._tokens:
            kept -= 1  # The logits of the last token are not known any more.
        cells.cut(self._model, kept)
        if kept < len(self._tokens):
            cells.answered = []
            batch = self._tokens[kept : kept + self._model.batch_tokens]
            done = cells.evaluate(self._model, batch)
            self._evaluated += len(cells.held) - kept
            if not done or len(cells.held) < len(self._tokens):
                return
            cells.answered, cells.logits = self._tokens, self._model.logits().copy()
        if not self._begun:
            self._begun = True
            for sample in self._samples:
                self._take(sample, cells.logits)

    def _write(self, cells: Cells, sample: Sample) -> None:
        """Evaluate the chosen token and a draft behind it; keep what the model would have said."""
        if not self._catch_up(cells, sample):
            return
        before = len(cells.held)
        draft = self._draft(before)
        rows = 1 + len(draft)
        started = time.perf_counter()
        if not cells.evaluate(self._model, [sample.written[-1], *draft], rows):
            cells.cut(self._model, before)
            return
        self._costs.learn(rows, (time.perf_counter() - started) * 1000)
        if self._trial_is_due(cells) and not self._try(cells):
            return
        right = 0
        for right in range(rows):
            token = self._take(sample, self._model.logits(right - rows))
            if sample.reason or right == len(draft) or token != draft[right]:
                break
        cells.cut(self._model, before + 1 + right)
        if draft and self._drafter:
            self._drafter.learn(len(draft), right)

    def _write_each(self, cells: Sequence[Cells], writing: Sequence[Sample]) -> None:
        """Evaluate the chosen tokens of the samples that are least far, as many as one call may."""
        if not self._branch_off(cells):
            return
        least = sorted(writing, key=lambda sample: len(sample.written))
        group = least[: min(self._model.side_by_side, self._model.batch_tokens)]
        if not all(self._catch_up(cells[sample.number], sample) for sample in group):
            return
        used = [cells[sample.number] for sample in group]
        if evaluate_each(self._model, used, [sample.written[-1] for sample in group]):
            for row, sample in enumerate(group):
                self._take(sample, self._model.logits(row - len(group)))

    def _branch_off(self, cells: Sequence[Cells]) -> bool:
        """See that all samples share the prompt; False if it must be read again for that."""
        whole = len(self._tokens)
        further = [cells[sample.number] for sample in self._open if sample.number]
        if lost := [each for each in further if common(each.held, self._tokens) < whole]:
            cells[0].cut(self._model, whole)
            if len(cells[0].held) < whole:
                return False
            for each in lost:
                each.share(self._model, whole, cells[0])
        return True

    def _catch_up(self, cells: Cells, sample: Sample) -> bool:
        """See that all of a sample but its last token is held; False if that took the step."""
        line = self._tokens + sample.written[:-1]
        kept = common(cells.held, line)
        cells.cut(self._model, kept)
        missing = line[kept:]
        if not missing:
            return True
        # After a trial that failed the tokens are evaluated one by one, as they were at first.
        size = 1 if len(missing) < TOKENS else self._model.batch_tokens
        cells.evaluate(self._model, missing[:size])
        return False

    def _with_room(self, cells: Sequence[Cells]) -> list[Sample]:
        """Return the samples that are written now: all, unless the cache is too small for that."""
        room = max(1, (self._model.cells - len(self._tokens)) // self._most_written)
        if room < len(self._samples) and self._samples[0] not in self._open:
            cells[0].cut(self._model, len(self._tokens))
        return self._open[:room]

    def _draft(self, held: int) -> list[int]:
        sample = self._samples[0]
        if not sample.free or not self._drafter or not self._trial.passed:
            return []
        room = min(
            self.request.max_tokens - len(sample.written) - 1,
            self._model.context_tokens - held - 2,
            self._model.batch_tokens - 1,
        )
        return self._drafter.draft(room)

    def _trial_is_due(self, cells: Cells) -> bool:
        """Take note of the logits of a token evaluated alone; enough of them make a trial."""
        if not self._drafter or self._trial.passed is not None:
            return False
        self._alone.append(self._model.logits().copy())
        return len(self._alone) == TOKENS and len(cells.held) >= LEAST_HELD

    def _try(self, cells: Cells) -> bool:
        """Try drafts out on the last tokens; if False, these are evaluated again, one by one."""
        start = len(cells.held) - TOKENS
        same = self._trial.run(self._model, cells, self._alone)
        self._alone.clear()
        if not same:
            cells.cut(self._model, start)
        return same

    def _take(self, sample: Sample, logits: NDArray[np.float32]) -> int:
        """Let a sample choose and emit its next token, and return that."""
        written = len(sample.written)
        token = sample.take(self._model, self._vocabulary, logits)
        if self._drafter and len(sample.written) > written:
            self._drafter.add(token)
        if len(self._tokens) + len(sample.written) + 1 >= self._model.context_tokens:
            sample.reason = sample.reason or FinishReason.LENGTH
        return token

    def _end(self, sample: Sample, reason: FinishReason, cells: Sequence[Cells]) -> None:
        first = sample.number == 0
        sample.end(
            Finish(
                reason,
                prompt_tokens=len(self._tokens),
                evaluated_tokens=self._evaluated if first else 0,
                generated_tokens=len(sample.written),
                prefill_ms=self._prefill * 1000 if first else 0.0,
                decode_ms=sample.seconds * 1000,
                log_probability=sample.log_probability,
                begun_log_probability=sample.begun_log_probability,
            )
        )
        self._open.remove(sample)
        if not first:
            cells[sample.number].cut(self._model, 0)


def common(left: list[int], right: list[int]) -> int:
    """Return how many tokens `left` and `right` have in common at their start."""
    shorter = min(len(left), len(right))
    if left[:shorter] == right[:shorter]:
        return shorter
    return next(index for index in range(shorter) if left[index] != right[index])
