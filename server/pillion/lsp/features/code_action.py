"""`textDocument/codeAction`, `codeAction/resolve`, and the command that does the same.

Offering asks no model. What an editor can resolve comes without its edit, which is made once the
user has chosen; for all others, and for pages to read, the action is a command.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pillion.base.outcome import Nothing, Reason
from pillion.lsp.acting import Reference, diagnostics_for
from pillion.lsp.custom import ACTION_COMMAND
from pillion.lsp.workspace_edit import workspace_edit

if TYPE_CHECKING:
    from pillion.assist.actions.action import Change, Outcome, Page
    from pillion.assist.actions.offers import Offered
    from pillion.lsp.server import PillionServer

KINDS = (
    types.CodeActionKind.QuickFix,
    types.CodeActionKind.Refactor,
    types.CodeActionKind.Source,
)
"""What is announced: these kinds and all below them."""

_SHOW_TEXT = "Show the text"


def register(server: PillionServer) -> None:
    """Register the feature."""
    options = types.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(code_actions)
    server.feature(types.CODE_ACTION_RESOLVE)(resolve)
    # pygls announces what is registered; `execute_command` hands the arguments over.
    server.command(ACTION_COMMAND)(act)


async def code_actions(
    ls: PillionServer, params: types.CodeActionParams
) -> list[types.Command | types.CodeAction] | None:
    """Offer what can be done at a range."""
    snapshot = ls.documents.get(params.text_document.uri)
    settings = ls.configuration.settings
    if isinstance(snapshot, Nothing) or not settings.enable:
        return None
    ls.start_model()
    # Imported here: the editor has its answer to `initialize` before the parsers are there.
    from pillion.assist.actions.offers import offers  # noqa: PLC0415

    shown = params.context.diagnostics
    place = ls.acting.place(snapshot, params.range, shown)
    only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    able = ls.client_capabilities.text_document
    support = able.code_action if able else None
    found: list[types.Command | types.CodeAction] = []
    # In a thread: the first look at a long text takes as long as some keystrokes.
    for offered in await asyncio.to_thread(offers, place, settings, only):
        offer = offered.offer
        reference = Reference(
            offered.action,
            offer.title,
            snapshot.uri,
            params.range,
            snapshot.version,
            offer.arguments,
            diagnostics_for(offer, place, shown),
        )
        if made := _protocol_action(offered, reference, support):
            found.append(made)
    return found


async def resolve(ls: PillionServer, action: types.CodeAction) -> types.CodeAction:
    """Do what was offered; the action comes back with its edit, where there is one."""
    reference = Reference.of(action.data)
    outcome = await ls.acting.perform(reference)
    from pillion.assist.actions.action import Change  # noqa: PLC0415

    if isinstance(outcome, Change):
        action.edit = _edit(ls, outcome)
    else:
        await _tell(ls, outcome)
    return action


async def act(ls: PillionServer, argument: object, token: str | int | None = None) -> object:
    """Do an action as a command: the edit is sent to the editor, a page is opened in it.

    Returns what happened, and whatever the editor could not be given otherwise.
    """
    reference = Reference.of(argument)
    outcome = await ls.acting.perform(reference, token=token)
    from pillion.assist.actions.action import Change  # noqa: PLC0415

    if isinstance(outcome, Change):
        return await _apply(ls, outcome)
    return await _tell(ls, outcome)


def _protocol_action(
    offered: Offered, reference: Reference, support: types.CodeActionClientCapabilities | None
) -> types.Command | types.CodeAction | None:
    offer = offered.offer
    command = types.Command(offer.title, ACTION_COMMAND, arguments=[reference.to_json()])
    if support is None or support.code_action_literal_support is None:
        return None if offer.disabled else command
    if offer.disabled and not support.disabled_support:
        return None
    resolvable = support.resolve_support
    later = offer.edits and resolvable is not None and "edit" in resolvable.properties
    return types.CodeAction(
        offer.title,
        kind=offer.kind,
        diagnostics=list(reference.problems) or None,
        disabled=types.CodeActionDisabled(offer.disabled) if offer.disabled else None,
        command=None if later or offer.disabled else command,
        data=reference.to_json() if later else None,
    )


def _edit(ls: PillionServer, change: Change) -> types.WorkspaceEdit:
    able = ls.client_capabilities.workspace

    def is_open(uri: str) -> bool:
        return not isinstance(ls.documents.get(uri), Nothing)

    return workspace_edit(change, ls.encoding, able.workspace_edit if able else None, is_open)


async def _apply(ls: PillionServer, change: Change) -> dict[str, object]:
    edit = _edit(ls, change)
    able = ls.client_capabilities.workspace
    if not (able and able.apply_edit):
        converter = ls.protocol._converter  # noqa: SLF001 - pygls has no public one.
        return {"applied": False, "edit": converter.unstructure(edit, types.WorkspaceEdit)}
    params = types.ApplyWorkspaceEditParams(edit, change.label)
    try:
        answer = await ls.workspace_apply_edit_async(params)
    except JsonRpcException:
        return {"applied": False, "reason": "The editor could not make the edit."}
    return {"applied": answer.applied, "reason": answer.failure_reason or ""}


async def _tell(ls: PillionServer, outcome: Outcome) -> dict[str, object]:
    """Show what is no edit: a page, or why there is nothing."""
    from pillion.assist.actions.action import Change, Declined, Page  # noqa: PLC0415

    if isinstance(outcome, Page):
        return await show_page(ls, outcome)
    if isinstance(outcome, Declined):
        ls.tasks.spawn(_decline(ls, outcome.why, outcome.text), "Telling why there is no edit")
        return {"applied": False, "reason": str(outcome.why), "text": outcome.text}
    if isinstance(outcome, Change):
        raise TypeError
    if outcome.reason is not Reason.CANCELLED:
        ls.messages.warn(str(outcome))
    return {"applied": False, "reason": str(outcome)}


async def show_page(ls: PillionServer, page: Page) -> dict[str, object]:
    """Open a page in the editor, if it can; return its text all the same."""
    shown = False
    window = ls.client_capabilities.window
    if window and window.show_document and window.show_document.support:
        try:
            uri = ls.pages.write(page.title, page.markdown)
            answer = await ls.window_show_document_async(types.ShowDocumentParams(uri))
            shown = answer.success
        except (JsonRpcException, OSError):
            # The editor cannot, or the disk is full; the text is in the answer.
            shown = False
    return {"shown": shown, "title": page.title, "text": page.markdown}


async def _decline(ls: PillionServer, why: Nothing, text: str) -> None:
    if not text:
        ls.messages.warn(str(why))
    elif await ls.messages.ask(str(why), _SHOW_TEXT) == _SHOW_TEXT:
        from pillion.assist.actions.action import Page  # noqa: PLC0415

        await show_page(ls, Page("Not applied", f"{why}\n\n```\n{text}\n```\n"))
