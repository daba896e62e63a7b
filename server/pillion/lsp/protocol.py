"""JSON-RPC as Pillion promises it: every request is answered exactly once, whatever arrives.

This class stands between the connection and the features. It replaces those parts of pygls 2.1
that would break the promise or leak source text:

- pygls drops requests with wrong parameters, and all requests after `shutdown`, unanswered;
- it answers before `initialize`;
- it takes anything for an id or a token, and numbers that are not JSON;
- it puts the text of exceptions, and their traceback, into error responses;
- it reads any object that has a `jsonrpc` key as a message, also inside parameters;
- it forgets a cancelled request before that is answered, its `shutdown` walks a dictionary that
  changes meanwhile, and its `exit` code is lost;
- its document store cuts lines at the wrong places (`pillion.lsp.sessions`).

Nothing here knows what a completion is.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import math
from enum import Enum
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcParseError,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

from pillion.lsp import lenient
from pillion.lsp.tasks import cancel_and_wait, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from cattrs import Converter
    from pygls.lsp.server import LanguageServer

_log = logging.getLogger(__name__)

_OURS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_EXECUTE_COMMAND,
    types.SHUTDOWN,
    types.EXIT,
)
"""Methods for which pygls has handlers of its own, where the modules in `features` take over."""


class Phase(Enum):
    """Where a session is between `initialize` and `exit`."""

    NEW = "new"
    RUNNING = "running"
    SHUT_DOWN = "shut down"


class PillionProtocol(LanguageServerProtocol):
    """Takes message bodies and sees to it that each request gets one answer."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self.phase = Phase.NEW
        self._shutdown_id: int | str | None = None
        self.on_lost: Callable[[str, object], None] = _ignore
        """Gets method and parameters of each notification that cannot be read."""
        self.experimental: object = None
        """What the server can do beyond the protocol; told in the answer to `initialize`."""
        for method in _OURS:
            del self.fm.builtin_features[method]
        # lsprotocol takes any JSON value for these.
        converter.register_structure_hook(int | str, _key)
        converter.register_structure_hook(int | str | None, _key_or_none)
        converter.register_structure_hook(types.LanguageKind | str, _language)

    def receive(self, body: bytes) -> None:
        """Handle one message. Whatever is wrong with it, the sender is told and we go on."""
        try:
            message = json.loads(body, parse_float=_finite, parse_constant=_finite)
        except (ValueError, RecursionError):
            self._refuse(None, JsonRpcParseError("The message is not valid JSON."))
            return
        if not isinstance(message, dict):
            self._refuse(None, JsonRpcInvalidRequest("A message must be one JSON object."))
            return
        method = message.get("method")
        if message.get("jsonrpc") != self.VERSION or not (
            isinstance(method, str) or ("method" not in message and "id" in message)
        ):
            self._refuse(message.get("id"), JsonRpcInvalidRequest("This is no JSON-RPC message."))
        elif not isinstance(method, str):
            self._receive_response(message)
        elif "id" in message:
            self._receive_request(message["id"], method, message)
        else:
            self._receive_notification(method, message)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Answer with what the server can do; from here on other requests are welcome."""
        result = yield from super().lsp_initialize(params)
        result.capabilities.experimental = self.experimental
        self.phase = Phase.RUNNING
        return result

    async def cancel_requests(self, seconds: float) -> None:
        """Cancel everything under way in both directions, except `shutdown`.

        Requests of the editor are thereby answered, if they can be within `seconds`.
        """
        waiting: list[asyncio.Future[Any]] = []
        # Coroutines of ours and, under their own ids, what the editor has not answered yet.
        under_way: dict[Any, Any] = dict(self._request_futures)
        for key, future in under_way.items():
            if isinstance(future, asyncio.Future):
                if key != self._shutdown_id:
                    waiting.append(future)
            else:
                future.cancel()
        await cancel_and_wait(waiting, seconds)

    async def finish(self, seconds: float) -> None:
        """Let `shutdown` end if it is under way, then cancel the rest; each gets `seconds`."""
        self.phase = Phase.SHUT_DOWN
        under_way: dict[Any, Any] = self._request_futures
        if shutdown := under_way.get(self._shutdown_id):
            await asyncio.wait([shutdown], timeout=seconds)
        await self.cancel_requests(seconds)

    def _receive_request(self, id_: object, method: str, message: Mapping[str, object]) -> None:
        try:
            if not isinstance(id_, int | str):
                raise JsonRpcInvalidRequest("A request needs a number or a string as its id.")
            if id_ in self._request_futures:
                raise JsonRpcInvalidRequest("Another request with this id is under way.")
            self._admit(method)
            self._get_handler(method)
            params = self._params(method, message)
        except JsonRpcException as error:
            self._refuse(id_, error)
        else:
            if method == types.SHUTDOWN:
                # At once: `exit` may be right behind, before the handler has begun.
                self.phase, self._shutdown_id = Phase.SHUT_DOWN, id_
            contextvars.copy_context().run(self._handle_request, id_, method, params)

    def _admit(self, method: str) -> None:
        """Refuse requests that come too early or too late."""
        if self.phase is Phase.SHUT_DOWN:
            raise JsonRpcInvalidRequest("The server was shut down.")
        if self.phase is Phase.NEW and method != types.INITIALIZE:
            raise JsonRpcServerNotInitialized("Send `initialize` first.")
        if self.phase is Phase.RUNNING and method == types.INITIALIZE:
            raise JsonRpcInvalidRequest("The server is initialized already.")

    def _receive_notification(self, method: str, message: Mapping[str, object]) -> None:
        if self.phase is not Phase.RUNNING and method != types.EXIT:
            _log.info("Ignored a notification outside of the session.")
            return
        known = method == types.CANCEL_REQUEST or (
            method in self.fm.builtin_features or method in self.fm.features
        )
        if not known:
            _log.debug("Ignored a notification of an unknown method.")
            return
        try:
            params = self._params(method, message)
        except JsonRpcException:
            _log.warning("Ignored `%s` with wrong parameters.", method)
            self.on_lost(method, message.get("params"))
            return
        contextvars.copy_context().run(self._handle_notification, method, params)

    def _receive_response(self, message: Mapping[str, Any]) -> None:
        """Pass an editor's answer on to whoever waits for it."""
        id_ = message["id"]
        # Only requests of ours have a result type; the editor's own share the other dictionary.
        type_ = self._result_types.pop(id_, None) if isinstance(id_, int | str) else None
        future = self._request_futures.pop(id_, None) if type_ else None
        if type_ is None or future is None or future.done():
            _log.info("Ignored a response that nobody waits for.")
            return
        try:
            if "error" in message:
                error = self._converter.structure(message["error"], types.ResponseError)
                future.set_exception(JsonRpcException.from_error(error))
            else:
                future.set_result(self._converter.structure(message, type_).result)
        except Exception as error:  # noqa: BLE001 - the converter raises whatever it likes.
            _log.warning("An answer of the editor makes no sense: %s.", describe(error))
            future.set_exception(JsonRpcInternalError("The answer makes no sense."))

    def _params(self, method: str, message: Mapping[str, object]) -> Any:
        """Return the parameters as their protocol type, or as they are for our own methods."""
        type_ = self.get_message_type(method)
        if type_ is None:
            return message.get("params")
        for attempt in lenient.readings(method, message):
            try:
                return self._converter.structure(attempt, type_).params
            except Exception as error:  # noqa: BLE001 - the converter raises whatever it likes.
                _log.debug("`%s` cannot be read: %s.", method, type(error).__name__)
        raise JsonRpcInvalidParams(f"The parameters of `{method}` are not valid.")

    def _refuse(self, id_: object, error: JsonRpcException) -> None:
        known = id_ if isinstance(id_, int | str) else None
        # Not lsprotocol's own type, which leaves out an id that is null.
        self._send_data({"jsonrpc": self.VERSION, "id": known, "error": error.to_response_error()})

    def _send_handler_result(self, future: Any, *, msg_id: int | str) -> None:
        """Answer a request; called once, when its handler is done."""
        self._request_futures.pop(msg_id, None)
        error: JsonRpcException
        if future.cancelled():
            error = JsonRpcRequestCancelled("The request was cancelled.")
        elif (raised := future.exception()) is None:
            self._send_response(msg_id, result=future.result())
            return
        elif isinstance(raised, JsonRpcException):
            error = raised
        else:
            _log.error("A request failed: %s.", describe(raised))
            error = JsonRpcInternalError(f"Internal error: {type(raised).__name__}.")
        self._refuse(msg_id, error)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        """Cancel a request; it stays under way until it is answered."""
        task: Any = self._request_futures.get(msg_id)
        if isinstance(task, asyncio.Task) and not task.cancelling():
            task.cancel()

    def _check_handler_result(self, future: Any) -> None:
        """Log that a notification could not be handled."""
        if future.cancelled() or (raised := future.exception()) is None:
            return
        # What the editor got wrong is no failure of ours.
        level = logging.INFO if isinstance(raised, JsonRpcException) else logging.ERROR
        _log.log(level, "A notification failed: %s.", describe(raised))


def _finite(number: str) -> float:
    """Refuse numbers that cannot be sent back: NaN and infinities are no JSON."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("The number is not finite.")
    return value


def _key(value: object, _type: object) -> int | str:
    if not isinstance(value, int | str):
        raise TypeError("An id is a number or a string.")
    return value


def _key_or_none(value: object, _type: object) -> int | str | None:
    return value if isinstance(value, int | str) else None


def _language(value: object, _type: object) -> str:
    return value if isinstance(value, str) else ""


def _ignore(_method: str, _params: object) -> None:
    """Do nothing with a notification that cannot be read."""
