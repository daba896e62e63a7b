"""Speculation measured: is greedy output the same with drafts, and how much faster is it written?

The prompts are cursors in real files where a block of lines is missing. They fall in two classes
by what was really written there: the share of its word trigrams that stand in the window before
it, already. At least half is code that repeats nearby code (`repeats`), at most a tenth is not
(`elsewhere`); what lies between is left out. Each prompt is read once; then its answer is written
with and without drafts, in turn, so that the machine's other load hits both alike.

Speed is tokens per second of decoding, the first token left out (it comes with reading).
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.context.window import Budget, cut
from pillion.engine.base import Cancel, Request
from pillion.eval.figures import Aim, at_least, median, percentile, ratio
from pillion.prompt.fim import layout
from pillion.syntax.languages import language_for_path
from pillion.syntax.locate import locate
from pillion.text.lines import indent_of
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from pillion.engine.base import Engine, Finish
    from pillion.prompt.model_input import Prompt

REPEATS, ELSEWHERE = "repeats", "elsewhere"

SHARE_REPEATS, SHARE_ELSEWHERE = 0.5, 0.1
"""Trigrams of the true continuation found before it: at least, and at most."""

BLOCK_LINES = 8
"""Lines taken out at the cursor: the continuation that is looked at."""

MAX_TOKENS = 64

LEAST_TOKENS = 8
"""Shorter answers say nothing about speed; they only count for whether the output is the same."""

BUDGET = Budget(before=2400, after=600, typed_lines=8)
"""Characters around the cursor: a window for which a prompt is read in some five seconds."""

_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Case:
    """One prompt, and its class."""

    name: str
    kind: str
    share: float
    snapshot: Snapshot
    offset: int


@dataclass(frozen=True, slots=True)
class Result:
    """What drafts changed at one prompt."""

    name: str
    kind: str
    share: float
    identical: bool
    tokens: int
    plain_per_second: float
    drafted_per_second: float

    @property
    def ratio(self) -> float:
        """Decode speed with drafts, over that without."""
        return ratio(self.drafted_per_second, self.plain_per_second)


def overlap(before: str, after: str) -> float:
    """Return the share of word trigrams of `after` that stand in `before`."""
    known = set(_trigrams(before))
    wanted = _trigrams(after)
    return sum(item in known for item in wanted) / len(wanted) if wanted else 0.0


def kind_of(share: float) -> str | None:
    """Return the class of an overlap; None between the classes."""
    if share >= SHARE_REPEATS:
        return REPEATS
    return ELSEWHERE if share <= SHARE_ELSEWHERE else None


def cases(files: Sequence[Path], *, per_kind: int, seed: int) -> list[Case]:
    """Choose `per_kind` cursors of each class, spread over the files."""
    found: dict[str, list[Case]] = {REPEATS: [], ELSEWHERE: []}
    chooser = random.Random(seed)  # noqa: S311 - not a secret.
    places = [(path, chooser.random()) for path in files for _ in range(200)]
    chooser.shuffle(places)
    taken: set[tuple[Path, int]] = set()
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    wholes = {path: Snapshot(path.resolve().as_uri(), texts[path]) for path in files}
    for path, at in places:
        whole = wholes[path]
        number = int(20 + at * (len(whole.lines) - BLOCK_LINES - 40))
        block = number // BLOCK_LINES
        if number < 20 or (path, block) in taken or not whole.line(number).strip():
            continue
        taken.add((path, block))
        case = _case(path, whole, number)
        if case and len(found[case.kind]) < per_kind:
            found[case.kind].append(case)
    return found[REPEATS] + found[ELSEWHERE]


async def run(engine: Engine, asked: Sequence[Case]) -> AsyncIterator[Result]:
    """Ask at every cursor, with and without drafts in turn."""
    info = await engine.load()
    for number, case in enumerate(asked):
        window = cut(locate(case.snapshot, case.offset), BUDGET, None)
        prompt = layout(window, info.specials)
        if number == 0:  # The engine tries drafts out once before it uses them.
            await _write(engine, prompt, MAX_TOKENS, speculate=True)
        await _write(engine, prompt, 1, speculate=False)
        said: dict[bool, tuple[str, Finish]] = {}
        for speculate in (True, False) if number % 2 else (False, True):
            said[speculate] = await _write(engine, prompt, MAX_TOKENS, speculate=speculate)
        (plain, usual), (drafted, fast) = said[False], said[True]
        yield Result(
            case.name,
            case.kind,
            case.share,
            plain == drafted and usual.generated_tokens == fast.generated_tokens,
            usual.generated_tokens,
            _per_second(usual),
            _per_second(fast),
        )


def summary(results: Sequence[Result]) -> dict[str, object]:
    """Return the figures of each class."""
    return {
        kind: _kind([item for item in results if item.kind == kind])
        for kind in (REPEATS, ELSEWHERE)
    }


def aims(results: Sequence[Result]) -> dict[str, Aim]:
    """Return the figures with their bounds."""
    same = sum(item.identical for item in results)
    return {
        "prompts": at_least(len(results), 50),
        "identical": at_least(same, len(results)),
        "speed_ratio_repeats": at_least(median(_ratios(results, REPEATS)), 1.4),
        "speed_ratio_elsewhere": at_least(median(_ratios(results, ELSEWHERE)), 0.97),
    }


def _kind(results: Sequence[Result]) -> dict[str, object]:
    ratios = [item.ratio for item in results if item.tokens >= LEAST_TOKENS]
    timed = [item for item in results if item.tokens >= LEAST_TOKENS]
    written = sum(item.tokens - 1 for item in timed)
    plain = sum((item.tokens - 1) / item.plain_per_second for item in timed)
    drafted = sum((item.tokens - 1) / item.drafted_per_second for item in timed)
    return {
        "prompts": len(results),
        "identical": sum(item.identical for item in results),
        "timed": len(timed),
        "tokens": written,
        "speed_ratio_median": median(ratios),
        "speed_ratio_p10": percentile(ratios, 0.1),
        "speed_ratio_p90": percentile(ratios, 0.9),
        "speed_ratio_overall": ratio(plain, drafted),
        "plain_tokens_per_second": median([item.plain_per_second for item in timed]),
        "drafted_tokens_per_second": median([item.drafted_per_second for item in timed]),
    }


def _ratios(results: Sequence[Result], kind: str) -> list[float]:
    return [item.ratio for item in results if item.kind == kind and item.tokens >= LEAST_TOKENS]


def _case(path: Path, whole: Snapshot, number: int) -> Case | None:
    start = whole.lines.starts[number]
    offset = start + len(indent_of(whole.line(number)))
    end = whole.lines.ends[number + BLOCK_LINES - 1]
    share = overlap(whole.text[max(0, start - BUDGET.before) : start], whole.text[start:end])
    kind = kind_of(share)
    if kind is None:
        return None
    text = whole.text[:offset] + whole.text[end:]
    snapshot = Snapshot(whole.uri, text, language=language_for_path(path))
    return Case(f"{path.name}:{number + 1}", kind, share, snapshot, offset)


def _trigrams(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text)
    return list(zip(words, words[1:], words[2:], strict=False))


def _per_second(finish: Finish) -> float:
    return ratio((finish.generated_tokens - 1) * 1000, finish.decode_ms)


async def _write(
    engine: Engine, prompt: Prompt, tokens: int, *, speculate: bool
) -> tuple[str, Finish]:
    text = ""
    request = Request(prompt, tokens, session="bench", speculate=speculate)
    async for chunk in engine.stream(request, Cancel()):
        text += chunk.text
        if chunk.finish:
            return text, chunk.finish
    raise AssertionError("the stream ended without a finish")
