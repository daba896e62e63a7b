"""The model of one server: loaded in the background, swapped, fetched, and its state.

    off -> loading -> ready <-> error          ready/error -> loading (restart, other settings)

Nothing waits for a load: while there is no usable model, `completer` gives the reason instead.
An engine that fails while it works stays in use, and the next request tries it again; one that
failed to load is tried again by a request after `RETRY_SECONDS`, by new settings or a command.
A model is downloaded only after the user's click or command.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from pillion.base.errors import ModelNotFoundError, PillionError
from pillion.base.outcome import Nothing, Reason
from pillion.engine.base import Restartable
from pillion.engine.purpose import Routed
from pillion.lsp.downloads import fetch_in_thread
from pillion.lsp.tasks import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from pillion.assist.outcome import Answer, Suggestion
    from pillion.base.settings import Settings
    from pillion.context.editor import EditorState
    from pillion.engine.base import Cancel, Engine
    from pillion.lsp.downloads import Downloads
    from pillion.lsp.messages import Messages
    from pillion.lsp.progress import Bar
    from pillion.lsp.tasks import Tasks
    from pillion.text.snapshot import Snapshot

_log = logging.getLogger(__name__)

RETRY_SECONDS = 10.0
"""Between two loads that requests start by themselves: soon enough after `pillion models pull` in
a terminal, and too rare to be felt when the file is damaged and has to be read to know it."""

_CLOSE_SECONDS = 1.0

_LOADING = Nothing(Reason.MODEL_LOADING)


class Completes(Protocol):
    """What the server needs of `pillion.assist.complete.Completer`."""

    async def complete(
        self,
        snapshot: Snapshot,
        offset: int,
        settings: Settings,
        cancel: Cancel,
        editor: EditorState,
        *,
        asked: bool,
    ) -> Answer:
        """Suggest what to insert at `offset`, several where `asked`; newest wins per document."""

    def forget(self, uri: str) -> None:
        """Drop what is remembered of a closed document."""


class State(StrEnum):
    """What the user can expect of the model."""

    OFF = "off"
    LOADING = "loading"
    READY = "ready"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """The state of the model, for the user to see."""

    state: State
    model: str
    percentage: int = 0
    """How much of the model is loaded, or fetched."""
    message: str = ""
    """What went wrong, or what is being done."""
    note: str = ""


class ModelKeeper:
    """Keeps one engine and the completer that uses it."""

    def __init__(
        self,
        make: Callable[[Settings], tuple[Engine, Completes]],
        downloads: Downloads,
        *,
        tasks: Tasks,
        messages: Messages,
        bar: Callable[[str], Bar],
        changed: Callable[[], None],
    ) -> None:
        self._bar = bar
        self._tasks = tasks
        self._messages = messages
        self._make = make
        self._downloads = downloads
        self._changed = changed
        self._settings: Settings | None = None
        self._engine: Engine | None = None
        self._completer: Completes | None = None
        self._here: tuple[Engine, Completes] | None = None
        """For folders whose code must not be sent to the engine that is in use."""
        self._work: asyncio.Task[None] | None = None
        self._failure: Nothing | None = None
        self._failed_at = 0.0
        self._visible: Bar | None = None
        self.status = ModelStatus(State.LOADING, "")

    def use(self, settings: Settings) -> None:
        """Follow the settings: load, swap or leave alone what is there."""
        before, self._settings = self._settings, settings
        if not settings.enable:
            if before is None or before.enable:
                self._set(ModelStatus(State.OFF, settings.model))
                self._begin(self._close_engine())
        elif before is None or not before.enable or _engine_part(before) != _engine_part(settings):
            self._load_anew()

    def reload(self) -> None:
        """Load the model anew in the background, in a new process where it has one."""
        self._load_anew(restart=True)

    def download(self) -> None:
        """Fetch the model of the settings in the background, then load it."""
        if self._settings and self._settings.enable:
            self._failure = None
            self._set(ModelStatus(State.LOADING, self._settings.model, message="Downloading."))
            self._begin(self._download(self._settings))

    def engine(self) -> Engine | Nothing:
        """Return the loaded engine, or why there is none; never waits."""
        completer = self.completer()
        return completer if isinstance(completer, Nothing) else self._engine or _LOADING

    def completer(self) -> Completes | Nothing:
        """Return what completes, or why nothing can; never waits."""
        if self.status.state is State.OFF:
            return Nothing(Reason.DISABLED)
        if self._failure:
            failure = self._failure
            if self._settings and time.monotonic() - self._failed_at > RETRY_SECONDS:
                self._failed_at = time.monotonic()
                self._begin(self._load(self._settings, visible=False))
            return failure
        return self._completer or _LOADING

    def completer_here(self) -> Completes | None:
        """Return what completes with the model on this machine, where others do otherwise.

        None if the settings do not want it. It loads when it is first used.
        """
        settings = self._settings
        if self._here is None and settings and settings.remote_fallback:
            nothing: tuple[str, ...] = ()
            alone = replace(
                settings,
                remote_servers=nothing,
                remote_completion=nothing,
                remote_chat=nothing,
                remote_edits=nothing,
            )
            self._here = self._make(alone)
        return self._here[1] if self._here else None

    def judged(self, completer: Completes, outcome: Suggestion | Nothing) -> Suggestion | Nothing:
        """Learn from an outcome whether the engine works; return it as the user should see it."""
        failed = isinstance(outcome, Nothing) and outcome.reason is Reason.ENGINE_FAILED
        if self._here and completer is self._here[1]:
            return outcome
        if completer is not self._completer:
            return Nothing(Reason.MODEL_LOADING) if failed else outcome
        if failed:
            message = str(outcome)
            self._set(replace(self.status, state=State.ERROR, message=message))
            self._messages.error_once(message)
        elif self.status.state is State.ERROR and not _cut_short(outcome):
            self._set(replace(self.status, state=State.READY, message=""))
        return outcome

    def routes(self) -> Sequence[object]:
        """Return who answers what, and what is sent where; empty without remote engines."""
        engine = self._engine
        return engine.routes_json() if engine and isinstance(engine, Routed) else ()

    def audit(self) -> Sequence[object]:
        """Return the last requests that left for a remote engine, newest first."""
        engine = self._engine
        return engine.audit_json() if engine and isinstance(engine, Routed) else ()

    def forget(self, uri: str) -> None:
        """Drop what is remembered of a closed document."""
        if self._completer:
            self._completer.forget(uri)
        if self._here:
            self._here[1].forget(uri)

    async def close(self) -> None:
        """End all work; whatever does not end soon is left behind."""
        if self._work:
            self._work.cancel()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._close_engine()
        except TimeoutError:
            _log.info("The engine did not end in time.")

    def _load_anew(self, *, restart: bool = False) -> None:
        if self._settings and self._settings.enable:
            self._failure = None
            self._set(ModelStatus(State.LOADING, self._settings.model))
            self._begin(self._load(self._settings, visible=True, restart=restart))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` in the place of whatever is being done."""
        if self._work:
            self._work.cancel()
        self._work = self._tasks.spawn(work, "Work on the model")

    async def _load(self, settings: Settings, *, visible: bool, restart: bool = False) -> None:
        await self._close_engine()
        bar = self._visible = self._bar(f"Loading {settings.model}") if visible else None
        loop = asyncio.get_running_loop()

        def report(share: float) -> None:
            # Maybe in another thread, and maybe after the loop has ended.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._progress, bar, share, "")

        try:
            self._engine, completer = self._make(settings)
            if isinstance(self._engine, Routed):
                self._engine.follow(self._follow)
            if restart and isinstance(self._engine, Restartable):
                await self._engine.restart()
            info = await self._engine.load(report)
        except ModelNotFoundError as error:
            self._fail(Nothing(Reason.NO_MODEL, str(error)), settings)
            self._tasks.spawn(self._offer(settings, str(error)), "Offering a download")
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the server lives.
            message = _explained(error, "The engine could not be started")
            self._fail(Nothing(Reason.ENGINE_FAILED, message), settings)
            self._messages.error_once(message)
        else:
            self._completer, self._failure = completer, None
            self._set(ModelStatus(State.READY, info.name, 100, note=info.note))
            self._messages.log(f"{info.name} is ready.")
        finally:
            if bar:
                bar.end()

    async def _offer(self, settings: Settings, problem: str) -> None:
        """Ask once whether to fetch the missing model."""
        size = self._downloads.size(settings.model)
        if size is None:
            self._messages.error_once(problem)
            return
        download = f"Download {settings.model} ({size})"
        if await self._messages.ask_once(problem, download, "Not now") != download:
            return
        if self._failure and self._settings and self._settings.model == settings.model:
            self.download()

    async def _download(self, settings: Settings) -> None:
        bar = self._visible = self._bar(f"Downloading {settings.model}")

        def report(share: float, message: str) -> None:
            self._progress(bar, share, message)

        try:
            await fetch_in_thread(self._downloads, settings.model, report)
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the server lives.
            message = _explained(error, "The model could not be downloaded")
            self._fail(Nothing(Reason.NO_MODEL, message), settings)
            self._messages.warn(message)
            return
        finally:
            bar.end()
        await self._load(settings, visible=True)

    def _follow(self) -> None:
        """Show that another engine answers than before, or that one is away."""
        info = self._engine.info if self._engine else None
        if info and self.status.state is State.READY:
            self._set(replace(self.status, model=info.name, note=info.note))
        self._changed()

    def _progress(self, bar: Bar | None, share: float, message: str) -> None:
        """Show a report, unless it is late or of a load that nobody is to see."""
        if bar is None or bar is not self._visible or self.status.state is not State.LOADING:
            return
        bar.report(share, message or None)
        percentage = min(100, max(0, int(share * 100)))
        if percentage != self.status.percentage:
            self._set(replace(self.status, percentage=percentage))

    def _fail(self, failure: Nothing, settings: Settings) -> None:
        self._failure, self._failed_at = failure, time.monotonic()
        self._set(ModelStatus(State.ERROR, settings.model, message=failure.detail))

    async def _close_engine(self) -> None:
        engine, self._engine, self._completer = self._engine, None, None
        here, self._here = self._here, None
        if engine:
            await engine.close()
        if here:
            await here[0].close()

    def _set(self, status: ModelStatus) -> None:
        if status != self.status:
            self.status = status
            self._changed()


def _engine_part(settings: Settings) -> tuple[object, ...]:
    return (
        *(settings.model, settings.threads, settings.gpu_layers, settings.engine_mode),
        *(settings.remote_servers, settings.remote_completion, settings.remote_chat),
        *(settings.remote_edits, settings.remote_fallback, settings.remote_ca),
    )


def _cut_short(outcome: Suggestion | Nothing) -> bool:
    """Tell whether the outcome says nothing about the engine."""
    return isinstance(outcome, Nothing) and outcome.reason in {Reason.CANCELLED, Reason.SUPERSEDED}


def _explained(error: Exception, what: str) -> str:
    """Return a sentence for the user; the text of an unexpected error is not trusted."""
    if isinstance(error, PillionError):
        return str(error)
    _log.error("%s: %s.", what, describe(error))
    return f"{what} ({type(error).__name__})."
