"""Prompt layouts compared on real keystrokes: which one is right most, and what a key costs.

The measurement behind design decision 1. Lines of real files are typed again, character by
character, with the true text before and after; each layout answers at every asked cursor.
"""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pillion.assist.contract import CHARS_PER_TOKEN
from pillion.context.window import Budget, cut
from pillion.engine.base import Cancel, Request, Sampling
from pillion.eval.metrics import exact, finishes_word, kept_prefix
from pillion.prompt.heal import Healed, split
from pillion.prompt.model_input import Prompt, Special
from pillion.syntax.languages import language_for_path
from pillion.syntax.locate import locate
from pillion.text.lines import indent_of
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from pillion.context.window import Window
    from pillion.engine.base import Engine, Finish
    from pillion.eval.tasks import Task
    from pillion.syntax.site import Site

MAX_TOKENS = 48
"""Enough for the rest of a line; longer lines are rare and count as far as they go."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay out a prompt."""

    name: str
    prompt: Callable[[Window], Prompt]
    suffix_tokens: int | None = None
    """Cut the suffix to this many tokens; None keeps the budget's."""
    typed_lines: int = 0
    """Line breaks that may stand after the middle token (see `context.window`)."""
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True, slots=True)
class Case:
    """One cursor: the document as it was when the user had typed so far."""

    file: str
    line: int
    snapshot: Snapshot
    offset: int
    truth: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one layout answered at one cursor."""

    file: str
    line: int
    column: int
    exact: bool
    kept: float
    evaluated: int
    prompt: int
    first_token_ms: float
    first_of_line: bool
    word: bool | None
    """Whether the word at the cursor was finished rightly; None outside words."""


def usual(window: Window) -> Prompt:
    """Typed text at the end of the prefix, as most tools do."""
    return _fim(window.prefix + window.typed, window.suffix, "", Healed("", "", last_token=False))


def usual_healed(window: Window) -> Prompt:
    """The usual layout with token healing."""
    healed = split(window.typed)
    return _fim(window.prefix + healed.whole, window.suffix, "", healed)


def typed_after(window: Window) -> Prompt:
    """Typed text after the middle token, not healed."""
    return _fim(window.prefix, window.suffix, window.typed, Healed("", "", last_token=False))


def typed_after_healed(window: Window) -> Prompt:
    """Typed text after the middle token, healed: what Pillion uses."""
    healed = split(window.typed)
    return _fim(window.prefix, window.suffix, healed.whole, healed)


def typed_after_healed_blank(window: Window) -> Prompt:
    """The same, but only a blank before the unfinished word is healed, no dot or bracket."""
    healed = split(window.typed)
    joint = healed.unfinished[:1]
    if joint and not joint.isspace() and not joint.isalnum() and joint != "_":
        healed = Healed(healed.whole + joint, healed.unfinished[1:], last_token=False)
    return _fim(window.prefix, window.suffix, healed.whole, healed)


LAYOUTS = (
    Layout("usual", usual),
    Layout("usual, healed", usual_healed),
    Layout("typed after middle, not healed", typed_after),
    Layout("typed after middle, word and blank healed", typed_after_healed_blank),
    Layout("typed after middle, healed", typed_after_healed),
    Layout("typed after middle, healed, suffix 64", typed_after_healed, suffix_tokens=64),
    Layout("typed after middle, healed, 8 lines", typed_after_healed, typed_lines=8),
    Layout(
        "typed after middle, healed, infill", typed_after_healed, sampling=Sampling(infill=True)
    ),
)


def cases(path: Path, *, lines: int, every: int, seed: int) -> list[Case]:
    """Choose `lines` lines of a file and ask at each `every`-th character of them.

    Lines are code of 20 to 100 characters, not the first 20 of the file; the choice depends only
    on the seed and the file's text.
    """
    text = path.read_text(encoding="utf-8")
    language = language_for_path(path)
    whole = Snapshot(path.as_uri(), text, language=language)
    able = [
        number
        for number in range(20, len(whole.lines))
        if 20 <= len(whole.line(number).strip()) <= 100
        and not whole.line(number).lstrip().startswith(("#", "//", "*", "/*", '"""'))
    ]
    chosen = sorted(random.Random(seed).sample(able, min(lines, len(able))))  # noqa: S311
    found = []
    for number in chosen:
        start, end = whole.lines.starts[number], whole.lines.ends[number]
        line = text[start:end]
        for column in range(len(indent_of(line)), len(line.rstrip()), every):
            typed = text[: start + column] + text[end:]
            snapshot = Snapshot(whole.uri, typed, version=column, language=language)
            found.append(Case(path.name, number + 1, snapshot, start + column, line[column:]))
    return found


