"""The program that becomes the sandboxed one: namespaces, limits, another user, then exec.

Run as a script by a bare interpreter, so it imports nothing of Pillion. A plan arrives on standard
input as JSON (`pillion.sandbox.run` writes it). Under bubblewrap the namespaces are there already.
The order matters: mounts need privileges, limits and the other user take them away.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import resource
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

NEW_NS, NEW_UTS, NEW_IPC = 0x20000, 0x4000000, 0x8000000
NEW_USER, NEW_PID, NEW_NET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
MOUNT_SETATTR, AT_RECURSIVE, ATTR_RDONLY = 442, 0x8000, 1
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "armv7l": 218, "i686": 217}
SET_PDEATHSIG, SET_CHILD_SUBREAPER, SET_NO_NEW_PRIVS = 1, 36, 38

NOBODY = 65534
CANNOT_START = 126
SCRATCH = "/scratch"
DEVICES = ("null", "zero", "full", "random", "urandom")

Plan = dict[str, Any]
libc = ctypes.CDLL(None, use_errno=True)


def main() -> NoReturn:
    """Do what the plan on standard input says."""
    plan: Plan = json.loads(sys.stdin.buffer.read())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        match plan["protection"]:
            case "bubblewrap":
                become(plan)
            case "namespaces":
                enter_namespaces(plan)
            case _:
                stay_outside(plan)
    except OSError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        sys.stderr.flush()
    os._exit(CANNOT_START)


def enter_namespaces(plan: Plan) -> NoReturn:
    """Build a file system of its own, leave the network, and run the program below an init."""
    user = os.geteuid()
    group = os.getegid()
    prctl(SET_PDEATHSIG, signal.SIGKILL)
    flags = NEW_NS | NEW_UTS | NEW_IPC | NEW_PID | NEW_NET
    call("unshare", libc.unshare(flags | (NEW_USER if user else 0)))
    if user:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1", encoding="ascii")
    child = os.fork()
    if child:
        wait_for(child)
    prctl(SET_PDEATHSIG, signal.SIGKILL)
    build_root(plan)
    # The init of a namespace is deaf to most signals, so the program is not it.
    child = os.fork()
    if child:
        wait_for(child)
    become(plan)


def stay_outside(plan: Plan) -> NoReturn:
    """Run the program with limits only, and end what it leaves behind."""
    if sys.platform == "linux":
        prctl(SET_PDEATHSIG, signal.SIGKILL)
        prctl(SET_CHILD_SUBREAPER, 1)
    child = os.fork()
    if child:
        wait_for(child, orphans=True)
    become(plan)


def become(plan: Plan) -> NoReturn:
    """Write the files, take on the limits and another user, and turn into the program."""
    limits, folder = plan["limits"], plan["folder"]
    if os.geteuid() == 0:
        change_user(folder, plan["user"])
    os.chdir(folder)
    for name, text in plan["files"].items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    if sys.platform == "linux":
        prctl(SET_NO_NEW_PRIVS, 1)
    bound(resource.RLIMIT_CORE, 0)
    bound(resource.RLIMIT_NOFILE, 64)
    bound(resource.RLIMIT_FSIZE, limits["file_bytes"])
    bound(resource.RLIMIT_AS, limits["memory_bytes"])
    bound(resource.RLIMIT_NPROC, limits["processes"] + plan["others"])
    # The soft limit is told, the hard one kills.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))
    os.nice(5)
    command = plan["command"]
    os.execvpe(command[0], command, plan["environment"])  # noqa: S606 - this is the sandbox.


def build_root(plan: Plan) -> None:
    """Make a root folder with the readable folders in it, and move there."""
    root, limits = plan["root"], plan["limits"]
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755")
    # Before what is to be read, which may lie in /tmp.
    size = f"size={limits['disk_bytes']},mode=1777"
    for name in ("/tmp", "/dev/shm", SCRATCH):  # noqa: S108 - folders of its own.
        Path(root + name).mkdir(parents=True)
        mount("tmpfs", root + name, "tmpfs", MS_NOSUID | MS_NODEV, size)
    for source in plan["readable"]:
        target = root + source
        Path(target if Path(source).is_dir() else Path(target).parent).mkdir(
            parents=True, exist_ok=True
        )
        if not Path(source).is_dir():
            Path(target).touch()
        mount(source, target, None, MS_BIND | MS_REC)
        read_only(target, recursive=True)
    for name in DEVICES:
        Path(root, "dev", name).touch()
        mount(f"/dev/{name}", f"{root}/dev/{name}", None, MS_BIND)
    Path(root, "proc").mkdir()
    # Not where a container hides parts of /proc; most programs do without.
    libc.mount(b"proc", f"{root}/proc".encode(), b"proc", MS_NOSUID | MS_NODEV, None)
    os.chdir(root)
    call("pivot_root", libc.syscall(PIVOT_ROOT.get(platform.machine(), -1), b".", b"."))
    call("umount", libc.umount2(b".", MNT_DETACH))
    os.chdir("/")
    read_only("/", recursive=False)


def change_user(folder: str, user: int) -> None:
    """Become a user that owns nothing; one of its own where the system has that many."""
    for number in (user, NOBODY):
        try:
            if folder != SCRATCH:
                os.chown(folder, number, number)
            os.setgroups([])
            os.setresgid(number, number, number)
            os.setresuid(number, number, number)
        except OSError:
            continue
        return
    raise OSError("the user cannot be changed")


def wait_for(child: int, *, orphans: bool = False) -> NoReturn:
    """Reap until the program has ended, end its orphans where nobody else does, end as it did."""
    while True:
        pid, status = os.wait()
        if pid == child:
            break
    code = os.waitstatus_to_exitcode(status)
    if orphans:
        end_orphans()
    os._exit(code if code >= 0 else 128 - code)


def end_orphans() -> None:
    """Kill what the program left running; each orphan's own children become ours in turn."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    try:
        while True:
            for child in children.read_text(encoding="ascii").split():
                os.kill(int(child), signal.SIGKILL)
            os.wait()
    except OSError:
        return  # None are left, or the system has no such list.


def bound(kind: int, value: int) -> None:
    """Set a limit, no higher than the one that is set, where the system has it."""
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (value, value))


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount, with the arguments of the system call."""
    arguments = [item.encode() if item else None for item in (source, target, kind)]
    done = libc.mount(*arguments, ctypes.c_ulong(flags), data.encode() or None)
    call(f"mount {target}", done)


def read_only(path: str, *, recursive: bool) -> None:
    """Take the permission to write from a mount, and from those below it."""
    attributes = (ctypes.c_uint64 * 4)(ATTR_RDONLY, 0, 0, 0)
    flags = AT_RECURSIVE if recursive else 0
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    done = libc.syscall(MOUNT_SETATTR, -100, path.encode(), flags, ctypes.byref(attributes), size)
    call(f"read-only {path}", done)


def prctl(option: int, value: int) -> None:
    """Set something of this process."""
    call("prctl", libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def call(what: str, result: int) -> None:
    """Raise the error of a C function that failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
