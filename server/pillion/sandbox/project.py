"""A project's own tests, run on a copy of it in the sandbox, once for each version of a file.

The project itself is never written to, nor seen by the tests: they have a copy in the scratch
folder, and what they write goes with it (`sandbox/project_child.py`). That one is made of a copy
outside, which also a user may read that owns nothing.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.sandbox.limits import MIB, Limits
from pillion.sandbox.project_child import copied
from pillion.sandbox.protection import interpreter
from pillion.sandbox.run import best, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pillion.sandbox.outcome import Protection

_CHILD = Path(__file__).with_name("project_child.py")
_MARK = "\x1eproject\x1e"


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a project's tests."""

    exit_code: int | None
    """None where it did not end in time, or there was no time for it."""
    output: str
    """What it printed, standard error included; the end of it, if that is long."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Patience:
    """What the runs may take."""

    each: float = 60.0
    """Seconds of one run."""
    whole: float = 240.0
    """Seconds of all; versions that come later are left out."""
    memory_bytes: int = 2048 * MIB
    disk_bytes: int = 512 * MIB
    processes: int = 64
    output_bytes: int = 256 * 1024
    """Of one run."""


def run_tests(
    root: Path,
    command: Sequence[str],
    versions: Sequence[Mapping[str, str]],
    *,
    readable: Sequence[Path] = (),
    patience: Patience | None = None,
    protection: Protection | None = None,
) -> list[Ran]:
    """Run `command` in a copy of `root` for each version: paths below it, and their texts.

    `readable` are folders that the command needs besides, such as a virtual environment. Blocks;
    raises `SandboxError` where there is no sandbox.
    """
    patience = patience or Patience()
    protection = protection or best()
    plan: dict[str, object] = {
        "command": list(command),
        "versions": [dict(version) for version in versions],
        "each": patience.each,
        "whole": patience.whole,
        "output_bytes": patience.output_bytes,
    }
    child = _CHILD.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="pillion-project-") as folder:
        Path(folder).chmod(0o755)
        linked = copied(str(root.resolve()), f"{folder}/project")
        plan["root"] = f"{folder}/project"
        result = run(
            [interpreter(protection), "-I", "-B", "project_child.py"],
            files={"project_child.py": child, "plan.json": json.dumps(plan)},
            limits=Limits(
                seconds=patience.whole + 30,
                cpu_seconds=int(patience.whole) + 30,
                memory_bytes=patience.memory_bytes,
                processes=patience.processes,
                file_bytes=patience.disk_bytes // 4,
                disk_bytes=patience.disk_bytes,
                output_bytes=(patience.output_bytes * 2 + 1024) * max(1, len(versions)),
            ),
            more=[Path(folder), *map(Path, linked), *readable],
            protection=protection,
        )
    found = [Ran(None, "") for _ in versions]
    for line in result.stdout.split("\n"):
        if line.startswith(_MARK):
            index, code, output, seconds = json.loads(line[len(_MARK) :])
            found[index] = Ran(code, output, seconds)
    if result.exit_code and not any(ran.output for ran in found):
        # The copy could not be made, for instance; what it said is all there is.
        found[:1] = [Ran(result.exit_code, result.stderr)]
    return found
