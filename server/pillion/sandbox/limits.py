"""How much a sandboxed program may use."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one run. The defaults are ample for the tests of a function."""

    seconds: float = 10.0
    """On the clock."""
    cpu_seconds: int = 10
    """Of each process."""
    memory_bytes: int = 512 * MIB
    """Of all processes together, and as address space of each."""
    processes: int = 16
    file_bytes: int = 16 * MIB
    """Of one file."""
    disk_bytes: int = 64 * MIB
    """Of all files together."""
    output_bytes: int = 64 * 1024
    """Of each output that is kept; its end is."""
