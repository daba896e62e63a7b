"""What has changed in a working copy since the last commit, as `git diff` tells it.

The one program that gathering context runs, and only for a user who asks for the changes. Nothing
that a repository's configuration names is started by it: no pager, no external diff, no text
conversion, no file system monitor.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 5.0
_LARGEST = 2_000_000
"""Characters of a diff that are looked at."""

_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.pager=cat", "-c", "core.quotePath=false")
_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-prefix", "--relative")

_FILE = re.compile(r"^diff --git ", re.MULTILINE)
_NAME = re.compile(r"^(?:\+\+\+|---) (.+?)\t?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FileChange:
    """The changes of one file."""

    path: str
    """From the root, with slashes."""
    text: str
    """As `git diff` writes it."""


def since_commit(root: Path) -> list[FileChange]:
    """Return what was staged, or what has changed in the working copy if nothing was.

    Never raises: without git or a repository there are no changes.
    """
    text = _diff(root, "--cached") or _diff(root)
    return split(text)


def split(diff: str) -> list[FileChange]:
    """Return the changes of each file of a diff; binaries are left out."""
    starts = [match.start() for match in _FILE.finditer(diff)]
    found = []
    for start, end in pairwise([*starts, len(diff)]):
        part = diff[start:end]
        head = part.partition("\n@@")[0]
        names = [name for name in _NAME.findall(head) if name != "/dev/null"]
        if names and "\n@@" in part:
            found.append(FileChange(names[-1], part))
    return found


def _diff(root: Path, *options: str) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }
    command = ["git", *_QUIET, "diff", *_PLAIN, *options, "--", "."]
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace")[:_LARGEST] if done.returncode == 0 else ""
