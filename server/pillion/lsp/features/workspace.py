"""The workspace's folders and the files in them, as far as the editor tells of their changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer


def register(server: PillionServer) -> None:
    """Register the feature."""
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_folders)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_files)
    server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)(cancel_progress)


def follow(ls: PillionServer) -> None:
    """Ask to be told of changed files."""
    workspace = ls.client_capabilities.workspace
    watched = workspace and workspace.did_change_watched_files
    if watched and watched.dynamic_registration:
        ls.tasks.spawn(_subscribe(ls), "Following changes of files")
    else:
        ls.indexing.poll()


def did_change_folders(ls: PillionServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Read and index folders that were added, and leave those that are gone."""
    added = [folder.uri for folder in params.event.added]
    removed = [folder.uri for folder in params.event.removed]
    ls.folders.change(added, removed)
    ls.indexing.folders(added, removed)
    ls.start_model()


def did_change_files(ls: PillionServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Look at files again that have changed on the disk."""
    ls.indexing.touched([change.uri for change in params.changes])


def cancel_progress(ls: PillionServer, params: types.WorkDoneProgressCancelParams) -> None:
    """Stop what the user does not want to wait for."""
    ls.indexing.cancel(str(params.token))
    ls.acting.cancel(str(params.token))


async def _subscribe(ls: PillionServer) -> None:
    watchers = [types.FileSystemWatcher(glob) for glob in _globs()]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    registration = types.Registration("pillion-files", method, options)
    try:
        await ls.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException:
        ls.messages.log("The editor will not tell when files change.")
        ls.indexing.poll()


def _globs() -> list[str]:
    """Return patterns of the files that are indexed, and of those that decide which are."""
    # Imported here: the answer to `initialize` does not wait for the parsers.
    from pillion.syntax import grammars  # noqa: PLC0415

    rows = [row for row in grammars.table().values() if row.get("index", True)]
    endings = sorted({ending for row in rows for ending in row["extensions"]})
    names = sorted({name for row in rows for name in row.get("files", ())})
    rules = [".gitignore", ".pillionignore"]
    return [f"**/*.{{{','.join(endings)}}}", f"**/{{{','.join([*rules, *names])}}}"]
