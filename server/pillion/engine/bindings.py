r"""llama.cpp through the low-level bindings of llama-cpp-python: the only module that imports it.

A thin layer of typed calls. It decides nothing; the decode loop is in `pillion.engine.decoder`.
Everything here must be called from one thread, except `AbortFlag.set`.

Two callbacks that llama.cpp calls thousands of times a second are plain C functions of the C
library, so that they never wait for Python's interpreter lock:

- the abort callback is `strlen` on a two-byte buffer: "" means go on, "\1" means abort;
- the log callback is `abs`, which does nothing with the level it is given. (The default one
  formats a line on every decode, up to 12 % slower.)
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import re
import sys
import tempfile
import weakref
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

# Threads that wait must sleep, not spin: with another program on one of two cores, spinning
# threads wrote 0.5 tokens/s and sleeping ones 12.4. A very short spin before the sleep writes a
# quarter faster and does no harm (docs/performance.md). Read once, at import.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ["OMP_WAIT_POLICY"] = "passive"
    os.environ.setdefault("GOMP_SPINCOUNT", "300")

import llama_cpp.llama_cpp as lib
import numpy as np

from pillion.base.errors import EngineError, EngineLoadError
from pillion.prompt.model_input import Special

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pillion.engine.abort import AbortFlag

BATCH_CPU, BATCH_GPU = 128, 512
"""On a processor 128 reads 5 % slower than 512 and a cancel loses a second less of work; on a GPU
a batch takes milliseconds (docs/performance.md)."""

SIDE_BY_SIDE = 4
"""Sequences that go on in one call on a processor: two calls of four cost less than one of eight,
and up to seven rows give the same logits as one, bit for bit (docs/performance.md)."""

ABORTED = 2
"""What `llama_decode` returns when the abort callback ended it."""

_libc = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
_ABORT = ctypes.cast(_libc.strlen, lib.ggml_abort_callback)
_SILENT = ctypes.cast(_libc.abs, lib.llama_log_callback)


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a model is loaded."""

    context_tokens: int = 4096
    threads: int = 0
    """0 means one per core that this process may use."""
    gpu_layers: int = -1
    """-1 means all; ignored where llama.cpp was built without a GPU backend."""
    sequences: int = 16
    """How many prompts the KV cache holds side by side, at most."""
    least_cells: int = 8192
    """Tokens for which the KV cache has room, whoever they belong to; more where two prompts of
    full length need more."""
    batch_tokens: int = 0
    """Tokens evaluated at once; a cancel loses at most these. 0 chooses by processor or GPU."""


