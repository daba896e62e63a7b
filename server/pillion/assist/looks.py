"""What looks at a change before it is shown, by what the user allows to be run."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pillion.assist.edit import Look, edit
from pillion.assist.linting import Linting
from pillion.assist.trying import Trying

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pillion.assist.edit import Edited, Order, Refused
    from pillion.base.settings import Settings
    from pillion.context.index.index import Index
    from pillion.engine.base import Cancel, Engine
    from pillion.text.snapshot import Snapshot


async def looked_edit(
    order: Order,
    settings: Settings,
    engine: Engine,
    cancel: Cancel,
    *,
    index: Index | None,
    report: Callable[[str], None] = lambda _: None,
) -> Edited | Refused:
    """Make a change as the settings say. Raises `EngineError` when the model cannot answer."""
    async with looking(order.snapshot, settings, order.instruction) as looks:
        return await edit(
            order,
            engine,
            cancel,
            rounds=settings.edit_rounds,
            index=index,
            looks=looks,
            report=report,
        )


@asynccontextmanager
async def looking(
    snapshot: Snapshot, settings: Settings, instruction: str
) -> AsyncIterator[list[Look]]:
    """Return the looks at changes of a document, while they may be asked."""
    found: list[Look] = []
    if settings.run_tests and snapshot.language == "python":
        found.append(Look(Trying(instruction).look, insists=True))
    linting = Linting.of(snapshot) if settings.edit_linters else None
    if linting is not None:
        found.append(Look(linting.look))
    try:
        yield found
    finally:
        if linting is not None:
            linting.close()
