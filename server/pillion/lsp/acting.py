"""From an offer to what comes of it: what resolving an action and running it as a command share.

    reference -> place -> Action.perform -> checked against the document as it is now -> outcome

Every action can be stopped: by cancelling the request, or at its progress bar. An edit is for the
document it was made from; if that has changed meanwhile, elsewhere, the edit moves along, and if it
has changed there, it is refused. Nothing outside of the workspace is ever edited.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from pillion.base.errors import PillionError
from pillion.base.outcome import Nothing, Reason
from pillion.engine.base import Cancel
from pillion.lsp import convert
from pillion.lsp.progress import Bar
from pillion.text.rebase import rebase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pillion.assist.actions.action import DocumentChange, Offer, Outcome
    from pillion.assist.actions.place import Place, Problem
    from pillion.lsp.server import PillionServer
    from pillion.text.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Reference:
    """An offer, as it travels to the editor and back."""

    action: str
    title: str
    uri: str
    range: types.Range
    version: int | None = None
    arguments: Mapping[str, object] | None = None
    problems: tuple[types.Diagnostic, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return it as JSON; the same form is the argument of the command `pillion.action`."""
        return {
            "action": self.action,
            "title": self.title,
            "textDocument": {"uri": self.uri, "version": self.version},
            "range": _range_json(self.range),
            "arguments": dict(self.arguments or {}),
            "diagnostics": [
                {
                    "range": _range_json(item.range),
                    "message": item.message,
                    "source": item.source,
                    "code": item.code if isinstance(item.code, str) else None,
                    "severity": int(item.severity) if item.severity else None,
                }
                for item in self.problems
            ],
        }

    @classmethod
    def of(cls, value: object) -> Reference:
        """Read it. Raises `JsonRpcInvalidParams` for anything that makes no sense."""
        try:
            return _reference(value)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise JsonRpcInvalidParams("The arguments of the action are not valid.") from error


