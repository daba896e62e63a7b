"""Which protections this system offers, found out by using them."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.sandbox.launch import SCRATCH
from pillion.sandbox.limits import Limits
from pillion.sandbox.outcome import Protection

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERPRETER: str = getattr(sys, "_base_executable", None) or sys.executable
"""The Python outside of any virtual environment, so that no package of Pillion is in reach."""

LAUNCHER = Path(__file__).with_name("launch.py")

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"

# What programs need of a Unix system, and no user's files.
_SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store"),
    *("/etc/ld.so.cache", "/etc/alternatives"),
)


def interpreter(protection: Protection) -> str:
    """Return the Python for programs: the system's where another user cannot reach ours."""
    folders = Path(INTERPRETER).resolve().parents
    reachable = all(folder.stat().st_mode & 0o001 for folder in folders)
    if protection.isolates or reachable or os.geteuid():
        return INTERPRETER
    return shutil.which("python3", path=SYSTEM_PATH) or INTERPRETER


def readable(more: Sequence[Path] = ()) -> list[str]:
    """Return the paths that a program may read: the system's programs, Python and `more`."""
    base = str(Path(sysconfig.get_config_var("prefix") or sys.base_prefix).resolve())
    paths = [*_SYSTEM, base, str(LAUNCHER), *(str(path.resolve()) for path in more)]
    there = [path for path in dict.fromkeys(paths) if Path(path).exists()]
    return [
        path
        for path in there
        if path in _SYSTEM or not any(path.startswith(f"{other}/") for other in there)
    ]


def command_line(protection: Protection, limits: Limits, paths: Sequence[str]) -> list[str]:
    """Return the program that starts the launcher."""
    launcher = [INTERPRETER, "-I", "-S", str(LAUNCHER)]
    if protection is not Protection.BUBBLEWRAP:
        return launcher
    # Made by bubblewrap, the folders above would be closed to the user that the program becomes.
    above = dict.fromkeys(str(f) for path in paths for f in reversed(Path(path).parents[:-1]))
    folders = [word for path in above for word in ("--perms", "0755", "--dir", path)]
    binds = [word for path in paths for word in ("--ro-bind", path, path)]
    size = str(limits.disk_bytes)
    return [
        _bwrap(),
        *("--die-with-parent", "--new-session", "--unshare-ipc", "--unshare-pid", "--unshare-net"),
        *("--unshare-uts", "--unshare-cgroup-try", "--cap-drop", "ALL", "--clearenv"),
        # Root needs no user namespace, and can become a user for whom limits count.
        *(
            ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_CHOWN")
            if os.geteuid() == 0
            else ("--unshare-user", "--uid", "65534", "--gid", "65534")
        ),
        # Before what is to be read, which may lie in it.
        *("--perms", "1777", "--size", size, "--tmpfs", "/tmp"),  # noqa: S108 - its own.
        *folders,
        *binds,
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--size", size, "--tmpfs", "/dev/shm"),  # noqa: S108 - its own.
        *("--perms", "1777", "--size", size, "--tmpfs", SCRATCH),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *("--chdir", "/", "--", *launcher),
    ]


@cache
def available() -> tuple[Protection, ...]:
    """Return the protections that work here, best first; none where there are not even limits."""
    # Imported here: trying one is a run like any other.
    from pillion.sandbox.run import run  # noqa: PLC0415

    # On a busy machine a start may take long; that is no reason to do without.
    patient = Limits(seconds=60.0)
    return tuple(
        p for p in Protection if _may_work(p) and run(["true"], limits=patient, protection=p).ok
    )


def _may_work(protection: Protection) -> bool:
    match protection:
        case Protection.BUBBLEWRAP:
            return bool(_bwrap())
        case Protection.NAMESPACES:
            return sys.platform == "linux"
        case Protection.LIMITS:
            return os.name == "posix"


def _bwrap() -> str:
    return shutil.which("bwrap") or ""
