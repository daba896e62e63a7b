"""`pillion doctor FILE`: why a file is out, or how many secrets are hidden in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pillion.commands.doctor import doctor
from planted import kinds
from trees import plant


def run(*arguments: str) -> str:
    result = CliRunner().invoke(doctor, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_every_file_gets_its_answer(tmp_path: Path) -> None:
    secrets = [kind for kind in kinds() if kind.language == "python"][:7]
    tree = {
        ".git/HEAD": "",
        ".gitignore": "logs/\n",
        ".env": "A=1",
        "logs/a.py": "x = 1\n",
        "node_modules/b.js": "x = 1\n",
        "plain.py": "x = 1\n",
        "leaky.py": "".join(kind.text for kind in secrets),
    }
    root = plant(tmp_path, tree)
    names = (".env", "logs/a.py", "node_modules/b.js", "plain.py", "leaky.py", "gone.py")
    found = json.loads(run(*(str(root / name) for name in names), "--json"))
    data = [finding["data"] for finding in found]
    assert [item["read"] for item in data] == [False, False, False, True, True, False]
    assert [item.get("reason") for item in data] == (
        ["secret", "ignored", "skipped_folder", None, None, "unreadable"]
    )
    assert [item.get("secrets") for item in data] == [None, None, None, 0, 7, None]
    assert data[1]["detail"] == ".gitignore: logs/"
    assert ".pillionignore" in found[1]["mend"]
    assert not any(part in json.dumps(found) for kind in secrets for part in kind.secrets)


def test_a_file_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"a/.gitignore": "b/\n", "a/b/x.py": "x = 1\n"})
    monkeypatch.chdir(tmp_path / "a")
    assert "logs" not in run("b/x.py")
    assert "is never read" in run("b/x.py")
    monkeypatch.chdir(tmp_path / "a/b")
    assert "may be read, no secrets hidden" in run("x.py")
