"""What can be wrong with a suggestion without knowing what it means. Pure.

Written apart from the filters in `pillion.post`, and simpler than they are: a judge that shared
their rules would find them without fault. What the true text at the cursor has, too, is no defect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pillion.syntax.check import error_count
from pillion.syntax.languages import language_of
from pillion.text.lines import indent_of, is_blank

if TYPE_CHECKING:
    from pillion.text.snapshot import Snapshot


class Defect(StrEnum):
    """A kind of defect."""

    SPECIAL_TOKEN = "special_token"  # noqa: S105 - not a password.
    FENCE = "fence"
    DUPLICATED_FOLLOWING_LINE = "duplicated_following_line"
    REPEATED_PRECEDING_LINE = "repeated_preceding_line"
    DOUBLED_BRACKET_OR_QUOTE = "doubled_bracket_or_quote"
    SYNTAX_ERROR = "syntax_error"
    INDENTATION = "indentation"
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Inserted:
    """A suggestion in its place, and what was really there."""

    snapshot: Snapshot
    offset: int
    text: str
    replaced: int
    truth: str

    @property
    def document(self) -> str:
        """The document with the suggestion in it."""
        after = self.snapshot.text[self.offset + self.replaced :]
        return self.snapshot.text[: self.offset] + self.text + after


_SPECIAL = re.compile(
    r"<\|[\w -]{1,40}\|>|<\|\w{0,40}\|?$|<\uff5c|</?s>|\[/?INST\]"
    r"|<(?:fim|PRE|SUF|MID|EOT|repo_name|file_sep)[^>\n]*>"
)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]{2}")
_SENTENCE = re.compile(r"[ \t]*[A-Z][a-z']*(?:,? [a-z`'\"(][\w`'\"().-]*){4,}.*[.:!]?")
_CODE = re.compile(r"[=;{}\[\]<>]|\w\(|^\s*(?:from|import|class|def|return|if|for|while)\b")


def defects(inserted: Inserted) -> set[Defect]:
    """Return the kinds of defects of a suggestion."""
    checks = {
        Defect.SPECIAL_TOKEN: _special_token,
        Defect.FENCE: _fence,
        Defect.DUPLICATED_FOLLOWING_LINE: _duplicated_following_line,
        Defect.REPEATED_PRECEDING_LINE: _repeated_preceding_line,
        Defect.DOUBLED_BRACKET_OR_QUOTE: _doubled,
        Defect.SYNTAX_ERROR: _syntax_error,
        Defect.INDENTATION: _indentation,
        Defect.PROSE: _prose,
    }
    if not inserted.text.strip():
        return set()
    return {kind for kind, check in checks.items() if check(inserted)}


def _special_token(it: Inserted) -> bool:
    return any(match[0] not in it.snapshot.text for match in _SPECIAL.finditer(it.text))


def _fence(it: Inserted) -> bool:
    """A line that begins with a fence; behind a comment mark it is documentation."""
    text = _typed(it) + it.text
    return bool(_FENCE.search(text)) and not _FENCE.search(it.snapshot.text)


def _duplicated_following_line(it: Inserted) -> bool:
    below = _first(it.snapshot.text[it.offset + it.replaced :].partition("\n")[2].split("\n"))
    if not _WORD.search(below) or below in _lines(it, it.truth):
        return False
    return below in _lines(it, it.text)


def _repeated_preceding_line(it: Inserted) -> bool:
    start = it.snapshot.text.rfind("\n", 0, it.offset)
    above = _first(reversed(it.snapshot.text[: max(0, start)].split("\n")))
    lines, true = _lines(it, it.text), _lines(it, it.truth)
    # Written on an empty line only: half a line that was there is the user's own.
    if not is_blank(_typed(it)) or not _WORD.search(above) or not lines:
        return False
    return lines[0] == above and (not true or true[0] != above)


def _doubled(it: Inserted) -> bool:
    """The last character stands right of the suggestion once more, and makes one too many."""
    rest = it.snapshot.text[it.offset + it.replaced :].split("\n", 1)[0].strip()
    last = it.text.rstrip(" \t;,")[-1:]
    if not rest or last != rest[0] or last not in ")]}\"'`" or it.truth.rstrip()[-1:] == last:
        return False
    opener = {")": "(", "]": "[", "}": "{"}.get(last)
    if opener is None:
        return it.text.count(last) % 2 == 1
    return it.text.count(last) > it.text.count(opener)


def _syntax_error(it: Inserted) -> bool:
    """More errors than without it, and than with the true text."""
    language = language_of(it.snapshot.language, it.snapshot.uri)
    without = error_count(it.snapshot.text, language)
    text = it.snapshot.text
    true = error_count(text[: it.offset] + it.truth + text[it.offset :], language)
    errors = error_count(it.document, language)
    if errors is None or without is None or true is None:
        return False
    return errors > max(without, true)


def _indentation(it: Inserted) -> bool:
    """A line is indented with tabs where the document has none, or with blanks where it has none.

    Blanks behind tabs align; a comment's ` * ` is indented by one.
    """
    indents = [indent_of(line) for line in it.snapshot.text.split("\n") if not is_blank(line)]
    tabs = any("\t" in indent for indent in indents)
    blanks = any(indent.startswith("  ") for indent in indents)
    new = [indent_of(line) for line in it.text.split("\n")[1:] if not is_blank(line)]
    if is_blank(_typed(it)) and not it.text.startswith("\n"):
        new.append(_typed(it) + indent_of(it.text))
    return any(
        (not tabs and blanks and "\t" in indent)
        or (not blanks and tabs and indent.startswith("  "))
        for indent in new
    )


def _prose(it: Inserted) -> bool:
    """A whole line reads like a sentence, and neither side of it is a comment or a string."""
    if _SENTENCE.fullmatch(it.truth.strip().split("\n")[0]):
        return False
    marks = ("#", "//", "*", '"""', "'''", "/*", "`", '"', "'", "--", "///")
    lines = (_typed(it) + it.text).split("\n")
    around = it.snapshot.text[: it.offset].rsplit("\n", 8)[-8:]
    if any(line.lstrip().startswith(marks) or '"""' in line for line in (*lines, *around)):
        return False
    return any(
        _SENTENCE.fullmatch(line) and not _CODE.search(line) for line in lines if _WORD.search(line)
    )


def _typed(it: Inserted) -> str:
    """Return what stands on the cursor's line before it."""
    return it.snapshot.text[: it.offset].rpartition("\n")[2]


def _lines(it: Inserted, text: str) -> list[str]:
    """Return the lines as they come to stand in the document, blank ones left out."""
    rest = it.snapshot.text[it.offset + it.replaced :].split("\n", 1)[0]
    lines = (_typed(it) + text + rest).split("\n") if text.strip() else []
    return [line.rstrip() for line in lines if not is_blank(line)]


def _first(lines: object) -> str:
    """Return the first line that is not blank, or ``""``."""
    return next((line.rstrip() for line in lines if line.strip()), "")  # type: ignore[attr-defined]