class Acting:
    """Performs actions for one editor."""

    def __init__(self, server: PillionServer) -> None:
        self._server = server
        self._running: dict[str, Cancel] = {}
        """By the token of the progress bar."""

    def cancel(self, token: str) -> None:
        """Stop the action with this progress bar, if there is one."""
        if cancel := self._running.get(token):
            cancel.set()

    def place(
        self, snapshot: Snapshot, range_: types.Range, problems: Sequence[types.Diagnostic] = ()
    ) -> Place:
        """Return the place that an editor means."""
        # Imported here: the editor has its answer to `initialize` before the parsers are there.
        from pillion.assist.actions.place import Place  # noqa: PLC0415

        encoding = self._server.encoding
        start = convert.to_offset(snapshot, range_.start, encoding)
        end = convert.to_offset(snapshot, range_.end, encoding)
        found = self._server.indexed.find(snapshot.uri)
        return Place(
            snapshot,
            min(start, end),
            max(start, end),
            tuple(self._problem(snapshot, item) for item in problems),
            found.path if found else snapshot.uri.rpartition("/")[2],
            found.index if found else None,
        )

    async def perform(
        self,
        reference: Reference,
        *,
        token: str | int | None = None,
        stream: Callable[[str], None] = lambda _: None,
    ) -> Outcome:
        """Do what was offered; the outcome is for the document as it is now.

        `token` is the editor's own progress bar, where it has one.
        """
        from pillion.assist.actions.action import Tools  # noqa: PLC0415
        from pillion.assist.actions.offers import action_named  # noqa: PLC0415

        ls = self._server
        action = action_named(reference.action)
        if action is None:
            raise JsonRpcInvalidParams("There is no such action.")
        snapshot = ls.documents.get(reference.uri)
        if isinstance(snapshot, Nothing):
            return snapshot
        if reference.version not in {None, snapshot.version}:
            return Nothing(Reason.STALE)
        settings = ls.configuration.settings
        with self.bar(reference.title, token) as (bar, cancel):
            if out := await ls.folders.why_private(reference.uri):
                return Nothing(Reason.PRIVATE, out.sentence)
            tools = Tools(
                ls.model.engine(), settings, cancel, lambda text: bar.report(0, text), stream
            )
            place = self.place(snapshot, reference.range, reference.problems)
            try:
                outcome = await action.perform(place, reference.arguments or {}, tools)
            except PillionError as error:
                outcome = Nothing(Reason.ENGINE_FAILED, str(error))
            if cancel.is_set():
                return Nothing(Reason.CANCELLED)
        return self._as_of_now(outcome, reference.uri)

    def _as_of_now(self, outcome: Outcome, asked: str) -> Outcome:
        from pillion.assist.actions.action import Change, Declined  # noqa: PLC0415

        if not isinstance(outcome, Change):
            return outcome
        moved = [self._document_now(item, asked) for item in outcome.documents]
        for item, now in zip(outcome.documents, moved, strict=True):
            if isinstance(now, Nothing):
                return Declined(now, "\n".join(edit.new for edit in item.edits))
        return replace(
            outcome, documents=tuple(now for now in moved if not isinstance(now, Nothing))
        )

    def _document_now(self, item: DocumentChange, asked: str) -> DocumentChange | Nothing:
        ls, uri = self._server, item.snapshot.uri
        if uri != asked and not ls.folders.holds(uri):
            return Nothing(Reason.OUTSIDE)
        now = ls.documents.get(uri)
        if isinstance(now, Nothing):
            return item if uri != asked else now
        edits = rebase(item.edits, item.snapshot.text, now.text, item.about)
        if edits is None:
            return Nothing(Reason.STALE)
        return replace(item, snapshot=now, edits=edits, about=None)

    @contextmanager
    def bar(self, title: str, token: str | int | None) -> Iterator[tuple[Bar, Cancel]]:
        """Show that something is being done, which the user can stop."""
        ls, cancel = self._server, Cancel()
        bar = Bar(ls, ls.tasks, title, cancellable=True, token=token)
        self._running[str(bar.token)] = cancel
        try:
            yield bar, cancel
        finally:
            # Also where the request was cancelled: the engine stops, whoever is asking it.
            cancel.set()
            del self._running[str(bar.token)]
            bar.end()

    def _problem(self, snapshot: Snapshot, item: types.Diagnostic) -> Problem:
        from pillion.assist.actions.place import Problem  # noqa: PLC0415

        encoding = self._server.encoding
        severity = item.severity or types.DiagnosticSeverity.Error
        return Problem(
            convert.to_offset(snapshot, item.range.start, encoding),
            convert.to_offset(snapshot, item.range.end, encoding),
            item.message,
            item.source or "",
            str(item.code or ""),
            severity.name.lower(),
        )


def diagnostics_for(
    offer: Offer, place: Place, shown: Sequence[types.Diagnostic]
) -> tuple[types.Diagnostic, ...]:
    """Return those of the editor's diagnostics that an offer is an answer to."""
    return tuple(
        item
        for item, problem in zip(shown, place.problems, strict=True)
        if problem in offer.problems
    )


def _reference(value: Any) -> Reference:
    document = value["textDocument"]
    version = document.get("version")
    arguments = value.get("arguments") or {}
    if not isinstance(arguments, dict) or not isinstance(version, int | None):
        raise TypeError
    action, uri = value["action"], document["uri"]
    if not isinstance(action, str) or not isinstance(uri, str):
        raise TypeError
    return Reference(
        action,
        str(value.get("title") or action),
        uri,
        _range(value["range"]),
        version,
        arguments,
        tuple(_diagnostic(item) for item in value.get("diagnostics") or ()),
    )


def _diagnostic(item: Any) -> types.Diagnostic:
    severity = item.get("severity")
    return types.Diagnostic(
        _range(item["range"]),
        str(item.get("message") or ""),
        severity=types.DiagnosticSeverity(severity) if severity else None,
        source=item.get("source"),
        code=item.get("code"),
    )


def _range(value: Any) -> types.Range:
    return types.Range(*(_position(value[key]) for key in ("start", "end")))


def _position(value: Any) -> types.Position:
    line, character = value["line"], value["character"]
    if not isinstance(line, int) or not isinstance(character, int) or min(line, character) < 0:
        raise TypeError
    return types.Position(line, character)


def _range_json(range_: types.Range) -> dict[str, object]:
    return {
        key: {"line": at.line, "character": at.character}
        for key, at in (("start", range_.start), ("end", range_.end))
    }
