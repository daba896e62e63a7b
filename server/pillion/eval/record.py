"""What a later reader needs to compare figures: model, settings, version, commit, machine."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pillion import __version__
from pillion.sandbox.outcome import Protection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.base.settings import Settings


class Ran(Protocol):
    """A row whose code ran in the sandbox."""

    @property
    def protection(self) -> str:
        """What protected the host."""


def record(settings: Settings) -> dict[str, object]:
    """Return the circumstances of a measurement."""
    return {
        "model": settings.model,
        "settings": asdict(settings),
        "version": __version__,
        "commit": _commit(),
        "machine": f"{platform.machine()}, {_processor()}, {cores()} cores, {platform.system()}",
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def protections(rows: Sequence[Ran]) -> str:
    """Return what protected the host from the code of these rows."""
    return " ".join(Protection(name).sentence for name in sorted({row.protection for row in rows}))


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _commit() -> str:
    """Return the commit of the source, with a plus sign where files were changed since."""
    git = ["git", "-C", str(Path(__file__).parent)]
    try:
        short = [*git, "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(short, capture_output=True, text=True, check=True).stdout.strip()
        changed = [*git, "status", "--porcelain", "--untracked-files=no"]
        dirty = subprocess.run(changed, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit + ("+" if dirty else "")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"
