"""Bytes of a streamed answer, cut into lines; sans-IO, and never more than a bounded amount.

Server-sent events and JSON lines both come as lines. A server that sends one without an end must
not fill the memory.
"""

from __future__ import annotations

import json

from pillion.base.errors import EngineAnswerError

LONGEST_LINE = 1_000_000
LONGEST_ANSWER = 32_000_000
"""Bytes. An event of llama-server has half a kilobyte, its last one the whole prompt."""


class Lines:
    """Collects bytes, gives back whole lines."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._seen = 0

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that `data` completes. Raises `EngineAnswerError`."""
        self._seen += len(data)
        self._rest += data
        *lines, rest = self._rest.split(b"\n")
        if len(rest) > LONGEST_LINE or any(len(line) > LONGEST_LINE for line in lines):
            raise EngineAnswerError("It sent a line that does not end.")
        if self._seen > LONGEST_ANSWER:
            raise EngineAnswerError("It sent an answer that does not end.")
        self._rest = rest
        return [_text(line) for line in lines]

    def end(self) -> list[str]:
        """Return what stood behind the last line break."""
        rest, self._rest = self._rest, bytearray()
        return [_text(rest)] if rest else []


def event(line: str) -> dict[str, object] | None:
    """Return the object of one line of server-sent events or JSON lines; None if it has none.

    Raises `EngineAnswerError` for what is neither.
    """
    line = line.strip()
    if not line or line.startswith((":", "event:", "id:", "retry:")):
        return None
    data = line.removeprefix("data:").strip()
    if data == "[DONE]":
        return None
    return parse_object(data)


def parse_object(data: str | bytes) -> dict[str, object]:
    """Return a JSON object. Raises `EngineAnswerError`."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EngineAnswerError("It sent something that is not JSON.") from error
    if not isinstance(value, dict):
        raise EngineAnswerError("It sent something that is not a JSON object.")
    return value


def _text(line: bytearray | bytes) -> str:
    return line.decode("utf-8", errors="replace")
