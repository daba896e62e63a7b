"""Source text never enters a log, also not through the libraries below us."""

from __future__ import annotations

import io
import logging

import pytest

from pillion.base import log


def test_foreign_records_lose_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        log.configure("DEBUG")
        try:
            raise ValueError("SECRET")
        except ValueError:
            logging.getLogger("pygls.protocol").exception("failed on %s", {"text": "SECRET"})
        logging.getLogger("pillion.lsp").info("answered in %d ms", 12)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert "SECRET" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert "answered in 12 ms" in stream.getvalue()
