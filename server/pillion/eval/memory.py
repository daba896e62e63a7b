"""Memory, handles and threads of the processes that Pillion runs as."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.engine.process import resident_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)

_QUIET_SHARE = 0.1
"""A process that uses less of one core than this has nothing to do."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident bytes of servers and of their host; pages they share count in each of them."""

    servers: Sequence[int]
    host: int
    proportional: int = 0
    """All together, shared pages divided among who shares them; 0 where this is not known."""

    @property
    def resident(self) -> int:
        """All together."""
        return sum(self.servers) + self.host

    def to_json(self) -> dict[str, object]:
        """Return megabytes (10^6 bytes)."""
        return {
            "servers_mb": [round(size / 1e6, 1) for size in self.servers],
            "host_mb": round(self.host / 1e6, 1),
            "resident_mb": round(self.resident / 1e6, 1),
            "proportional_mb": round(self.proportional / 1e6, 1),
        }


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one process uses, where /proc tells."""

    resident: int
    """Bytes in RAM, those that it shares included."""
    proportional: int
    """The same, shared pages divided among who shares them."""
    handles: int
    """Open files, sockets and pipes."""
    threads: int


def footprint(pid: int) -> Footprint | None:
    """Look at a process; None if it has ended."""
    try:
        handles = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    except OSError:
        return None
    resident = resident_bytes(pid)
    return Footprint(resident, _proportional(pid), handles, threads) if resident else None


def measure(servers: Sequence[int], host: int | None) -> Memory:
    """Look at processes by their ids."""
    pids = [*servers, *([host] if host else [])]
    return Memory(
        [resident_bytes(pid) for pid in servers],
        resident_bytes(host) if host else 0,
        sum(_proportional(pid) for pid in pids),
    )


async def until_quiet(pid: int, *, seconds: float = 1.0, patience: float = 120.0) -> None:
    """Wait until a process has had nothing to do for `seconds`; at most `patience`."""
    end = time.monotonic() + patience
    before = _busy_seconds(pid)
    while time.monotonic() < end:
        await asyncio.sleep(seconds)
        after = _busy_seconds(pid)
        if after - before < _QUIET_SHARE * seconds:
            return
        before = after


def _proportional(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    found = _PSS.search(text)
    return int(found[1]) * 1024 if found else 0


def _busy_seconds(pid: int) -> float:
    """Return the processor time that a process has used, where /proc tells."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
