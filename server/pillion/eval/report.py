"""A result as one HTML file: figures, charts and cases, with nothing to fetch.

The charts are plain SVG, so that the page opens anywhere, prints, and follows a dark theme.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

from pillion.eval.report_style import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDTH = 720
COLOURS = {"raw": 0, "line": 1, "shown": 2, "tab": 2}
"""What is the same in every chart; other series take colours in turn."""
_LABELS = 210
_ROW, _GAP = 20, 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `low` and `high` draw an interval over it."""

    series: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that belong together, one for each series."""

    label: str
    bars: Sequence[Bar]


def page(
    title: str, lead: str, sections: Iterable[str], circumstances: Mapping[str, object]
) -> str:
    """Return the whole page."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(_plain(value))}</td></tr>"
        for name, value in circumstances.items()
    )
    body = "\n".join(sections)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(title)}</h1>\n<p class="lead">{escape(lead)}</p>\n{body}\n'
        f"{section('How it was measured', f'<table>{rows}</table>')}\n</main>\n</body>\n</html>\n"
    )


def section(heading: str, body: str, note: str = "") -> str:
    """Return a part of the page."""
    below = f'<p class="note">{escape(note)}</p>' if note else ""
    return f"<section>\n<h2>{escape(heading)}</h2>\n{body}\n{below}</section>"


def bars(groups: Sequence[Group], top: float | None = None) -> str:
    """Return groups of horizontal bars, with a legend where there are several series."""
    series = list(dict.fromkeys(bar.series for group in groups for bar in group.bars))
    largest = top or max((bar.high or bar.value for g in groups for bar in g.bars), default=1.0)
    scale = (WIDTH - _LABELS - 90) / (largest or 1.0)
    shapes, y = [], 0.0
    for group in groups:
        middle = y + len(group.bars) * _ROW / 2
        shapes.append(
            f'<text class="label" x="{_LABELS - 10}" y="{middle:.1f}">{escape(group.label)}</text>'
        )
        for bar in group.bars:
            shapes.append(_bar(bar, _colour(bar.series, series), y, scale))
            y += _ROW
        y += _GAP
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {y:.0f}" role="img" aria-label="bar chart">'
        f'<line class="axis" x1="{_LABELS}" x2="{_LABELS}" y1="0" y2="{y - _GAP:.0f}"/>'
        f"{''.join(shapes)}</svg>"
    )
    return _legend(series) + svg


def histogram(series: Mapping[str, Sequence[float]], low: float, high: float, unit: str) -> str:
    """Return how the values of each series are spread, in ten steps from `low` to `high`."""
    steps = 10
    counts = {name: _counts(values, low, high, steps) for name, values in series.items()}
    most = max((max(c) for c in counts.values()), default=1) or 1
    height, left, width = 160, 40, (WIDTH - 50) / steps
    each = (width - 8) / max(1, len(counts))
    shapes = []
    for number, (name, found) in enumerate(counts.items()):
        colour = _colour(name, list(counts))
        for step, count in enumerate(found):
            tall = count / most * height
            x = left + step * width + 4 + number * each
            shapes.append(
                f'<rect class="s{colour}" x="{x:.1f}" y="{height - tall + 16:.1f}" '
                f'width="{each - 1:.1f}" height="{tall:.1f}"><title>{count}</title></rect>'
            )
    for step in range(steps + 1):
        at = low + (high - low) * step / steps
        shapes.append(
            f'<text class="tick" x="{left + step * width:.1f}" y="{height + 32}">{at:g}</text>'
        )
    shapes += [
        f'<text class="tick" x="{left - 14}" y="20">{most}</text>',
        f'<line class="axis" x1="{left}" x2="{WIDTH - 10}" y1="{height + 16}" y2="{height + 16}"/>',
    ]
    svg = f'<svg viewBox="0 0 {WIDTH} {height + 62}" role="img" aria-label="histogram">'
    caption = f'<text class="tick" x="{WIDTH / 2}" y="{height + 50}">{escape(unit)}</text>'
    return _legend(list(counts)) + svg + "".join(shapes) + caption + "</svg>"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; what is no text is set to the right."""
    rows = list(rows)
    first = rows[0] if rows else ()
    kinds = ["number" if isinstance(value, int | float) else "text" for value in first]
    head = "".join(
        f'<th class="{kind}">{escape(heading)}</th>'
        for heading, kind in zip_longest(headings, kinds, fillvalue="text")
    )
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    whole = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table>{whole}</table></div>'


def details(summary: str, body: str) -> str:
    """Return something that is shown on demand."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


@dataclass(frozen=True, slots=True)
class Code:
    """Source text, for a cell of a table."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Right or wrong, for a cell of a table."""

    right: bool
    text: str


def _bar(bar: Bar, number: int, y: float, scale: float) -> str:
    wide = max(0.0, bar.value * scale)
    tip = f"<title>{escape(bar.series)}: {escape(bar.text)}</title>"
    place = f'x="{_LABELS}" y="{y + 2:.1f}" width="{wide:.1f}" height="{_ROW - 4}" rx="2"'
    shapes = [f'<rect class="s{number}" {place}>{tip}</rect>']
    end = wide
    if bar.low is not None and bar.high is not None:
        low, high = _LABELS + bar.low * scale, _LABELS + bar.high * scale
        y_mid = y + _ROW / 2
        shapes.append(
            f'<path class="whisker" d="M{low:.1f} {y_mid - 4:.1f}v8m0 -4H{high:.1f}m0 -4v8"/>'
        )
        end = max(end, bar.high * scale)
    shapes.append(
        f'<text class="value" x="{_LABELS + end + 6:.1f}" y="{y + _ROW / 2:.1f}">'
        f"{escape(bar.text)}</text>"
    )
    return "".join(shapes)


def _colour(name: str, series: Sequence[str]) -> int:
    return COLOURS.get(name, series.index(name) % 3)


def _legend(series: Sequence[str]) -> str:
    if len(series) < 2:
        return ""
    items = "".join(
        f'<span><i class="b{_colour(name, series)}"></i>{escape(name)}</span>' for name in series
    )
    return f'<p class="legend">{items}</p>'


def _counts(values: Sequence[float], low: float, high: float, steps: int) -> list[int]:
    counts = [0] * steps
    for value in values:
        step = int((value - low) / (high - low) * steps)
        counts[min(max(step, 0), steps - 1)] += 1
    return counts


def _cell(value: object) -> str:
    if isinstance(value, Code):
        return f"<td><pre>{escape(value.text)}</pre></td>"
    if isinstance(value, Mark):
        kind = "right" if value.right else "wrong"
        return f'<td class="{kind}">{escape(value.text)}</td>'
    if isinstance(value, str):
        return f"<td>{escape(value)}</td>"
    return f'<td class="number">{escape(_plain(value))}</td>'


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if math.isfinite(value) else "–"  # noqa: RUF001 - a dash.
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(item)}" for name, item in value.items())
    return "" if value is None else str(value)
