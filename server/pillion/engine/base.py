"""The one narrow door to a model: an `Engine` streams chunks and takes a cancel token.

llama.cpp in this process, a server over HTTP and a scripted fake are equals behind it.
"""

from __future__ import annotations

import contextlib
import math
import threading
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pillion.prompt.model_input import Special

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from pillion.prompt.model_input import Prompt


class Cancel:
    """A cancel token: set once, from any thread; the engine looks at it all the time."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def set(self) -> None:
        """Ask the engine to stop as soon as it can."""
        with self._lock:
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_set(self, callback: Callable[[], None]) -> None:
        """Call `callback` once, when this is set or at once if it is; must be quick."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()


class FinishReason(StrEnum):
    """Why a generation ended."""

    STOP = "stop"
    """The model ended it (an end-of-generation token), or one of the request's `stops` did."""
    LENGTH = "length"
    """The token limit or the end of the context was reached."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a generation and what it cost; the prompt is on the first sample's account."""

    reason: FinishReason
    prompt_tokens: int = 0
    evaluated_tokens: int = 0
    """Prompt tokens that had to be evaluated; the others came from the KV cache."""
    generated_tokens: int = 0
    prefill_ms: float = 0.0
    decode_ms: float = 0.0
    log_probability: float = 0.0
    """Mean natural logarithm of the probability that the model gave to each token it chose."""
    begun_log_probability: float = 0.0
    """The sum of those of the tokens that it had to begin with: how likely it finds that text."""

    @property
    def confidence(self) -> float:
        """How sure the model was of its tokens, in the (geometric) mean: from 0 to 1."""
        return math.exp(min(0.0, self.log_probability))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of output: whole characters only, healed text already stripped.

    The last chunk of each sample, and only it, has `finish`; its text may be empty.
    """

    text: str
    finish: Finish | None = None
    sample: int = 0
    """Whose piece it is, where a request asks for several."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen. The default is greedy: always the likeliest one."""

    temperature: float = 0.0
    """Above 0 a token is drawn: flatter the higher it is; 0.8 gives different, sound answers."""
    top_p: float = 0.95
    """Drawn among the likeliest tokens that have so much probability together."""
    top_k: int = 40
    """And among so many, at most."""
    seed: int = 0
    """The same seed draws the same; of several samples each adds its number."""
    infill: bool = False
    """Top-k 40, top-p 0.9 and llama.cpp's `infill` sampler before the greedy choice."""


class Priority(IntEnum):
    """Who comes first; a request interrupts those of a higher number at the next token."""

    COMPLETION = 0
    CHAT = 1
    BACKGROUND = 2


@dataclass(frozen=True, slots=True)
class Request:
    """One generation."""

    prompt: Prompt
    max_tokens: int
    sampling: Sampling = field(default_factory=Sampling)
    session: str = ""
    """Requests of one session share what the model has already read (a document, a chat)."""
    priority: Priority = Priority.COMPLETION
    speculate: bool = True
    """Draft tokens from the text at hand, where that is known to change nothing but the speed."""
    samples: int = 1
    """So many outputs of one prompt, side by side; of several the first one is greedy, and the
    others are drawn with the temperature. At temperature 0 all are the same."""
    grammar: str = ""
    """What the output must follow, in GBNF, from its first character behind healed text on; its
    rule `root` is the whole output. An output that is cut off may be the beginning of one."""
    stops: tuple[str, ...] = ()
    """The output ends before the first of these texts."""

    def alone(self, sample: int) -> Request:
        """Return the request for one of the samples."""
        if self.samples == 1:
            return self
        heat = self.sampling.temperature if sample else 0.0
        sampling = replace(self.sampling, temperature=heat, seed=self.sampling.seed + sample)
        return replace(self, samples=1, sampling=sampling)


MOST_SAMPLES = 8
"""Outputs that one request may ask for."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a loaded model."""

    name: str
    path: str = ""
    size_bytes: int = 0
    context_tokens: int = 0
    """Tokens the engine holds at once: prompt and output together."""
    chat_template: str = ""
    """How the model was trained to read a conversation, in Jinja; empty where it is not known."""
    specials: frozenset[Special] = frozenset()
    """Special tokens that the model has."""
    verified: bool = False
    """The file's SHA-256 matched the catalogue."""
    note: str = ""
    """A remark for the user, such as that the file is unverified."""

    @property
    def has_fim(self) -> bool:
        """Whether the model was trained to fill in the middle."""
        return {Special.FIM_PREFIX, Special.FIM_SUFFIX, Special.FIM_MIDDLE} <= self.specials


class Engine(Protocol):
    """A model that can be asked."""

    @property
    def info(self) -> ModelInfo | None:
        """The loaded model; None until `load` has finished."""

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Load the model once; later and concurrent calls wait for the same load.

        `report` gets the share done, from 0 to 1, possibly from another thread.
        Raises `ModelError` or `EngineLoadError`.
        """

    def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Generate. The last chunk of each sample carries `finish`, also after a cancel.

        Loads the model first if need be. Closing the generator early cancels the generation.
        Requests are served by priority, then in order. Chunks of several samples come mixed.
        Raises `EngineError` when the model cannot answer.
        """

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text is for this model; never waits for a generation.

        Loads the model first if need be. Raises `EngineError` when the model cannot answer.
        """

    async def close(self) -> None:
        """Stop all work and free the model. May be called twice."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a request gave, as a whole."""

    text: str
    finish: Finish


async def write(
    engine: Engine, request: Request, cancel: Cancel, samples: int | None = None
) -> list[Written]:
    """Return the whole output of `request`, one for each sample.

    `samples` replaces what the request says. After a cancel it returns what there is; every one
    says so in its `finish`. Raises `EngineError` when the model cannot answer.
    """
    if samples is not None:
        request = replace(request, samples=samples)
    texts = [""] * request.samples
    ends = [Finish(FinishReason.CANCELLED)] * request.samples
    async for chunk in engine.stream(request, cancel):
        texts[chunk.sample] += chunk.text
        if chunk.finish:
            ends[chunk.sample] = chunk.finish
    return [Written(text, end) for text, end in zip(texts, ends, strict=True)]


async def in_turn(
    stream: Callable[[Request, Cancel], AsyncGenerator[Chunk, None]],
    request: Request,
    cancel: Cancel,
) -> AsyncGenerator[Chunk, None]:
    """Stream the samples of `request` one after the other, for an engine that knows only one."""
    for sample in range(request.samples):
        if sample and cancel.is_set():
            # Not even begun; a server would have to read the prompt for it.
            yield Chunk("", Finish(FinishReason.CANCELLED), sample)
            continue
        async with contextlib.aclosing(stream(request.alone(sample), cancel)) as chunks:
            async for chunk in chunks:
                yield replace(chunk, sample=sample)


@runtime_checkable
class Restartable(Protocol):
    """An engine whose model runs in a process of its own."""

    async def restart(self) -> None:
        """End that process, forget why earlier ones ended; the next `load` starts it anew."""
