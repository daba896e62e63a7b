"""The examples that a text states: calls and what they give, in the forms that people write.

`>>> f(2)` with the result below, `f(2) == 4`, `f(2) => 4`, `f(2) returns 4`, `assert f(2) == 4`,
"For x = 2 the output should be 4", and blocks of `Input:` and `Output:`. What is no literal is
left out. Pure.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.clarify.task import Example

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RAISES = "raises "
"""Begins the outcome of a call that has to fail; the name of the exception follows."""

_GIVES = re.compile(
    r"\s*`?\s*(?:==>|==|=>|->|➞|→|⟹|⇒|=|:|"
    r"(?:should|must|will)?\s*(?:returns?|gives?|be|is|outputs?|evaluates? to|yields?))\s*`?(.+)"
)
_FOR = re.compile(
    r"\b(?:[Ff]or|[Ii]f|[Gg]iven|[Ww]hen)\s+(\w+\s*=.+?),?\s+(?:then\s+)?"
    r"(?:the\s+)?(?:output|result|function|answer|it)\s+(?:should|must|will|is|returns?)\s*"
    r"(?:be|return|give)?:?\s*(.+)"
)
_BLOCK = re.compile(r"[ \t]*Input:?[ \t]*(.+)\n[ \t]*(?:Output|Result):?[ \t]*(.+)", re.IGNORECASE)
_WORDS = {"true": "True", "false": "False", "none": "None", "null": "None"}


@dataclass(frozen=True, slots=True)
class Stated:
    """An example, and where the text states it."""

    example: Example
    start: int
    end: int


def stated(text: str, name: str, parameters: Sequence[str]) -> list[Stated]:
    """Return the examples of `name` in `text`, in order."""
    found: list[Stated] = []
    offset = 0
    lines = text.splitlines(keepends=True)
    for index, line in enumerate(lines):
        below = lines[index + 1] if index + 1 < len(lines) else ""
        found += _in_line(line, below, offset, name)
        if (match := _FOR.search(line)) and f"{name}(" not in line:
            example = _example(match[1], match[2], parameters)
            if example:
                found.append(Stated(example, offset, offset + len(line)))
        offset += len(line)
    for match in _BLOCK.finditer(text):
        example = _example(match[1], match[2], parameters)
        if example:
            found.append(Stated(example, match.start(), match.end()))
    return list({one.example: one for one in found}.values())


def literal(text: str) -> str | None:
    """Return a literal of Python that `text` is or begins with, as `repr` writes it."""
    text = text.strip().strip("`").strip()
    text = _WORDS.get(text.rstrip(" .,;").lower(), text)
    for piece in _shorter(text):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return repr(ast.literal_eval(piece))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return None


def arguments(text: str, parameters: Sequence[str] = ()) -> str | None:
    """Return the arguments of a call, positional and as `repr` writes them; None if not literal."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call = ast.parse(f"f({text.strip()})", mode="eval").body
            if not isinstance(call, ast.Call):
                return None
            named = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
            values = [ast.literal_eval(value) for value in call.args]
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    if named and not values and set(named) == set(parameters):
        values = [named[parameter] for parameter in parameters]
    elif named and len(named) != 1:
        return None
    else:
        values += named.values()
    return ", ".join(map(repr, values))


def _in_line(line: str, below: str, offset: int, name: str) -> Iterator[Stated]:
    at = line.find(f"{name}(") if name else -1
    if at < 0 or (at and (line[at - 1].isalnum() or line[at - 1] == "_")):
        return
    end = closing(line, at + len(name))
    if end < 0:
        return
    call = arguments(line[at + len(name) + 1 : end])
    rest = line[end + 1 :]
    if call is None:
        return
    start, stop = offset, offset + len(line)
    if rest.strip():
        match = _GIVES.match(rest)
        value = literal(match[1] if match else rest)
        raised = re.match(r"\s*(?:should |must )?raises? (?:an? )?`?(\w+)", rest)
        if value is None and raised and raised[1][0].isupper():
            value = RAISES + raised[1]
    else:
        value, stop = literal(below), stop + len(below)
    if value is not None:
        yield Stated(Example(call, value), start, stop)


def _example(inputs: str, output: str, parameters: Sequence[str]) -> Example | None:
    call = arguments(inputs, parameters)
    if call is None:
        # "lst = [1] k = 2": a comma is missing.
        call = arguments(re.sub(r"(?<=[\])\w\"'])\s+(?=\w+\s*=)", ", ", inputs), parameters)
    value = literal(output)
    return Example(call, value) if call and value is not None else None


def closing(line: str, opening: int) -> int:
    """Return where the bracket at `opening` is closed; -1 where it is not."""
    depth, quote, skip = 0, "", False
    for at in range(opening, len(line)):
        char = line[at]
        if skip or char == "\\":
            skip = not skip
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if not depth:
                return at
    return -1


def _shorter(text: str) -> Iterator[str]:
    # "4." at the end of a sentence is no fraction.
    yield text.rstrip(" .,;")
    yield text
    for mark in ("#", "  ", " (", ". ", ", ", " "):
        if mark in text:
            yield text.partition(mark)[0]
