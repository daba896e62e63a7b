"""What the server says to the user and to the editor's log.

Every text that leaves here was written by Pillion: names, numbers, reasons and errors meant for
the user. Source text never gets in.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

_log = logging.getLogger(__name__)


class Messages:
    """Speaks to one editor."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._shown: set[str] = set()

    def log(self, text: str, type_: types.MessageType = types.MessageType.Log) -> None:
        """Write to the editor's log window."""
        self._server.window_log_message(types.LogMessageParams(type_, f"Pillion: {text}"))

    def warn(self, text: str) -> None:
        """Show a warning."""
        self._show(types.MessageType.Warning, text)

    def error_once(self, text: str) -> None:
        """Show an error, but the same one only once per session."""
        if text not in self._shown:
            self._shown.add(text)
            self._show(types.MessageType.Error, text)

    async def ask_once(self, text: str, *choices: str) -> str | None:
        """Offer `choices`; return what the user clicked, None for nothing.

        The same question is asked once per session. An editor that cannot ask shows the text.
        """
        if text in self._shown:
            return None
        self._shown.add(text)
        return await self.ask(text, *choices)

    async def ask(self, text: str, *choices: str) -> str | None:
        """Offer `choices`; return what the user clicked, None for nothing."""
        window = self._server.client_capabilities.window
        if window is None or window.show_message is None:
            self._show(types.MessageType.Info, text)
            return None
        actions = [types.MessageActionItem(choice) for choice in choices]
        params = types.ShowMessageRequestParams(types.MessageType.Info, f"Pillion: {text}", actions)
        try:
            answer = await self._server.window_show_message_request_async(params)
        except JsonRpcException:
            _log.info("The editor could not show a question.")
            return None
        return answer.title if answer else None

    def _show(self, type_: types.MessageType, text: str) -> None:
        self._server.window_show_message(types.ShowMessageParams(type_, f"Pillion: {text}"))
