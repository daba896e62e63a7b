"""The model's state, where an end-to-end test would have to wait for minutes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pillion.assist.complete import Completer
from pillion.base.errors import ModelNotFoundError
from pillion.base.outcome import Nothing, Reason
from pillion.base.settings import Settings
from pillion.engine.fake import FakeEngine
from pillion.lsp import model
from pillion.lsp.downloads import StoreDownloads
from pillion.lsp.model import ModelKeeper, State
from pillion.lsp.server import PillionServer
from pillion.lsp.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.engine.base import Engine, ModelInfo


class Absent(FakeEngine):
    """A model that is not there until `there` is set."""

    there = False

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        if not self.there:
            raise ModelNotFoundError("There is no such model.")
        return await super().load(report)


class QuietMessages:
    """Keeps what would be shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def log(self, text: str) -> None:
        pass

    def error_once(self, text: str) -> None:
        self.shown.append(text)


class NoBar:
    """Stands in for a progress bar that nobody sees."""

    def __init__(self, _title: str) -> None:
        pass

    def report(self, share: float, message: str | None = None) -> None:
        pass

    def end(self, message: str | None = None) -> None:
        pass


def keeper(engines: list[FakeEngine], make: type[FakeEngine] = FakeEngine) -> ModelKeeper:
    """Return a keeper that appends each engine it makes to `engines`."""

    def both(_settings: Settings) -> tuple[Engine, Completer]:
        engines.append(make())
        return engines[-1], Completer(engines[-1])

    return ModelKeeper(
        both,
        StoreDownloads(),
        tasks=Tasks(),
        messages=QuietMessages(),  # type: ignore[arg-type]
        bar=NoBar,  # type: ignore[arg-type]
        changed=lambda: None,
    )


async def settled(keeper: ModelKeeper) -> State:
    """Let the background work end."""
    for _ in range(20):
        await asyncio.sleep(0.005)
    return keeper.status.state


def reason(found: object) -> Reason | None:
    return found.reason if isinstance(found, Nothing) else None


async def test_a_model_that_appears_later_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `pillion models pull` in a terminal."""
    engines: list[FakeEngine] = []
    kept = keeper(engines, Absent)
    kept.use(Settings(model="/nowhere/x.gguf"))
    assert await settled(kept) is State.ERROR
    monkeypatch.setattr(Absent, "there", True)
    assert reason(kept.completer()) is Reason.NO_MODEL
    assert len(engines) == 1
    monkeypatch.setattr(model, "RETRY_SECONDS", 0)
    assert reason(kept.completer()) is Reason.NO_MODEL
    assert await settled(kept) is State.READY
    assert reason(kept.completer()) is None


async def test_only_other_engine_settings_swap_the_engine() -> None:
    engines: list[FakeEngine] = []
    kept = keeper(engines)
    kept.use(Settings())
    kept.use(Settings())
    await settled(kept)
    kept.use(Settings(max_tokens=5))
    assert await settled(kept) is State.READY
    assert len(engines) == 1
    kept.use(Settings(threads=2))
    assert reason(kept.completer()) is None, "the old engine serves until the new one is made"
    assert await settled(kept) is State.READY
    assert [engine.closed for engine in engines] == [True, False]
    kept.use(Settings(enable=False))
    assert await settled(kept) is State.OFF
    assert engines[1].closed


async def test_only_an_answer_of_the_model_ends_an_error() -> None:
    kept = keeper([])
    kept.use(Settings())
    await settled(kept)
    completer = kept.completer()
    assert not isinstance(completer, Nothing)
    states = []
    for outcome in (Reason.ENGINE_FAILED, Reason.SUPERSEDED, Reason.MODEL_STOPPED):
        kept.judged(completer, Nothing(outcome))
        states.append(kept.status.state)
        assert reason(kept.completer()) is None, "the next request tries again"
    assert states == [State.ERROR, State.ERROR, State.READY]


async def test_the_failure_of_an_engine_that_was_swapped_is_none() -> None:
    kept = keeper([])
    kept.use(Settings())
    await settled(kept)
    completer = kept.completer()
    assert not isinstance(completer, Nothing)
    kept.reload()
    await settled(kept)
    outcome = kept.judged(completer, Nothing(Reason.ENGINE_FAILED, "The engine was closed."))
    assert reason(outcome) is Reason.MODEL_LOADING
    assert kept.status.state is State.READY


def test_a_server_is_built_without_starting_anything() -> None:
    def make(_settings: Settings) -> tuple[Engine, Completer]:
        raise AssertionError

    server = PillionServer(make, StoreDownloads(), {"model": "x"})
    assert server.configuration.settings.model == "x"
    assert server.status_json()["state"] == "loading"
