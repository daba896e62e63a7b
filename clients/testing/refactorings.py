"""Refactor real TypeScript at random places, compile it, and run its own tests on the result.

`refactorings.py clients/vscode [SEED]`: the sources of the extension are copied, some 300
refactorings are made in the copy, then the compiler and the unit tests judge it.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from pillion.base.outcome import Nothing
from pillion.refactor.script.extract_variable import EXPRESSIONS
from pillion.refactor.script.source import below, read
from pillion.refactor.table import apply
from pillion.refactor.values import Request, applied
from pillion.text.snapshot import Snapshot

KINDS = ("extractVariable", "inlineVariable", "rename", "toArrow", "organizeImports")
TRIES = 30
"""Places that are tried in each file."""


def main(extension: Path, seed: int) -> int:
    """Return 0 if the refactored sources compile and pass their tests."""
    with tempfile.TemporaryDirectory(prefix="pillion-refactorings-") as folder:
        copy = Path(folder) / "vscode"
        shutil.copytree(extension, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
        (copy / "node_modules").symlink_to((extension / "node_modules").resolve())
        made = _refactor(copy / "src", random.Random(seed))  # noqa: S311 - places of a test.
        print(", ".join(f"{kind} {count}" for kind, count in sorted(made.items())))
        tests = ["node", "--test", "--test-isolation=none", "test/unit/*.test.ts"]
        for command in (["node_modules/.bin/tsc", "--noEmit", "-p", "."], tests):
            if subprocess.run(command, cwd=copy, check=False).returncode:
                print(f"{' '.join(command)} failed after the refactorings of seed {seed}.")
                return 1
    print(f"{made.total()} refactorings hold.")
    return 0


def _refactor(folder: Path, chance: random.Random) -> Counter[str]:
    made: Counter[str] = Counter()
    for path in sorted(folder.rglob("*.ts")):
        text = path.read_text(encoding="utf-8")
        for number in range(TRIES):
            kind = KINDS[number % len(KINDS)]
            snapshot = Snapshot(path.as_uri(), text, language="typescript")
            start, end = _somewhere(snapshot, kind, chance)
            name = f"name{number}" if kind == "rename" else ""
            edits = apply(snapshot, start, end, kind, name)
            if not isinstance(edits, Nothing):
                made[kind] += 1
                text = applied(text, edits)
        path.write_text(text, encoding="utf-8")
    return made


def _somewhere(snapshot: Snapshot, kind: str, chance: random.Random) -> tuple[int, int]:
    source = read(Request(snapshot, 0, 0))
    if source is None:
        raise SystemExit(f"{snapshot.uri} does not parse.")
    wanted = {
        "extractVariable": EXPRESSIONS,
        "toArrow": frozenset({"function_expression"}),
    }.get(kind, frozenset({"identifier"}))
    nodes = [node for node in below(source.root) if node.is_named and node.type in wanted]
    if not nodes:
        return 0, 0
    start, end = source.span(chance.choice(nodes))
    return (start, end) if kind == "extractVariable" else (start, start)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
