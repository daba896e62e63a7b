"""Keeping the documents up to date. These run at once and in order; nothing here waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pillion.base.outcome import Nothing, Reason
from pillion.lsp.convert import to_changes

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer


def register(server: PillionServer) -> None:
    """Register the synchronisation of documents."""
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)


def did_open(ls: PillionServer, params: types.DidOpenTextDocumentParams) -> None:
    """Keep a new document."""
    item = params.text_document
    ls.suggester.end(item.uri, Reason.STALE)
    ls.documents.open(item.uri, item.language_id, item.version, item.text)
    ls.editor.opened(item.uri)
    ls.tasks.spawn(ls.folders.why_private(item.uri), "Judging a document")
    ls.indexing.edited(item.uri)


def did_change(ls: PillionServer, params: types.DidChangeTextDocumentParams) -> None:
    """Apply changes, and end a request that was made for the text before them."""
    uri, version = params.text_document.uri, params.text_document.version
    before, changes = ls.documents.get(uri), to_changes(params.content_changes)
    ls.documents.change(uri, version, changes, ls.encoding)
    after = ls.documents.get(uri)
    if isinstance(before, Nothing) or isinstance(after, Nothing):
        ls.editor.lost(uri)
    else:
        ls.editor.changed(before, after, changes)
    ls.suggester.end(uri, Reason.STALE)
    ls.indexing.edited(uri)


def did_save(ls: PillionServer, params: types.DidSaveTextDocumentParams) -> None:
    """Note that a document is now on the disk."""
    ls.indexing.touched([params.text_document.uri])


def did_close(ls: PillionServer, params: types.DidCloseTextDocumentParams) -> None:
    """Forget a document."""
    uri = params.text_document.uri
    ls.suggester.end(uri, Reason.STALE)
    ls.kept.closing(uri)
    if not isinstance(snapshot := ls.documents.get(uri), Nothing):
        ls.editor.closed(snapshot)
    ls.documents.close(uri)
    ls.folders.forget(uri)
    ls.model.forget(uri)
    ls.indexing.closed(uri)
    ls.tidying.closed()
