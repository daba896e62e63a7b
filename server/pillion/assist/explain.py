"""An explanation of code that speaks only of what is there.

    range -> what it uses -> prompt -> model -> names and lines that exist -> Markdown

The model sees the range with line numbers and secrets hidden, and the headers of what it uses,
here and in the workspace. Sentences about names or lines that do not exist are left out. What the
code uses is listed below the explanation as it is known, not as the model says.
"""

from __future__ import annotations

import builtins
import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.context.mentions import mentions
from pillion.context.redact import redact
from pillion.engine.base import FinishReason, Priority, Request
from pillion.post.claims import Claims, words_of
from pillion.post.rewrite.indent import dedent
from pillion.prompt.chat import chat
from pillion.prompt.explain import explaining, numbered
from pillion.syntax.extent import extent
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.context.index.index import Index
    from pillion.context.mentions import Mention
    from pillion.engine.base import Cancel, Engine
    from pillion.syntax.extent import Extent
    from pillion.text.snapshot import Snapshot

MOST_LINES = 200
MOST_TOKENS = 320
"""Of the answer; a longer one of a small model repeats itself."""

_FRAME_TOKENS = 64

_COMMON = words_of(
    "None True False null undefined true false nil this self cls super int str float bool list "
    "dict set tuple bytes string number boolean object array Array Object Map Set Promise Error "
    "void any unknown never char double long short unsigned size_t std vector map bool error byte"
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What code does, in Markdown, and what it was told of."""

    title: str
    text: str
    """What the model said, without what was not so."""
    uses: tuple[Mention, ...]
    first: int
    last: int
    """Lines, from 1."""
    left_out: tuple[str, ...] = ()
    """What sentences spoke of that were left out, because it does not exist."""

    @property
    def markdown(self) -> str:
        """The whole page."""
        return f"# {self.title}\n\n{self.text.strip()}\n{self.footer}"

    @property
    def footer(self) -> str:
        """What follows behind the model's own text."""
        parts = []
        if self.uses:
            rows = "\n".join(_row(one) for one in self.uses)
            parts.append(f"\n## What it uses\n\n{rows}\n")
        if self.left_out:
            names = ", ".join(dict.fromkeys(self.left_out))
            parts.append(
                f"\n_Left out, because it is not in the code: what was said about {names}._\n"
            )
        return "".join(parts)


async def explain(
    snapshot: Snapshot,
    start: int,
    end: int,
    engine: Engine,
    cancel: Cancel,
    *,
    index: Index | None = None,
    path: str = "",
    stream: Callable[[str], None] = lambda _: None,
) -> Explanation | Nothing:
    """Explain a selection, or the function around the cursor; `stream` gets the page as it grows.

    Raises `EngineError` when the model cannot answer.
    """
    language = language_of(snapshot.language, snapshot.uri)
    found = extent(snapshot, parse(snapshot.text, language), start, end, MOST_LINES)
    code = redact(snapshot.text, snapshot.language)[found.start : found.end]
    if not code.strip():
        return Nothing(Reason.NO_CODE_HERE)
    if found.lines > MOST_LINES:
        size = f"It has {found.lines} lines; select {MOST_LINES} at most."
        return Nothing(Reason.RANGE_TOO_LARGE, size)
    first = snapshot.lines.at(found.start) + 1
    uses = mentions(snapshot, found.start, found.end, language, index=index, path=path)
    shown = dedent(code.replace("\r\n", "\n").replace("\r", "\n"))
    messages = explaining(
        numbered(shown, first), language.name, language.id, "\n".join(map(_header, uses))
    )
    info = await engine.load()
    prompt_tokens = sum(await engine.count([one.text for one in messages])) + _FRAME_TOKENS
    room = min(MOST_TOKENS, info.context_tokens - prompt_tokens)
    if room < MOST_TOKENS // 2:
        return Nothing(Reason.RANGE_TOO_LARGE, "It is longer than the model can read.")
    title = _title(snapshot, found, path, first)
    stream(f"# {title}\n\n")
    request = Request(
        chat(messages, info.chat_template),
        room,
        session=f"explain:{snapshot.uri}",
        priority=Priority.CHAT,
    )
    claims = Claims(_names(snapshot.text, uses), first, first + found.lines - 1)
    text = await _written(engine, request, cancel, claims, stream)
    if cancel.is_set():
        return Nothing(Reason.CANCELLED)
    if not text.strip():
        return Nothing(Reason.MODEL_STOPPED)
    made = Explanation(title, text, uses, first, first + found.lines - 1, tuple(claims.left_out))
    stream(f"\n{made.footer}")
    return made


async def _written(
    engine: Engine,
    request: Request,
    cancel: Cancel,
    claims: Claims,
    stream: Callable[[str], None],
) -> str:
    text, whole = "", True
    async for chunk in engine.stream(request, cancel):
        for piece in claims.feed(chunk.text):
            text += piece
            stream(piece)
        if chunk.finish:
            whole = chunk.finish.reason is FinishReason.STOP
    if whole:
        for piece in claims.end():
            text += piece
            stream(piece)
    return text


def _names(text: str, uses: Sequence[Mention]) -> frozenset[str]:
    known = words_of(text, *(f"{one.name} {one.signature} {one.path}" for one in uses))
    return known | _COMMON | frozenset(dir(builtins)) | frozenset(keyword.kwlist)


def _title(snapshot: Snapshot, found: Extent, path: str, first: int) -> str:
    name = path or snapshot.uri.rpartition("/")[2]
    last = first + found.lines - 1
    return f"{name}, line {first}" if first == last else f"{name}, lines {first} to {last}"


def _header(one: Mention) -> str:
    return f"{one.signature}  # {one.doc}" if one.doc else one.signature


def _row(one: Mention) -> str:
    where = f" ({one.path}, line {one.line + 1})" if one.path else f" (line {one.line + 1})"
    return f"- `{one.signature}`{where}" + (f": {one.doc}" if one.doc else "")
