"""Why an engine host ended, in plain words.

The client that started the host knows its exit code. The others read the end of its log: a host
that ends itself leaves a note there, a crash is named by Python's fault handler, and a process
that leaves nothing was killed from outside.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

STUCK = 81
OUT_OF_MEMORY = 82

_NOTE = "cause: "
_LOG_TAIL = 8192

_SENTENCES = {
    "SIGKILL": "The model's process was ended by the system, probably because memory ran out "
    "(SIGKILL). Close other programs, or choose a smaller model.",
    "SIGILL": "llama.cpp uses instructions that this processor lacks (SIGILL): it was compiled for "
    "another one. Delete the `wheels` folder of Pillion's cache and install again.",
    "SIGBUS": "The model's file could not be read any more (SIGBUS): it was cut short or removed, "
    "or the disk failed. Run `pillion models verify`.",
    "SIGSEGV": "llama.cpp crashed (SIGSEGV). If this happens again, run `pillion doctor`.",
    "SIGABRT": "llama.cpp gave up (SIGABRT), which it does when memory runs out. Close other "
    "programs, or choose a smaller model.",
    "SIGFPE": "llama.cpp crashed (SIGFPE). If this happens again, run `pillion doctor`.",
    "SIGTERM": "Another program ended the model's process (SIGTERM).",
}

_FAULTS = {
    "Fatal Python error: Illegal instruction": "SIGILL",
    "Fatal Python error: Bus error": "SIGBUS",
    "Fatal Python error: Segmentation fault": "SIGSEGV",
    "Fatal Python error: Aborted": "SIGABRT",
    "Fatal Python error: Floating point exception": "SIGFPE",
}

RAN_OUT = (
    "Memory ran out while the model was working. Close other programs, or choose a smaller model."
)


def note(cause: str) -> None:
    """Leave word, from inside the host, of why it will end."""
    sys.stderr.write(f"{_NOTE}{cause}\n")
    sys.stderr.flush()


def note_in(log: Path, cause: str) -> None:
    """Leave word, from outside, of why a host was ended."""
    try:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{_NOTE}{cause}\n")
    except OSError:
        pass


def cause_of(code: int | None, log: Path) -> str:
    """Return why a host ended: `code` is its exit code, where that is known."""
    tail = _tail(log)
    for line in reversed(tail):
        if line.startswith(_NOTE):
            return line.removeprefix(_NOTE)
    if code is not None and code < 0:
        return _killed(code)
    for line in tail:
        for fault, name in _FAULTS.items():
            if line.startswith(fault):
                return _SENTENCES[name]
    if code == OUT_OF_MEMORY or any(line.startswith("MemoryError") for line in tail):
        return RAN_OUT
    if code:
        said = f" It says: {tail[-1]}" if tail else ""
        return f"The model's process ended with exit code {code}.{said}"
    return _SENTENCES["SIGKILL"] if code is None else "The model's process ended."


def _killed(code: int) -> str:
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return _SENTENCES.get(name, f"The model's process was ended ({name}).")


def _tail(log: Path) -> list[str]:
    try:
        data = log.read_bytes()[-_LOG_TAIL:]
    except OSError:
        return []
    return [line.strip() for line in data.decode(errors="replace").splitlines() if line.strip()]
