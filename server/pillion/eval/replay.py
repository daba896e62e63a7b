"""Keystrokes for the benchmarks: stretches of real files, typed again character by character.

A stretch is some consecutive lines in the middle of a file. At each cursor the document is the
file with the rest of the stretch missing: what a user has who writes these lines there.
"""

from __future__ import annotations

import random
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.syntax.languages import language_for_path
from pillion.text.lines import indent_of
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_COMMENTS = ("#", "//", "*", "/*", '"""')

_ABOVE, _BELOW = 20, 30
"""A stretch has so many lines above and below it, at least: a place in the middle of a file."""

_SIZES = range(8_000, 200_000)
"""Bytes of a file that is chosen by itself: long enough to fill the window of the model."""


@dataclass(frozen=True, slots=True)
class Keystroke:
    """One cursor: the document as it is when the user has typed so far."""

    file: str
    line: int
    column: int
    snapshot: Snapshot
    offset: int
    truth: str
    """The rest of the line as it really was."""
    first_of_line: bool
    first_of_file: bool


def stretch(path: Path, *, keystrokes: int, every: int, seed: int) -> list[Keystroke]:
    """Return up to `keystrokes` cursors of one stretch of a file, at each `every`-th character.

    The first cursor of a line is behind its indentation. The choice depends only on the seed and
    the file's text. Files with too few lines give fewer keystrokes, or none.
    """
    text = path.read_text(encoding="utf-8")
    uri, language = path.resolve().as_uri(), language_for_path(path)
    whole = Snapshot(uri, text, language=language)
    last = len(whole.lines) - _BELOW
    able = [number for number in range(_ABOVE, last) if _is_code(whole.line(number))]
    if not able:
        return []
    random.Random(f"{seed} {path.name}").shuffle(able)  # noqa: S311 - not a secret.
    tried = (_places(whole, first, last, keystrokes, every) for first in able)
    places = next((found for found in tried if len(found) == keystrokes), None)
    if not places:
        places = _places(whole, min(able), last, keystrokes, every)
    end = whole.lines.ends[places[-1][0]]
    found = []
    for index, (number, column) in enumerate(places):
        offset = whole.lines.starts[number] + column
        found.append(
            Keystroke(
                path.name,
                number + 1,
                column,
                Snapshot(uri, text[:offset] + text[end:], version=index, language=language),
                offset,
                text[offset : whole.lines.ends[number]],
                first_of_line=index == 0 or places[index - 1][0] != number,
                first_of_file=index == 0,
            )
        )
    return found


def by_line(keystrokes: Iterable[Keystroke]) -> list[list[Keystroke]]:
    """Group keystrokes by line."""
    lines: list[list[Keystroke]] = []
    for keystroke in keystrokes:
        if keystroke.first_of_line or not lines:
            lines.append([])
        lines[-1].append(keystroke)
    return lines


def shares(total: int, files: int) -> list[int]:
    """Divide `total` keystrokes among files, as evenly as can be."""
    return [total // files + (index < total % files) for index in range(files)]


def installed_files(count: int, seed: int) -> list[Path]:
    """Choose source files of installed packages: half Python, half TypeScript if there is any.

    TypeScript is looked for in `node_modules` folders below the current one.
    """
    python = _sources([Path(sysconfig.get_path("purelib"))], "*.py")
    modules = [path for path in Path.cwd().glob("**/node_modules") if path.is_dir()]
    typescript = [path for path in _sources(modules, "*.ts") if not path.name.endswith(".d.ts")]
    chooser = random.Random(seed)  # noqa: S311 - not a secret.
    half = count // 2 if typescript else 0
    chosen = chooser.sample(typescript, min(half, len(typescript)))
    return chooser.sample(python, min(count - len(chosen), len(python))) + chosen


def _sources(folders: Sequence[Path], pattern: str) -> list[Path]:
    """Return source files of a fit size, one of each name: results tell files by their names."""
    found = (path for folder in folders for path in sorted(folder.rglob(pattern)))
    fit = (path for path in found if path.is_file() and path.stat().st_size in _SIZES)
    return sorted({path.name: path for path in fit}.values())


def _places(
    whole: Snapshot, first: int, last: int, keystrokes: int, every: int
) -> list[tuple[int, int]]:
    """Return line and column of each cursor, from line `first` on."""
    places: list[tuple[int, int]] = []
    for number in range(first, last):
        line = whole.line(number)
        columns = range(len(indent_of(line)), len(line.rstrip()), every)
        places += [(number, column) for column in columns][: keystrokes - len(places)]
        if len(places) == keystrokes:
            break
    return places


def _is_code(line: str) -> bool:
    stripped = line.strip()
    return 20 <= len(stripped) <= 100 and not stripped.startswith(_COMMENTS)
