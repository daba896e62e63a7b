"""`textDocument/inlineCompletion` (LSP 3.18): ghost text at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pillion.assist.outcome import Suggestion
from pillion.base.outcome import Nothing
from pillion.lsp import convert
from pillion.text.edits import Edit
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer


def register(server: PillionServer) -> None:
    """Register the feature."""
    feature, options = types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions()
    server.feature(feature, options)(inline_completion)


async def inline_completion(
    ls: PillionServer, params: types.InlineCompletionParams
) -> types.InlineCompletionList | None:
    """Suggest a text for the cursor, several on request, or nothing; the status says why."""
    ls.start_model()
    settings = ls.configuration.settings
    automatic = params.context.trigger_kind is types.InlineCompletionTriggerKind.Automatic
    wait = settings.debounce_ms / 1000 if automatic else 0
    base = ls.documents.get(params.text_document.uri)
    if isinstance(base, Nothing):
        await ls.suggester.suggest(base, 0)
        return None
    offset = convert.to_offset(base, params.position, ls.encoding)
    selected = _selected(ls, base, params.context.selected_completion_info)
    if selected is None:
        found = await ls.suggester.suggest(base, offset, wait=wait, asked=not automatic)
    else:
        seen = Snapshot(base.uri, selected.apply(base.text), base.version, base.language)
        end = selected.start + len(selected.new)
        found = await ls.suggester.suggest(base, end, wait=wait, seen=seen, asked=not automatic)
        found = [_behind(selected, one) for one in found]
    return convert.to_inline_list(base, found, ls.encoding) if found else None


def _selected(
    ls: PillionServer, snapshot: Snapshot, info: types.SelectedCompletionInfo | None
) -> Edit | None:
    """Return the edit that the item selected in the editor's own list would make."""
    if info is None:
        return None
    start = convert.to_offset(snapshot, info.range.start, ls.encoding)
    end = convert.to_offset(snapshot, info.range.end, ls.encoding)
    return Edit(min(start, end), max(start, end), info.text)


def _behind(selected: Edit, suggestion: Suggestion) -> Suggestion:
    """Return the selected item and the suggestion behind it as one.

    Editors show ghost text beside their own list only if it begins with the selected item.
    """
    swallowed = suggestion.end - suggestion.start
    return Suggestion(selected.new + suggestion.text, selected.start, selected.end + swallowed)
