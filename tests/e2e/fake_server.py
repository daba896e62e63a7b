"""The real language server over standard streams, with a scripted engine.

    python fake_server.py '{"scripts": [{"chunks": ["a", "b"], "delay": 0.1}], …}' [serve options]

The plan is JSON: `scripts` for `FakeEngine` (with `error` as the text of an `EngineError`),
`load_seconds`, `load_error`; `missing` and `damaged` name models that are not there or not usable;
`prompts` names a file that gets every prompt, one JSON line each; `download_error` fails a
download in an unforeseen way; `bug` makes the completer raise an error that quotes the document;
`actions` offers those of `fake_actions` in the place of Pillion's own.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pillion import app
from pillion.assist.complete import Completer
from pillion.base import log
from pillion.base.errors import EngineError, ModelInvalidError, ModelNotFoundError
from pillion.commands import serve
from pillion.context.editor import NO_EDITOR
from pillion.context.index.workspace import Workspace
from pillion.engine.fake import FakeEngine, Script
from pillion.prompt.model_input import Markup

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from pillion.assist.outcome import Answer
    from pillion.base.settings import Settings
    from pillion.context.editor import EditorState
    from pillion.engine.base import Cancel, Chunk, Engine, ModelInfo, Request
    from pillion.text.snapshot import Snapshot

PLAN: dict[str, Any] = json.loads(sys.argv[1])


def note(request: Request) -> None:
    if "prompts" in PLAN:
        with Path(PLAN["prompts"]).open("a", encoding="utf-8") as file:
            texts = [p.text if isinstance(p, Markup) else p for p in request.prompt.pieces]
            file.write(json.dumps([*texts, request.prompt.heal]) + "\n")


class PlannedEngine(FakeEngine):
    """A fake engine of which some models are missing or damaged, and which notes its prompts."""

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        note(request)
        async for chunk in super().stream(request, cancel):
            yield chunk

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        if self.model.name in PLAN.get("missing", ()):
            raise ModelNotFoundError(f"Model `{self.model.name}` is not downloaded yet.")
        if self.model.name in PLAN.get("damaged", ()):
            raise ModelInvalidError(f"Model `{self.model.name}` is damaged.")
        return await super().load(report)


@dataclass
class FakeDownloads:
    """Every missing model can be fetched in half a second."""

    fetched: list[str] = field(default_factory=list)

    def size(self, model: str) -> str | None:
        return "491 MB" if model in PLAN.get("missing", ()) else None

    def fetch(self, model: str, report: Callable[[float, str], None]) -> None:
        for step in range(5):
            time.sleep(0.1)
            report(step / 4, "from nowhere")
        if PLAN.get("download_error"):
            raise OSError(PLAN["download_error"])
        PLAN["missing"].remove(model)


def script(plan: dict[str, Any]) -> Script:
    error = plan.pop("error", None)
    return Script(**plan, error=EngineError(error) if error else None)


def make_engine(settings: Settings) -> Engine:
    scripts = [script(dict(plan)) for plan in PLAN.get("scripts", [{"chunks": ["pass"]}])]
    return PlannedEngine(
        scripts,
        load_seconds=PLAN.get("load_seconds", 0),
        load_error=PLAN.get("load_error", ""),
        model=replace(FakeEngine.model, name=settings.model),
    )


class BuggyCompleter(Completer):
    """Raises what no completer should."""

    async def complete(
        self,
        snapshot: Snapshot,
        offset: int,
        settings: Settings,
        cancel: Cancel,
        editor: EditorState = NO_EDITOR,
        *,
        asked: bool = False,
    ) -> Answer:
        raise KeyError(snapshot.text, offset, settings, cancel, editor, asked)


def make(settings: Settings, workspace: Workspace) -> tuple[Engine, Completer]:
    engine = make_engine(settings)
    kind = BuggyCompleter if PLAN.get("bug") else Completer
    return engine, kind(engine, workspaces=workspace)


async def main(options: list[str]) -> None:
    log.configure("DEBUG")
    if PLAN.get("actions"):
        # Imported here: the parsers would make every other test wait.
        import fake_actions  # noqa: PLC0415

        from pillion.assist.actions import table  # noqa: PLC0415

        table.ACTIONS = fake_actions.ACTIONS
    address = ("127.0.0.1", 0) if "--tcp" in options else None
    serve.leave(await app.serve(address, make=make, downloads=FakeDownloads()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[2:]))
