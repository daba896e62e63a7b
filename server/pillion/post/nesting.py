"""Brackets, strings and comments of a piece of text, found without a parser.

Post-processing looks at half-written code, and at languages without a grammar, many times per
request: a scan must be cheap and can only be practical, not exact. It knows comments, the string
forms of the supported languages and the three kinds of brackets. It never parses and never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pillion.syntax.languages import Language

CLOSER_OF = {"(": ")", "[": "]", "{": "}"}
OPENER_OF = {closer: opener for opener, closer in CLOSER_OF.items()}
CLOSERS = frozenset(OPENER_OF)
QUOTES = frozenset("\"'`")
MARKS = frozenset(('"""', "'''", *QUOTES))
"""What strings begin and end with."""
SPANNING = frozenset(('"""', "'''", "/*", "`"))
"""What begins a string or comment that may span lines."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """One bracket outside of strings and comments."""

    char: str
    offset: int


@dataclass(frozen=True, slots=True)
class Nesting:
    """What a scan found in a text."""

    brackets: tuple[Bracket, ...]
    quiet: tuple[tuple[int, int], ...]
    """Spans of strings and comments."""
    inside: str
    """What the end of the text stands in: the opening quote or comment mark, or ``""`` for code."""
    resumes: int | None
    """Where the string or comment ends that the text begins in; None where it does not end."""

    def open(self) -> tuple[Bracket, ...]:
        """Return the brackets that are still open at the end, outermost first."""
        return self._match()[0]

    def unopened(self) -> tuple[Bracket, ...]:
        """Return the closing brackets that nothing in the text opened, in order."""
        return self._match()[1]

    def between(self, start: int, end: int) -> Nesting:
        """Return what was found from `start` on and before `end`."""
        brackets = tuple(b for b in self.brackets if start <= b.offset < end)
        return Nesting(brackets, self.quiet, self.inside, self.resumes)

    def is_quiet(self, offset: int) -> bool:
        """Tell whether `offset` lies inside a string or comment that began before it."""
        if self.inside and offset > self.quiet[-1][0]:
            return True
        return any(start < offset < end for start, end in self.quiet)

    def _match(self) -> tuple[tuple[Bracket, ...], tuple[Bracket, ...]]:
        stack: list[Bracket] = []
        extra: list[Bracket] = []
        for bracket in self.brackets:
            if bracket.char in CLOSER_OF:
                stack.append(bracket)
            elif stack and CLOSER_OF[stack[-1].char] == bracket.char:
                stack.pop()
            else:
                extra.append(bracket)
        return tuple(stack), tuple(extra)


def scan(text: str, language: Language, inside: str = "") -> Nesting:
    """Find the brackets of `text`, which begins within the string or comment `inside`, if any."""
    shift = len(inside)
    brackets: list[Bracket] = []
    quiet: list[tuple[int, int]] = []
    ends_in = ""
    resumes = None
    whole = inside + text
    for match in _tokens(language.id, language.line_comment).finditer(whole):
        start, end = match.start() - shift, match.end() - shift
        if match.lastgroup == "bracket":
            brackets.append(Bracket(match[0], start))
            continue
        quiet.append((start, end))
        still_open = _still_open(match, language) if end == len(text) else ""
        ends_in = ends_in or still_open
        if start < 0 and not still_open:
            resumes = end
    return Nesting(tuple(brackets), tuple(quiet), ends_in, resumes)


def _still_open(match: re.Match[str], language: Language) -> str:
    """Return the mark that opened a token reaching the end of the text, if it is still open."""
    if match.lastgroup == "line":
        return language.line_comment
    return match["mark"] or match["quote"] or ""


class _Form(NamedTuple):
    """Strings or comments of a language: patterns of finished ones, and what they begin with."""

    closed: tuple[str, ...]
    marks: tuple[str, ...]


_NEVER = "(?!)"
_DOUBLE = r'"(?:\\.|[^"\\\n])*"'
_SINGLE = r"'(?:\\.|[^'\\\n])*'"
# Quoted characters of C, Java, Go and Rust; a lone quote there is a lifetime or a digit separator.
_CHARACTER = r"'(?:\\[^\n']?[^\n']{0,8}|[^'\\\n])'"
_BLOCK = r"/\*.*?\*/"
_RAW_GO = r"`[^`]*`"
_TEMPLATE = r"`(?:\\.|[^`\\])*`"
_TRIPLE = r'"""(?:\\.|[^\\])*?"""|' + r"'''(?:\\.|[^\\])*?'''"
# Bounded, since each one that is not closed would be searched for to the end of the text.
_RAW_RUST = r'\br(?P<hashes>#+)".{0,999}?"(?P=hashes)'
_STRING = r'"(?:\\.|[^"\\])*"'
_RAW_CPP = r'\bR"(?P<delimiter>[^()\s\\]{0,16})\(.{0,999}?\)(?P=delimiter)"'
_REGEX = r"(?<=[(,=:\[!&|?{};])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/"

# What may span lines comes first, so that `"""` is never read as an empty string and a quote.
_FORMS: dict[str, tuple[_Form, _Form]] = {
    "python": (_Form((_TRIPLE,), ('"""', "'''")), _Form((_DOUBLE, _SINGLE), ('"', "'"))),
    "javascript": (
        _Form((_BLOCK, _TEMPLATE), ("/*", "`")),
        _Form((_DOUBLE, _SINGLE, _REGEX), ('"', "'")),
    ),
    "go": (_Form((_BLOCK, _RAW_GO), ("/*", "`")), _Form((_DOUBLE, _CHARACTER), ('"',))),
    "rust": (_Form((_BLOCK, _RAW_RUST), ("/*",)), _Form((_STRING, _CHARACTER), ('"',))),
    "java": (_Form((_BLOCK, _TRIPLE), ("/*", '"""')), _Form((_DOUBLE, _CHARACTER), ('"',))),
    "c": (_Form((_BLOCK, _RAW_CPP), ("/*",)), _Form((_DOUBLE, _CHARACTER), ('"',))),
    "plaintext": (_Form((), ()), _Form((_DOUBLE,), ('"',))),
}
_SAME_AS = {"typescript": "javascript", "tsx": "javascript", "jsx": "javascript", "cpp": "c"}


@lru_cache(maxsize=32)
def _tokens(language: str, line_comment: str) -> re.Pattern[str]:
    spanning, single = _FORMS.get(_SAME_AS.get(language, language), _FORMS["plaintext"])
    return re.compile(
        "|".join(
            (
                f"(?P<line>{re.escape(line_comment)}[^\n]*)" if line_comment else _NEVER,
                f"(?P<spanning>{'|'.join(spanning.closed) or _NEVER})",
                f"(?P<unclosed>(?P<mark>{_any(spanning.marks)}).*\\Z)",
                f"(?P<single>{'|'.join(single.closed)})",
                # Only on the last line, so that a lone apostrophe hides nothing behind its line.
                f"(?P<tail>(?P<quote>{_any(single.marks)})[^\n]*\\Z)",
                r"(?P<bracket>[()\[\]{}])",
            )
        ),
        re.DOTALL,
    )


def _any(marks: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, marks)) or _NEVER
