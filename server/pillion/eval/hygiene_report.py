"""The hygiene suite's result as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing
from pillion.eval.defects import Defect
from pillion.eval.metrics import wilson
from pillion.eval.report import (
    Bar,
    Code,
    Group,
    Mark,
    bars,
    details,
    histogram,
    page,
    section,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pillion.eval.hygiene import Judged

LEAD = (
    "The model is asked at cursors in real source files. raw: all that it writes. shown: what "
    "Pillion shows of it. Counted is what is wrong without knowing what the code means."
)


def report(judged: Sequence[Judged], circumstances: Mapping[str, object]) -> str:
    """Return the page."""
    shown = [item for item in judged if not isinstance(item.shown, Nothing)]
    sections = [
        section(
            "Texts with a defect",
            bars([_group(kind, judged, shown) for kind in Defect], top=1.0),
            "Shares of the raw texts and of the suggestions shown, with 95 % Wilson intervals.",
        ),
        section("Languages", _languages(judged)),
        section("How sure the model was", _confidence(judged)),
        section("What is shown in spite of a defect", _left(shown)),
        section("Every cursor", details(f"{len(judged)} cursors", _cases(judged))),
    ]
    title = f"Hygiene, {len(shown)} suggestions at {len(judged)} cursors"
    return page(title, LEAD, sections, circumstances)


def _group(kind: Defect, judged: Sequence[Judged], shown: Sequence[Judged]) -> Group:
    raw = sum(kind in item.raw_defects for item in judged)
    left = sum(kind in item.shown_defects for item in shown)
    name = kind.value.replace("_", " ")
    return Group(name, [_bar("raw", raw, len(judged)), _bar("shown", left, len(shown))])


def _bar(series: str, count: int, whole: int) -> Bar:
    hits = wilson(count, whole)
    return Bar(series, hits.share, str(count), hits.low, hits.high)


def _languages(judged: Sequence[Judged]) -> str:
    rows = []
    for name in sorted({item.written.cursor.language for item in judged}):
        mine = [item for item in judged if item.written.cursor.language == name]
        shown = [item for item in mine if not isinstance(item.shown, Nothing)]
        raw = sum(bool(item.raw_defects) for item in mine)
        left = sum(bool(item.shown_defects) for item in shown)
        rows.append([name, len(mine), len(shown), raw, left])
    headings = ["language", "cursors", "suggestions", "with a defect, raw", "with a defect, shown"]
    return table(headings, rows)


def _confidence(judged: Sequence[Judged]) -> str:
    known = [item for item in judged if item.written.confidence is not None]
    values = {
        "with a defect": [i.written.confidence or 0.0 for i in known if i.raw_defects],
        "without": [i.written.confidence or 0.0 for i in known if not i.raw_defects],
    }
    return histogram(values, 0.0, 1.0, "mean probability of the tokens, raw texts")


def _left(shown: Sequence[Judged]) -> str:
    rows = [
        [
            item.written.cursor.language,
            " ".join(sorted(item.shown_defects)),
            Code(getattr(item.shown, "text", "")),
        ]
        for item in shown
        if item.shown_defects
    ]
    return table(["language", "defects", "shown"], rows) if rows else "<p>Nothing.</p>"


def _cases(judged: Sequence[Judged]) -> str:
    rows = []
    for item in judged:
        row = item.row()
        rows.append(
            [
                f"{row['language']}, {row['kind']}",
                str(row["path"]),
                Mark(not item.raw_defects, str(row["raw_defects"])),
                Code(str(row["raw"])),
                Code(str(row["shown"]) or f"({row['reason']})"),
            ]
        )
    return table(["cursor", "file", "raw defects", "raw", "shown"], rows)
