"""The hygiene suite: how often a suggestion is spoilt, as the model writes it and as it is shown.

The model is asked once at each cursor, with Pillion's own prompt, and writes until it stops or the
limit is reached: that is the raw text. What is shown of it is worked out from the same pieces in
which it streamed in, so that a change of the filters is judged again in seconds.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pillion.assist.contract import plan
from pillion.base.outcome import Nothing
from pillion.context.window import cut
from pillion.engine.base import Cancel, FinishReason, Request
from pillion.eval.asking import SPEED
from pillion.eval.compare import Case
from pillion.eval.cursors import KINDS, Cursor
from pillion.eval.defects import Defect, Inserted, defects
from pillion.eval.figures import Aim, at_least, at_most
from pillion.eval.metrics import wilson
from pillion.post.pipeline import Stopper, finish
from pillion.post.shape import multiline_here, solid_here
from pillion.prompt.fim import layout
from pillion.syntax.locate import locate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pillion.base.settings import Settings
    from pillion.engine.base import Engine
    from pillion.eval.cursors import Sources
    from pillion.post.outcome import Draft
    from pillion.syntax.site import Site

NEVER = (Defect.SPECIAL_TOKEN, Defect.FENCE, Defect.DUPLICATED_FOLLOWING_LINE)
"""What is never shown."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the model wrote at a cursor, in the pieces in which it came."""

    cursor: Cursor
    pieces: tuple[str, ...]
    stopped: bool
    """The model ended it; else the limit did."""
    tokens: int
    milliseconds: float
    confidence: float | None = None

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model wrote at a cursor, what is shown of it, and what is wrong with both."""

    written: Written
    shown: Draft | Nothing
    raw_defects: set[Defect]
    shown_defects: set[Defect]

    def row(self) -> dict[str, object]:
        """Return it flat, for a CSV file."""
        cursor = self.written.cursor
        shown = None if isinstance(self.shown, Nothing) else self.shown
        return {
            "language": cursor.language,
            "kind": cursor.kind,
            "path": cursor.path,
            "offset": cursor.start + len(cursor.put),
            "raw_defects": " ".join(sorted(self.raw_defects)),
            "shown_defects": " ".join(sorted(self.shown_defects)),
            "reason": self.shown.reason.value if isinstance(self.shown, Nothing) else "",
            "tokens": self.written.tokens,
            "raw": self.written.text,
            "shown": shown.text if shown else "",
            "replaced": shown.swallow if shown else 0,
        }


async def ask(engine: Engine, settings: Settings, sources: Sources, cursor: Cursor) -> Written:
    """Ask the model at a cursor."""
    snapshot, offset, _ = cursor.document(sources.text(cursor.root, cursor.path))
    info = await engine.load()
    allowed = plan(SPEED, settings)
    site = locate(snapshot, offset)
    window = cut(site, allowed.full, None)
    prompt = layout(window, info.specials, solid=solid_here(site))
    request = Request(prompt, allowed.max_tokens, session=snapshot.uri)
    started, pieces = time.perf_counter(), []
    async for chunk in engine.stream(request, Cancel()):
        if chunk.text:
            pieces.append(chunk.text)
        if chunk.finish:
            done = chunk.finish
    spent = (time.perf_counter() - started) * 1000
    stopped = done.reason is FinishReason.STOP
    return Written(cursor, tuple(pieces), stopped, done.generated_tokens, spent, done.confidence)


def judge(written: Written, sources: Sources) -> Judged:
    """Work out what is shown, and what is wrong."""
    cursor = written.cursor
    snapshot, offset, truth = cursor.document(sources.text(cursor.root, cursor.path))
    shown = show(written, locate(snapshot, offset))
    raw = defects(Inserted(snapshot, offset, written.text, 0, truth))
    if isinstance(shown, Nothing):
        return Judged(written, shown, raw, set())
    inserted = Inserted(snapshot, offset, shown.text, shown.swallow, truth)
    return Judged(written, shown, raw, defects(inserted))


def show(written: Written, site: Site) -> Draft | Nothing:
    """Return what is shown of a text that streams in, as `pillion.assist.complete` does."""
    multiline = multiline_here(site)
    stopper, text = Stopper(site, multiline=multiline), ""
    for piece in written.pieces:
        text += piece
        kept = stopper.feed(text)
        if kept is not None:
            return finish(text[:kept], site, multiline=multiline, complete=True)
    return finish(text, site, multiline=multiline, complete=written.stopped)


def shown_count(judged: Sequence[Judged]) -> int:
    """Return at how many cursors something is shown."""
    return sum(not isinstance(item.shown, Nothing) for item in judged)


def summary(judged: Sequence[Judged]) -> dict[str, object]:
    """Return the counts of each kind of defect."""
    shown = [item for item in judged if not isinstance(item.shown, Nothing)]
    reasons = [item.shown.reason.value for item in judged if isinstance(item.shown, Nothing)]
    return {
        "cursors": len(judged),
        "suggestions": len(shown),
        "languages": _counts([item.written.cursor.language for item in shown]),
        "kinds": {kind: sum(item.written.cursor.kind == kind for item in shown) for kind in KINDS},
        "defects": {
            kind.value: {
                "raw": sum(kind in item.raw_defects for item in judged),
                "shown": sum(kind in item.shown_defects for item in shown),
            }
            for kind in Defect
        },
        "with_any_defect": {
            "raw": wilson(sum(bool(item.raw_defects) for item in judged), len(judged))._asdict(),
            "shown": wilson(sum(bool(i.shown_defects) for i in shown), len(shown))._asdict(),
        },
        "nothing": _counts(reasons),
    }


def aims(judged: Sequence[Judged], wanted: int) -> dict[str, Aim]:
    """Return what the suite is for."""
    shown = [item for item in judged if not isinstance(item.shown, Nothing)]
    languages = {item.written.cursor.language for item in shown}
    never = {
        f"{kind.value}, shown": at_most(sum(kind in item.shown_defects for item in shown), 0)
        for kind in NEVER
    }
    return {
        "suggestions shown": at_least(len(shown), wanted),
        "languages": at_least(len(languages), 6),
        **never,
    }


def cases(judged: Sequence[Judged]) -> list[Case]:
    """Return what `pillion eval hygiene --compare` compares."""
    found = []
    for item in judged:
        cursor = item.written.cursor
        name = f"{cursor.path}:{cursor.start}:{cursor.kind}"
        ways = {"raw": item.raw_defects}
        if not isinstance(item.shown, Nothing):
            ways["shown"] = item.shown_defects
        for way, spoilt in ways.items():
            measures = {kind.value: float(kind in spoilt) for kind in Defect}
            found.append(Case(name, way, {"any_defect": float(bool(spoilt)), **measures}))
    return found


class Kept:
    """What the model wrote, kept in a file where one was named, a JSON object a line."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.written: dict[Cursor, Written] = {}
        if path and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                cursor = Cursor(**row.pop("cursor"))
                self.written[cursor] = Written(cursor, tuple(row.pop("pieces")), **row)

    def add(self, written: Written) -> None:
        """Keep one more."""
        self.written[written.cursor] = written
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(written)) + "\n")


def _counts(names: Sequence[str]) -> dict[str, int]:
    return {name: names.count(name) for name in sorted(set(names))}
