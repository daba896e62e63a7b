"""`pillion/explain`: an explanation that streams, for editors that show it in a view of their own.

The code action `explain` gives the same as a page in a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pillion.base.outcome import Nothing
from pillion.lsp.acting import Reference
from pillion.lsp.custom import EXPLAIN

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer


def register(server: PillionServer) -> None:
    """Register the request."""
    server.feature(EXPLAIN)(explain)


async def explain(ls: PillionServer, params: object) -> dict[str, object]:
    """Explain a range; the text is sent in pieces where the editor gives a token."""
    asked = params if isinstance(params, dict) else {}
    reference = Reference.of({**asked, "action": "explain", "title": "Explaining"})
    ls.start_model()

    def stream(text: str) -> None:
        token = asked.get("partialResultToken")
        if isinstance(token, str | int):
            ls.progress(types.ProgressParams(token, {"kind": "text", "text": text}))

    work = asked.get("workDoneToken")
    token = work if isinstance(work, str | int) else None
    outcome = await ls.acting.perform(reference, token=token, stream=stream)
    from pillion.assist.actions.action import Page  # noqa: PLC0415

    if isinstance(outcome, Page):
        return {"title": outcome.title, "text": outcome.markdown, "reason": None, "detail": ""}
    # An explanation is a page or nothing.
    why = outcome if isinstance(outcome, Nothing) else None
    reason = why.reason.value if why else "engine_failed"
    return {"title": "", "text": "", "reason": reason, "detail": str(why or "")}
