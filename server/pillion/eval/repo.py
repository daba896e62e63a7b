"""The repository suite: pieces of real repositories, with and without the rest of the repository.

Each line is cut out and asked for at its start, after a third and after two thirds of it, each
block at its start, in several ways that differ in what the model sees: nothing but the line, the
document, or the document and code from elsewhere. All see at most as many tokens.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.complete import Completer
from pillion.assist.outcome import Suggestion
from pillion.base.outcome import Nothing
from pillion.engine.base import Cancel
from pillion.eval.asking import SPEED, Steady
from pillion.eval.compare import Case
from pillion.eval.figures import Aim, above, at_least, at_most, mean, median
from pillion.eval.metrics import exact, kept_prefix
from pillion.eval.paired import difference
from pillion.eval.similarity import edit_similarity
from pillion.eval.typing import NoCache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from pillion.assist.outcome import Answer
    from pillion.base.settings import Settings
    from pillion.engine.base import Engine
    from pillion.eval.checkout import Checkout
    from pillion.eval.tasks import Task

WAYS = ("none", "window", "full")
"""What the model sees: the line, the document, the document and code from elsewhere."""

CURSORS = (0.0, 1 / 3, 2 / 3)
"""Shares of a line that have been typed."""

BLOCK = "block"
"""The kind of task that is some lines, of which nothing has been typed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One cursor, answered one way."""

    task: str
    kind: str
    way: str
    cursor: int
    exact: bool
    kept: float
    similarity: float
    names: float
    """F1 of the identifiers of the suggestion against those of the true text."""
    prompt_tokens: int
    evaluated_tokens: int
    snippets: int
    total_ms: float
    reason: str
    truth: str
    text: str


class Asker:
    """One engine, asked one way."""

    def __init__(self, engine: Engine, settings: Settings, way: str, checkout: Checkout) -> None:
        self.way = way
        self._checkout = checkout
        # Nobody waits: everything may be read at once.
        settings = replace(settings, cold_ms=60_000)
        self._settings = _line_only(settings) if way == "none" else settings
        self._completer = Completer(
            engine, cache=NoCache(), workspaces=checkout if way == "full" else None
        )
        self._completer.meter = Steady(SPEED)
        # A busy machine must not change what the model sees.
        self._completer.patience = 60.0

    async def ask(self, task: Task) -> AsyncIterator[Row]:
        """Answer at all cursors of a task, as if it were being typed.

        Of a line, one line is asked for; of a block, whatever is shown there.
        """
        base = replace(task.snapshot, uri=self._checkout.uri(task))
        block = task.kind == BLOCK
        settings = replace(self._settings, lines="auto" if block else "single")
        for number, share in enumerate(CURSORS[:1] if block else CURSORS):
            typed = task.truth[: round(len(task.truth) * share)]
            self._checkout.type(task, typed)
            text = base.text[: task.start] + typed + base.text[task.start :]
            snapshot = replace(base, text=text, version=number)
            answer = await self._completer.complete(
                snapshot, task.start + len(typed), settings, Cancel()
            )
            yield _row(task, self.way, number, task.truth[len(typed) :], answer)
        self._completer.forget(base.uri)


def _line_only(settings: Settings) -> Settings:
    return replace(settings, context_before=64, context_after=0)


def _row(task: Task, way: str, cursor: int, truth: str, answer: Answer) -> Row:
    outcome, done = answer.outcome, answer.finish
    text = outcome.text if isinstance(outcome, Suggestion) else ""
    if task.kind != BLOCK:
        text = text.partition("\n")[0]
    return Row(
        task=task.id,
        kind=task.kind,
        way=way,
        cursor=cursor,
        exact=exact(truth, text),
        kept=kept_prefix(truth, text),
        similarity=edit_similarity(truth, text),
        names=names_f1(truth, text),
        prompt_tokens=done.prompt_tokens if done else 0,
        evaluated_tokens=done.evaluated_tokens if done else 0,
        snippets=len(answer.snippets),
        total_ms=answer.trace.stages.get("total", 0.0),
        reason=outcome.reason.value if isinstance(outcome, Nothing) else "",
        truth=truth,
        text=text,
    )


def names_f1(truth: str, got: str) -> float:
    """Return F1 of the identifiers of `got` against those of `truth`, repeats counted."""
    wanted, found = Counter(_NAME.findall(truth)), Counter(_NAME.findall(got))
    if not wanted and not found:
        return 1.0
    common = (wanted & found).total()
    return 2 * common / (wanted.total() + found.total())


_NAME = re.compile(r"[^\W\d]\w*")


_MEASURES: dict[str, Callable[[Row], float]] = {
    "kept_prefix": lambda row: row.kept,
    "exact": lambda row: float(row.exact),
    "edit_similarity": lambda row: row.similarity,
    "names_f1": lambda row: row.names,
    "shown": lambda row: float(not row.reason),
}


def summary(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, object]]]:
    """Return the figures of each kind of line and each way."""
    return {
        kind: {way: _figures(_of(rows, kind, way)) for way in WAYS if _of(rows, kind, way)}
        for kind in sorted({row.kind for row in rows})
    }


def gains(rows: Sequence[Row], first: str, second: str) -> dict[str, dict[str, object]]:
    """Return by how much `second` is better than `first`, by kind of line; 95 % intervals.

    Cursors of one line are not independent: a line is one case, with the mean of its cursors.
    """
    found: dict[str, dict[str, object]] = {}
    for kind in sorted({row.kind for row in rows}):
        one, other = _of(rows, kind, first), _of(rows, kind, second)
        if one and other:
            found[kind] = {
                name: difference(_pairs(one, other, of))._asdict() for name, of in _MEASURES.items()
            }
    return found


def aims(rows: Sequence[Row]) -> dict[str, Aim]:
    """Return what context from the repository should reach."""
    found: dict[str, Aim] = {}
    of = _MEASURES["kept_prefix"]
    for kind in ("line_cross", "line_any"):
        window, full = _of(rows, kind, "window"), _of(rows, kind, "full")
        if not (window and full):
            continue
        gain = difference(_pairs(window, full, of))
        if kind == "line_cross":
            share = mean([of(row) for row in full]) / max(1e-9, mean([of(row) for row in window]))
            found["line_cross_kept_ratio"] = at_least(share, 1.1)
            found["line_cross_gain_low"] = above(gain.low, 0.0)
        else:
            found["line_any_gain"] = at_least(gain.mean, 0.0)
    if prompts := [row.prompt_tokens for row in rows if row.way == "full"]:
        found["prompt_tokens"] = at_most(max(prompts), 1200)
    return found


def cases(rows: Sequence[Row]) -> list[Case]:
    """Return the tasks as cases that can be compared with those of another run.

    As in `gains`, a line is one case, with the mean of its cursors.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        form = "blocks" if row.kind == BLOCK else "lines"
        found.setdefault((row.task, f"{row.way}, {form}"), []).append(row)
    return [
        Case(
            task, way, {name: mean([of(row) for row in of_task]) for name, of in _MEASURES.items()}
        )
        for (task, way), of_task in found.items()
    ]


