"""Runs a program that nobody has read and watches it: the one door to the sandbox.

The kernel keeps the limits of each process; what all of them use together is looked at while they
run. Blocks until the program has ended; coroutines call it in a thread of their own.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import platform
import re
import selectors
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pillion.base.errors import SandboxError
from pillion.sandbox import processes
from pillion.sandbox.launch import CANNOT_START, SCRATCH
from pillion.sandbox.limits import Limits
from pillion.sandbox.outcome import Protection, Result, Stop
from pillion.sandbox.protection import (
    SYSTEM_PATH,
    available,
    command_line,
    interpreter,
    readable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

_KEEPERS = {Protection.BUBBLEWRAP: 1, Protection.NAMESPACES: 1, Protection.LIMITS: 0}
"""Processes below the first one that are not the program's."""

WATCH_SECONDS = 0.025
"""Between two looks at what the program uses; one look takes 1 to 3 ms."""

FLOOD = 256
"""A program that writes so many times what is kept of its output is ended."""

_FIRST_USER = 0x6000_0000
_users = itertools.count()

# Where the kernel refuses, the program goes on; these are what it then says, most often.
_REFUSALS = (
    (re.compile(r"\bMemoryError\b|Cannot allocate memory|bad_alloc|out of memory"), Stop.MEMORY),
    (re.compile(r"No space left on device|File too large"), Stop.DISK),
    (
        re.compile(r"BlockingIOError.*Resource temporarily|fork: |can't start new thread"),
        Stop.PROCESSES,
    ),
)
_SIGNALS = {128 + 24: Stop.CPU, 128 + 25: Stop.DISK, 128 + 9: Stop.KILLED}


def run_python(
    source: str, limits: Limits | None = None, *, protection: Protection | None = None
) -> Result:
    """Run Python source with the interpreter that Pillion was installed for, and its library."""
    protection = protection or best()
    command = [interpreter(protection), "-I", "-B", "main.py"]
    return run(command, files={"main.py": source}, limits=limits, protection=protection)


def best() -> Protection:
    """Return the best protection there is.

    Raises `SandboxError` where there is none.
    """
    if not available():
        raise SandboxError("Code cannot be run here: this system has no limits for programs.")
    return available()[0]


def run(
    command: Sequence[str],
    *,
    files: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    more: Sequence[Path] = (),
    protection: Protection | None = None,
) -> Result:
    """Run `command` in a scratch folder that holds `files`, name to text, and is gone afterwards.

    It may read the system's programs and `more`, and is protected as well as this system can, or
    by `protection`. Raises `SandboxError` where there is no protection at all.
    """
    limits = limits or Limits()
    protection = protection or best()
    paths = readable(more)
    with tempfile.TemporaryDirectory(prefix="pillion-", ignore_cleanup_errors=True) as folder:
        plan = {
            "command": list(command),
            "files": dict(files or {}),
            "readable": paths,
            **_plan(limits, protection, folder),
        }
        watched = "" if protection.isolates else folder
        arguments = command_line(protection, limits, paths)
        return _watch(arguments, json.dumps(plan).encode(), limits, protection, watched)


def _plan(limits: Limits, protection: Protection, folder: str) -> dict[str, object]:
    """Return what the launcher has to know of the circumstances."""
    scratch = SCRATCH if protection.isolates else folder
    return {
        "protection": protection.value,
        "folder": scratch,
        "root": folder,
        "limits": {
            "cpu_seconds": limits.cpu_seconds,
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "disk_bytes": limits.disk_bytes,
            "processes": limits.processes + 4,  # Those that keep watch inside.
        },
        "user": _FIRST_USER + os.getpid() % 100_000 * 1000 + next(_users) % 1000,
        "others": 0 if _counts_alone(protection) else processes.threads(os.geteuid()),
        "environment": {
            "PATH": f"{Path(interpreter(protection)).parent}:{SYSTEM_PATH}",
            "HOME": scratch,
            "TMPDIR": scratch,
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
        },
    }


