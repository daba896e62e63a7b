"""Cursors in real source files: where something is written next, and what was really there.

The choice depends on the seed and the files only. A cursor is kept as numbers, so that what the
model wrote there can be judged again without asking it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pillion.base.errors import UsageError
from pillion.syntax.languages import language_for_path, language_of
from pillion.text.lines import indent_of, is_blank
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

KINDS = ("line", "rest", "brackets", "block", "new line")
"""A line to write anew, the rest of one, what stands in brackets, some lines, one more line."""

SIZES = range(600, 60_000)
"""Bytes of a file: large enough to have surroundings, small enough to parse often."""

LONGEST_LINE = 300
"""Characters; files with longer ones are generated."""

BLOCK_LINES = 6
SKIPPED = (".min.js", ".d.ts", "_pb2.py", ".pb.go")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where to ask in a file: ``text[start:end]`` is taken out and `put` put in its place."""

    root: int
    """Number of the folder that `path` is relative to."""
    path: str
    language: str
    kind: str
    start: int
    end: int
    put: str = ""

    def document(self, text: str) -> tuple[Snapshot, int, str]:
        """Return the document, the cursor's offset in it, and what was really there."""
        truth = text[self.start : self.end]
        typed = text[: self.start] + self.put + text[self.end :]
        uri = f"file:///{self.root}/{self.path}"
        snapshot = Snapshot(uri, typed, language=self.language)
        return snapshot, self.start + len(self.put), truth


class Sources:
    """The source files below some folders, by language."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = [root.resolve() for root in roots]
        self.by_language: dict[str, list[tuple[int, str]]] = {}
        for number, root in enumerate(self._roots):
            for path in sorted(root.rglob("*")):
                language = language_for_path(path)
                known = language_of(language).grammar is not None
                if known and not path.name.endswith(SKIPPED) and _usable(path):
                    place = (number, path.relative_to(root).as_posix())
                    self.by_language.setdefault(language, []).append(place)
        if not self.by_language:
            raise UsageError("The folders hold no source files of a language with a grammar.")

    def text(self, root: int, path: str) -> str:
        """Return the text of a file."""
        return _read(self._roots[root] / path)

    def cursors(self, seed: int) -> Iterator[Cursor]:
        """Yield cursors without end, languages and kinds in turn, files and lines by chance."""
        rng = random.Random(seed)  # noqa: S311 - a sample, no secret.
        languages = sorted(self.by_language)
        for turn in range(10**9):
            language = languages[turn % len(languages)]
            kind = KINDS[turn // len(languages) % len(KINDS)]
            root, path = rng.choice(self.by_language[language])
            found = _place(self.text(root, path), kind, rng)
            if found:
                yield Cursor(root, path, language, kind, *found)


def _place(text: str, kind: str, rng: random.Random) -> tuple[int, int, str] | None:
    lines = Snapshot("", text).lines
    whole = [text[s:e] for s, e in zip(lines.starts, lines.ends, strict=True)]
    able = [n for n in range(5, len(whole) - 3) if len(whole[n].strip()) >= 3]
    if not able:
        return None
    number = rng.choice(able)
    line, start, end = whole[number], lines.starts[number], lines.ends[number]
    begin = start + len(indent_of(line))
    match kind:
        case "line":
            return begin, end, ""
        case "rest":
            places = [n for n in range(begin - start + 1, len(line)) if _border(line, n)]
            return (start + rng.choice(places), end, "") if places else None
        case "brackets":
            span = _brackets(line, rng)
            return (start + span[0], start + span[1], "") if span else None
        case "block":
            last = number
            depth = len(indent_of(line))
            while last + 1 < min(number + BLOCK_LINES, len(whole)):
                below = whole[last + 1]
                if is_blank(below) or len(indent_of(below)) < depth:
                    break
                last += 1
            return begin, lines.ends[last], ""
        case _:
            return end, end, "\n" + indent_of(line)


def _border(line: str, at: int) -> bool:
    return not (line[at - 1].isalnum() and line[at].isalnum())


def _brackets(line: str, rng: random.Random) -> tuple[int, int] | None:
    """Return what stands between two brackets of a line that belong together."""
    stack, spans = [], []
    for at, char in enumerate(line):
        if char in "([{":
            stack.append(at)
        elif char in ")]}" and stack:
            opened = stack.pop()
            if at > opened + 1:
                spans.append((opened + 1, at))
    return rng.choice(spans) if spans else None


def _usable(path: Path) -> bool:
    try:
        if not path.is_file() or path.stat().st_size not in SIZES:
            return False
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return len(lines) >= 20 and all(len(line) <= LONGEST_LINE for line in lines)


@lru_cache(maxsize=64)
def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()
