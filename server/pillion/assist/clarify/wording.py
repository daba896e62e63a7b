"""What is open in the words of a request, found without a model. Pure.

Cheap checks for what people leave out or leave open: several readings side by side ("smallest or
largest"), a word that stands for a choice ("certain"), a sentence that breaks off, no word of what
comes out, unknown parameters. Each finding quotes the words that it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from pillion.assist.clarify.candidates import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pillion.assist.clarify.spec import Spec


class Open(StrEnum):
    """What is open."""

    READINGS = "readings"
    """Several readings stand side by side."""
    VAGUE = "vague"
    """A word stands for a choice that was not made."""
    BROKEN = "broken"
    """A sentence breaks off."""
    RESULT = "result"
    """Nothing says what comes out."""
    PARAMETERS = "parameters"
    """A head is there, but its parameters are not."""
    UNUSED = "unused"
    """A parameter is not spoken of."""
    UNBOUND = "unbound"
    """The words speak of a quantity by a letter that is no parameter."""
    EXAMPLES = "examples"
    """There is no example."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something open, and the words that show it."""

    what: Open
    quote: str = ""
    choices: tuple[str, ...] = ()
    """The readings, where the words name them."""
    phrase: str = ""
    """Where a reading is put in, the words that it replaces."""


_WORD = r"(?!(?:an?|the)\b)[A-Za-z0-9][\w'*-]*"
_NEXT = rf"(?:\s+than)?(?:\s*,?\s+or\s+|\s*/\s*|\s*,\s*(?=(?:{_WORD}\s*,?\s+or\b)))"
_LISTED = re.compile(rf"\b{_WORD}(?:{_NEXT}{_WORD})+")
_WITHOUT = re.compile(r"\bwith(?P<what>(?:\s+\w+){1,3}?)\s+or\s+without(?:(?P=what))?\b")
_NO_CHOICE = {"or", "the", "a", "an", "by", "than", "other", "others", "another", "etc"}
_SIGNS = re.compile(r"\+\s*/\s*-|±")


def findings(spec: Spec) -> list[Finding]:
    """Return what is open, the most telling first."""
    prose = spec.prose
    found = [*_signature(spec), *_readings(prose), *_broken(prose), *_vague(prose)]
    found += _result(prose)
    found += _unused(spec, prose)
    found += _unbound(spec, prose)
    if not spec.examples and not spec.unread:
        found.append(Finding(Open.EXAMPLES))
    return found


def _signature(spec: Spec) -> Iterator[Finding]:
    if spec.name and not spec.head:
        yield Finding(Open.PARAMETERS, f"{spec.name}(...)")


def _readings(prose: str) -> Iterator[Finding]:
    seen = set()
    for match in _LISTED.finditer(prose):
        words = [word for word in re.findall(_WORD, match[0]) if word.lower() not in _NO_CHOICE]
        low = [word.lower() for word in words]
        opposed = _opposed(low) and not _told_apart(prose, match)
        if len(set(low)) < 2 or not (opposed or _side_by_side(low, prose, match)):
            continue
        phrase = match[0]
        if tuple(low) not in seen:
            seen.add(tuple(low))
            choices = dict.fromkeys(_whole(word, phrase, prose[match.end() :]) for word in words)
            yield Finding(Open.READINGS, _line(phrase), tuple(choices), phrase)
    if without := _WITHOUT.search(prose):
        what = _line(without["what"])
        both = (f"with {what}", f"without {what}")
        yield Finding(Open.READINGS, _line(without[0]), both, without[0])
    if signs := _SIGNS.search(prose):
        yield Finding(Open.READINGS, signs[0], ("+", "-"), signs[0])


def _whole(word: str, phrase: str, behind: str) -> str:
    """Return a reading with the "than" that belongs to it, unless it stands behind all of them."""
    than = re.search(rf"\b{re.escape(word)}\s+than\b", phrase)
    return f"{word} than" if than and not behind.lstrip().startswith("than") else word


def _told_apart(prose: str, match: re.Match[str]) -> bool:
    """Whether the words around say that both are meant."""
    before = prose[max(0, match.start() - 30) : match.start()].lower()
    told = "|".join(words_of("opposites")["told"])
    return bool(re.search(rf"\b(?:{told})\b[^.]*$", before))


