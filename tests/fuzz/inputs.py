"""Where the inputs come from: the corpus, what is made of it by chance, and choices out of bytes.

Everything depends on the `random.Random` that is handed in, so that a seed says which input
failed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = Any

CORPUS = Path(__file__).parent / "corpus"

_INTERESTING = (
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"\xf0\x9f\xa6\x80", b"\xe2\x80\xa8", b"\r\n", b"\r", b"\n"),
    *(b"\x0c", b"```", b"~~~", b'"', b"\\", b"[" * 40, b"{", b"}", b"!", b"**/", b"[!", b"#", b"%"),
    *(b"..", b"/", b"file://[", b"1e999", b"NaN", b"-1", b"4294967296", b"<|fim_middle|>", b" "),
    *(b"\t", b"Content-Length: 5\r\n\r\n", b"data: ", b"# ...", b"<script>", b"](javascript:"),
)
"""Pieces that parsers stumble over."""

NASTY: tuple[Json, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**53, 2**63, -(2**63), 10**40, 0.5, -0.0, 1e308),
    *(float("nan"), float("inf"), "", " ", "\0", "\ud800", "🦀", "é", "a" * 3000, "\r\n", "\u2028"),
    *(
        "file:///",
        "file://[",
        "file:",
        "%",
        "file:///%00",
        "file:///fuzz/a.py",
        "untitled:Untitled-1",
    ),
    *("file:///fuzz/../../etc/passwd", "file:///fuzz/\ud800.py", "vscode-notebook-cell:/a#b"),
    *([], {}, [None], [[]], {"": None}, [{}], {"uri": "file:///fuzz/a.py"}, [0] * 100),
    *({"line": 0, "character": 0}, {"line": -1, "character": 2**31}),
    {"start": {"line": 9, "character": 9}, "end": {"line": 0, "character": 0}},
)
"""JSON values in the wrong place."""


def corpus(name: str) -> list[bytes]:
    """Return the kept inputs of a target: files, and the lines of files called `.jsonl`."""
    found: list[bytes] = []
    for path in sorted((CORPUS / name).iterdir()):
        data = path.read_bytes()
        found += data.splitlines() if path.suffix == ".jsonl" else [data]
    return found


def mutated(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Return `data` with a few changes; parts of `others` may get into it."""
    for _ in range(1 + int(rng.expovariate(0.7))):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + int(rng.expovariate(0.2)))
        other = rng.choice(others)
        place = rng.randrange(len(other) + 1)
        put: bytes = rng.choice(
            (
                b"",
                rng.choice(_INTERESTING),
                bytes([rng.randrange(256)]),
                other[place : place + int(rng.expovariate(0.1))],
                data[start:end] * 2,
                data[end:start:-1] if end < start else data[start:end][::-1],
                rng.choice(_INTERESTING) * rng.randrange(1, 60),
            )
        )
        data = data[:start] + put + data[end:]
    return data[:20_000]


def mutated_json(rng: random.Random, value: Json, others: Sequence[Json]) -> Json:
    """Return `value` with some of its nodes replaced, left out, moved or wrapped."""
    value = _copy(value)
    for _ in range(1 + int(rng.expovariate(0.8))):
        places = list(_places(value))
        if not places:
            return rng.choice(NASTY)
        holder, key = rng.choice(places)
        what = rng.random()
        if what < 0.5:
            holder[key] = _copy(rng.choice(NASTY))
        elif what < 0.65:
            del holder[key]
        elif what < 0.75:
            other, there = rng.choice(places)
            if there in other if isinstance(other, dict) else there < len(other):
                holder[key] = _copy(other[there])
        elif what < 0.85:
            found = list(_places(rng.choice(others)))
            if found:
                other, there = rng.choice(found)
                holder[key] = _copy(other[there])
        elif what < 0.92:
            holder[key] = _nested(rng, holder[key])
        elif isinstance(holder[key], str):
            holder[key] = _mutated_text(rng, holder[key])
        elif isinstance(holder[key], list):
            holder[key] = holder[key] * rng.randrange(2, 5)
    return value


class Choices:
    """Choices that the bytes of an input make; when they are used up, the first one each time."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def done(self) -> bool:
        """Whether all bytes are used up."""
        return self._at >= len(self._data)

    def number(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`."""
        span, value, left = high - low + 1, 0, high - low
        while left:
            value, left = value * 256 + self._byte(), left // 256
        return low + value % span

    def one(self, options: Sequence[Any]) -> Any:
        """Return one of `options`."""
        return options[self.number(0, len(options) - 1)]

    def text(self, alphabet: str, most: int) -> str:
        """Return a text of these characters."""
        return "".join(self.one(alphabet) for _ in range(self.number(0, most)))

    def rest(self) -> bytes:
        """Return the bytes that are left."""
        found, self._at = self._data[self._at :], len(self._data)
        return found

    def _byte(self) -> int:
        found = self._data[self._at] if self._at < len(self._data) else 0
        self._at += 1
        return found


def to_text(data: bytes) -> str:
    """Return any bytes as text; half a surrogate pair is possible, as in JSON."""
    try:
        return data.decode("utf-8", errors="surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", errors="replace")


def _copy(value: Json) -> Json:
    return json.loads(json.dumps(value))


def _places(value: Json) -> list[tuple[Json, Json]]:
    """Return where the nodes of a value stand: what holds each, and under which key."""
    found: list[tuple[Json, Json]] = []
    waiting = [value]
    while waiting and len(found) < 200:
        holder = waiting.pop()
        keys: Sequence[Any] = ()
        if isinstance(holder, dict):
            keys = list(holder)
        elif isinstance(holder, list):
            keys = range(len(holder))
        for key in keys:
            found.append((holder, key))
            waiting.append(holder[key])
    return found


def _nested(rng: random.Random, value: Json) -> Json:
    for _ in range(rng.choice((1, 3, 30, 300))):
        value = [value] if rng.random() < 0.5 else {"x": value}
    return value


def _mutated_text(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    put = rng.choice(("", "\0", "\ud800", "🦀", "\r", "%", "[", "x" * 2000, text, "\u202e", "/.."))
    return text[:at] + put + text[at + rng.randrange(3) :]
