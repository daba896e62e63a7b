"""What came of a sandboxed program, and what kept it from harm."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class Protection(Enum):
    """What stands between a program and the host, best first."""

    BUBBLEWRAP = "bubblewrap"
    """Namespaces made by bubblewrap."""
    NAMESPACES = "namespaces"
    """The same, made by Pillion itself."""
    LIMITS = "limits"
    """Limits on resources, nothing more."""

    @property
    def isolates(self) -> bool:
        """Whether the network and the user's files are out of reach."""
        return self is not Protection.LIMITS

    @property
    def sentence(self) -> str:
        """What it is worth, for a report."""
        if self.isolates:
            return (
                f"Code ran in a sandbox ({self.value}): no network, none of your files, "
                "limits on time, memory, processes and disk."
            )
        return (
            "Code ran with limits on time, memory, processes and disk only: it could reach the "
            "network and whatever your user may read and write. Install bubblewrap for a sandbox."
        )


class Stop(StrEnum):
    """Which limit ended a program."""

    TIME = "time"
    CPU = "cpu"
    MEMORY = "memory"
    PROCESSES = "processes"
    DISK = "disk"
    OUTPUT = "output"
    KILLED = "killed"
    """Killed by the system, which does not say why; most often for memory."""


@dataclass(frozen=True, slots=True)
class Result:
    """The end of one run."""

    exit_code: int
    """As a shell counts: 128 and more for a signal."""
    stdout: str
    stderr: str
    cut: bool
    """The outputs were longer; their ends were kept."""
    seconds: float
    stopped: Stop | None
    """None where the program ended by itself, well or not."""
    protection: Protection

    @property
    def ok(self) -> bool:
        """Whether the program ended by itself and without an error."""
        return self.exit_code == 0 and self.stopped is None