def _side_by_side(words: list[str], prose: str, match: re.Match[str]) -> bool:
    """Whether other words than opposites stand side by side where one of them is meant.

    Not where a condition names several cases, and not values: "if a or b", "return True or False".
    """
    table = words_of("alternatives")
    start = max(prose.rfind(mark, 0, match.start()) for mark in (".", ";", ",", "\n\n")) + 1
    clause = prose[start : match.start()].lower()
    cases = "|".join(map(re.escape, table["cases"]))
    if " or" not in match[0].replace("\n", " ") or re.search(rf"\b(?:{cases})\b", clause):
        return False
    return not any(word in table["values"] or word.isdigit() for word in words)


def _opposed(words: list[str]) -> bool:
    """Whether these words are opposites, kinds of the same thing, or its parts in other orders."""
    parts = [sorted(re.split(r"[-_/]", word)) for word in words]
    if len(parts[0]) > 1 and all(part == parts[0] for part in parts):
        return True
    return any(sum(word in group for word in set(words)) >= 2 for group in _opposites())


@cache
def _opposites() -> list[frozenset[str]]:
    return [frozenset(group) for group in words_of("opposites")["groups"]]


def _vague(prose: str) -> Iterator[Finding]:
    for word in words_of("vague")["words"]:
        if match := re.search(rf"\b{re.escape(word)}\b", prose, re.IGNORECASE):
            yield Finding(Open.VAGUE, _around(prose, match))
            return
    if match := re.search(r"\(?\be\.?g\.?[^)\n]*\bor\b[^)\n]*", prose):
        yield Finding(Open.VAGUE, _line(match[0]))


def _broken(prose: str) -> Iterator[Finding]:
    ends = set(words_of("open")["ends"])
    blocks = re.split(r"\n\s*\n", _without_headings(prose).strip())
    for block in blocks[-1:] if blocks[-1] else ():
        last = re.findall(r"[\w']+|[^\w\s]", block)
        if last and (last[-1].lower() in ends or last[-1] in ",;(" or _bare_number(block)):
            yield Finding(Open.BROKEN, _line(" ".join(block.split()[-5:])))
            return
    if match := re.search(r"\b(is|are|be|by|than|of|the)\s+,", prose):
        yield Finding(Open.BROKEN, _around(prose, match))


def _bare_number(block: str) -> bool:
    """Whether the last line is the number of a rule that is not there."""
    return bool(re.fullmatch(r"\s*\d+[.)]\s*", block.rsplit("\n", 1)[-1]))


def _without_headings(prose: str) -> str:
    """Leave out lines that only announce examples."""
    announces = (
        r"^\s*(for )?(some |the following )?(examples?|for instance|note|e\.g\.)\b.{0,25}:?\s*$"
    )
    return re.sub(announces, "", prose, flags=re.IGNORECASE | re.MULTILINE)


def _result(prose: str) -> Iterator[Finding]:
    text = _without_headings(prose).strip()
    words = "|".join(map(re.escape, words_of("result")["words"]))
    if len(text.split()) < 3 or not re.search(rf"\b(?:{words})\b", text, re.IGNORECASE):
        yield Finding(Open.RESULT, _line(text))


def _unused(spec: Spec, prose: str) -> Iterator[Finding]:
    """A parameter with a telling name that the words, or a synonym of its type, leave out."""
    low = prose.lower()
    for parameter in spec.parameters:
        stem = parameter.name.lower().rstrip("s0123456789_")
        telling = len(stem) > 3 and stem not in {"list", "string", "array", "number", "text"}
        if telling and stem[:4] not in low and parameter.name not in {"self", "args", "kwargs"}:
            yield Finding(Open.UNUSED, parameter.name)


def _unbound(spec: Spec, prose: str) -> Iterator[Finding]:
    names = {parameter.name.lower() for parameter in spec.parameters}
    # A capital letter in the middle of a sentence that names a number of things.
    match = re.search(r"(?<=[a-z]\s)([B-HJ-Z])(?=\s+[a-z]{3,})", prose)
    if spec.head and match and match[1].lower() not in names:
        yield Finding(Open.UNBOUND, match[1])


def _around(prose: str, match: re.Match[str]) -> str:
    """Return the words of a match with a few on both sides."""
    before = prose[: match.start()].split()[-3:]
    joined = "" if match.start() and prose[match.start() - 1].isspace() else before.pop()
    behind = prose[match.end() :]
    after = behind.split()[:3]
    glue = " " if behind[:1].isspace() else ""
    return _line(f"{' '.join(before)} {joined}{match[0]}{glue}{' '.join(after)}")


def _line(text: str) -> str:
    return " ".join(text.split()).strip(" ,;(")
