"""`pillion doctor --remote`: what a remote engine is, what would be sent to it, how fast it is."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.base.errors import PillionError
from pillion.commands.finding import Finding
from pillion.engine.base import Cancel, Priority, Request
from pillion.prompt.model_input import Prompt, Special

if TYPE_CHECKING:
    from pillion.base.settings import Settings
    from pillion.commands.finding import Level
    from pillion.engine.base import Finish
    from pillion.engine.http.engine import HttpEngine

NOTHING_LEAVES = "no remote engine is named: nothing leaves this machine"

_BEFORE = "def total(prices):\n    result = 0\n    for price in prices:\n        result +="
_AFTER = "\n    return result\n"
"""Text of our own: a check sends nothing of the user's."""

_TOKENS = 32


def examine_remote(endpoints: tuple[str, ...], settings: Settings) -> list[Finding]:
    """Ask each server once; without any, say that nothing leaves this machine."""
    if not endpoints:
        return [Finding("ok", "privacy", NOTHING_LEAVES)]
    return [finding for text in endpoints for finding in asyncio.run(_examine(text, settings))]


async def _examine(text: str, settings: Settings) -> list[Finding]:
    # Imported here: without a remote engine nothing that could use the network is loaded.
    from pillion.engine.http.endpoint import parse  # noqa: PLC0415
    from pillion.engine.http.engine import HttpEngine, Options, statement  # noqa: PLC0415

    try:
        endpoint = parse(text)
    except PillionError as error:
        return [Finding("error", "remote", str(error))]
    level: Level = "ok" if endpoint.encrypted or endpoint.on_this_machine else "warning"
    said = Finding(level, "privacy", statement(endpoint), data={"url": endpoint.url})
    engine = HttpEngine(endpoint, Options(settings.cold_ms, settings.remote_ca))
    try:
        info = await engine.load()
        fills = "fills in the middle" if info.has_fim else "cannot fill in the middle"
        shown = f"{info.name} at {endpoint.name}, {info.context_tokens} tokens, {fills}"
        mend = "" if info.has_fim else "Name its family with `fim=`, see docs/team.md."
        facts: dict[str, object] = {"model": info.name, "fim": info.has_fim}
        kind = Finding("ok" if info.has_fim else "warning", "remote", shown, mend, facts)
        return [said, kind, _speed(await _measure(engine, fim=info.has_fim))]
    except PillionError as error:
        return [said, Finding("error", "remote", str(error))]
    finally:
        await engine.close()


@dataclass(frozen=True, slots=True)
class _Measured:
    first_ms: float
    finish: Finish


async def _measure(engine: HttpEngine, *, fim: bool) -> _Measured:
    """Ask twice, so that the second answer does not pay for loading and connecting."""
    pieces = (Special.FIM_PREFIX, _BEFORE, Special.FIM_SUFFIX, _AFTER, Special.FIM_MIDDLE)
    prompt = Prompt(pieces if fim else (_BEFORE,))
    request = Request(prompt, _TOKENS, priority=Priority.CHAT)
    for _ in range(2):
        began, first = time.perf_counter(), 0.0
        async for chunk in engine.stream(request, Cancel()):
            if chunk.text and not first:
                first = (time.perf_counter() - began) * 1000
            if chunk.finish:
                measured = _Measured(first, chunk.finish)
    return measured


def _speed(measured: _Measured) -> Finding:
    done = measured.finish
    rate = done.generated_tokens * 1000 / done.decode_ms if done.decode_ms else 0.0
    text = f"first token after {measured.first_ms:.0f} ms, then {rate:.0f} tokens/s"
    data = {"first_token_ms": round(measured.first_ms, 1), "tokens_per_second": round(rate, 1)}
    return Finding("ok", "speed", text, data=dict(data))
