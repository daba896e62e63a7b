"""Runs inside the sandbox: copies a project into the scratch folder and runs its tests there.

A script without imports of Pillion, as `launch.py`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

MARK = "\x1eproject\x1e"
LEFT_OUT = {".git", ".hg", ".svn", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
LINKED = {".venv", "venv", "node_modules", ".tox", ".nox"}
"""Large, and only read: they are linked instead of copied."""
MOST_BYTES = 8 * 1024 * 1024
"""A larger file is linked, too."""


def main() -> None:
    """Do what the plan says."""
    plan = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    copy = Path.cwd() / "project"
    copied(plan["root"], str(copy))
    end = time.monotonic() + plan["whole"]
    for index, version in enumerate(plan["versions"]):
        left = min(plan["each"], end - time.monotonic())
        if left <= 0:
            break
        for name, text in version.items():
            path = copy / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        started = time.monotonic()
        code, output = ran(plan["command"], copy, left, plan["output_bytes"])
        row = [index, code, output, time.monotonic() - started]
        print(MARK + json.dumps(row), flush=True)  # noqa: T201


def ran(command: list[str], folder: Path, seconds: float, most: int) -> tuple[int | None, str]:
    """Run the tests once; what they print goes into a file, so that it can be long."""
    environment = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
        "NO_COLOR": "1",
        "CI": "1",
    }
    with tempfile.TemporaryFile() as out:
        try:
            child = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            return 127, f"{command[0]}: {error.strerror}"
        code: int | None
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        size = out.seek(0, os.SEEK_END)
        out.seek(max(0, size - most))
        return code, out.read().decode(errors="replace")


def copied(source: str, target: str, root: str = "") -> list[str]:
    """Copy a folder, readable for everybody, without what is none of the tests' business.

    Returns what is large, and was linked instead. A link that leads out of the project is left
    out: the tests shall not read what lies there.
    """
    root = root or os.path.realpath(source)
    folder = Path(target)
    folder.mkdir()
    linked = []
    for entry in os.scandir(source):
        there = str(folder / entry.name)
        if entry.name in LEFT_OUT:
            continue
        with contextlib.suppress(PermissionError):  # What cannot be read, the tests do without.
            real = os.path.realpath(entry.path)
            if entry.is_symlink() or entry.name in LINKED:
                if entry.name in LINKED or real.startswith(f"{root}/"):
                    Path(there).symlink_to(real)
                    linked.append(real)
            elif entry.is_dir():
                linked += copied(entry.path, there, root)
            elif entry.is_file() and entry.stat().st_size > MOST_BYTES:
                Path(there).symlink_to(real)
                linked.append(real)
            elif entry.is_file():
                shutil.copyfile(entry.path, there)
                Path(there).chmod(0o755 if entry.stat().st_mode & 0o100 else 0o644)
    folder.chmod(0o755)
    return linked


if __name__ == "__main__":
    main()
