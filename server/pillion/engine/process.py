"""Facts about another process, and ending it for certain: never one that only has the same id."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

_LINUX = sys.platform == "linux"


def identity(pid: int) -> str:
    """Return what tells this process from a later one with the same id; "" if there is none.

    A process that has ended and only waits for its parent counts as gone.
    """
    if _LINUX:
        fields = _stat(pid)
        if not fields or fields[0] in {"Z", "X"}:
            return ""
        return f"{_boot()} {fields[19]}"
    if sys.platform == "win32":
        return _windows_identity(pid)
    done = subprocess.run(  # macOS and the BSDs have no /proc.
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, started = done.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else started.strip()


def is_alive(pid: int, whose: str) -> bool:
    """Tell whether the process of that identity still runs."""
    return bool(whose) and identity(pid) == whose


def is_stopped(pid: int) -> bool:
    """Tell whether the process is stopped by a signal; False where the system does not say."""
    if _LINUX:
        fields = _stat(pid)
        return bool(fields) and fields[0] in {"T", "t"}
    return False


def kill(pid: int, whose: str) -> bool:
    """End the process of that identity at once; return whether it was there.

    Where the system has handles for processes, nothing can come between looking and ending.
    """
    if not hasattr(os, "pidfd_open"):
        if not is_alive(pid, whose):
            return False
        with contextlib.suppress(OSError):
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        return True
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if not is_alive(pid, whose):
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def resident_bytes(pid: int) -> int:
    """Return the memory of a process that is in RAM; 0 where the system does not say."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat behind the name, which may hold blanks and brackets."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        return ""


def _windows_identity(pid: int) -> str:
    command = f"(Get-Process -Id {pid}).StartTime.Ticks"
    done = subprocess.run(
        ["powershell", "-NoProfile", "-Command", command],  # noqa: S607 - found by Windows.
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()
