"""The decode loop: prompt to tokens, KV cache re-use, healing, greedy choice, whole characters.

Works on one sequence of one loaded model, in one thread.
Theory of operation: the KV cache holds the tokens `_held`. A new prompt keeps their longest common
prefix, forgets the rest and evaluates only what is new (design decision 3). When nothing is new,
as for a keystroke inside a word, the logits kept from the last time answer without any evaluation.
"""

from __future__ import annotations

import codecs
import time
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pillion.base.errors import EngineError
from pillion.engine.base import Finish, FinishReason
from pillion.engine.bindings import AbortFlag
from pillion.engine.vocabulary import Vocabulary
from pillion.prompt.model_input import Special
from pillion.text.utf8 import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pillion.engine.base import Cancel, Request, Sampling
    from pillion.prompt.model_input import Prompt


TOP_K = 40
"""Candidates for the infill sampler; llama.vim and llama-server use the same number."""


class DecodableModel(Protocol):
    """What the loop needs of a model; `pillion.engine.bindings.Model` is the real one."""

    context_tokens: int
    batch_tokens: int

    @property
    def bos(self) -> int | None:
        """The token that every prompt begins with, if any."""

    def special(self, special: Special) -> int | None:
        """Return the id of a special token."""

    def ends_generation(self, token: int) -> bool:
        """Whether `token` ends the output."""

    def pieces(self) -> list[bytes]:
        """Return the bytes of every token."""

    def tokenize(self, text: str) -> list[int]:
        """Return the tokens of `text`."""

    def abort_with(self, flag: AbortFlag) -> None:
        """Let `flag` stop the decodes that follow."""

    def decode(self, tokens: Sequence[int], position: int) -> bool:
        """Evaluate tokens; False when aborted."""

    def held(self) -> int:
        """Return how many tokens the KV cache holds."""

    def forget(self, start: int) -> None:
        """Drop everything from `start` on out of the KV cache."""

    def logits(self) -> NDArray[np.float32]:
        """Return the logits of the last decode."""

    def choose_infill(self, tokens: NDArray[np.int32], logits: NDArray[np.float32]) -> int:
        """Choose from candidates with the infill sampler."""


