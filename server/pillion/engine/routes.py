"""Which engine answers what: completion, chat and edits may each use another one.

The `Engine` itself is the one for completion; others ask for theirs with `purpose.engine_for`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from pillion.engine.fallback import Fallback, Member
from pillion.engine.http.audit import Audit
from pillion.engine.http.endpoint import LOCAL, parse
from pillion.engine.http.engine import HttpEngine, Options, statement
from pillion.engine.purpose import Purpose

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

    from pillion.base.settings import Settings
    from pillion.engine.base import Cancel, Chunk, Engine, ModelInfo, Request


class RouteJson(TypedDict):
    """One purpose, for the status; see docs/protocol.md."""

    purpose: str
    engines: list[dict[str, str]]
    sent: list[str]
    """What is sent where, in sentences."""


class Routes:
    """Engines by purpose, behind the `Engine` protocol."""

    def __init__(self, engines: Mapping[Purpose, Fallback], audit: Audit) -> None:
        self._engines = engines
        self._first = engines[Purpose.COMPLETION]
        self.audit = audit
        """What was sent lately, whatever for."""

    @property
    def info(self) -> ModelInfo | None:
        """The model that completes."""
        return self._first.info

    def engine_for(self, purpose: Purpose) -> Engine:
        """Return the engine for a purpose."""
        return self._engines[purpose]

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Load the model that completes; see `Engine.load`. The others load when they are used."""
        return await self._first.load(report)

    def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Generate with the model that completes; see `Engine.stream`."""
        return self._first.stream(request, cancel)

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Count tokens of the model that completes; see `Engine.count`."""
        return await self._first.count(texts)

    async def restart(self) -> None:
        """Look at all servers anew, and restart the local engine."""
        for engine in self._engines.values():
            await engine.restart()

    async def close(self) -> None:
        """Close all engines."""
        for engine in self._engines.values():
            await engine.close()

    def routes_json(self) -> list[RouteJson]:
        """Return who answers what, and what is sent where, for the status."""
        return [
            {
                "purpose": purpose.value,
                "engines": engine.to_json(),
                "sent": [statement(parse(one.url)) for one in engine.members if one.url],
            }
            for purpose, engine in self._engines.items()
        ]

    def audit_json(self) -> list[dict[str, object]]:
        """Return the last requests, newest first, with what was sent."""
        return self.audit.to_json()

    def follow(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever another engine answers than before."""
        for engine in self._engines.values():
            engine.changed = changed


def chosen(settings: Settings) -> dict[Purpose, tuple[str, ...]]:
    """Return the engines that the settings name for each purpose; `local` alone if none."""
    own = {
        Purpose.COMPLETION: settings.remote_completion,
        Purpose.CHAT: settings.remote_chat,
        Purpose.EDITS: settings.remote_edits,
    }
    return {key: names or settings.remote_servers or (LOCAL,) for key, names in own.items()}


def make_routes(settings: Settings, local: Callable[[], Engine]) -> Routes:
    """Return the engines of the settings; opens no connection, loads nothing.

    `local` makes the local engine, which all purposes share. Raises `UsageError`.
    """
    audit = Audit()
    made: dict[str, Member] = {}
    options = Options(
        settings.cold_ms, settings.remote_ca, probabilities=settings.eagerness != "eager"
    )

    def member(text: str) -> Member:
        if text not in made:
            if text == LOCAL:
                made[text] = Member(LOCAL, "", local())
            else:
                endpoint = parse(text)
                engine = HttpEngine(endpoint, options, audit)
                made[text] = Member(endpoint.name, endpoint.url, engine)
        return made[text]

    engines = {}
    for purpose, names in chosen(settings).items():
        spare = (LOCAL,) if settings.remote_fallback else ()
        # A row of its own for each purpose, of members that they share: one look is enough.
        engines[purpose] = Fallback([member(name) for name in dict.fromkeys((*names, *spare))])
    return Routes(engines, audit)
