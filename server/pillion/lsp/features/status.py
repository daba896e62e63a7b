"""`pillion/status`, `pillion/audit`, and what the user did with a suggestion."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pillion.lsp.custom import ACCEPTED, AUDIT, EVENTS, STATUS

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer
    from pillion.lsp.status import StatusJson


def register(server: PillionServer) -> None:
    """Register the requests and the notifications."""
    server.feature(STATUS)(status)
    server.feature(AUDIT)(audit)
    for method, event in EVENTS.items():
        server.feature(method)(partial(_count, server, event))


def status(ls: PillionServer, _params: object) -> StatusJson:
    """Return the status; from here on, tell the editor when it changes."""
    ls.wants_status = True
    return ls.status_json()


def audit(ls: PillionServer, _params: object) -> list[object]:
    """Return the last requests to remote engines, newest first; kept in memory only."""
    return list(ls.model.audit())


def _count(ls: PillionServer, event: str, _params: object) -> None:
    ls.count(event)
    if event == EVENTS[ACCEPTED]:
        ls.kept.accepted()
