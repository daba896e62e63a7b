"""From `initialize` to `exit`. What is offered depends on what the editor can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls import uris

from pillion.lsp.features import completion, configuration, workspace

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer

_STOP_SECONDS = 1.0
"""How long `shutdown` waits for the answers to requests that it cancels."""


def register(server: PillionServer) -> None:
    """Register the lifecycle of the server."""
    server.feature(types.INITIALIZE)(initialize)
    server.feature(types.INITIALIZED)(initialized)
    server.feature(types.SHUTDOWN)(shutdown)
    server.feature(types.EXIT)(leave)


def initialize(ls: PillionServer, params: types.InitializeParams) -> None:
    """Look at the editor before pygls tells it what the server can do."""
    text_document = params.capabilities.text_document
    if text_document is None or text_document.inline_completion is None:
        completion.register(ls)
    folders = _folders(params)
    ls.folders.use(folders)
    ls.indexing.folders(folders)
    configuration.start_with(ls, params.initialization_options)


def initialized(ls: PillionServer, _params: types.InitializedParams) -> None:
    """Begin to load the model, to index, and ask for the settings; wait for none of it."""
    configuration.follow(ls)
    workspace.follow(ls)


async def shutdown(ls: PillionServer, _params: object) -> None:
    """Answer everything that is open, then this; nothing else is let in any more."""
    await ls.protocol.cancel_requests(_STOP_SECONDS)


def leave(ls: PillionServer, _params: object) -> None:
    """End the session."""
    ls.leaving = True


def _folders(params: types.InitializeParams) -> list[str]:
    """Return the URIs of the workspace's folders; older editors know only one."""
    if params.workspace_folders:
        return [folder.uri for folder in params.workspace_folders]
    if params.root_uri:
        return [params.root_uri]
    uri = uris.from_fs_path(params.root_path) if params.root_path else None
    return [uri] if uri else []
