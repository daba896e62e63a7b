"""Installs the Pillion server into a private virtual environment; the VS Code extension runs it.

    python3 -I install.py --venv FOLDER --wheel pillion.whl

Only Python's standard library is used. What is being done goes to standard output, one JSON
object a line: `{"message": …, "share": 0..1}`, and `{"error": …}` last where it failed. The output
of the programs that are run goes to standard error, for the log. Packages come from the package
index of the user's own pip settings, in the versions and with the hashes of the lock files that lie
beside the wheel. llama.cpp is compiled for this machine's processor, with the `llama.patch` that
lies there, too, and is kept in Pillion's cache folder, where `make install` keeps and finds it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LLAMA = "0.3.36"
"""The version of llama-cpp-python; the same as in the Makefile."""

_COMPILES = 600.0
"""Seconds that compiling llama.cpp takes on two slow cores; for the progress bar only."""

_STAMP = ".pillion-installed"


class InstallError(Exception):
    """Installing failed; the text tells the user what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Install, and return the exit code."""
    parser = argparse.ArgumentParser(description="Install the Pillion server.")
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--wheel", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        install(options.venv, options.wheel)
    except InstallError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    return 0


def install(folder: Path, wheel: Path) -> None:
    """Make `folder` a virtual environment with the server, from nothing; stamp it when done."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the extension runs any Python it finds.
        raise InstallError(f"Python 3.11 or newer is needed; this is {platform.python_version()}.")
    with _lock(folder.with_suffix(".lock")):
        # Another window may have done it while this one waited.
        if not (folder / _STAMP).exists():
            _install(folder, wheel)
    _say("The server is installed", 1.0)


def _install(folder: Path, wheel: Path) -> None:
    _say("Making a place for the server", 0.0)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise InstallError(
            "Python could not make a virtual environment. On Debian and Ubuntu, install the "
            "package `python3-venv`; otherwise see the log."
        ) from error
    python = _python(folder)
    _say("Looking for llama.cpp", 0.05)
    llama = _llama_wheel(python, wheel.parent)
    _say("Installing the packages of the server", 0.75)
    lock = wheel.with_name("requirements.lock")
    _pip(python, "install", "--require-hashes", "--requirement", str(lock))
    # These two are made here and in the extension; all they need has just been installed.
    _pip(python, "install", "--no-deps", str(llama), str(wheel))
    _say("Trying the server", 0.95)
    if _run([str(python), "-I", "-m", "pillion", "--version"], {}) != 0:
        raise InstallError("The server was installed but does not start; the log says why.")
    (folder / _STAMP).touch()


def cache_key(patch: bytes, cmake_args: str = "") -> str:
    """Return the name of this processor's folder of wheels, as the Makefile forms it."""
    machine = platform.uname()
    lines = [f"{machine.system} {machine.machine}", _processor()]
    parts = [f"{cmake_args}\n".encode() if cmake_args else b"", patch]
    parts += [f"{line}\n".encode() for line in lines if line]
    return str(_cksum(b"".join(parts)))


def _llama_wheel(python: Path, parts: Path) -> Path:
    """Return the wheel of llama-cpp-python for this processor; compile it if there is none.

    `parts` holds `llama.patch` and `llama.lock`.
    """
    cmake_args = os.environ.get("CMAKE_ARGS", "")
    patch = parts / "llama.patch"
    change = patch.read_bytes() if patch.exists() else b""
    folder = _cache_dir() / "wheels" / cache_key(change, cmake_args)
    stamp = folder / f".llama-cpp-python-{LLAMA}"
    if not stamp.exists():
        _check_compiler()
        folder.mkdir(parents=True, exist_ok=True)
        # Compiled beside it and moved whole: whoever is killed meanwhile leaves nothing half done.
        building = folder / f"building-{os.getpid()}"
        ticking = _Ticker("Compiling llama.cpp for this processor, once", 0.05, 0.75, _COMPILES)
        try:
            with ticking:
                source = _llama_source(python, building, parts)
                arguments = ("--no-cache-dir", "--no-deps", "-w", str(building), str(source))
                _pip(python, "wheel", *arguments, env=_flags(cmake_args))
            for built in building.glob("*.whl"):
                built.replace(folder / built.name)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        stamp.touch()
    found = sorted(folder.glob(f"llama_cpp_python-{LLAMA}*.whl"))
    if not found:
        stamp.unlink()
        raise InstallError(f"The compiled llama.cpp is missing in {folder}; please try again.")
    return found[0]


