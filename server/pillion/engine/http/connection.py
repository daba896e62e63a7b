"""HTTP to one server: kept connections, the key, proxy and certificates, one error per fault.

Every fault becomes one of three errors: `EngineAwayError` (not there, or too busy: worth another
try later), `EngineRefusedError` (it will not do this, however often it is asked), and
`EngineAnswerError` (what it sent makes no sense). Their texts begin with "It", for `engine` to put
the server's name there, and never hold what the server wrote, which may quote source.
Redirects are not followed: code goes where the settings say.
"""

from __future__ import annotations

import asyncio
import importlib.util
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import truststore

from pillion import __version__
from pillion.base.errors import (
    EngineAnswerError,
    EngineAwayError,
    EngineError,
    EngineRefusedError,
    UsageError,
)
from pillion.engine.http import keys
from pillion.engine.http.lines import LONGEST_ANSWER, Lines, event, parse_object
from pillion.engine.http.patience import CONNECT_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping

    from pillion.engine.http.endpoint import Endpoint

Json = dict[str, object]

_STREAMS = ("text/event-stream", "application/x-ndjson", "application/json")
"""What a stream of events may call itself; Ollama says NDJSON, some servers plain JSON."""

_AWAY = {408, 425, 429, 500, 502, 503, 504, 529}
"""Statuses that may be others the next time."""

_LLAMA_SERVER = "llama.cpp"
"""Without a proxy in front of it, an idle connection occupies one of its few threads for five
seconds: with four slots, two users who keep theirs make everybody wait. It gets none to keep."""

_LONGEST_PAUSE = 60.0
"""Seconds that a server can ask for with `Retry-After`, at most."""


class Connection:
    """Connections to one server, kept while they are of use; opened by the first request."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        ca: str = "",
        find_key: Callable[[str], str] = keys.find_key,
    ) -> None:
        """`ca` is a file of certificates to trust besides those of the system."""
        self.endpoint = endpoint
        self._ca = ca
        self._find_key = find_key
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._holds_threads = False

    async def get(self, path: str, seconds: float) -> Json:
        """Return the JSON object at `path`. Raises `EngineError`."""
        return await self._whole("GET", path, None, seconds)

    async def post(self, path: str, body: Json, seconds: float) -> Json:
        """Return the JSON object that answers `body`. Raises `EngineError`."""
        return await self._whole("POST", path, body, seconds)

    async def events(self, path: str, body: Json) -> AsyncGenerator[Json, None]:
        """Send `body`; yield each event of the answer as it comes. Raises `EngineError`.

        Closing the generator closes the request, which makes servers stop working on it.
        """
        lines = Lines()
        async with self._answer("POST", path, body) as answer:
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind not in _STREAMS:
                raise _nonsense(f"answered with `{kind or 'no type'}` instead of events")
            async for data in answer.aiter_bytes():
                for line in lines.feed(data):
                    if found := event(line):
                        yield found
            for line in lines.end():
                if found := event(line):
                    yield found

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client:
            await client.aclose()

    async def _whole(self, method: str, path: str, body: Json | None, seconds: float) -> Json:
        try:
            async with asyncio.timeout(seconds), self._answer(method, path, body) as answer:
                data = bytearray()
                async for part in answer.aiter_bytes():
                    data += part
                    if len(data) > LONGEST_ANSWER:
                        raise _nonsense("sent an answer that does not end")
                return parse_object(bytes(data))
        except TimeoutError as error:
            raise _away(f"did not answer within {seconds:.0f} seconds") from error

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, body: Json | None
    ) -> AsyncIterator[httpx.Response]:
        """Send a request and check the head of its answer; map all that can go wrong."""
        client = await self._opened()
        try:
            url = self.endpoint.url + path
            # What is asked once needs no connection that is kept.
            headers = {"Connection": "close"} if method == "GET" or self._holds_threads else {}
            async with client.stream(method, url, json=body, headers=headers) as answer:
                self._holds_threads = answer.headers.get("Server") == _LLAMA_SERVER
                if answer.status_code != httpx.codes.OK:
                    raise self._refusal(answer)
                yield answer
        except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _away(f"gave no connection within {CONNECT_SECONDS:.0f} seconds") from error
        except httpx.ConnectError as error:
            raise _away(_why_no_connection(error)) from error
        except httpx.DecodingError as error:
            raise _nonsense("sent an answer that cannot be unpacked") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Their texts are about the transport; still, only the type is told.
            raise _away(f"broke off the connection ({type(error).__name__})") from error

    async def _opened(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                headers = {"User-Agent": f"pillion/{__version__}", "Accept-Encoding": "identity"}
                if name := self.endpoint.key:
                    key = await asyncio.to_thread(self._find_key, name)
                    headers["Authorization"] = f"Bearer {key}"
                self._client = self._open(headers)
            return self._client

    def _open(self, headers: Mapping[str, str]) -> httpx.AsyncClient:
        try:
            return httpx.AsyncClient(
                headers=headers,
                # Without TLS there is nothing to verify, and the certificates take a while to read.
                verify=self._trusted() if self.endpoint.encrypted else False,
                # Pauses are judged by what comes, not by bytes (`engine`).
                timeout=httpx.Timeout(None, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
                # A proxy is for other machines.
                trust_env=not self.endpoint.on_this_machine,
                http2=importlib.util.find_spec("h2") is not None,
            )
        except (OSError, ssl.SSLError) as error:
            raise UsageError(
                "The file of `pillion.engine.remote.ca` holds no certificates that can be read."
            ) from error
        except (ImportError, ValueError) as error:
            raise UsageError(f"The proxy setting cannot be used ({error}).") from error

    def _trusted(self) -> ssl.SSLContext:
        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self._ca:
            context.load_verify_locations(self._ca)
        return context

    def _refusal(self, answer: httpx.Response) -> EngineError:
        status = answer.status_code
        if status in _AWAY:
            what = "is too busy" if status in {429, 503, 529} else "failed"
            return _away(f"{what} ({status})", _pause(answer))
        known = {
            401: "wants a key" if not self.endpoint.key else "does not accept the key",
            403: "wants a key" if not self.endpoint.key else "does not accept the key",
            404: "knows no such address or model",
            413: "finds the request too large",
        }
        what = known.get(status, "sends us elsewhere" if answer.is_redirect else "refused")
        return EngineRefusedError(f"It {what} ({status}).")


def _away(what: str, pause: float = 0.0) -> EngineAwayError:
    return EngineAwayError(f"It {what}.", pause)


def _nonsense(what: str) -> EngineAnswerError:
    return EngineAnswerError(f"It {what}.")


def _why_no_connection(error: httpx.ConnectError) -> str:
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                "shows a certificate that is not trusted (see `pillion.engine.remote.ca`): "
                f"{cause.verify_message}"
            )
        if isinstance(cause, ssl.SSLError):
            return "does not speak TLS as expected"
        cause = cause.__cause__ or cause.__context__
    return "cannot be reached"


def _pause(answer: httpx.Response) -> float:
    """Return the seconds that the server asks to be left alone."""
    wanted = answer.headers.get("Retry-After", "")
    return min(float(wanted), _LONGEST_PAUSE) if wanted.isdecimal() else 0.0
