"""Refactorings of TypeScript keep the meaning of real code, the sources of the extension.

Here by their inverse and by what every name stands for; `make test-editors` compiles the result
and runs the extension's own tests on it.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pillion.base.outcome import Nothing
from pillion.refactor.script.extract_variable import EXPRESSIONS
from pillion.refactor.script.proof import shape
from pillion.refactor.script.source import Source, below, read
from pillion.refactor.table import apply
from pillion.refactor.values import Request, applied
from pillion.text.snapshot import Snapshot

FOLDER = Path(__file__).parents[2] / "clients/vscode/src"
FILES = sorted(FOLDER.rglob("*.ts"))


def _snapshot(text: str) -> Snapshot:
    return Snapshot("file:///file.ts", text, language="typescript")


def _source(text: str) -> Source:
    found = read(Request(_snapshot(text), 0, 0))
    assert found is not None
    return found


def _places(source: Source, kinds: frozenset[str], seed: int) -> list[tuple[int, int]]:
    nodes = [node for node in below(source.root) if node.is_named and node.type in kinds]
    return [source.span(node) for node in random.Random(seed).sample(nodes, min(12, len(nodes)))]  # noqa: S311 - places of a test.


def test_there_are_real_files() -> None:
    assert len(FILES) >= 20


@pytest.mark.parametrize("number", range(0, len(FILES), 3))
def test_an_extracted_constant_inlined_again_is_the_same_code(number: int) -> None:
    text = FILES[number].read_text(encoding="utf-8")
    before = _source(text)
    for start, end in _places(before, EXPRESSIONS, number):
        edits = apply(_snapshot(text), start, end, "extractVariable", "newName")
        if isinstance(edits, Nothing):
            continue
        extracted = applied(text, edits)
        back = apply(_snapshot(extracted), extracted.index("newName"), 0, "inlineVariable")
        if isinstance(back, Nothing):
            continue
        after = _source(applied(extracted, back))
        assert shape(after, after.root) == shape(before, before.root)


@pytest.mark.parametrize("number", range(1, len(FILES), 3))
def test_a_renamed_variable_and_back_is_the_same_text(number: int) -> None:
    text = FILES[number].read_text(encoding="utf-8")
    for start, end in _places(_source(text), frozenset({"identifier"}), number):
        name = text[start:end]
        edits = apply(_snapshot(text), start, start, "rename", "newName")
        if isinstance(edits, Nothing):
            continue
        renamed = applied(text, edits)
        assert _source(renamed).scopes.meaning() == _source(text).scopes.meaning()
        # Shorthands are written out, so texts are compared with all of them short.
        back = renamed.replace("newName", name)
        assert back.replace(f"{name}: {name}", name) == text.replace(f"{name}: {name}", name)
