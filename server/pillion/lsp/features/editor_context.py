"""`pillion/editorContext`: what an editor extension tells beyond the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.lsp.custom import EDITOR_CONTEXT
from pillion.lsp.editor_context import to_update

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer


def register(server: PillionServer) -> None:
    """Register the notification."""
    server.feature(EDITOR_CONTEXT)(editor_context)


def editor_context(ls: PillionServer, params: object) -> None:
    """Keep what the editor tells until it tells something else."""
    ls.editor.update(to_update(params))
