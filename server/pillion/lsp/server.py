"""The language server: one editor's session, and its life from the first byte to the last.

    connection -> protocol -> features -> suggest -> assist

Start-up waits for nothing: the model loads in the background once the editor is ready. The
session ends with `exit`, or when the editor hangs up, within seconds and whatever is under way.
"""

from __future__ import annotations

import asyncio
import logging
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from pillion import __version__
from pillion.base import events
from pillion.context.index.workspace import Workspace
from pillion.lsp import features
from pillion.lsp.acting import Acting
from pillion.lsp.configuration import Configuration
from pillion.lsp.convert import to_encoding
from pillion.lsp.custom import STATUS
from pillion.lsp.editor import EditorWatch
from pillion.lsp.folders import Folders
from pillion.lsp.indexing import Indexing
from pillion.lsp.kept import Kept
from pillion.lsp.messages import Messages
from pillion.lsp.model import ModelKeeper
from pillion.lsp.pages import Pages
from pillion.lsp.progress import Bar
from pillion.lsp.protocol import Phase, PillionProtocol
from pillion.lsp.sessions import Documents
from pillion.lsp.status import Record, StatusJson
from pillion.lsp.suggest import Suggester
from pillion.lsp.tasks import Tasks, describe
from pillion.lsp.tidying import Tidying

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pygls.io_ import Writer

    from pillion.assist.chat import Chat
    from pillion.assist.outcome import Answer
    from pillion.base.settings import Settings
    from pillion.engine.base import Engine
    from pillion.lsp.downloads import Downloads
    from pillion.lsp.model import Completes
    from pillion.lsp.transport import Connection
    from pillion.prompt.chat import Message
    from pillion.text.positions import Encoding

_log = logging.getLogger(__name__)

_STOP_SECONDS = 1.0
"""What open requests, and then background tasks, get to end in."""


class PillionServer(LanguageServer):
    """One editor's session: its documents, settings, model and messages."""

    protocol: PillionProtocol

    def __init__(
        self,
        make: Callable[[Settings], tuple[Engine, Completes]],
        downloads: Downloads,
        command_line: Mapping[str, object] | None = None,
        workspace: Workspace | None = None,
    ) -> None:
        """Build a server whose engine and completer come from `make`; starts nothing.

        `command_line` are settings that win over the editor's; `workspace` is kept up to date
        with the editor's folders and documents.
        """
        super().__init__(
            "pillion",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=PillionProtocol,
        )
        self.leaving = False
        self.tasks = Tasks()
        self.messages = Messages(self)
        self.documents = Documents()
        self.configuration = Configuration(command_line)
        self.folders = Folders(lambda: self.configuration.settings)
        self.editor = EditorWatch(self.documents, self.folders)
        self.record = Record()
        self.indexed = workspace or Workspace()
        self.holds_model = False
        self.wants_status = False
        """The editor has asked for `pillion/status`, so it understands the notification, too."""
        self.model = ModelKeeper(
            make,
            downloads,
            tasks=self.tasks,
            messages=self.messages,
            bar=lambda title: Bar(self, self.tasks, title),
            changed=self.publish_status,
        )
        self.kept = Kept(self.documents, self.tasks, kept=lambda: self.count("kept"))
        self.suggester = Suggester(
            self.documents,
            self.folders,
            self.editor,
            self.model,
            settings=lambda: self.configuration.settings,
            record=self._note,
            suggested=self.kept.suggested,
        )
        self.indexing = Indexing(
            self.indexed,
            self.documents,
            tasks=self.tasks,
            messages=self.messages,
            bar=lambda title: Bar(self, self.tasks, title, cancellable=True),
        )
        self.acting = Acting(self)
        self.tidying = Tidying(self.tasks)
        self.asked: list[Message] = []
        """The conversation of the command `pillion.askAboutCode`."""
        self.pages = Pages()
        self.protocol.on_lost = self._lost
        features.register(self)

    @cached_property
    def chats(self) -> Chat:
        """The conversations of this session."""
        # Imported here: a session in which nobody chats does not need it.
        from pillion.assist.chat import Chat  # noqa: PLC0415
        from pillion.context.library import Library  # noqa: PLC0415
        from pillion.lsp.gate import FolderGate, opened_in  # noqa: PLC0415

        opened = partial(opened_in, self.documents)
        gate = FolderGate(self.folders)
        return Chat(Library(self.indexed, gate, opened, self.editor.problems))

    @property
    def encoding(self) -> Encoding:
        """The unit of columns that was agreed upon with the editor."""
        return to_encoding(self.server_capabilities.position_encoding)

    async def run(self, connection: Connection) -> int:
        """Serve one editor until it leaves; return the exit code of the process."""
        # pygls closes its writer only in its own handler for `exit`, which is not in use.
        self.protocol.set_writer(cast("Writer", connection))
        async for body in connection.bodies():
            try:
                self.protocol.receive(body)
            except Exception as error:  # noqa: BLE001 - one bad message must not end the session.
                _log.error("A message could not be handled: %s.", describe(error))
            if self.leaving:
                break
            # A request begins before the next message is read, so that it sees the document it
            # was made for; handlers take their snapshot before they wait for anything.
            await asyncio.sleep(0)
        properly = self.protocol.phase is Phase.SHUT_DOWN
        await self.protocol.finish(_STOP_SECONDS)
        await self.tasks.stop(_STOP_SECONDS)
        await self.model.close()
        self.pages.clear()
        await connection.close()
        return 0 if properly else 1

    def start_model(self) -> None:
        """Begin to load the model and to index, unless the editor's settings are due."""
        if not self.holds_model:
            self.follow_settings()

    def follow_settings(self) -> None:
        """Use the settings as they are now."""
        self.model.use(self.configuration.settings)
        self.indexing.use(self.configuration.settings)

    def status_json(self) -> StatusJson:
        """Return the result of `pillion/status`."""
        return self.record.to_json(self.model.status, self.model.routes())

    def publish_status(self) -> None:
        """Tell an editor that follows the status that it changed."""
        if self.wants_status and self.protocol.phase is Phase.RUNNING:
            self.protocol.notify(STATUS, self.status_json())

    def count(self, event: str) -> None:
        """Count what became of a suggestion, on this machine only."""
        self.record.count(event)
        if self.configuration.settings.statistics:
            events.note(event)
        self.publish_status()

    def _lost(self, method: str, params: object) -> None:
        """Note that a notification could not be read; a lost change makes its document useless."""
        document = params.get("textDocument") if isinstance(params, dict) else None
        uri = document.get("uri") if isinstance(document, dict) else None
        if isinstance(uri, str) and method == types.TEXT_DOCUMENT_DID_CHANGE:
            self.documents.lose(uri)
            self.editor.lost(uri)

    def report_server_error(self, error: Exception, source: object) -> None:  # noqa: ARG002
        """Log an error of pygls by its type; its text may quote a document."""
        _log.error("pygls reports %s.", describe(error))

    def _note(self, answer: Answer) -> None:
        self.messages.log(self.record.add(answer))
        self.publish_status()
