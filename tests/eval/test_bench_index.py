"""The benchmark of the index, on a small tree."""

from __future__ import annotations

import json
import math
from pathlib import Path

from click.testing import CliRunner

import workspaces
from pillion.commands.bench.index import index


def test_every_figure_is_measured(root: Path) -> None:
    workspaces.write(
        root,
        "".join(
            f"--- p{number % 7}/m{number}.py\nfrom p1.m1 import f1\n\n\n"
            + "".join(f"def f{number}_{line}(value):\n    return f1(value)\n" for line in range(20))
            for number in range(400)
        )
        + "--- notes.json\n{}\n",
    )
    result = CliRunner().invoke(index, [str(root), "--json", "--requests", "5"])
    assert result.exit_code == 0, result.output
    measured = json.loads(result.stdout)
    figures = measured["trees"]["workspace"]
    assert figures["files"] == 400
    assert figures["problem"] == ""
    assert figures["gather_after_ms"]["n"] == 5
    assert figures["changed_file_ms"]["n"] == 40
    assert 0 < figures["first_answer_seconds"] < figures["reopen_seconds"]
    assert figures["resident_mb"] > 10
    assert len(measured["aims"]) == 6
    assert all(math.isfinite(figures[name]) for name in ("build_seconds", "reopen_seconds"))
    # The tree itself is as it was.
    assert (root / "p0" / "m0.py").read_text().startswith("from p1.m1 import f1")
    assert not any("bench_" in path.read_text() for path in root.rglob("*.py"))
