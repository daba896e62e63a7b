"""What a user attaches to a message, as plain values: `@file`, `@selection`, `@diff` and so on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of context that can be attached."""

    FILE = "file"
    SYMBOL = "symbol"
    SELECTION = "selection"
    PROBLEMS = "problems"
    DIFF = "diff"
    """What has changed since the last commit."""
    REPO = "repo"
    """Whatever in the workspace has to do with the question."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is attached; lines count from 0."""

    kind: Kind
    uri: str = ""
    first: int = 0
    last: int = 0
    """First and last line, of a selection or a symbol that an editor has found."""
    name: str = ""
    """Of a symbol. One without a document is looked for in the index."""


@dataclass(frozen=True, slots=True)
class Here:
    """The editor in front: its document, and the lines that are selected or hold the cursor."""

    uri: str
    first: int = 0
    last: int = 0
    selected: bool = False
    """Whether text is selected, and not only a cursor there."""
    whole: bool = False
    """Whether the definition around the cursor is meant where nothing is selected."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Text that is shown to the model beside a message; secrets are hidden in it."""

    title: str
    """What it is, in words, such as ``src/app.py, lines 3-9``."""
    text: str
    language: str = ""
    path: str = ""
    first: int = 0
    last: int = 0
    """Lines of the file, from 0."""
    selected: bool = False
    """What the user has selected; shown although it stands in another excerpt, too."""
