"""Runs a linter on a text that need not be in the file yet. Bounded in time; never raises."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.base.paths import cache_dir
from pillion.linters import readers
from pillion.linters.project import ESLINT, MYPY, RUFF, TSC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pillion.linters.project import Tool
    from pillion.linters.remark import Remark
    from pillion.text.snapshot import Snapshot

SECONDS = 20.0
"""For one run; a type checker that begins anew takes most of it."""

_NODE_PROGRAM = Path(__file__).with_name("tsc.cjs")


def remarks(tool: Tool, file: Path, snapshot: Snapshot, seconds: float = SECONDS) -> list[Remark]:
    """Return what a linter says of a text at the place of a file; nothing where it fails."""
    with _command(tool, file, snapshot) as command:
        said = _output(command, tool.folder, snapshot.text, seconds)
    read = {RUFF: readers.ruff, MYPY: readers.mypy, ESLINT: readers.eslint, TSC: readers.tsc}
    return read[tool.kind](said, snapshot, file, tool.folder)


@contextlib.contextmanager
def _command(tool: Tool, file: Path, snapshot: Snapshot) -> Iterator[list[str]]:
    """Yield the command that reads the text, from standard input but for mypy."""
    name = str(file.absolute())
    if tool.kind is RUFF:
        yield [tool.program, "check", "--output-format", "json", "--stdin-filename", name, "-"]
    elif tool.kind is ESLINT:
        yield [tool.program, "--format", "json", "--stdin", "--stdin-filename", name]
    elif tool.kind is TSC:
        yield ["node", str(_NODE_PROGRAM), str(tool.settings), name, os.path.realpath(tool.program)]
    else:
        with tempfile.TemporaryDirectory(prefix="pillion-") as folder:
            shadow = Path(folder) / file.name
            shadow.write_bytes(snapshot.text.encode(errors="replace"))
            cache = cache_dir() / "linters" / "mypy"
            options = [
                "--no-error-summary", "--no-pretty", "--show-error-codes",
                "--hide-error-context", "--show-column-numbers", "--no-color-output",
            ]  # fmt: skip
            yield [
                *[tool.program, "--cache-dir", str(cache), *options],
                *["--shadow-file", name, str(shadow), name],
            ]


def _output(command: Sequence[str], folder: Path, text: str, seconds: float) -> str:
    """Return what a program prints; it and all that it has started are ended when time is over."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
    except OSError:
        return ""
    try:
        said, _ = process.communicate(text.encode(errors="replace"), timeout=seconds)
    except subprocess.TimeoutExpired:
        return ""
    finally:
        _end(process)
    return said.decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.communicate()
