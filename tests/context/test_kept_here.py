"""Files that never leave the machine: patterns, folders of the user's, and nothing undoes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillion.context.exclusion import Exclusion
from pillion.context.ignore import Ignore
from pillion.context.kept import is_kept
from trees import plant


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        ("secret/", {"secret/a.py", "secret/deep/b.py"}),
        ("*.py", {"a.py", "secret/a.py", "secret/deep/b.py"}),
        ("/a.py", {"a.py"}),
        ("*", {"a.py", "b.txt", "secret/a.py", "secret/deep/b.py"}),
        ("{root}", {"a.py", "b.txt", "secret/a.py", "secret/deep/b.py"}),
        ("{root}/secret", {"secret/a.py", "secret/deep/b.py"}),
        ("{above}", {"a.py", "b.txt", "secret/a.py", "secret/deep/b.py"}),
        ("/elsewhere", set()),
    ],
)
def test_entries(entry: str, kept: set[str], tmp_path: Path) -> None:
    root = tmp_path / "work"
    names = ("a.py", "b.txt", "secret/a.py", "secret/deep/b.py")
    plant(root, dict.fromkeys(names, "x = 1\n"))
    entries = [entry.format(root=root, above=tmp_path)]
    assert {name for name in names if is_kept(entries, str(root), str(root / name))} == kept
    ignore = Ignore(root, exclude=entries)
    assert {file.relative for file in ignore.walk()} == set(names) - kept
    assert {name for name in names if ignore.why_private(name)} == kept


def test_a_home_is_spelt_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    root = tmp_path / "clients" / "acme" / "app"
    plant(root, {"a.py": "x = 1\n"})
    assert is_kept(["~/clients/acme"], str(root), str(root / "a.py"))
    assert not is_kept(["~/clients/other"], str(root), str(root / "a.py"))


def test_no_file_of_the_workspace_brings_them_back(tmp_path: Path) -> None:
    tree: dict[str, str | bytes] = {
        ".pillionignore": "!secret/\n!secret/**\n",
        "secret/.pillionignore": "!*\n",
        "secret/a.py": "x = 1\n",
        "b.py": "x = 1\n",
    }
    plant(tmp_path, tree)
    ignore = Ignore(tmp_path, exclude=["secret/"])
    assert [file.relative for file in ignore.walk()] == [".pillionignore", "b.py"]
    assert ignore.read("secret/a.py") is Exclusion.IGNORED
    assert ignore.why_private("secret/a.py") is Exclusion.IGNORED


def test_a_link_does_not_lead_around_it(tmp_path: Path) -> None:
    plant(tmp_path, {"secret/a.py": "x = 1\n"})
    (tmp_path / "link.py").symlink_to(tmp_path / "secret" / "a.py")
    assert Ignore(tmp_path, exclude=["secret/"]).read("link.py") is Exclusion.IGNORED