class Model:
    """A loaded model with one context. Raises `EngineLoadError` if it cannot be loaded."""

    def __init__(
        self,
        path: Path,
        options: LoadOptions,
        report: Callable[[float], bool] | None = None,
    ) -> None:
        """Load `path`. `report` gets the share done and returns False to give up."""
        self.notes: list[str] = []
        self._log = _LoadLog()
        self._given_up = False
        self.on_gpu = bool(options.gpu_layers and lib.llama_supports_gpu_offload())
        try:
            self._start(path, options, report)
        except EngineLoadError:
            if self._given_up or not self.on_gpu:
                raise
            self.on_gpu = False
            self._log.clear()
            self.notes.append("The model did not fit on the GPU; it runs on the processor.")
            self._start(path, options, report)
        finally:
            lib.llama_log_set(_SILENT, ctypes.c_void_p(0))
        # On a GPU a call of eight tokens costs three of one, and drafts do not pay (H100).
        self.drafts = not self.on_gpu
        self.side_by_side = self.batch_tokens if self.on_gpu else SIDE_BY_SIDE
        self._memory = lib.llama_get_memory(self._context)
        self.vocab: Any = lib.llama_model_get_vocab(self._model)
        self.vocab_size: int = lib.llama_vocab_n_tokens(self.vocab)
        self.cells: int = lib.llama_n_ctx(self._context)
        self.sequences = options.sequences
        self._batch = _Batch(self.batch_tokens)
        self._infill: Any = None
        self._abort: AbortFlag | None = None

    def special(self, special: Special) -> int | None:
        """Return the id of a special token, or None where the model has none."""
        token: int = _SPECIAL_IDS[special](self.vocab)
        return None if token == lib.LLAMA_TOKEN_NULL else token

    @property
    def bos(self) -> int | None:
        """The token that every prompt begins with, where the model wants one."""
        return lib.llama_vocab_bos(self.vocab) if lib.llama_vocab_get_add_bos(self.vocab) else None

    def ends_generation(self, token: int) -> bool:
        """Whether `token` ends the output: an end token of the model, or any control token."""
        return bool(
            lib.llama_vocab_is_eog(self.vocab, token)
            or lib.llama_vocab_is_control(self.vocab, token)
        )

    def pieces(self) -> list[bytes]:
        """Return the bytes of every token; empty for control tokens."""
        buffer = ctypes.create_string_buffer(512)
        found = []
        for token in range(self.vocab_size):
            size = lib.llama_token_to_piece(self.vocab, token, buffer, 512, 0, False)
            found.append(buffer.raw[:size] if size > 0 else b"")
        return found

    @property
    def chat_template(self) -> str:
        """The Jinja template that the model file brings along; empty without one."""
        template: bytes | None = lib.llama_model_chat_template(self._model, None)
        return (template or b"").decode(errors="replace")

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Return the tokens of `text`; special tokens spelt in it are read only if `special`."""
        data = text.encode(errors="replace")
        room = len(data) + 8
        tokens = (lib.llama_token * room)()
        count = lib.llama_tokenize(self.vocab, data, len(data), tokens, room, False, special)
        if count < 0:
            raise EngineError("The text could not be split into tokens.")
        return tokens[:count]

    def abort_with(self, flag: AbortFlag) -> None:
        """Let `flag` stop the decodes that follow."""
        self._abort = flag  # llama.cpp keeps only the address.
        lib.llama_set_abort_callback(self._context, _ABORT, flag.address)

    def decode(
        self, tokens: Sequence[int], position: int, sequence: int = 0, rows: int = 1
    ) -> bool:
        """Evaluate at most `batch_tokens` tokens of a sequence, from `position` on.

        The logits of the last `rows` tokens can be read with `logits`.
        Returns False when it was aborted; what was finished stays in the KV cache (`held`).
        """
        self._batch.fill(tokens, range(position, position + len(tokens)), [sequence], rows)
        return self._decode()

    def decode_each(
        self, tokens: Sequence[int], positions: Sequence[int], sequences: Sequence[int]
    ) -> bool:
        """Evaluate one token of each of several sequences; `logits` has a row for each.

        Returns False when it was aborted.
        """
        self._batch.fill(tokens, positions, sequences, len(tokens))
        return self._decode()

    def held(self, sequence: int) -> int:
        """Return how many tokens of a sequence the KV cache holds."""
        return int(lib.llama_memory_seq_pos_max(self._memory, sequence)) + 1

    def forget(self, start: int, sequence: int = 0) -> None:
        """Drop everything of a sequence from position `start` on out of the KV cache."""
        if not lib.llama_memory_seq_rm(self._memory, sequence, start, -1):
            # Recurrent models cannot give back a part of their state: begin anew.
            lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def share(self, length: int, source: int, target: int) -> None:
        """Let `target`, an empty sequence, begin with the first `length` tokens of `source`.

        Both use the same cells. Recurrent models share their whole state, whatever `length` says.
        """
        lib.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def logits(self, row: int = -1) -> NDArray[np.float32]:
        """Return logits of the last decode, shape (vocab_size,), valid until the next one.

        `row` counts from the end: -1 is the last token evaluated.
        """
        return np.ctypeslib.as_array(
            lib.llama_get_logits_ith(self._context, row), shape=(self.vocab_size,)
        )

    def choose_infill(self, tokens: NDArray[np.int32], logits: NDArray[np.float32]) -> int:
        """Choose from candidates with llama.cpp's infill sampler: top-p 0.9, infill, greedy.

        `tokens` and `logits` have the same shape (n,). The sampler merges candidates that begin
        alike and prefers to end where the model leans to it.
        """
        if self._infill is None:
            self._infill = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
            for sampler in (
                lib.llama_sampler_init_top_p(0.9, 1),
                lib.llama_sampler_init_infill(self.vocab),
                lib.llama_sampler_init_greedy(),
            ):
                lib.llama_sampler_chain_add(self._infill, sampler)
        data = (lib.llama_token_data * len(tokens))()
        for item, token, logit in zip(data, tokens, logits, strict=True):
            item.id, item.logit = int(token), float(logit)
        candidates = lib.llama_token_data_array(data, len(tokens), -1, False)
        lib.llama_sampler_apply(self._infill, ctypes.byref(candidates))
        return int(candidates.data[candidates.selected].id)

    def grammar(self, text: str) -> Grammar:
        """Return a GBNF grammar with the rule `root`. Raises `EngineError` if it is none."""
        _check_grammar(text)
        with _standard_error() as said:
            sampler = lib.llama_sampler_init_grammar(
                self.vocab, text.encode(errors="replace"), b"root"
            )
        if not sampler:
            raise EngineError(
                f"The grammar cannot be used. {_grammar_fault(''.join(said))}".strip()
            )
        return Grammar(sampler, self._written)

    def close(self) -> None:
        """Free the model. Nothing else may be called afterwards."""
        if self._infill is not None:
            lib.llama_sampler_free(self._infill)
        self._batch.close()
        lib.llama_free(self._context)
        lib.llama_model_free(self._model)

    @cached_property
    def _written(self) -> NDArray[np.bool_]:
        """Which tokens an output may have: those with a text, and its ends; shape (vocab_size,)."""
        return np.array(
            [
                bool(piece) or lib.llama_vocab_is_eog(self.vocab, token)
                for token, piece in enumerate(self.pieces())
            ]
        )

    def _decode(self) -> bool:
        code = lib.llama_decode(self._context, self._batch.value)
        if code not in (0, ABORTED):
            count = self._batch.value.n_tokens
            raise EngineError(f"llama.cpp could not evaluate {count} tokens (code {code}).")
        return bool(code == 0)

    def _start(
        self, path: Path, options: LoadOptions, report: Callable[[float], bool] | None
    ) -> None:
        """Load the model and open its context, both on the GPU or both on the processor."""
        lib.llama_backend_init()
        lib.llama_log_set(self._log.callback, ctypes.c_void_p(0))
        self._model = self._load(path, options, report)
        self.batch_tokens = options.batch_tokens or (BATCH_GPU if self.on_gpu else BATCH_CPU)
        self._context = self._open(options)

    def _load(
        self, path: Path, options: LoadOptions, report: Callable[[float], bool] | None
    ) -> Any:
        params = lib.llama_model_default_params()

        def progress(share: float, _: object) -> bool:
            self._given_up = report is not None and not report(share)
            return not self._given_up

        callback = lib.llama_progress_callback(progress)
        params.progress_callback = callback
        # On x86 reading is as fast without weights in another order, one row and several give the
        # same logits, and the pages of the file are used as they are (docs/performance.md).
        params.use_extra_bufts = platform.machine().lower() not in {"x86_64", "amd64"}
        # Without layers llama.cpp still computes on the GPU: only an empty list of devices keeps
        # it, and its memory, out of it.
        no_devices = (ctypes.c_void_p * 1)(None)
        if self.on_gpu:
            params.n_gpu_layers = options.gpu_layers
        else:
            params.n_gpu_layers = 0
            params.devices = ctypes.cast(no_devices, ctypes.c_void_p)
        model = lib.llama_model_load_from_file(os.fsencode(path), params)
        if model is None:
            why = "Loading was given up." if self._given_up else self._log.why()
            raise EngineLoadError(f"llama.cpp cannot load {path.name}. {why}")
        if not lib.llama_model_has_decoder(model):
            lib.llama_model_free(model)
            raise EngineLoadError(f"{path.name} holds no language model that can write text.")
        return model

    def _open(self, options: LoadOptions) -> Any:
        params = lib.llama_context_default_params()
        threads = options.threads or usable_cores()
        trained = lib.llama_model_n_ctx_train(self._model)
        self.context_tokens = min(options.context_tokens, trained or options.context_tokens)
        params.n_ctx = max(2 * self.context_tokens, options.least_cells)
        params.n_batch = params.n_ubatch = self.batch_tokens
        params.n_threads = params.n_threads_batch = threads
        params.no_perf = True
        params.n_seq_max = options.sequences
        params.kv_unified = True  # One pool of cells, so that one long prompt may use them all.
        context = lib.llama_init_from_model(self._model, params)
        if context is None:
            lib.llama_model_free(self._model)
            raise EngineLoadError(f"llama.cpp cannot open the model. {self._log.why()}")
        return context


class Grammar:
    """What an output must follow, by llama.cpp's grammar sampler, and how much of it is written."""

    def __init__(self, sampler: Any, written: NDArray[np.bool_]) -> None:
        """`written` says of every token whether an output may have it."""
        self._sampler, self._written = sampler, written
        weakref.finalize(self, lib.llama_sampler_free, sampler)

    def allowed(self, tokens: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Return which of `tokens`, of shape (n,), may come next."""
        data = np.zeros(len(tokens), _CANDIDATE)
        data["id"] = tokens
        first = ctypes.cast(data.ctypes.data, ctypes.POINTER(lib.llama_token_data))
        candidates = lib.llama_token_data_array(first, len(tokens), -1, False)
        lib.llama_sampler_apply(self._sampler, ctypes.byref(candidates))
        found: NDArray[np.bool_] = np.isfinite(data["logit"]) & self._written[tokens]
        return found

    def accept(self, token: int) -> None:
        """Take note of the next token, which must be allowed and must not end the output.

        Any other would end this process.
        """
        lib.llama_sampler_accept(self._sampler, token)

    def copy(self) -> Grammar:
        """Return the same, for another output."""
        return Grammar(lib.llama_sampler_clone(self._sampler), self._written)


_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""`llama_token_data`."""

_LONGEST_GRAMMAR, _DEEPEST_GRAMMAR = 65536, 200

_LITERAL = re.compile(r"\"(?:\\.|[^\"\\])*\"|\[(?:\\.|[^\]\\])*\]|#[^\n]*", re.DOTALL)
"""What in a grammar stands for itself: texts, sets of characters, comments."""

_REPEATED = re.compile(r"\{\s*(\d+)\s*,\s*(\d+)\s*\}")


def _check_grammar(text: str) -> None:
    """Refuse what llama.cpp's parser does not survive, or would read only in part."""
    if len(text) > _LONGEST_GRAMMAR or "\0" in text:
        raise EngineError("The grammar is too long, or has a zero byte.")
    rules = _LITERAL.sub("", text)
    depth = deepest = 0
    for char in rules:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    if deepest > _DEEPEST_GRAMMAR:  # It reads them by recursion, until its stack ends.
        raise EngineError("The grammar has too many brackets in brackets.")
    for least, most in _REPEATED.findall(rules):
        if int(most) < int(least):  # It would add rules until there is no memory left.
            raise EngineError(f"The grammar repeats something {least} to {most} times.")


@contextlib.contextmanager
def _standard_error() -> Iterator[list[str]]:
    """Keep what C code writes to the standard error; llama.cpp prints a faulty grammar there."""
    said: list[str] = []
    with tempfile.TemporaryFile() as file:
        try:
            real = os.dup(2)
        except OSError:  # It is closed, and nobody will see anything.
            yield said
            return
        try:
            os.dup2(file.fileno(), 2)
            yield said
        finally:
            os.dup2(real, 2)
            os.close(real)
        file.seek(0)
        said.append(file.read().decode(errors="replace"))


def _grammar_fault(said: str) -> str:
    """Return llama.cpp's first complaint about a grammar as a sentence."""
    _, _, fault = said.partition("error parsing grammar: ")
    line = fault.split("\n", 1)[0].strip()
    return f"It says: {line[:80]}" if line else "A rule is missing, or begins with itself."


def usable_cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Not on macOS and Windows.
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def system_info() -> str:
    """Return what llama.cpp was built for, such as ``CPU : AVX2 = 1 | FMA = 1``."""
    info: bytes = lib.llama_print_system_info()
    return info.decode(errors="replace").strip()


class _Batch:
    """One reusable `llama_batch`."""

    def __init__(self, size: int) -> None:
        self.value = lib.llama_batch_init(size, 0, 1)
        as_array = np.ctypeslib.as_array
        self._token = as_array(self.value.token, shape=(size,))
        self._pos = as_array(self.value.pos, shape=(size,))
        self._logits = as_array(self.value.logits, shape=(size,))
        as_array(self.value.n_seq_id, shape=(size,))[:] = 1
        self._sequences = [self.value.seq_id[index] for index in range(size)]
        self._of = [-1] * size

    def fill(
        self, tokens: Sequence[int], positions: Sequence[int], sequences: Sequence[int], rows: int
    ) -> None:
        """Put tokens in; one sequence is for all of them. The last `rows` get logits."""
        count = len(tokens)
        self._token[:count] = tokens
        self._pos[:count] = positions
        self._logits[: count - rows] = 0
        self._logits[count - rows : count] = 1
        if len(sequences) == 1:
            sequences = [sequences[0]] * count
        if (before := self._of[:count]) != list(sequences):
            for index, sequence in enumerate(sequences):
                if sequence != before[index]:
                    self._sequences[index][0] = self._of[index] = sequence
        self.value.n_tokens = count

    def close(self) -> None:
        lib.llama_batch_free(self.value)


class _LoadLog:
    """Keeps llama.cpp's own words about a failed load."""

    _WARN, _ERROR, _CONTINUED = 3, 4, 5

    def __init__(self) -> None:
        self._lines: list[tuple[int, str]] = []
        self.callback = lib.llama_log_callback(self._keep)

    def _keep(self, level: int, text: bytes, _: object) -> None:
        line = text.decode(errors="replace").strip()
        if line and self._WARN <= level < self._CONTINUED:
            self._lines.append((level, line))

    def clear(self) -> None:
        """Forget what was said so far."""
        self._lines.clear()

    def why(self) -> str:
        """Return the first complaint as a sentence; an error comes before any warning."""
        errors = [line for level, line in self._lines if level == self._ERROR]
        first = next(iter(errors or [line for _, line in self._lines]), "")
        return f"It says: {first}" if first else "The file is damaged or of an unknown kind."


_SPECIAL_IDS: dict[Special, Callable[[Any], int]] = {
    Special.FIM_PREFIX: lib.llama_vocab_fim_pre,
    Special.FIM_SUFFIX: lib.llama_vocab_fim_suf,
    Special.FIM_MIDDLE: lib.llama_vocab_fim_mid,
    Special.REPOSITORY: lib.llama_vocab_fim_rep,
    Special.FILE: lib.llama_vocab_fim_sep,
}
