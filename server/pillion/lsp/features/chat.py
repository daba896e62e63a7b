"""`pillion/chat`: a conversation whose answers stream; nothing in it acts by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInternalError, JsonRpcInvalidParams

from pillion.base.errors import PillionError, UsageError
from pillion.base.outcome import Nothing, Reason
from pillion.context.chip import Kind
from pillion.engine.base import Cancel
from pillion.lsp.custom import CHAT
from pillion.prompt import talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.lsp.server import PillionServer


_OFF = "Pillion is turned off; the setting `pillion.enable` turns it on."


def register(server: PillionServer) -> None:
    """Register the request; what it offers is in the answer to `initialize`."""
    server.feature(CHAT)(chat)
    server.protocol.experimental = {"pillion": {"chat": capability()}}


def capability() -> dict[str, object]:
    """Return what is told in the answer to `initialize`."""
    commands = [
        {"name": one.name, "description": one.description} for one in talk.commands().values()
    ]
    return {"commands": commands, "chips": [kind.value for kind in Kind]}


async def chat(ls: PillionServer, params: object) -> dict[str, object]:
    """Answer the last message of a conversation."""
    # Imported here: a session in which nobody chats does not need it.
    from pillion.assist.chat import Listener  # noqa: PLC0415
    from pillion.lsp.chat import to_ask, to_json, token_of  # noqa: PLC0415

    ask, token = to_ask(params), token_of(params)
    ls.start_model()
    engine = ls.model.engine()
    if isinstance(engine, Nothing):
        off = engine.reason is Reason.DISABLED
        raise JsonRpcInternalError(_OFF if off else str(engine))
    cancel = Cancel()
    listener = Listener(_sends(ls, token, "text"), _sends(ls, token, "stage"))
    try:
        settings = ls.configuration.settings
        return to_json(await ls.chats.answer(engine, ask, settings, cancel, listener))
    except UsageError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    except PillionError as error:
        raise JsonRpcInternalError(str(error)) from error
    finally:
        cancel.set()


def _sends(ls: PillionServer, token: str | int | None, kind: str) -> Callable[[str], None]:
    def send(text: str) -> None:
        if token is not None:
            value = {"kind": kind, "text": text}
            ls.progress(types.ProgressParams(token, value))

    return send
