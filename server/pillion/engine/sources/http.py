"""Fetch a model over HTTP(S), going on where an earlier attempt stopped.

The system's proxy settings and certificate store are used.
Connections are attempted side by side, as browsers do it, which is why the client is an
asynchronous one: on a network that drops packets the attempt then costs three seconds in all,
not three for each of the server's addresses.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from typing import TYPE_CHECKING

import httpx
import truststore

from pillion.base.errors import DownloadError
from pillion.engine.sources.progress import Phase, PullProgress, Report

if TYPE_CHECKING:
    from pillion.engine.models import CatalogueModel, HttpSource
    from pillion.engine.sources.partial import Partial

_CONNECT_SECONDS = 3.0
# A server that is connected but silent for this long counts as cut off.
_READ_SECONDS = 30.0
# Connections to use up in one go, as long as each brings something new.
_MOST_CONNECTIONS = 20


def fetch_http(source: HttpSource, model: CatalogueModel, partial: Partial, report: Report) -> None:
    """Append what is missing; blocking, and not for a thread that runs an event loop.

    A connection that is cut is taken up again as long as that brings something new.
    Raises `DownloadError` with the reason, without naming the source.
    """
    problem = ""
    for _ in range(_MOST_CONNECTIONS):
        if partial.size == model.size:
            return
        before = partial.size
        problem = asyncio.run(_fetch_rest(source, model, partial, report))
        if partial.size <= before:
            break
    if partial.size < model.size:
        raise DownloadError(problem)


async def _fetch_rest(
    source: HttpSource, model: CatalogueModel, partial: Partial, report: Report
) -> str:
    """Use one connection as far as it goes; return why it ended."""
    # Compressed answers could not be resumed.
    headers = {"Accept-Encoding": "identity"}
    if partial.size:
        headers["Range"] = f"bytes={partial.size}-"
    try:
        async with (
            _client() as client,
            client.stream("GET", source.url, headers=headers) as response,
        ):
            _check_answer(response, model, partial)
            async for data in response.aiter_raw():
                partial.append(data)
                report(PullProgress(source.name, partial.size, model.size, Phase.DOWNLOADING))
    except (httpx.ConnectTimeout, httpx.PoolTimeout):
        return f"no connection within {_CONNECT_SECONDS:.0f} seconds"
    except httpx.ReadTimeout:
        return f"it was silent for {_READ_SECONDS:.0f} seconds"
    except httpx.ConnectError as error:
        return f"no connection ({error})"
    except httpx.HTTPError as error:
        return str(error) or type(error).__name__
    except httpx.InvalidURL as error:
        raise DownloadError(f"its address is malformed ({error})") from error
    return "the connection ended early"


def _client() -> httpx.AsyncClient:
    try:
        return httpx.AsyncClient(
            verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS),
            follow_redirects=True,
        )
    except (ImportError, ValueError) as error:
        raise DownloadError(f"the proxy setting can't be used ({error})") from error


def _check_answer(response: httpx.Response, model: CatalogueModel, partial: Partial) -> None:
    """Make the partial file ready for the body, or raise `DownloadError`.

    The pinned hash decides in the end; these checks find out early, before an answer that is
    something else (a log-in page, say) replaces bytes that are good.
    """
    if response.status_code == httpx.codes.PARTIAL_CONTENT:
        start, total = _content_range(response)
        if start != partial.size:
            raise DownloadError("it answered with another part of the file than asked for")
    elif response.status_code == httpx.codes.OK:
        length = response.headers.get("Content-Length", "")
        start, total = 0, int(length) if length.isdecimal() else model.size
    else:
        raise DownloadError(f"it answered {response.status_code} {response.reason_phrase}")
    if total != model.size:
        raise DownloadError(f"it has {total:,} bytes, but {model.name} has {model.size:,}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise DownloadError("it answered in a compressed form that was not asked for")
    if start == 0:
        # The server doesn't know about ranges and sends the whole file again.
        partial.reset()


def _content_range(response: httpx.Response) -> tuple[int, int]:
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
    if not match:
        raise DownloadError("it answered without saying which part of the file it sends")
    return int(match[1]), int(match[2])
