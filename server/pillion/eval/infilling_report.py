"""The infilling suite's result as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.eval.figures import percentile
from pillion.eval.infilling import gains
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
    from collections.abc import Callable, Mapping, Sequence

    from pillion.eval.infilling import Row

SHARES: tuple[tuple[str, Callable[[Row], bool]], ...] = (
    ("tests pass (pass@1)", lambda row: row.passed),
    ("syntax valid", lambda row: row.valid),
    ("exactly the true line", lambda row: row.exact),
    ("something to insert", lambda row: row.said),
)
MEANS: tuple[tuple[str, Callable[[Row], float | None]], ...] = (
    ("kept prefix", lambda row: row.kept),
    ("edit similarity", lambda row: row.similarity),
    ("BLEU", lambda row: row.bleu),
    ("CodeBLEU", lambda row: row.code_bleu),
)
INFILL = (
    "A line is missing from a function; the model fills it in, and the function's own tests judge "
    "it. raw: all that the model writes behind the usual prompt. line: the first line of that. "
    "shown: what Pillion shows."
)


FUNCTIONS = (
    "A function has its head and docstring; the model writes the body, and the function's own "
    "tests judge it. raw: all that the model writes behind the usual prompt. tab: what comes of "
    "accepting every suggestion and pressing Enter behind it."
)


def report(title: str, lead: str, rows: Sequence[Row], circumstances: Mapping[str, object]) -> str:
    """Return the page."""
    names = list(dict.fromkeys(row.way for row in rows))
    ways = {way: [row for row in rows if row.way == way] for way in names}
    best = names[-1] if names else ""
    sections = [
        section(
            "How often it is right",
            bars([Group(label, _shares(ways, of)) for label, of in SHARES], top=1.0),
            "The lines over the bars are 95 % Wilson intervals. Where nothing is shown, the "
            "function is judged as it stands, without its line.",
        ),
        section("How near it comes", bars(_means(ways), top=1.0)),
        section("Differences on the same tasks", _gains(rows, names)),
        section(
            "Time to the whole answer",
            histogram(
                {way: [row.total_ms / 1000 for row in ways[way]] for way in ways if way != "line"},
                0.0,
                _round_up(percentile([row.total_ms / 1000 for row in rows], 0.95)),
                "seconds; longer ones are in the last column",
            ),
            "On this machine, with whatever else ran on it.",
        ),
        section("Every task", _cases(ways, best)),
    ]
    return page(f"{title}, {len(ways.get(best, ()))} tasks", lead, sections, circumstances)


def _shares(ways: Mapping[str, Sequence[Row]], of: Callable[[Row], bool]) -> list[Bar]:
    found = []
    for way, rows in ways.items():
        hits = wilson(sum(of(row) for row in rows), len(rows))
        found.append(Bar(way, hits.share, f"{hits.share:.0%}", hits.low, hits.high))
    return found


def _means(ways: Mapping[str, Sequence[Row]]) -> list[Group]:
    groups = []
    for label, of in MEANS:
        found = []
        for way, rows in ways.items():
            values = [value for row in rows if (value := of(row)) is not None]
            if values:
                mean = sum(values) / len(values)
                found.append(Bar(way, mean, f"{mean:.2f}"))
        if found:
            groups.append(Group(label, found))
    return groups


def _gains(rows: Sequence[Row], names: Sequence[str]) -> str:
    lines = []
    for than in names[:-1]:
        for measure, gain in gains(rows, than, names[-1]).items():
            interval = f"{gain['low']:+.3f} to {gain['high']:+.3f}"
            name = measure.replace("_", " ").replace(" at ", "@")
            lines.append(
                [f"{name}, {names[-1]} less {than}", f"{gain['mean']:+.3f}", interval, gain["n"]]
            )
    return table(["measure", "difference", "95 % interval, paired", "tasks"], lines)


def _cases(ways: Mapping[str, Sequence[Row]], best: str) -> str:
    others = {way: {row.task: row for row in rows} for way, rows in ways.items()}
    lines = []
    for row in ways.get(best, ()):
        raw = others.get("raw", {}).get(row.task)
        lines.append(
            [
                row.task.removeprefix("SingleLineInfilling/"),
                _mark(raw) if raw else "",
                _mark(row),
                Code(row.truth),
                Code(raw.text if raw else ""),
                Code(row.text or f"({row.reason})"),
            ]
        )
    headings = ["task", "raw", best, "truth", "raw text", f"{best} text"]
    return details(f"{len(lines)} tasks", table(headings, lines))


def _mark(row: Row) -> Mark:
    return Mark(row.passed, "passes" if row.passed else "fails" if row.valid else "invalid")


def _round_up(seconds: float) -> float:
    return next(n for n in (1, 2, 5, 10, 20, 50, 100, 10**6) if n >= seconds or n == 10**6)
