"""Examples as the user reads and writes them: accepted, rejected, changed, or added. Pure.

What was decided travels as text, one example on each line, so that a conversation holds all of it
wherever it is kept, and reads well in Markdown:

    - accepted: `largest([3, 1])` returns `3`
    - rejected: `largest([])` returns `0`
    - accepted: `largest([])` raises `ValueError`

Where examples were just shown there is a short form of it, their numbers: `1 3 -2; 4 = None`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.clarify.evidence import same
from pillion.assist.clarify.stated import arguments, literal
from pillion.assist.clarify.task import Example
from pillion.assist.testwriting import Case, has_float

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ACCEPT_ALL = "Accept all"
"""The first choice where examples are shown."""

MOST = 20
"""Examples that are read of one message."""

_RAISES = "raises "
_ALL = {"accept all", "all", "yes", "y", "ok", "yes to all"}

_LINE = re.compile(
    r"(?:[-*]\s*)?(?P<word>accepted|rejected)\s*:\s*`?(?P<name>[A-Za-z_]\w*)\((?P<call>.*)\)`?\s+"
    r"(?P<verb>returns|raises)\s+(?P<outcome>.+)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(?:-?\d+[\s,]*)+")
_CHANGED = re.compile(r"(?P<number>\d+)\s*={1,2}\s*(?P<outcome>.+)")
_OWN = re.compile(
    r"`?(?P<name>[A-Za-z_]\w*)\((?P<call>.*)\)`?\s*"
    r"(?:==|=|->|=>|returns|(?P<raises>raises))\s*(?P<outcome>.+)"
)
_ERROR = re.compile(r"(?:raises?\s+)?(?P<name>[A-Za-z_]\w*(?:Error|Exception|Iteration|Exit))")


@dataclass(frozen=True, slots=True)
class Decided:
    """What the user said of examples of one function."""

    function: str
    accepted: tuple[Example, ...] = ()
    rejected: tuple[Example, ...] = ()


def sentence(function: str, example: Example) -> str:
    """Return an example in words, as Markdown."""
    return _words(function, example, "`")


def plain(function: str, example: Example) -> str:
    """Return an example in words, as plain text."""
    return _words(function, example, "")


def written(decided: Decided) -> str:
    """Return what was decided as the lines that `read` reads."""
    lines = [f"- accepted: {sentence(decided.function, one)}" for one in decided.accepted]
    lines += [f"- rejected: {sentence(decided.function, one)}" for one in decided.rejected]
    return "\n".join(lines)


def read(text: str) -> Decided | None:
    """Return what a message decides; None for one that says anything else."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    found = [_line(line) for line in lines[:MOST]]
    if not found or len(lines) > MOST:
        return None
    return _joined(one for one in found if one) if all(found) else None


def picked(text: str) -> Decided | None:
    """Return what the lines of a page decide, whatever stands between them."""
    found = [_line(line.strip()) for line in text.splitlines()]
    return _joined([one for one in found if one][:MOST])


def short(text: str, function: str, shown: Sequence[Example]) -> Decided | None:
    """Return what the short form decides about the examples `shown`; None for anything else."""
    if text.strip().rstrip(".!").lower() in _ALL:
        return Decided(function, tuple(shown))
    found: list[tuple[str, bool, Example]] = []
    for part in list(_parts(text))[:MOST]:
        said = _part(part, function, shown)
        if said is None:
            return None
        found += said
    return _joined(found)


def outcome_of(text: str) -> str | None:
    """Return an outcome as the user writes it; None where it is no value and no error."""
    text = text.strip().strip("`").strip()
    if match := _ERROR.fullmatch(text):
        return f"{_RAISES}{match['name']}"
    return text if text == "set()" else literal(text)


def readable(function: str, example: Example) -> bool:
    """Whether an example can be written down and read again."""
    said = read(written(Decided(function, (example,))))
    return said is not None and all(
        one.call == example.call and same(one.outcome, example.outcome) for one in said.accepted
    )


def as_case(function: str, example: Example) -> Case:
    """Return an example as a test."""
    call = f"{function}({example.call})"
    if example.outcome.startswith(_RAISES):
        return Case(call, example.outcome.removeprefix(_RAISES), raises=True)
    return Case(call, example.outcome, near=has_float(_value(example.outcome)))


def _words(function: str, example: Example, quote: str) -> str:
    verb, outcome = "returns", example.outcome
    if outcome.startswith(_RAISES):
        verb, outcome = "raises", outcome.removeprefix(_RAISES)
    return f"{quote}{function}({example.call}){quote} {verb} {quote}{outcome}{quote}"


def _value(outcome: str) -> object:
    try:
        value: object = ast.literal_eval(outcome)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return value


def _line(line: str) -> tuple[str, bool, Example] | None:
    match = _LINE.fullmatch(line)
    if not match:
        return None
    raises = match["verb"].lower() == "raises"
    example = _example(match["call"], match["outcome"], raises=raises)
    return (match["name"], match["word"].lower() == "accepted", example) if example else None


def _parts(text: str) -> Iterator[str]:
    """Yield what stands between semicolons and line ends; a line in full may hold semicolons."""
    for line in filter(None, map(str.strip, text.splitlines())):
        yield from [line] if _line(line) else filter(None, map(str.strip, line.split(";")))


def _part(
    part: str, function: str, shown: Sequence[Example]
) -> list[tuple[str, bool, Example]] | None:
    if _NUMBERS.fullmatch(part):
        numbers = [int(number) for number in re.findall(r"-?\d+", part)]
        if not all(1 <= abs(number) <= len(shown) for number in numbers):
            return None
        return [(function, number > 0, shown[abs(number) - 1]) for number in numbers]
    if match := _CHANGED.fullmatch(part):
        number, outcome = int(match["number"]), outcome_of(match["outcome"])
        if not 1 <= number <= len(shown) or outcome is None:
            return None
        return [(function, True, Example(shown[number - 1].call, outcome))]
    if said := _line(part):
        return [said] if said[0] == function else None
    match = _OWN.fullmatch(part)
    if not match or match["name"] != function:
        return None
    example = _example(match["call"], match["outcome"], raises=bool(match["raises"]))
    return [(function, True, example)] if example else None


def _example(call: str, outcome: str, *, raises: bool) -> Example | None:
    """Return an example that can be run; None where call or outcome is no literal."""
    read_call = arguments(call)
    text = outcome.strip().strip("`").strip()
    if raises and not text.isidentifier():
        return None
    said = f"{_RAISES}{text}" if raises else outcome_of(text)
    return None if read_call is None or said is None else Example(read_call, said)


def _joined(found: Iterable[tuple[str, bool, Example]]) -> Decided | None:
    """Return it as one; of two that contradict each other the later holds."""
    said = list(found)
    if not said:
        return None
    function = said[-1][0]
    accepted: dict[str, Example] = {}
    rejected: dict[str, Example] = {}
    for name, is_accepted, example in said:
        if name != function:
            continue
        if is_accepted:
            accepted[example.call] = example
            if rejected.get(example.call) == example:
                del rejected[example.call]
        else:
            rejected[example.call] = example
            if accepted.get(example.call) == example:
                del accepted[example.call]
    return Decided(function, tuple(accepted.values()), tuple(rejected.values()))
