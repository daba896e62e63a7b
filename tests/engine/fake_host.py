"""An engine host with a scripted engine: `python fake_host.py PLAN FOLDER NAME OPTIONS …`.

The plan is JSON: `scripts` and `load_seconds`, `load_error` as for `FakeEngine`; `crash` is the
name of a signal with which the process ends at the first request, or at the load with `crash_at`
= "load"; `exit` is an exit code with which it ends at its start; `stuck` is a number of seconds
after which an engine without steps counts as stuck. `{client}` in a chunk is the session.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Any

from pillion.base.errors import EngineError
from pillion.engine import host
from pillion.engine.base import Cancel, Chunk, ModelInfo, Request
from pillion.engine.fake import FakeEngine, Script
from pillion.engine.runtime import HostOptions


class PlannedEngine(FakeEngine):
    """Dies where the plan says so."""

    steps = 0  # It makes none, so it can get stuck.
    plan: dict[str, Any] = {}  # noqa: RUF012 - set once, below.

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        if self.plan.get("crash_at") == "load":
            os.kill(os.getpid(), getattr(signal, self.plan["crash"]))
        return await super().load(report)

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        if self.plan.get("crash"):
            os.kill(os.getpid(), getattr(signal, self.plan["crash"]))
        async for chunk in super().stream(request, cancel):
            yield replace(chunk, text=chunk.text.replace("{session}", request.session))


def make(options: HostOptions) -> PlannedEngine:
    plan = PlannedEngine.plan
    scripts = []
    for script in plan.get("scripts", [{"chunks": ["a", "b"]}]):
        error = script.pop("error", None)
        scripts.append(Script(**script, error=EngineError(error) if error else None))
    return PlannedEngine(
        scripts,
        load_seconds=plan.get("load_seconds", 0),
        load_error=plan.get("load_error", ""),
        model=replace(FakeEngine.model, name=options.model),
    )


if __name__ == "__main__":
    PlannedEngine.plan = json.loads(sys.argv.pop(1))
    if "exit" in PlannedEngine.plan:
        sys.exit(PlannedEngine.plan["exit"])
    host.STUCK_SECONDS = PlannedEngine.plan.get("stuck", host.STUCK_SECONDS)
    host.main(make)
