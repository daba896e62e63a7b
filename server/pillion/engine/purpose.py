"""What an engine is asked for; with remote engines each purpose may have one of its own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.engine.base import Engine


class Purpose(StrEnum):
    """What the user gets out of it."""

    COMPLETION = "completion"
    CHAT = "chat"
    """Conversations and explanations."""
    EDITS = "edits"
    """Everything that changes code: edits, fixes, tests."""


@runtime_checkable
class Routed(Protocol):
    """An engine that stands for several; `pillion.engine.routes.Routes` is the one there is."""

    def engine_for(self, purpose: Purpose) -> Engine:
        """Return the engine for a purpose."""

    def follow(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever another engine answers than before."""

    def routes_json(self) -> Sequence[object]:
        """Return who answers what, and what is sent where."""

    def audit_json(self) -> Sequence[object]:
        """Return the last requests that left for a server."""


def engine_for(engine: Engine, purpose: Purpose) -> Engine:
    """Return the engine to use for a purpose; the same one where nothing else is configured."""
    return engine.engine_for(purpose) if isinstance(engine, Routed) else engine
