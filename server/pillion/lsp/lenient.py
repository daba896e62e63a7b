"""Messages that miss the letter of the protocol but whose meaning is clear.

An editor that a single odd field keeps from starting is of no use to anyone, and a change of text
that is not understood costs its document. Only plain JSON values in and out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_READ_CAPABILITIES = (
    ("general", "positionEncodings"),
    ("window", "workDoneProgress"),
    ("window", "showMessage"),
    ("window", "showDocument"),
    ("workspace", "applyEdit"),
    ("workspace", "configuration"),
    ("workspace", "didChangeConfiguration"),
    ("workspace", "workspaceEdit"),
    ("textDocument", "codeAction"),
    ("textDocument", "inlineCompletion"),
    ("textDocument", "completion"),
)
"""The capabilities that Pillion looks at."""

_UNREAD = frozenset(("failureHandling", "resourceOperations"))
"""Enumerations inside of these that Pillion can do without."""


def readings(method: str, message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield `message` as it is to be read, then again with less in it, if that can help."""
    message = {"params": {}} | dict(message)
    if method == types.TEXT_DOCUMENT_DID_CHANGE:
        message = _without_null_ranges(message)
    yield message
    if method == types.INITIALIZE and isinstance(message["params"], dict):
        yield message | {"params": _essentials(message["params"])}


def _without_null_ranges(message: dict[str, Any]) -> dict[str, Any]:
    """Read `"range": null` as no range: the whole document is replaced."""
    params = message["params"]
    changes = params.get("contentChanges") if isinstance(params, dict) else None
    if not isinstance(changes, list):
        return message
    changes = [
        {key: value for key, value in change.items() if value is not None}
        if isinstance(change, dict)
        else change
        for change in changes
    ]
    return message | {"params": params | {"contentChanges": changes}}


def _essentials(params: dict[str, Any]) -> dict[str, Any]:
    """Leave out what Pillion does not look at: a newer or careless editor may say anything there.

    Among the rest may be enumerations with values that lsprotocol does not know.
    """
    told = params.get("capabilities")
    groups = told if isinstance(told, dict) else {}
    kept: dict[str, dict[str, Any]] = {}
    for group, name in _READ_CAPABILITIES:
        entries = groups.get(group)
        if isinstance(entries, dict) and name in entries:
            kept.setdefault(group, {})[name] = _without_unread(entries[name])
    process = params.get("processId")
    return {
        "processId": process if isinstance(process, int) else None,
        "rootUri": root if isinstance(root := params.get("rootUri"), str) else None,
        "workspaceFolders": _folders(params.get("workspaceFolders")),
        "capabilities": kept,
        "initializationOptions": params.get("initializationOptions"),
    }


def _without_unread(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {key: inner for key, inner in value.items() if key not in _UNREAD}


def _folders(value: object) -> list[dict[str, str]] | None:
    if not isinstance(value, list):
        return None
    uris = (folder.get("uri") for folder in value if isinstance(folder, dict))
    return [{"uri": uri, "name": ""} for uri in uris if isinstance(uri, str)]
