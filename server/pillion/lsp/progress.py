"""Work-done progress: a bar in the editor, made by the editor for a request or asked for here.

Nobody waits for the editor here: the work goes on while the editor is asked for a bar, and if it
cannot show one or never answers, there is none.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

    from pillion.lsp.tasks import Tasks


class Bar:
    """One bar. Reports are cheap: the editor hears of whole percents only."""

    def __init__(
        self,
        server: LanguageServer,
        tasks: Tasks,
        title: str,
        *,
        cancellable: bool = False,
        token: str | int | None = None,
    ) -> None:
        """`cancellable`: the user may stop the work; `token`: the editor has made the bar."""
        self._server = server
        self._title = title
        self._cancellable = cancellable
        self.token: str | int = str(uuid.uuid4()) if token is None else token
        """What `window/workDoneProgress/cancel` says when the user stops the work."""
        self._percentage = 0
        self._message: str | None = None
        self._visible = False
        self._over = False
        window = server.client_capabilities.window
        if token is not None:
            self._begin()
        elif window and window.work_done_progress:
            tasks.spawn(self._open(), "Opening a progress bar")

    def report(self, share: float, message: str | None = None) -> None:
        """Show that `share` of the work is done, from 0 to 1."""
        percentage = min(100, max(0, int(share * 100)))
        if (percentage, message) == (self._percentage, self._message):
            return
        self._percentage, self._message = percentage, message
        if self._visible:
            self._send(types.WorkDoneProgressReport(percentage=percentage, message=message))

    def end(self, message: str | None = None) -> None:
        """Close the bar; later reports are ignored."""
        self._over = True
        if self._visible:
            self._visible = False
            self._send(types.WorkDoneProgressEnd(message=message))

    async def _open(self) -> None:
        params = types.WorkDoneProgressCreateParams(self.token)
        try:
            await self._server.window_work_done_progress_create_async(params)
        except JsonRpcException:
            return
        if not self._over:
            self._begin()

    def _begin(self) -> None:
        self._visible = True
        self._send(
            types.WorkDoneProgressBegin(
                title=self._title,
                percentage=self._percentage,
                message=self._message,
                cancellable=self._cancellable,
            )
        )

    def _send(
        self,
        value: types.WorkDoneProgressBegin
        | types.WorkDoneProgressReport
        | types.WorkDoneProgressEnd,
    ) -> None:
        self._server.progress(types.ProgressParams(self.token, value))
