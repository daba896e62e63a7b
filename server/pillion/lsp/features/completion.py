"""`textDocument/completion` for editors without inline completion: one item, or none.

The editor's own list may wait for this answer, so it comes within `PATIENCE` whatever the model
does. The generation goes on meanwhile: if the user asks again at the same place, or has typed on
what the model wrote, the answer is there.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from pillion.assist.outcome import Suggestion
from pillion.base.outcome import Nothing
from pillion.lsp import convert
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer

PATIENCE = 0.15
"""Seconds: a delay that is hardly felt in a list that opens while typing. Most clients merge the
lists of all servers and show none before the slowest answer."""

_LABEL_CHARS = 60
_WORD = re.compile(r"\w*\Z")
_BACKTICKS = re.compile("`+")


def register(server: PillionServer) -> None:
    """Register the feature."""
    fallback = _Fallback(server)

    async def completion(params: types.CompletionParams) -> types.CompletionList:
        suggestion, base, offset = await fallback.suggest(params)
        items = [_item(server, suggestion, base, offset)] if suggestion else []
        return types.CompletionList(is_incomplete=True, items=items)

    # The "." opens the list of nearly every other server, too, so that no list opens just for us.
    options = types.CompletionOptions(trigger_characters=["."])
    server.feature(types.TEXT_DOCUMENT_COMPLETION, options)(completion)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The last question to the model, and its answer, which may be still to come."""

    snapshot: Snapshot
    offset: int
    task: asyncio.Task[list[Suggestion]]

    @property
    def suggestion(self) -> Suggestion | None:
        failed = not self.task.done() or self.task.cancelled() or self.task.exception()
        return None if failed else next(iter(self.task.result()), None)


class _Fallback:
    def __init__(self, server: PillionServer) -> None:
        self._server = server
        self._asked: _Asked | None = None

    async def suggest(
        self, params: types.CompletionParams
    ) -> tuple[Suggestion | None, Snapshot, int]:
        """Return what there is to suggest within `PATIENCE`."""
        ls = self._server
        ls.start_model()
        base = ls.documents.get(params.text_document.uri)
        if isinstance(base, Nothing):
            await ls.suggester.suggest(base, 0)
            return None, Snapshot("", ""), 0
        offset = convert.to_offset(base, params.position, ls.encoding)
        asked = self._asked
        if asked and (suggestion := _typed_on(asked, base, offset)):
            return suggestion, base, offset
        if not asked or asked.snapshot is not base or asked.offset != offset:
            work = ls.suggester.suggest(base, offset)
            asked = self._asked = _Asked(base, offset, ls.tasks.spawn(work, "A completion"))
        await asyncio.wait({asked.task}, timeout=PATIENCE)
        return asked.suggestion, base, offset


def _typed_on(asked: _Asked, base: Snapshot, offset: int) -> Suggestion | None:
    """Return the rest of the answer if nothing but its beginning was typed since."""
    made, before = asked.suggestion, asked.snapshot
    if made is None or made.start != asked.offset or before.uri != base.uri:
        return None
    typed = base.text[asked.offset : offset]
    if not typed or not made.text.startswith(typed) or made.text == typed:
        return None
    unchanged = (
        base.text[: asked.offset] == before.text[: asked.offset]
        and base.text[offset:] == before.text[asked.offset :]
    )
    if not unchanged:
        return None
    return Suggestion(made.text[len(typed) :], offset, offset + made.end - made.start)


def _item(
    ls: PillionServer, suggestion: Suggestion, base: Snapshot, offset: int
) -> types.CompletionItem:
    """Return an item that also replaces the unfinished word, because editors filter by it."""
    line_start = base.lines.starts[base.lines.at(offset)]
    word = _WORD.search(base.text, line_start, offset)
    start = min(suggestion.start, word.start() if word else offset)
    text = base.text[start : suggestion.start] + suggestion.text
    first = text.strip().partition("\n")[0].rstrip()
    more = "" if text.strip() == first and len(first) <= _LABEL_CHARS else " …"
    client = ls.client_capabilities.text_document
    able = client.completion.completion_item if client and client.completion else None
    modes = (
        able.insert_text_mode_support.value_set if able and able.insert_text_mode_support else ()
    )
    as_is = types.InsertTextMode.AsIs
    return types.CompletionItem(
        label=first[:_LABEL_CHARS] + more,
        # Some editors hide items of the kind Text.
        kind=types.CompletionItemKind.Snippet,
        detail="Pillion",
        documentation=_documentation(text, base.language, able),
        # One row above the editor's own items; one at the end of a long list is never seen.
        sort_text="!",
        filter_text=text.partition("\n")[0] or None,
        insert_text_format=types.InsertTextFormat.PlainText,
        insert_text_mode=as_is if as_is in modes else None,
        text_edit=types.TextEdit(convert.to_range(base, start, suggestion.end, ls.encoding), text),
    )


def _documentation(
    text: str, language: str, able: types.ClientCompletionItemOptions | None
) -> types.MarkupContent | str:
    markdown = types.MarkupKind.Markdown
    if able is None or markdown not in (able.documentation_format or ()):
        return text
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return types.MarkupContent(markdown, f"{fence}{language}\n{text}\n{fence}")
