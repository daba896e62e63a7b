"""Edits of documents as the protocol wants them, in the richest form that the editor knows.

version and annotations      the editor refuses edits of an older text, and shows a preview
version                      the editor refuses edits of an older text
neither                      plain edits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pillion.lsp import convert

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.assist.actions.action import Change, DocumentChange
    from pillion.text.positions import Encoding

_ANNOTATION = "pillion"


def workspace_edit(
    change: Change,
    encoding: Encoding,
    able: types.WorkspaceEditClientCapabilities | None,
    is_open: Callable[[str], bool],
) -> types.WorkspaceEdit:
    """Return the edit. `is_open` tells which documents have a version that the editor knows."""
    if able is None or not able.document_changes:
        return types.WorkspaceEdit(
            changes={item.snapshot.uri: _edits(item, encoding) for item in change.documents}
        )
    annotated = able.change_annotation_support is not None
    made: list[types.TextDocumentEdit | types.CreateFile] = []
    for item in change.documents:
        uri = item.snapshot.uri
        if item.creates and types.ResourceOperationKind.Create in (able.resource_operations or ()):
            options = types.CreateFileOptions(ignore_if_exists=True)
            named = _ANNOTATION if annotated else None
            made.append(types.CreateFile(uri, options=options, annotation_id=named))
        edits: list[types.TextEdit | types.AnnotatedTextEdit] = [
            types.AnnotatedTextEdit(_ANNOTATION, edit.range, edit.new_text) if annotated else edit
            for edit in _edits(item, encoding)
        ]
        version = item.snapshot.version if is_open(uri) else None
        document = types.OptionalVersionedTextDocumentIdentifier(uri, version)
        made.append(types.TextDocumentEdit(document, list(edits)))
    annotation = types.ChangeAnnotation(
        change.label, change.written_by_model or bool(change.notes), " ".join(change.notes) or None
    )
    return types.WorkspaceEdit(
        document_changes=made, change_annotations={_ANNOTATION: annotation} if annotated else None
    )


def _edits(item: DocumentChange, encoding: Encoding) -> list[types.TextEdit]:
    return [
        types.TextEdit(convert.to_range(item.snapshot, edit.start, edit.end, encoding), edit.new)
        for edit in item.edits
    ]