class Decoder:
    """Runs requests one after the other and remembers what the KV cache holds."""

    def __init__(self, model: DecodableModel) -> None:
        self._model = model
        self._vocabulary = Vocabulary(model.pieces())
        self._held: list[int] = []
        self._answered: list[int] = []
        """The last prompt that was evaluated whole; `_answered_logits` come after it."""
        self._answered_logits: NDArray[np.float32] = np.empty(0, np.float32)

    def run(self, request: Request, cancel: Cancel, emit: Callable[[str], None]) -> Finish:
        """Generate; `emit` gets each new piece of text. Raises `EngineError`."""
        flag = AbortFlag()
        cancel.on_set(flag.set)
        self._model.abort_with(flag)
        started = time.perf_counter()
        tokens, needed = self._tokens(request)
        evaluated, whole = self._prefill(tokens)
        prefilled = time.perf_counter()
        if cancel.is_set() or not whole:
            reason, generated = FinishReason.CANCELLED, 0
        else:
            reason, generated = self._generate(request, needed, cancel, emit)
        done = time.perf_counter()
        return Finish(
            reason,
            prompt_tokens=len(tokens),
            evaluated_tokens=evaluated,
            generated_tokens=generated,
            prefill_ms=(prefilled - started) * 1000,
            decode_ms=(done - prefilled) * 1000,
        )

    def _tokens(self, request: Request) -> tuple[list[int], bytes]:
        """Return the prompt's tokens and the bytes that the output must begin with."""
        prompt = request.prompt
        parts = [self._part(piece) for piece in prompt.pieces]
        heal = clean(prompt.heal).encode()
        ends_in_text = bool(parts and parts[-1]) and not isinstance(prompt.pieces[-1], Special)
        if prompt.heal_last_token and ends_in_text:
            heal = self._vocabulary.pieces[parts[-1].pop()] + heal
        bos = self._model.bos
        head = [] if bos is None else [bos]
        room = self._model.context_tokens - request.max_tokens - len(head) - 1
        _trim(prompt, parts, room)
        return [*head, *(token for part in parts for token in part)], heal

    def _part(self, piece: str | Special) -> list[int]:
        if not isinstance(piece, Special):
            return self._model.tokenize(clean(piece))
        token = self._model.special(piece)
        if token is None:
            raise EngineError(f"The model has no {piece.value} token.")
        return [token]

    def _prefill(self, tokens: list[int]) -> tuple[int, bool]:
        """Bring the KV cache to `tokens`; return how many were evaluated, and if it is whole."""
        if not tokens:
            raise EngineError("The prompt is empty.")
        kept = _common(self._held, tokens)
        if kept == len(tokens) and self._answered != tokens:
            kept -= 1  # The logits of the last token are not known any more.
        self._cut(kept)
        if kept == len(tokens):
            return 0, True
        self._answered = []
        for start in range(kept, len(tokens), self._model.batch_tokens):
            if not self._evaluate(tokens[start : start + self._model.batch_tokens]):
                return len(self._held) - kept, False
        self._answered, self._answered_logits = tokens, self._model.logits().copy()
        return len(tokens) - kept, True

    def _generate(
        self, request: Request, needed: bytes, cancel: Cancel, emit: Callable[[str], None]
    ) -> tuple[FinishReason, int]:
        decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        pieces = self._vocabulary.pieces
        logits = self._answered_logits
        for count in range(request.max_tokens):
            if cancel.is_set():
                return FinishReason.CANCELLED, count
            token = self._choose(logits, needed, request.sampling)
            if self._model.ends_generation(token):
                return FinishReason.STOP, count
            piece = pieces[token]
            if text := decode(piece[len(needed) :]):
                emit(text)
            needed = needed[len(piece) :]
            if count + 1 == request.max_tokens or len(self._held) + 1 >= self._model.context_tokens:
                return FinishReason.LENGTH, count + 1
            if not self._evaluate([token]):
                return FinishReason.CANCELLED, count + 1
            logits = self._model.logits()
        return FinishReason.LENGTH, request.max_tokens

    def _choose(self, logits: NDArray[np.float32], needed: bytes, sampling: Sampling) -> int:
        if needed:
            allowed = self._vocabulary.allowed(needed)
            if not len(allowed):
                raise EngineError("The model has no token for the text at the cursor.")
            return int(allowed[np.argmax(logits[allowed])])
        if sampling.infill:
            top = np.argpartition(logits, -TOP_K)[-TOP_K:].astype(np.int32)
            return self._model.choose_infill(top, logits[top])
        return int(np.argmax(logits))

    def _evaluate(self, tokens: list[int]) -> bool:
        """Evaluate behind what is held; False when aborted, and then what was finished is held."""
        done = False
        try:
            done = self._model.decode(tokens, len(self._held))
        finally:
            self._held.extend(tokens)
            if not done:
                del self._held[self._model.held() :]
        return done

    def _cut(self, length: int) -> None:
        if length < len(self._held):
            self._model.forget(length)
            del self._held[self._model.held() :]


def _common(left: list[int], right: list[int]) -> int:
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return index
    return min(len(left), len(right))


def _trim(prompt: Prompt, parts: list[list[int]], room: int) -> None:
    """Cut the longest text at its start until the prompt fits; a last resort (see `context`)."""
    excess = sum(len(part) for part in parts) - room
    while excess > 0:
        texts = [
            part
            for piece, part in zip(prompt.pieces, parts, strict=True)
            if not isinstance(piece, Special)
        ]
        longest = max(texts, key=len, default=[])
        if not longest:
            raise EngineError("The prompt does not fit into the model's context.")
        del longest[:excess]
        excess = sum(len(part) for part in parts) - room
