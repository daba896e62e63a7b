"""Selections in tests: ``├…┤`` is what is selected, ``█`` a cursor."""

from __future__ import annotations

from pillion.base.outcome import Nothing
from pillion.refactor.table import apply
from pillion.refactor.values import applied
from pillion.text.snapshot import Snapshot


def refactored(id_: str, marked: str, *, language: str = "python", name: str = "") -> str:
    """Return the text after a refactoring, or the name of the reason for none."""
    start = marked.index("├") if "├" in marked else marked.index("█")
    end = marked.index("┤") - 1 if "┤" in marked else start
    text = marked.replace("├", "").replace("┤", "").replace("█", "")
    snapshot = Snapshot("file:///file", text, language=language)
    edits = apply(snapshot, start, end, id_, name)
    return edits.reason if isinstance(edits, Nothing) else applied(text, edits)