def _figures(rows: Sequence[Row]) -> dict[str, object]:
    shown = [row for row in rows if not row.reason]
    reasons = Counter(row.reason for row in rows if row.reason)
    return {
        "tasks": len({row.task for row in rows}),
        "n": len(rows),
        # Where nothing is shown, nothing is right.
        **{name: mean([of(row) for row in rows]) for name, of in _MEASURES.items()},
        "of_shown": {name: mean([of(row) for row in shown]) for name, of in _MEASURES.items()},
        "reasons": dict(sorted(reasons.items())),
        "kept_prefix_by_cursor": [
            mean([row.kept for row in rows if row.cursor == cursor])
            for cursor in range(len(CURSORS))
        ],
        "prompt_tokens_median": median([row.prompt_tokens for row in rows]),
        "prompt_tokens_max": max(row.prompt_tokens for row in rows),
        "snippets_mean": mean([row.snippets for row in rows]),
        "total_ms_median": median([row.total_ms for row in rows]),
    }


def _of(rows: Sequence[Row], kind: str, way: str) -> list[Row]:
    return [row for row in rows if row.kind == kind and row.way == way]


def _pairs(
    one: Sequence[Row], other: Sequence[Row], of: Callable[[Row], float]
) -> list[tuple[float, float]]:
    """Return a pair for each task that both have: the means over its cursors."""
    first, second = _by_task(one, of), _by_task(other, of)
    return [(first[task], second[task]) for task in first if task in second]


def _by_task(rows: Sequence[Row], of: Callable[[Row], float]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(row.task, []).append(of(row))
    return {task: mean(values) for task, values in found.items()}
