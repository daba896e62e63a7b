"""What the engine host and its clients say to each other: small JSON messages, one after another.

    4 bytes, big-endian: length      that many bytes of JSON: {"type": …, "id": …, …}

    client -> host   hello load generate count cancel status stop
    host -> client   hello refused progress loaded chunk finish counted error alive status

A client's first message is `hello`, with the token of this host; nothing else is answered before.
JSON and not pickle, so that a message can carry values only. `PROTOCOL` changes with every change
of a message; a client never talks to a host of another version (`pillion.engine.runtime`).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

from pillion.base import errors
from pillion.base.errors import EngineError, PillionError
from pillion.engine.base import Chunk, Finish, FinishReason, ModelInfo, Priority, Request, Sampling
from pillion.prompt.model_input import Markup, Piece, Prompt, Special

PROTOCOL = 6

Message = dict[str, Any]

_LONGEST = 64 * 1024 * 1024
"""A longer message is taken for a damaged length: a prompt has some thousand tokens."""


class WireError(Exception):
    """The other side said something that is no message."""


def pack(message: Message) -> bytes:
    """Return the bytes of `message`."""
    # ASCII only, so that half a surrogate pair in a document gets through unchanged.
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return len(body).to_bytes(4, "big") + body


async def read(reader: asyncio.StreamReader) -> Message | None:
    """Return the next message, or None when the other side has hung up.

    Raises `WireError` for bytes that are no message.
    """
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if length > _LONGEST:
            raise WireError("A message is too long.")
        body = await reader.readexactly(length)
    except (asyncio.IncompleteReadError, OSError):
        return None
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WireError("A message is not JSON.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise WireError("A message has no type.")
    return message


def from_request(request: Request) -> Message:
    """Return the JSON form of `request`."""
    pieces = [_from_piece(piece) for piece in request.prompt.pieces]
    return asdict(request) | {"prompt": asdict(request.prompt) | {"pieces": pieces}}


def to_request(values: Message) -> Request:
    """Return the request of its JSON form. Raises `WireError`."""
    try:
        prompt = dict(values["prompt"])
        pieces = tuple(map(_to_piece, prompt.pop("pieces")))
        special = {
            "prompt": Prompt(pieces, **prompt),
            "sampling": Sampling(**values["sampling"]),
            "priority": Priority(values["priority"]),
            "stops": tuple(values["stops"]),
        }
        return Request(**(values | special))
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("A request cannot be read.") from error


def _from_piece(piece: Piece) -> str | Message:
    if isinstance(piece, Markup):
        return {"markup": piece.text}
    return {"special": piece.value} if isinstance(piece, Special) else piece


def _to_piece(value: Any) -> Piece:
    if isinstance(value, str):
        return value
    return Markup(value["markup"]) if "markup" in value else Special(value["special"])


def from_chunk(chunk: Chunk) -> Message:
    """Return the JSON form of `chunk`."""
    return asdict(chunk)


def to_chunk(values: Message) -> Chunk:
    """Return the chunk of its JSON form. Raises `WireError`."""
    try:
        finish = values["finish"]
        if finish is not None:
            finish = Finish(**(finish | {"reason": FinishReason(finish["reason"])}))
        return Chunk(values["text"], finish, values["sample"])
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("A piece of a generation cannot be read.") from error


def to_texts(values: Message) -> list[str]:
    """Return the texts to be counted. Raises `WireError`."""
    texts = values.get("texts")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise WireError("The texts to be counted cannot be read.")
    return texts


def to_counts(values: Message, expected: int) -> list[int]:
    """Return how many tokens each text has. Raises `EngineError`."""
    counts = values.get("counts")
    if not isinstance(counts, list) or len(counts) != expected:
        raise EngineError("The engine gave a strange answer.")
    if not all(isinstance(count, int) for count in counts):
        raise EngineError("The engine gave a strange answer.")
    return counts


def from_info(info: ModelInfo) -> Message:
    """Return the JSON form of `info`."""
    return asdict(info) | {"specials": sorted(special.value for special in info.specials)}


def to_info(values: Message) -> ModelInfo:
    """Return what is known of a model of its JSON form. Raises `WireError`."""
    try:
        specials = frozenset(Special(special) for special in values["specials"])
        return ModelInfo(**(values | {"specials": specials}))
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("What is known of the model cannot be read.") from error


def from_error(error: PillionError) -> Message:
    """Return the JSON form of `error`: its kind and its message for the user."""
    return {"kind": type(error).__name__, "message": str(error)}


def to_error(values: Message) -> PillionError:
    """Return the error of its JSON form; one of an unknown kind is an `EngineError`."""
    kind = getattr(errors, str(values.get("kind")), EngineError)
    if not (isinstance(kind, type) and issubclass(kind, PillionError)):
        kind = EngineError
    return kind(str(values.get("message", "")))
