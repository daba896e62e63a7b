"""What a range speaks of: definitions here and in the workspace, with secrets hidden."""

from __future__ import annotations

from pathlib import Path

from pillion.context.glossary import glossary
from pillion.context.index.index import Index
from pillion.syntax.languages import language_of
from pillion.text.snapshot import Snapshot

PYTHON = language_of("python")
SOURCE = '''\
from tools import scale


def near(a):
    """Say whether it is near."""
    return a < 1


def work(a):
    if near(a):
        return scale(a)
    return unknown(a)
'''


def test_the_file_and_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text(
        'def scale(x: int) -> int:\n    """Make it larger."""\n    return x\n', encoding="utf-8"
    )
    index = Index.open(tmp_path, tmp_path / "cache", patience=60)
    index.refresh()
    index.update("a.py", SOURCE)
    snapshot = Snapshot((tmp_path / "a.py").as_uri(), SOURCE, 1, "python")
    start = SOURCE.index("def work")
    found = glossary(snapshot, start, len(SOURCE), PYTHON, index=index, path="a.py")
    index.close()
    assert [(one.name, one.path, one.doc) for one in found] == [
        ("near", "a.py", "Say whether it is near."),
        ("scale", "tools.py", "Make it larger."),
    ]
    assert found[1].signature == "def scale(x: int) -> int:"


def test_secrets_in_headers_are_hidden() -> None:
    secret = "AKIAZ7XW3KJ5QNRP2M4T"
    text = f'KEY = "{secret}"\n\n\ndef f():\n    return KEY\n'
    snapshot = Snapshot("file:///a.py", text, 1, "python")
    found = glossary(snapshot, text.index("def"), len(text), PYTHON)
    assert [one.name for one in found] == ["KEY"]
    assert secret not in found[0].signature


def test_without_a_tree_there_is_nothing() -> None:
    snapshot = Snapshot("file:///a.txt", "work(a)", 1, "plaintext")
    assert glossary(snapshot, 0, 7, language_of("plaintext")) == ()
