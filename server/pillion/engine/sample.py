"""One output of a prompt: which token comes next, what of it is text, and why it ends.

It knows nothing of the KV cache, and evaluates nothing (see `pillion.engine.generation`).
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import numpy as np

from pillion.base.errors import EngineError
from pillion.engine.base import Chunk, FinishReason
from pillion.engine.draw import draw, top
from pillion.engine.stops import Stops

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pillion.engine.base import Finish, Request
    from pillion.engine.decodable import DecodableModel, Grammar
    from pillion.engine.vocabulary import Vocabulary

TOP_K = 40
"""Candidates for the infill sampler; llama.vim and llama-server use the same number."""

_LIKELY = (256, 8192)
"""So many tokens are shown to the grammar before all are: nearly always one of them fits."""


class Sample:
    """An output, as far as it is written."""

    def __init__(
        self,
        number: int,
        request: Request,
        needed: bytes,
        emit: Callable[[Chunk], None],
        grammar: Grammar | None = None,
    ) -> None:
        """`needed` are the bytes that the output must begin with; they are not emitted.

        `request` is for this sample alone.
        """
        self.number = number
        self.written: list[int] = []
        """Tokens that were chosen and emitted; the last one is not evaluated."""
        self.reason: FinishReason | None = None
        """Why it has ended, if it has."""
        self.seconds = 0.0
        """How long it took to write."""
        self._request = request
        self._needed = needed
        self._solid = request.prompt.solid
        self._emit = emit
        self._grammar = grammar
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._stops = Stops(request.stops)
        self._random = np.random.default_rng(request.sampling.seed)
        self._log_probability, self._choices = 0.0, 0
        self.begun_log_probability = 0.0
        """What the model thought of the text that the output had to begin with; see `Finish`."""

    @property
    def free(self) -> bool:
        """Whether nothing is known of the next token: all that was typed is written."""
        return not self._needed and not self._solid

    @property
    def log_probability(self) -> float:
        """The mean of what the model thought of the tokens it chose; see `Finish`."""
        return self._log_probability / max(1, self._choices)

    def take(
        self, model: DecodableModel, vocabulary: Vocabulary, logits: NDArray[np.float32]
    ) -> int:
        """Choose the next token and emit it; afterwards `reason` says whether that was the end."""
        token = self._choose(model, vocabulary, logits)
        if model.ends_generation(token):
            self.reason = FinishReason.STOP
            return token
        piece = vocabulary.pieces[token]
        if self._grammar and not self._needed:
            self._grammar.accept(token)
        said = self._decode(piece[len(self._needed) :])
        self._solid = self._solid and not said
        text, stopped = self._stops.feed(said)
        if text:
            self._emit(Chunk(text, sample=self.number))
        self._needed = self._needed[len(piece) :]
        self.written.append(token)
        if stopped:
            self.reason = FinishReason.STOP
        elif len(self.written) == self._request.max_tokens:
            self.reason = FinishReason.LENGTH
        return token

    def end(self, finish: Finish) -> None:
        """Emit the end, and what was held back because it might have been a stop."""
        self.reason = finish.reason
        self._emit(Chunk(self._stops.rest(), finish, self.number))

    def _choose(
        self, model: DecodableModel, vocabulary: Vocabulary, logits: NDArray[np.float32]
    ) -> int:
        if self._needed:
            # Not free: what is typed says nothing of how sure the model is.
            token = self._heal(vocabulary, logits)
            self.begun_log_probability += _log_probability(logits, token)
            return token
        if self._solid:
            logits = logits.copy()
            logits[vocabulary.blank] = -np.inf
        token = self._pick(model, logits)
        if self._grammar and not self._grammar.allowed(np.array([token]))[0]:
            token = self._pick_allowed(model, logits, self._grammar)
        self._log_probability += _log_probability(logits, token)
        self._choices += 1
        return token

    def _heal(self, vocabulary: Vocabulary, logits: NDArray[np.float32]) -> int:
        allowed = vocabulary.allowed(self._needed, solid=self._solid)
        if self._grammar:
            # The grammar begins behind what was typed, so no token may reach over the border.
            size = len(self._needed)
            allowed = np.array([i for i in allowed if len(vocabulary.pieces[i]) <= size], np.int32)
        if not len(allowed):
            raise EngineError("The model has no token for the text at the cursor.")
        return int(allowed[np.argmax(logits[allowed])])

    def _pick_allowed(
        self, model: DecodableModel, logits: NDArray[np.float32], grammar: Grammar
    ) -> int:
        """Choose among what the grammar allows: of the likeliest tokens, or else of all."""
        for count in (*_LIKELY, len(logits)):
            tokens = top(logits, count)
            tokens = tokens[grammar.allowed(tokens)]
            if len(tokens):
                return int(tokens[self._pick(model, logits[tokens], tokens)])
        raise EngineError("The model has no token that follows the grammar.")

    def _pick(
        self,
        model: DecodableModel,
        logits: NDArray[np.float32],
        tokens: NDArray[np.intp] | None = None,
    ) -> int:
        """Return a place in `logits`; `tokens` says whose they are, if not all tokens' in order."""
        sampling = self._request.sampling
        if sampling.temperature > 0:
            return draw(logits, sampling, self._random)
        if sampling.infill:
            best = top(logits, TOP_K)
            whose = best if tokens is None else tokens[best]
            chosen = model.choose_infill(whose.astype(np.int32), logits[best])
            return int(best[np.flatnonzero(whose == chosen)[0]])
        return int(np.argmax(logits))


def _log_probability(logits: NDArray[np.float32], token: int) -> float:
    """Return the logarithm of the probability of `token`; 0.2 ms for 150,000 tokens."""
    above = logits - logits.max()
    return float(above[token] - np.log(np.exp(above).sum()))
