"""Measurements as pictures. Needs matplotlib, of the extra `bench`."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from pillion.base.errors import UsageError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pillion.eval.soak import Sample, Soak
    from pillion.eval.typing import Row


def latency(rows: Sequence[Row], path: Path) -> None:
    """Draw the time to the first token at each keystroke, for each side, into the PNG `path`."""
    require_matplotlib()
    # Imported here: an optional extra.
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(10, 4.5), layout="constrained")
    axes = figure.subplots()
    for who in dict.fromkeys(row.who for row in rows):
        mine = [row for row in rows if row.who == who]
        warm = [(n, row.first_token_ms) for n, row in enumerate(mine) if not row.cold]
        cold = [(n, row.first_token_ms) for n, row in enumerate(mine) if row.cold]
        (points,) = axes.plot(*zip(*warm, strict=True), ".", markersize=3, label=who)
        color = points.get_color()
        axes.plot(*zip(*cold, strict=True), "^", color=color, label=f"{who}, first in a file")
    axes.set_yscale("log")
    axes.set_xlabel("keystroke, all files and runs one after the other")
    axes.set_ylabel("ms to the first token")
    axes.grid(visible=True, axis="y", alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(path, dpi=150)


def acceptance(counts: Mapping[date, Counter[str]], path: Path) -> None:
    """Draw what became of the suggestions of each day, into the PNG `path`."""
    require_matplotlib()
    # Imported here: an optional extra.
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(10, 4.5), layout="constrained")
    axes = figure.subplots()
    names = [f"{day:%d %b}" for day in counts]
    shown = [found["shown"] for found in counts.values()]
    accepted = [found["accepted"] for found in counts.values()]
    kept = [min(found["kept"], found["accepted"]) for found in counts.values()]
    partly = [found["partlyAccepted"] for found in counts.values()]
    axes.bar(names, shown, color="#b8bfca", label="shown")
    axes.bar(names, accepted, color="#86b8a8", label="accepted")
    axes.bar(names, kept, color="#2f7d6b", label="kept for half a minute")
    axes.plot(names, partly, "o", color="#e0a458", label="partly accepted")
    axes.set_ylabel("suggestions")
    axes.tick_params(axis="x", rotation=60)
    axes.grid(visible=True, axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(path, dpi=150)


def soak(found: Soak, path: Path) -> None:
    """Draw memory and handles of each process over the requests, into `path` (SVG or PNG)."""
    require_matplotlib()
    # Imported here: an optional extra.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(10, 7), layout="constrained")
    memory, handles = figure.subplots(2, 1, sharex=True)
    lives: dict[tuple[str, int], list[Sample]] = {}
    for sample in found.samples:
        lives.setdefault((sample.process, sample.life), []).append(sample)
    colors: dict[str, str] = {}
    for (name, _), samples in lives.items():
        label = "" if name in colors else name
        color = colors.setdefault(name, f"C{len(colors)}")
        requests = [one.requests for one in samples]
        sizes = [one.footprint.resident / 1e6 for one in samples]
        counts = [one.footprint.handles for one in samples]
        for axes, values in ((memory, sizes), (handles, counts)):
            axes.plot(requests, values, color=color, linewidth=1.2, label=label)
    memory.set_ylabel("MB resident")
    memory.set_ylim(bottom=0)
    handles.set_ylabel("open handles")
    handles.set_ylim(bottom=0)
    handles.set_xlabel("requests, all windows together")
    for axes in (memory, handles):
        axes.grid(visible=True, axis="y", alpha=0.3)
    memory.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    # The same data make the same file.
    with rc_context({"svg.hashsalt": "pillion", "svg.fonttype": "none"}):
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def require_matplotlib() -> None:
    """Raise `UsageError` if pictures cannot be drawn; to be asked before something is measured."""
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageError("Drawing needs matplotlib: install `pillion[bench]`.")
