"""The parameters of `pillion/editorContext`, read part by part: what makes no sense is left out.

docs/protocol.md describes them. Values only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.context.editor import Diagnostic
from pillion.lsp.editor import Update

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLIPBOARD = 20_000
"""Characters of the longest clipboard that is looked at; a longer one is no help to anyone."""

_MESSAGE = 500
"""Characters of a diagnostic that are kept."""

_ITEMS = 200
"""Diagnostics per document, and documents per message."""

_SEVERITIES = {1: "error", 2: "warning", 3: "information", 4: "hint"}


def to_update(params: object) -> Update:
    """Return what an editor tells."""
    if not isinstance(params, dict):
        return Update()
    clipboard = params.get("clipboard", None)
    if "clipboard" in params:
        clipboard = clipboard if isinstance(clipboard, str) and len(clipboard) <= _CLIPBOARD else ""
    return Update(
        clipboard,
        dict(_diagnostics(params.get("diagnostics"))),
        tuple(_visible(params.get("visible"))),
    )


def _diagnostics(value: object) -> Iterator[tuple[str, tuple[Diagnostic, ...]]]:
    for entry in _list(value):
        if uri := _uri(entry):
            items = _list(entry.get("items"))
            yield uri, tuple(found for item in items if (found := _diagnostic(item)))


def _diagnostic(item: dict[str, object]) -> Diagnostic | None:
    lines = _lines(item.get("range"))
    message = item.get("message")
    if lines is None or not isinstance(message, str):
        return None
    severity, source = item.get("severity"), item.get("source")
    return Diagnostic(
        *lines,
        _SEVERITIES.get(severity if isinstance(severity, int) else 1, "error"),
        message[:_MESSAGE],
        source[:_MESSAGE] if isinstance(source, str) else "",
    )


def _visible(value: object) -> Iterator[tuple[str, int]]:
    for entry in _list(value):
        uri = _uri(entry)
        found = [lines for item in _list(entry.get("ranges")) if (lines := _lines(item))]
        if uri and found:
            first, last = min(start for start, _ in found), max(end for _, end in found)
            yield uri, (first + last) // 2


def _list(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list):
        return []
    return [item for item in value[:_ITEMS] if isinstance(item, dict)]


def _uri(entry: dict[str, object]) -> str:
    document = entry.get("textDocument")
    uri = document.get("uri") if isinstance(document, dict) else None
    return uri if isinstance(uri, str) else ""


def _lines(value: object) -> tuple[int, int] | None:
    """Return the first and the last line of a range."""
    if not isinstance(value, dict):
        return None
    found = []
    for end in (value.get("start"), value.get("end")):
        line = end.get("line") if isinstance(end, dict) else None
        if not isinstance(line, int) or isinstance(line, bool) or line < 0:
            return None
        found.append(line)
    return min(found), max(found)
