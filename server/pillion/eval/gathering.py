"""How long the index takes: to be built, to be opened, for a changed file, and to be asked.

The tree is copied first, as far as it is indexed, so that files can be changed and nothing but the
copy is read. Building runs in a process of its own, as in a language server.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.assist.contract import Speed, plan
from pillion.base.settings import Settings
from pillion.context.gather import gather
from pillion.context.ignore import Ignore
from pillion.context.index import background
from pillion.context.index.background import Job
from pillion.context.index.entry import indexed, language_at
from pillion.context.index.index import Index
from pillion.context.view import view_of
from pillion.context.window import cut
from pillion.engine.process import resident_bytes
from pillion.eval.figures import Aim, at_most, percentile, spread
from pillion.syntax.languages import language_for_path
from pillion.syntax.locate import locate
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pillion.context.index.values import Progress, Stats
    from pillion.context.view import View

_CHANGED_FILES = 40

# Between two requests while the index is built: a quick typist's keystrokes.
_TYPING_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Spot:
    """A cursor in a file."""

    path: str
    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on one tree. Times in seconds, gathering and changes in milliseconds."""

    stats: Stats
    build_seconds: float
    problem: str
    resident_bytes: int
    """Of this process and the one that builds, together, at most."""
    reopen_seconds: float
    """From nothing to an index that knows of all changes, where there are none."""
    first_answer_seconds: float
    changed_ms: Sequence[float] = field(default_factory=list)
    during_ms: Sequence[float] = field(default_factory=list)
    after_ms: Sequence[float] = field(default_factory=list)
    unanswered: tuple[float, float] = (0.0, 0.0)
    """Share of questions that got no answer in time, while indexing and afterwards."""

    def to_json(self) -> dict[str, object]:
        """Return the figures, spreads instead of single values."""
        return {
            "files": self.stats.files,
            "definitions": self.stats.definitions,
            "references": self.stats.references,
            "chunks": self.stats.chunks,
            "index_mb": self.stats.bytes / 1e6,
            "build_seconds": self.build_seconds,
            "problem": self.problem,
            "resident_mb": self.resident_bytes / 1e6,
            "reopen_seconds": self.reopen_seconds,
            "first_answer_seconds": self.first_answer_seconds,
            "changed_file_ms": spread(self.changed_ms),
            "gather_during_ms": spread(self.during_ms),
            "gather_after_ms": spread(self.after_ms),
            "unanswered_during": self.unanswered[0],
            "unanswered_after": self.unanswered[1],
        }

    def aims(self) -> dict[str, Aim]:
        """Return what a tree of some thousand files should keep to."""
        return {
            "full index, seconds": at_most(self.build_seconds, 120),
            "resident, MB": at_most(self.resident_bytes / 1e6, 400),
            "re-open, seconds": at_most(self.reopen_seconds, 1),
            "one changed file, ms (p95)": at_most(percentile(self.changed_ms, 0.95), 60),
            "gathering while indexing, ms (p95)": at_most(percentile(self.during_ms, 0.95), 40),
            "gathering afterwards, ms (p95)": at_most(percentile(self.after_ms, 0.95), 25),
        }


def view(spot: Spot) -> View:
    """Return what a completion knows of a spot before it gathers: its site and its window."""
    snapshot = Snapshot(f"file:///{spot.path}", spot.text, language=language_for_path(spot.path))
    site = locate(snapshot, spot.offset)
    allowed = plan(Speed(read=1000.0, write=40.0), Settings(), elsewhere=True)
    return view_of(site, spot.path, cut(site, allowed.full, None))


async def measure(
    tree: Path,
    folder: Path,
    *,
    seed: int,
    requests: int,
    report: Callable[[Progress], None],
) -> Figures:
    """Measure one tree; `folder` is empty and takes the copy and the index."""
    root, cache = folder / "tree", folder / "cache"
    copied = await asyncio.to_thread(copy, tree, root)
    chance = random.Random(seed)  # noqa: S311 - places to measure at, no secrets.
    index = Index.open(root, cache)
    memory = _Memory()
    began = time.perf_counter()
    building = asyncio.create_task(
        background.refresh(Job(str(root), str(cache)), report, memory.add)
    )
    during: list[float] = []
    try:
        while not building.done():
            await asyncio.sleep(_TYPING_SECONDS)
            memory.look()
            if index.ready and not building.done():
                # Another thread asks, as in the server.
                spots = _spots(root, copied, 1, chance)
                during += await asyncio.to_thread(_timed, index, spots)
    finally:
        building.cancel()
    built = building.result()
    build_seconds = time.perf_counter() - began
    unanswered = index.unanswered
    index.close()
    reopen, first = await asyncio.to_thread(_reopen, root, cache)
    index = Index.open(root, cache)
    spots = _spots(root, copied, requests, chance)
    after = await asyncio.to_thread(_timed, index, spots)
    late = (unanswered, index.unanswered)
    changed = await asyncio.to_thread(_change, index, copied, chance)
    stats = index.stats()
    index.close()
    return Figures(
        stats,
        build_seconds,
        built.problem,
        memory.most,
        reopen,
        first,
        changed,
        during,
        after,
        late,
    )


def copy(tree: Path, root: Path) -> list[str]:
    """Copy what would be indexed of `tree`; return the relative paths."""
    paths = []
    for file in Ignore(tree).walk():
        if indexed(language_at(file.relative)):
            target = root / file.relative
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.path, target)
            paths.append(file.relative)
    return paths


def _spots(root: Path, paths: Sequence[str], count: int, chance: random.Random) -> list[Spot]:
    """Choose cursors at the ends of words, in files of programming languages."""
    code = [path for path in paths if language_at(path).grammar]
    spots: list[Spot] = []
    while code and len(spots) < count:
        path = chance.choice(code)
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        ends = [found.end() for found in re.finditer(r"\w+", text)]
        if ends:
            spots.append(Spot(path, text, chance.choice(ends)))
        elif len(code) == 1:
            break
    return spots


def _timed(index: Index, spots: Sequence[Spot]) -> list[float]:
    took = []
    for spot in spots:
        known = view(spot)
        began = time.perf_counter()
        gather(known, index)
        took.append(1e3 * (time.perf_counter() - began))
    return took


def _reopen(root: Path, cache: Path) -> tuple[float, float]:
    """Return how long it takes until all changes are known, and until the first answer."""
    began = time.perf_counter()
    index = Index.open(root, cache)
    index.search(["index"], 1)
    first = time.perf_counter() - began
    index.refresh()
    whole = time.perf_counter() - began
    index.close()
    return whole, first


def _change(index: Index, paths: Sequence[str], chance: random.Random) -> list[float]:
    """Return how long it takes until a file that was saved is known as it is now."""
    code = [path for path in paths if language_at(path).grammar]
    took = []
    for number, path in enumerate(chance.sample(code, min(_CHANGED_FILES, len(code)))):
        full = index.root / path
        full.write_bytes(full.read_bytes() + f"\nbench_{number} = {number}\n".encode())
        began = time.perf_counter()
        index.saved(path)
        took.append(1e3 * (time.perf_counter() - began))
    return took


class _Memory:
    """The most that this process and those beside it have taken together."""

    def __init__(self) -> None:
        self.most = 0
        self._pids = [os.getpid()]

    def add(self, pid: int) -> None:
        """Count another process, too."""
        self._pids.append(pid)

    def look(self) -> None:
        """Take a sample."""
        self.most = max(self.most, sum(resident_bytes(pid) for pid in self._pids))
