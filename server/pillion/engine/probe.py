"""Measure a model on this machine, in a process of its own.

llama.cpp may crash where it was built for another processor; then only this process dies, and the
caller reads how. Run as ``python -m pillion.engine.probe MODEL THREADS GPU_LAYERS``; prints one
JSON object. Called by `pillion doctor` through `measure`.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

from pillion.base.errors import EngineDiedError, EngineLoadError, PillionError

_PREFILL_TOKENS = 256
_DECODE_TOKENS = 24
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Speed:
    """What a model does on this machine."""

    load_seconds: float
    prefill_tokens_per_second: float
    """Reading a prompt of 256 tokens."""
    decode_tokens_per_second: float
    """Writing 24 tokens, one after the other."""
    resident_bytes: int
    """Memory of the process that ran the model, its peak; 0 where the system does not say."""
    threads: int
    on_gpu: bool
    system: str
    """What llama.cpp says it was built for."""


def measure(model: str, *, threads: int = 0, gpu_layers: int = -1) -> Speed:
    """Load and run `model` in a new process.

    Raises `EngineLoadError` with the cause in plain words when that fails, and `EngineDiedError`
    when llama.cpp crashes.
    """
    arguments = [model, str(threads), str(gpu_layers)]
    command = [sys.executable, "-m", "pillion.engine.probe", *arguments]
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise EngineLoadError(f"The model did not answer in {_TIMEOUT_SECONDS} s.") from error
    if run.returncode < 0:
        name = signal.Signals(-run.returncode).name
        raise EngineDiedError(
            f"llama.cpp crashed ({name}) while it ran the model. It may have been compiled for "
            "another processor."
        )
    if run.returncode:
        raise EngineLoadError(run.stderr.strip().splitlines()[-1] if run.stderr else "It failed.")
    return Speed(**json.loads(run.stdout))


def _probe(model: str, threads: int, gpu_layers: int) -> Speed:
    from pillion.engine import bindings, store  # noqa: PLC0415 - not in the process that asks.

    started = time.perf_counter()
    options = bindings.LoadOptions(threads=threads, gpu_layers=gpu_layers)
    loaded = bindings.Model(store.resolve(model).path, options)
    load_seconds = time.perf_counter() - started
    loaded.decode([0], 0)  # The first call sets up buffers.
    loaded.forget(0)
    tokens = [1 + index * 37 % 5000 for index in range(_PREFILL_TOKENS)]
    started = time.perf_counter()
    for start in range(0, _PREFILL_TOKENS, loaded.batch_tokens):
        loaded.decode(tokens[start : start + loaded.batch_tokens], start)
    prefill_seconds = time.perf_counter() - started
    started = time.perf_counter()
    for index in range(_DECODE_TOKENS):
        loaded.decode([tokens[index]], _PREFILL_TOKENS + index)
    decode_seconds = time.perf_counter() - started
    return Speed(
        load_seconds=round(load_seconds, 2),
        prefill_tokens_per_second=round(_PREFILL_TOKENS / prefill_seconds, 1),
        decode_tokens_per_second=round(_DECODE_TOKENS / decode_seconds, 1),
        resident_bytes=_peak_memory(),
        threads=threads or bindings.usable_cores(),
        on_gpu=loaded.on_gpu,
        system=bindings.system_info(),
    )


def _peak_memory() -> int:
    try:
        import resource  # noqa: PLC0415 - not on Windows.
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Print the speed of the model in the arguments as JSON."""
    model, threads, gpu_layers = sys.argv[1:]
    try:
        speed = _probe(model, int(threads), int(gpu_layers))
    except PillionError as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(asdict(speed)))


if __name__ == "__main__":
    main()