def _llama_source(python: Path, folder: Path, parts: Path) -> Path:
    """Fetch llama-cpp-python's source into `folder`; return where it lies, changed by the patch."""
    patch = parts / "llama.patch"
    arguments = ("--quiet", "--no-deps", "--no-binary", "llama-cpp-python", "--dest", str(folder))
    lock = ("--require-hashes", "--requirement", str(parts / "llama.lock"))
    _pip(python, "download", *arguments, *lock)
    source = folder / f"llama_cpp_python-{LLAMA}"
    with tarfile.open(source.with_name(f"{source.name}.tar.gz")) as archive:
        archive.extractall(folder, filter="data")
    # Without `patch` llama.cpp is built as it is, and drafts stay off.
    if patch.exists() and shutil.which("patch"):
        command = ["patch", "--quiet", "-p1", "-d", str(source), "-i", str(patch.absolute())]
        if _run(command, {}) != 0:
            raise InstallError(f"llama.patch does not fit llama-cpp-python {LLAMA}; see the log.")
    return source


def _flags(cmake_args: str) -> dict[str, str]:
    """Return the Makefile's build settings; it says why AMX is left out."""
    amx = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16" if platform.machine() == "x86_64" else ""
    return {
        "CFLAGS": f"{os.environ.get('CFLAGS', '')} {amx}".strip(),
        "CXXFLAGS": f"{os.environ.get('CXXFLAGS', '')} {amx}".strip(),
        "CMAKE_ARGS": f"-DLLAVA_BUILD=OFF {cmake_args}".strip(),
    }


def _check_compiler() -> None:
    names = [os.environ.get("CXX", ""), "c++", "g++", "clang++", "cl"]
    if not any(shutil.which(name) for name in names if name):
        raise InstallError(
            "llama.cpp has to be compiled for this machine, and there is no C++ compiler. Install "
            "one (Debian and Ubuntu: `sudo apt install build-essential`; macOS: `xcode-select "
            "--install`; Windows: the Build Tools for Visual Studio) and set Pillion up again."
        )


def _pip(python: Path, command: str, *arguments: str, env: dict[str, str] | None = None) -> None:
    pip = [str(python), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]
    # pip writes its bars and its errors to standard error alike; the last lines tell what failed.
    if _run([*pip, command, *arguments], env or {}) != 0:
        raise InstallError(
            "A package could not be installed. Is the package index within reach (the log has "
            "pip's own words)? pip takes a mirror or a proxy from its settings, such as "
            "`pip config set global.index-url URL`."
        )


def _run(command: list[str], env: dict[str, str]) -> int:
    """Run a program with its output on our standard error; return its exit code."""
    done = subprocess.run(
        command, env=os.environ | env, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    return done.returncode


class _Ticker:
    """Says every few seconds that long work goes on, from one share to another."""

    def __init__(self, message: str, start: float, end: float, expected: float) -> None:
        self._message, self._start, self._end = message, start, end
        self._expected = expected
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _tick(self) -> None:
        began = time.monotonic()
        while True:
            seconds = time.monotonic() - began
            share = min(0.98, seconds / self._expected)
            minutes, rest = divmod(int(seconds), 60)
            _say(
                f"{self._message}: {minutes}:{rest:02}",
                self._start + share * (self._end - self._start),
            )
            if self._over.wait(2.0):
                return


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Wait until no other window installs; the system frees the lock of a process that ends."""
    with path.open("w") as file:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415 - exists on Windows only.

            while True:
                with contextlib.suppress(OSError):
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
        else:
            import fcntl  # noqa: PLC0415 - exists elsewhere only.

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _say(message: str, share: float) -> None:
    print(json.dumps({"message": message, "share": round(share, 3)}), flush=True)


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _cache_dir() -> Path:
    """Return the cache folder of the Makefile and, on Linux, of the server itself."""
    own = os.environ.get("PILLION_CACHE_DIR")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pillion"


def _processor() -> str:
    """Return what tells processors apart that need different code."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith(("flags", "Features")):
                    return line.rstrip("\n")
    except OSError:
        pass
    if platform.system() == "Darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout.strip()
    return platform.processor()


def _cksum(data: bytes) -> int:
    """Return the checksum of POSIX `cksum`, which the Makefile uses."""
    length, size = len(data), b""
    while length:
        size += bytes([length & 0xFF])
        length >>= 8
    crc = 0
    for byte in data + size:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        crc &= 0xFFFFFFFF
    return crc ^ 0xFFFFFFFF


if __name__ == "__main__":
    sys.exit(main())
