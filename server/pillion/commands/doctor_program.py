"""`pillion doctor`: the Python that runs Pillion, its packages, and whether llama.cpp loads."""

from __future__ import annotations

import platform
import shlex
import signal
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires, version

from pillion import __version__
from pillion.commands.finding import Finding

_PACKAGES = ("llama-cpp-python", "pygls", "lsprotocol", "tree-sitter", "numpy", "httpx")
_OLDEST, _NEWEST = (3, 11), (3, 13)
"""Versions of Python that releases are tried with."""

_LOAD = "import llama_cpp"
_LOAD_SECONDS = 60


def examine_program() -> list[Finding]:
    """Look at Python, at the packages and at llama.cpp's library."""
    return [_program(), *_packages(), *_llama()]


def compile_command() -> str:
    """Return the command that compiles llama.cpp for this machine, into this Python."""
    wanted = next(
        (line for line in requires("pillion") or [] if line.startswith("llama-cpp-python")),
        "llama-cpp-python",
    )
    arguments = ["-m", "pip", "install", "--force-reinstall", "--no-cache-dir", "--no-deps"]
    source = ["--no-binary", "llama-cpp-python", wanted.partition(";")[0].strip()]
    command = shlex.join([sys.executable, *arguments, *source])
    # docs/install.md tells why AMX is left out.
    flags = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
    if platform.machine() == "x86_64" and sys.platform == "linux":
        return f'CFLAGS="{flags}" CXXFLAGS="{flags}" {command}'
    return command


def _program() -> Finding:
    text = f"Pillion {__version__}, Python {platform.python_version()}, {platform.platform()}"
    supported = f"{_dotted(_OLDEST)} to {_dotted(_NEWEST)}"
    mend = f"Install Pillion with Python {supported}, 64 bits; {sys.executable} is another one."
    now = sys.version_info[:2]
    if now < _OLDEST:
        return Finding("error", "program", f"{text}: this Python is too old.", mend)
    if sys.maxsize < 2**32:
        return Finding("error", "program", f"{text}: a model does not fit into 32 bits.", mend)
    if now > _NEWEST:
        return Finding("warning", "program", f"{text}: not tried with this Python.", mend)
    return Finding("ok", "program", text)


def _packages() -> list[Finding]:
    found, missing = {}, []
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            missing.append(name)
    text = ", ".join(f"{name} {number}" for name, number in found.items())
    findings = [Finding("ok", "packages", text, data=dict(found))]
    if missing:
        mend = f"Run: {shlex.join([sys.executable, '-m', 'pip', 'install', *missing])}"
        if "llama-cpp-python" in missing:
            mend = f"This compiles it, in 3 to 11 minutes: {compile_command()}"
        gone = ", ".join(missing)
        findings.append(Finding("error", "packages", f"Missing: {gone}.", mend))
    return findings


def _llama() -> list[Finding]:
    """Load llama.cpp's library in another process, which may die of it."""
    command = [sys.executable, "-P", "-c", _LOAD]
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, timeout=_LOAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return [Finding("warning", "llama.cpp", f"It did not load in {_LOAD_SECONDS} s.")]
    if run.returncode == 0:
        return []
    if run.returncode < 0:
        name = signal.Signals(-run.returncode).name
        text = f"It crashes when it is loaded ({name}): it was compiled for another processor."
    else:
        text = f"It does not load: {(run.stderr.strip().splitlines() or ['no reason told'])[-1]}"
    return [Finding("error", "llama.cpp", text, recompile())]


def recompile() -> str:
    """Return the sentence that tells how to compile llama.cpp anew."""
    return (
        "Compile it on this machine, 3 to 11 minutes: in a checkout, delete the `wheels` folder of "
        f"Pillion's cache and run `make install`; elsewhere run: {compile_command()}"
    )


def _dotted(numbers: tuple[int, int]) -> str:
    return ".".join(map(str, numbers))
