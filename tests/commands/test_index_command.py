"""`pillion index`: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import workspaces
from pillion.commands.index import index
from pillion.context.index.index import Index

FILES = """\
--- a.py
def first(): ...
--- b.go
package b
func Second() {}
--- .env
TOKEN=1
"""


@pytest.fixture(autouse=True)
def _own_cache(cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILLION_CACHE_DIR", str(cache_dir))


def test_a_workspace_is_indexed(root: Path) -> None:
    workspaces.write(root, FILES)
    result = CliRunner().invoke(index, [str(root)])
    assert result.exit_code == 0
    assert "2 files indexed: 2 read, 0 removed" in result.output
    assert "left out: secret 1" in result.output
    assert "python" in result.output


def test_json_has_everything(root: Path) -> None:
    workspaces.write(root, FILES)
    result = CliRunner().invoke(index, [str(root), "--json"])
    found = json.loads(result.stdout)
    assert found["root"] == str(root)
    assert found["refresh"]["changed"] == 2
    assert found["index"]["languages"] == {"go": 1, "python": 1}


def test_stats_read_no_file(root: Path) -> None:
    workspaces.write(root, FILES)
    result = CliRunner().invoke(index, [str(root), "--stats"])
    assert result.exit_code == 0
    assert "There is no index of this workspace yet" in result.output
    found = json.loads(CliRunner().invoke(index, [str(root), "--stats", "--json"]).stdout)
    assert found["index"]["files"] == 0
    assert "refresh" not in found


def test_a_cache_that_cannot_be_written_is_told_in_one_line(
    root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache_dir.write_text("")
    (tmp_path / "other").write_text("")
    monkeypatch.setattr("pillion.base.paths.own_temporary_dir", lambda _: tmp_path / "other")
    result = CliRunner().invoke(index, [str(root)])
    assert result.exit_code == 1
    assert str(result.exception).startswith("The index cannot be kept in ")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a child could be sent")
def test_ctrl_c_leaves_a_usable_index(root: Path, cache_dir: Path) -> None:
    workspaces.write(
        root,
        "".join(
            f"--- m{number}.py\n" + "".join(f"def f{number}_{line}(): ...\n" for line in range(40))
            for number in range(3000)
        ),
    )
    running = subprocess.Popen(
        [sys.executable, "-m", "pillion.cli", "index", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    opened = Index.open(root, cache_dir, patience=60)
    deadline = time.monotonic() + 120
    while not opened.ready and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors == "pillion: It was stopped.\n"
    assert 0 < opened.stats().files < 3000
    assert opened.refresh().files == 3000
    opened.close()
