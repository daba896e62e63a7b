"""One file as the index keeps it: from its text to an `Entry`. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from pillion.context.index.words import words
from pillion.context.redact import redact
from pillion.syntax import grammars
from pillion.syntax.languages import Language, language_for_path, language_of
from pillion.syntax.outline import Outline, outline
from pillion.text.utf8 import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER_STEMS = {"__init__", "index", "mod"}
"""Names of files that stand for their folder."""

# Words of one chunk: minified code and tables of data have more, and they say little.
_MOST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of one text."""

    path: str
    language: str
    hash: bytes
    outline: Outline
    words: Sequence[str]
    """The words of each chunk in alphabetical order, with blanks between: how often each stands
    there is all that a search needs, and the text cannot be told from it."""


def entry_of(path: str, text: str) -> Entry:
    """Return the entry of a file's text; secrets in it are in no part of the entry."""
    language = language_at(path)
    digest = digest_of(text)
    text = redact(text, language_for_path(path))
    found = outline(text, language)
    return Entry(
        path,
        language.id,
        digest,
        found,
        [_words(text[chunk.start : chunk.end]) for chunk in found.chunks],
    )


def language_at(path: str) -> Language:
    """Return the language of a file, by its name."""
    return _language(path.rpartition("/")[2])


@cache
def indexed(language: Language) -> bool:
    """Tell whether files of `language` belong into the index."""
    row = grammars.table().get(language.id)
    return row is not None and bool(row.get("index", True))


def digest_of(text: str) -> bytes:
    """Return the hash that stands for a file's content."""
    return hashlib.blake2b(clean(text).encode(), digest_size=16).digest()


def tail_of(path: str) -> str:
    """Return the word by which a file is imported: its stem, or its folder's name."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folder.rpartition("/")[2] if stem in FOLDER_STEMS else stem


# One answer is about hundreds of files, and most have a name like many others.
@lru_cache(maxsize=4096)
def _language(name: str) -> Language:
    return language_of(language_for_path(name))


def _words(code: str) -> str:
    found = []
    for number, word in enumerate(words(code)):
        if number >= _MOST_WORDS:
            break
        found.append(word)
    return " ".join(sorted(found))
