"""One module per LSP feature: settings, snapshot, convert in, call the core, convert out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.lsp.features import (
    chat,
    code_action,
    commands,
    configuration,
    editor_context,
    explain,
    inline_completion,
    lifecycle,
    status,
    sync,
    workspace,
)

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer


def register(server: PillionServer) -> None:
    """Register all features, except those that depend on the editor (see `lifecycle`)."""
    for module in (
        lifecycle,
        sync,
        workspace,
        configuration,
        inline_completion,
        chat,
        code_action,
        explain,
        editor_context,
        status,
        commands,
    ):
        module.register(server)
