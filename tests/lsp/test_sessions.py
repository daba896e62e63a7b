"""The store of documents: a snapshot for every version, or a reason for none."""

from __future__ import annotations

from pillion.base.outcome import Nothing, Reason
from pillion.lsp.batch import Change
from pillion.lsp.sessions import LARGEST, Documents
from pillion.text.positions import Encoding, Position
from pillion.text.snapshot import Snapshot

UTF16 = Encoding.UTF16


def opened(text: str = "ab") -> Documents:
    documents = Documents()
    documents.open("u", "python", 1, text)
    return documents


def insert(text: str, column: int) -> Change:
    return Change(text, Position(0, column), Position(0, column))


def check(documents: Documents, expected: str | Reason) -> None:
    """The document is this text, or unusable for this reason."""
    found = documents.get("u")
    if isinstance(found, Nothing):
        assert found.reason == expected
    else:
        assert found.text == expected


def test_changes_make_new_snapshots_and_leave_the_old_ones() -> None:
    documents = opened()
    before = documents.get("u")
    documents.change("u", 2, [insert("x", 1), insert("y", 0)], UTF16)
    assert documents.get("u") == Snapshot("u", "yaxb", 2, "python")
    assert before == Snapshot("u", "ab", 1, "python")


def test_versions_may_leap() -> None:
    documents = opened()
    documents.change("u", 9, [insert("x", 0)], UTF16)
    check(documents, "xab")


def test_an_old_version_is_refused_until_the_full_text_comes() -> None:
    documents = opened()
    documents.change("u", 1, [insert("x", 0)], UTF16)
    check(documents, Reason.OUT_OF_SYNC)
    documents.change("u", 2, [insert("x", 0)], UTF16)
    check(documents, Reason.OUT_OF_SYNC)
    documents.change("u", 1, [Change("full")], UTF16)
    check(documents, Reason.OUT_OF_SYNC)
    documents.change("u", 3, [Change("full"), insert("x", 0)], UTF16)
    check(documents, "xfull")


def test_a_change_of_an_unknown_document() -> None:
    documents = Documents()
    check(documents, Reason.UNKNOWN_DOCUMENT)
    documents.change("u", 5, [insert("x", 0)], UTF16)
    check(documents, Reason.OUT_OF_SYNC)
    documents.open("u", "python", 1, "ab")
    check(documents, "ab")


def test_a_lost_change_and_a_closed_document() -> None:
    documents = opened()
    documents.lose("u")
    documents.lose("unknown")
    check(documents, Reason.OUT_OF_SYNC)
    documents.close("u")
    documents.close("unknown")
    check(documents, Reason.UNKNOWN_DOCUMENT)


def test_a_large_document_is_not_kept_until_it_is_small() -> None:
    documents = opened("x" * LARGEST)
    documents.change("u", 2, [insert("x", 0)], UTF16)
    check(documents, Reason.TOO_LARGE)
    documents.change("u", 3, [Change("", Position(0, 0), Position(0, 9))], UTF16)
    check(documents, Reason.TOO_LARGE)
    documents.change("u", 4, [Change("small")], UTF16)
    check(documents, "small")
