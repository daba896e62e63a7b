"""An answer on its way to the user: Markdown, piece by piece, with three things put right.

- Blocks of code get the path of the file that the question is about, so that they can be applied
  there; a path that the model made up is taken away.
- Files and lines that are named but do not exist are marked where they are named.
- Where only a hint was asked for, blocks of code are left out.

Everything else goes through at once: only the first characters of a line that may be a fence, and
the line of a fence, are held back. Never calls the engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.syntax import grammars
from pillion.syntax.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Callable

NO_SUCH_FILE = " *(there is no such file)*"
NO_SUCH_LINE = " *(there is no such line)*"
LEFT_OUT = "*(The code is left to you.)*\n"

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)")
_MAYBE_FENCE = re.compile(r"[ \t]*(?:`{0,2}|~{0,2}|(?:`{3,}|~{3,})[^`\n]*)")
_PATH = re.compile(
    r"(?P<open>[`(\[*\"']*)(?P<path>[\w.-]+(?:[/\\][\w.-]+)*\.(?P<end>[A-Za-z]\w{0,9}))"
    r"(?::(?P<first>\d+)(?:-(?P<last>\d+))?)?[`)\]*\"'.,:;!?]*"
)
_NUMBER = re.compile(r"[`(*]*(?P<first>\d+)(?:\s*[-\u2013]\s*(?P<last>\d+))?[`)*.,:;!?]*")
_LINE_WORDS = {"line", "lines"}
_OTHER_ENDINGS = frozenset(
    {"md", "toml", "json", "yaml", "yml", "txt", "cfg", "ini", "html", "css", "sql", "sh", "xml"}
)


@dataclass(frozen=True, slots=True)
class About:
    """The file that a question is about."""

    path: str
    language: str


class Prose:
    """One answer while it is written; `feed` returns what may be shown."""

    def __init__(
        self,
        about: About | None,
        lines_of: Callable[[str], int | None],
        *,
        without_code: bool = False,
    ) -> None:
        """`lines_of` returns how many lines a file of the workspace has, None without the file."""
        self._about = about
        self._lines_of = lines_of
        self._without_code = without_code
        self._held = ""
        """The beginning of a line that may become a fence."""
        self._at_start = True
        self._fence = ""
        """The fence of the block that is open; empty outside of one."""
        self._word = ""
        self._before = ""
        """The word before that one."""

    @property
    def in_code(self) -> bool:
        """Whether a block of code is open."""
        return bool(self._fence)

    def feed(self, text: str) -> str:
        """Take what the model has written next."""
        shown = []
        for part in re.split(r"(\n)", text):
            if part == "\n":
                shown.append(self._end_line())
            elif part:
                shown.append(self._part(part))
        return "".join(shown)

    def end(self) -> str:
        """Return what is still held back, and close a block that is open."""
        shown = self._end_line(last=True) if self._held or self._word else ""
        if self._fence and not self._without_code:
            shown += ("" if self._at_start and not shown else "\n") + self._fence
        self._fence = ""
        return shown

    def _part(self, part: str) -> str:
        if self._at_start:
            self._held += part
            if _MAYBE_FENCE.fullmatch(self._held):
                return ""
            part, self._held, self._at_start = self._held, "", False
        if self._fence:
            return "" if self._without_code else part
        return self._prose(part)

    def _end_line(self, *, last: bool = False) -> str:
        end = "" if last else "\n"
        held, self._held = self._held, ""
        was_start, self._at_start = self._at_start, True
        if was_start:
            fence = _FENCE.fullmatch(held)
            if self._fence:
                return self._in_block(held, fence, end)
            if fence:
                return self._open(fence, end)
        elif self._fence:
            return "" if self._without_code else end
        return self._prose(held) + self._end_word() + end

    def _in_block(self, line: str, fence: re.Match[str] | None, end: str) -> str:
        if fence and fence["fence"].startswith(self._fence) and not fence["info"].strip():
            self._fence = ""
        return "" if self._without_code else line + end

    def _open(self, fence: re.Match[str], end: str) -> str:
        self._fence = fence["fence"]
        if self._without_code:
            return fence["indent"] + LEFT_OUT
        return f"{fence['indent']}{fence['fence']}{self._info(fence['info'])}{end}"

    def _info(self, info: str) -> str:
        """Return what a block says of itself: its language, and a path that exists."""
        language, _, path = info.strip().partition(" ")
        path = path.strip()
        if path and self._lines_of(path) is not None:
            return f"{language} {path}"
        about = self._about
        if about and language and _same_language(language, about.language):
            return f"{language} {about.path}"
        return language

    def _prose(self, part: str) -> str:
        shown = []
        for piece in re.split(r"(\s+)", part):
            if not piece:
                continue
            if piece.isspace():
                shown.append(self._end_word() + piece)
            else:
                self._word += piece
                shown.append(piece)
        return "".join(shown)

    def _end_word(self) -> str:
        """Return the mark for the word that has ended, if it names what is not there."""
        word, self._word = self._word, ""
        if not word:
            return ""
        before, self._before = self._before, word
        if before.lower().lstrip("(*`") in _LINE_WORDS and (number := _NUMBER.fullmatch(word)):
            lines = self._lines_of(self._about.path) if self._about else None
            return NO_SUCH_LINE if lines is not None and _last(number) > lines else ""
        match = _PATH.fullmatch(word)
        if not match or not _is_file(match):
            return ""
        lines = self._lines_of(match["path"].replace("\\", "/"))
        if lines is None:
            return NO_SUCH_FILE
        return NO_SUCH_LINE if match["first"] and _last(match) > lines else ""


def looped(text: str) -> bool:
    """Tell whether a text has come to repeat itself, as small models do; numbers may count on."""
    tail = _DIGITS.sub("0", text[-_TAIL:])
    lines = [line for line in tail.split("\n") if line.strip()]
    for size in range(1, 9):
        times = 4 if size < 3 else 3
        if len(lines) < times * size + 1:
            break
        # The last line is still being written.
        blocks = [
            lines[-1 - size * number : -1 - size * (number - 1) or None]
            for number in range(1, times + 1)
        ]
        if all(block == blocks[0] for block in blocks) and len("".join(blocks[0])) > 12:
            return True
    return _periodic(tail)


_TAIL = 2_000
_DIGITS = re.compile(r"\d+")
_LONGEST_PERIOD = 400
"""Characters of a sentence or two."""


def _periodic(tail: str) -> bool:
    """Tell whether a text ends in the same words again and again."""
    for size in range(6, _LONGEST_PERIOD):
        times = 6 if size < 60 else 4
        last = tail[-size:]
        if len(tail) < times * size:
            return False
        same = all(
            tail[-size * number : -size * (number - 1)] == last for number in range(2, times + 1)
        )
        # Rules, tables and rows of numbers are no words.
        if same and any(char.isalpha() for char in last) and len(set(last)) > 2:
            return True
    return False


def _last(match: re.Match[str]) -> int:
    return int(match["last"] or match["first"])


def _is_file(match: re.Match[str]) -> bool:
    """Tell whether a word is meant as a file; `Node.js` and `item.price` are not."""
    if match["end"].lower() not in _endings():
        return False
    if "://" in match[0]:
        return False
    quoted = "`" in match["open"]
    return bool(match["first"]) or quoted or "/" in match["path"] or "\\" in match["path"]


def _endings() -> frozenset[str]:
    rows = grammars.table().values()
    return _OTHER_ENDINGS | {ending for row in rows for ending in row["extensions"]}


def _same_language(name: str, language: str) -> bool:
    # Models write `python`, `py` or `rs`.
    one, other = language_of(name.lower(), f"x.{name.lower()}"), language_of(language)
    return one.id == other.id and one.grammar is not None