def _counts_alone(protection: Protection) -> bool:
    """Tell whether the limit on processes leaves out those that the user runs otherwise."""
    if os.geteuid() == 0:
        return True  # The program is another user.
    release = re.match(r"(\d+)\.(\d+)", platform.release())
    # Since 5.14 Linux counts within each user namespace.
    return protection.isolates and bool(release) and _version(release) >= (5, 14)


def _version(release: re.Match[str] | None) -> tuple[int, int]:
    return (int(release[1]), int(release[2])) if release else (0, 0)


def _watch(
    arguments: list[str], plan: bytes, limits: Limits, protection: Protection, folder: str
) -> Result:
    started = time.monotonic()
    child = subprocess.Popen(
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
        start_new_session=True,
    )
    # For the type checker: all three are pipes.
    stdin, outs = cast("IO[bytes]", child.stdin), (child.stdout, child.stderr)
    outputs = _Outputs([pipe for pipe in outs if pipe], limits.output_bytes)
    stopped = None
    try:
        with contextlib.suppress(BrokenPipeError):
            stdin.write(plan)
            stdin.close()
        while stopped is None and child.poll() is None:
            outputs.read(WATCH_SECONDS)
            used = time.monotonic() - started
            stopped = _exceeded(child.pid, used, limits, protection, folder)
            if outputs.total > FLOOD * limits.output_bytes:
                stopped = Stop.OUTPUT
    finally:
        if child.poll() is None:
            processes.kill(child.pid)
        code = child.wait()
    outputs.read(0)
    outputs.close()
    seconds = time.monotonic() - started
    code = code if code >= 0 else 128 - code
    stdout, stderr = (text.decode(errors="replace") for text in outputs.kept)
    if stopped is None and code not in {0, CANNOT_START}:
        stopped = _SIGNALS.get(code) or _refusal(stderr)
    cut = any(len(text) == limits.output_bytes for text in outputs.kept)
    return Result(code, stdout, stderr, cut, seconds, stopped, protection)


def _exceeded(
    launcher: int, seconds: float, limits: Limits, protection: Protection, folder: str
) -> Stop | None:
    """Tell which limit on all processes together is exceeded."""
    if seconds > limits.seconds:
        return Stop.TIME
    inside = processes.below(launcher)
    if len(inside) - _KEEPERS[protection] > limits.processes:
        return Stop.PROCESSES
    if processes.resident(inside) > limits.memory_bytes:
        return Stop.MEMORY
    if folder and _size(folder) > limits.disk_bytes:
        return Stop.DISK
    return None


def _size(folder: str) -> int:
    """Return the bytes of the files in a folder that may change meanwhile."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += Path(place, name).lstat().st_blocks * 512
    return total


def _refusal(stderr: str) -> Stop | None:
    return next((stop for words, stop in _REFUSALS if words.search(stderr)), None)


class _Outputs:
    """What a program writes: read as it comes, so that it never waits, and only the end kept."""

    def __init__(self, pipes: Sequence[IO[bytes]], most: int) -> None:
        self._pipes, self._most = pipes, most
        self._selector = selectors.DefaultSelector()
        self.total = 0
        self.kept = (bytearray(), bytearray())
        for pipe, kept in zip(pipes, self.kept, strict=True):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, kept)

    def read(self, seconds: float) -> None:
        """Read what there is, waiting for the first of it at most so long."""
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self._selector.select(seconds):
            kept: bytearray = key.data
            while data := self._next(key.fd):
                self.total += len(data)
                kept += data
                del kept[: -self._most]
                if self.total > FLOOD * self._most:
                    return

    def close(self) -> None:
        """Close the pipes."""
        for pipe in self._pipes:
            pipe.close()
        self._selector.close()

    def _next(self, pipe: int) -> bytes:
        try:
            data = os.read(pipe, 65536)
        except BlockingIOError:
            return b""
        if not data:
            self._selector.unregister(pipe)
        return data