def cases_inside_words(tasks: list[Task], *, seed: int) -> list[Case]:
    """Choose one cursor inside a word of each task, where it has one."""
    rng = random.Random(seed)  # noqa: S311
    found = []
    for task in tasks:
        truth, text = task.truth, task.snapshot.text
        able = [
            at for at in range(1, len(truth)) if _in_word(truth[at - 1]) and _in_word(truth[at])
        ]
        if not able:
            continue
        at = rng.choice(able)
        typed = text[: task.start] + truth[:at] + text[task.start :]
        snapshot = replace(task.snapshot, text=typed)
        found.append(Case(task.path, task.line, snapshot, task.start + at, truth[at:]))
    return found


async def run(
    engine: Engine, layout: Layout, asked: list[Case], budget_tokens: tuple[int, int]
) -> AsyncIterator[Result]:
    """Ask `layout` at every cursor, in order; each line is one typing session."""
    before, after = budget_tokens
    suffix = after if layout.suffix_tokens is None else layout.suffix_tokens
    budget = Budget(
        before=int(before * CHARS_PER_TOKEN),
        after=int(suffix * CHARS_PER_TOKEN),
        typed_lines=layout.typed_lines,
    )
    window: Window | None = None
    last: tuple[str, int] | None = None
    for case in asked:
        here = (case.file, case.line)
        if here != last:
            # A line below others was reached by typing them: the window was made above them.
            window = cut(_above(case, layout.typed_lines // 2), budget, None)
        site = locate(case.snapshot, case.offset)
        window = cut(site, budget, window)
        request = Request(layout.prompt(window), MAX_TOKENS, layout.sampling)
        text, first_ms, done = await _line(engine, request)
        yield Result(
            case.file,
            case.line,
            len(site.typed),
            exact(case.truth, text),
            kept_prefix(case.truth, text),
            done.evaluated_tokens,
            done.prompt_tokens,
            first_ms,
            first_of_line=here != last,
            word=finishes_word(case.truth, text) if _inside_word(case) else None,
        )
        last = here


def summary(results: list[Result]) -> dict[str, float]:
    """Return the figures of a layout; costs leave out the first keystroke of each line."""
    later = [result for result in results if not result.first_of_line] or results
    words = [result.word for result in results if result.word is not None]
    return {
        "in_word": len(words),
        "word": sum(words) / max(1, len(words)),
        "n": len(results),
        "exact": statistics.mean(result.exact for result in results),
        "kept_prefix": statistics.mean(result.kept for result in results),
        "evaluated_median": statistics.median(result.evaluated for result in later),
        "evaluated_mean": statistics.mean(result.evaluated for result in later),
        "prompt_median": statistics.median(result.prompt for result in results),
        "first_token_ms_median": statistics.median(result.first_token_ms for result in later),
    }


def _inside_word(case: Case) -> bool:
    before, after = case.snapshot.text[case.offset - 1 : case.offset], case.truth[:1]
    return bool(before and after) and _in_word(before) and _in_word(after)


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _above(case: Case, lines: int) -> Site:
    snapshot = case.snapshot
    number = max(0, snapshot.lines.at(case.offset) - lines)
    return locate(snapshot, snapshot.lines.starts[number])


def _fim(prefix: str, suffix: str, after: str, healed: Healed) -> Prompt:
    pieces = (Special.FIM_PREFIX, prefix, Special.FIM_SUFFIX, suffix, Special.FIM_MIDDLE, after)
    return Prompt(pieces, healed.unfinished, healed.last_token and bool(after))


async def _line(engine: Engine, request: Request) -> tuple[str, float, Finish]:
    """Generate up to the end of the line; return it, the time to first text, and the costs."""
    cancel, text, first = Cancel(), "", 0.0
    started = time.perf_counter()
    async for chunk in engine.stream(request, cancel):
        if chunk.text and not text.strip():
            first = (time.perf_counter() - started) * 1000
        text += chunk.text
        if "\n" in text:
            cancel.set()
        if chunk.finish:
            return text.split("\n")[0], first, chunk.finish
    raise AssertionError("the stream ended without a finish")
