"""`pillion/status`, and the notifications of what the user did with a suggestion."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pillion.lsp.custom import ACCEPTED, EVENTS, STATUS

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer
    from pillion.lsp.status import StatusJson


def register(server: PillionServer) -> None:
    """Register the request and the notifications."""
    server.feature(STATUS)(status)
    for method, event in EVENTS.items():
        server.feature(method)(partial(_count, server, event))


def status(ls: PillionServer, _params: object) -> StatusJson:
    """Return the status; from here on, tell the editor when it changes."""
    ls.wants_status = True
    return ls.status_json()


def _count(ls: PillionServer, event: str, _params: object) -> None:
    ls.count(event)
    if event == EVENTS[ACCEPTED]:
        ls.kept.accepted()
