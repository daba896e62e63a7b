"""The processes below one process, read from /proc; elsewhere there are none to be seen."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def below(ancestor: int) -> set[int]:
    """Return the processes that `ancestor` and its descendants started, those that ended left out.

    A process whose parent has ended belongs to the nearest ancestor that reaps; there is one
    within each sandbox.
    """
    children: dict[int, list[int]] = {}
    for entry in _numbers(PROC):
        stat = _read(PROC / entry / "stat")
        state, _, rest = stat.rpartition(")")[2].strip().partition(" ")
        if state and state not in "ZX":
            children.setdefault(int(rest.split(" ", 1)[0]), []).append(int(entry))
    found: set[int] = set()
    waiting = [ancestor]
    while waiting:
        for child in children.get(waiting.pop(), []):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def threads(user: int) -> int:
    """Return how many processes and threads a user runs: what a limit on processes counts."""
    count = 0
    for entry in _numbers(PROC):
        with contextlib.suppress(OSError):
            if (PROC / entry).stat().st_uid == user:
                count += sum(1 for _ in (PROC / entry / "task").iterdir())
    return count


def resident(processes: set[int]) -> int:
    """Return the bytes of memory that processes hold together."""
    pages = 0
    for process in processes:
        fields = _read(PROC / str(process) / "statm").split()
        pages += int(fields[1]) if len(fields) > 1 else 0
    return pages * _PAGE


def kill(ancestor: int) -> None:
    """Kill a process and all below it, those that are started meanwhile included."""
    # Stopped first, it starts no others; killed last, it still reaps what is orphaned.
    while found := below(ancestor):
        for process in found:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(ancestor, signal.SIGKILL)


def _numbers(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name.isdigit()]  # noqa: PTH208 - only names.
    except OSError:
        return []


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
