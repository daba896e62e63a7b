"""Which documents are private: by the folders of the workspace, their ignore files and settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pillion.base.settings import Settings
from pillion.context.exclusion import Exclusion
from pillion.lsp import folders as module
from pillion.lsp.folders import Folders
from trees import plant


async def check(
    root: Path,
    expected: Mapping[str, Exclusion | None],
    *folders: str,
    exclude: tuple[str, ...] = (),
) -> Folders:
    """These documents are private for these reasons, in a workspace of these folders of `root`."""
    workspace = Folders(lambda: Settings(context_exclude=exclude))
    workspace.use([(root / folder).as_uri() for folder in folders])
    found = {}
    for name in expected:
        uri = name if ":" in name else (root / name).as_uri()
        assert not workspace.is_known_public(uri)
        found[name] = await workspace.why_private(uri)
        assert workspace.is_known_public(uri) is (found[name] is None)
    assert found == expected
    return workspace


async def test_documents_in_the_workspace(tmp_path: Path) -> None:
    plant(tmp_path, {"a/.gitignore": "mine/\n*.log\n", "a/x.log": "", "a/x.py": ""})
    expected = {
        "a/x.py": None,
        "a/not saved yet.py": None,
        "a/mine/x.py": Exclusion.IGNORED,
        "a/x.log": Exclusion.IGNORED,
        "a/.env": Exclusion.SECRET,
        "a/node_modules/x.js": None,
    }
    await check(tmp_path, expected, "a")


async def test_documents_outside_of_it_or_without_one(tmp_path: Path) -> None:
    plant(tmp_path, {"a/.git/HEAD": "", "a/.gitignore": "*.log\n", "b/": ""})
    expected = {"a/x.py": None, "a/x.log": Exclusion.IGNORED, "a/.env": Exclusion.SECRET}
    await check(tmp_path, expected, "b")
    await check(tmp_path, expected)


async def test_documents_that_are_in_no_file() -> None:
    expected = {
        "untitled:Untitled-1": None,
        "untitled:/work/.env": Exclusion.SECRET,
        "git:/work/a.py?ref": None,
        "": None,
    }
    workspace = Folders(Settings)
    assert {uri: await workspace.why_private(uri) for uri in expected} == expected


async def test_roots_that_overlap_are_both_asked(tmp_path: Path) -> None:
    plant(tmp_path, {".pillionignore": "*.log\n", "a/.git/HEAD": "", "a/x.log": ""})
    await check(tmp_path, {"a/x.log": None}, "a")
    await check(tmp_path, {"a/x.log": Exclusion.IGNORED}, "a", "")


async def test_the_setting(tmp_path: Path) -> None:
    plant(tmp_path, {"a/x.py": "", "a/y.py": ""})
    expected = {"a/x.py": Exclusion.IGNORED, "a/y.py": None}
    await check(tmp_path, expected, "a", exclude=("/x.py",))


async def test_folders_come_and_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {".pillionignore": "b/\n", "b/x.py": ""})
    uri = (tmp_path / "b/x.py").as_uri()
    workspace = await check(tmp_path, {"b/x.py": None}, "b")
    workspace.change([tmp_path.as_uri()], [(tmp_path / "b").as_uri()])
    assert workspace.roots == (str(tmp_path),)
    assert await workspace.why_private(uri) is Exclusion.IGNORED
    first = workspace.ignore(str(tmp_path))
    assert workspace.ignore(str(tmp_path)) is first
    plant(tmp_path, {".pillionignore": ""})
    assert await workspace.why_private(uri) is Exclusion.IGNORED, "for a moment, what is known"
    monkeypatch.setattr(module, "FRESH_SECONDS", 0.0)
    assert await workspace.why_private(uri) is None
    workspace.forget(uri)
    assert not workspace.is_known_public(uri)
