"""The languages Pillion knows, read from `grammars/languages.toml`.

A language that is not in the table is plain text; asking never fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from pillion.syntax import grammars


@dataclass(frozen=True, slots=True)
class Language:
    """What is known of a language."""

    id: str
    """Pillion's own name: ``python``, ``tsx``, ``cpp``, or ``plaintext`` for any other."""
    name: str
    line_comment: str
    blocks: str
    """How blocks are written: ``indent``, ``braces``, or ``none`` where that is unknown."""
    grammar: tuple[str, str] | None
    """Module of the tree-sitter grammar and its function; None means no parser."""
    queries: str = ""
    """Folder of the queries in `grammars/`, where it is not `id`."""
    quotes: str = ""
    """Characters that begin and end a string on one line."""
    header: str = ""
    """Pattern of a line that owns a block, without its indentation; for ``indent`` only."""


PLAIN = Language("plaintext", "Plain text", "", "none", None)


def language_of(language_id: str, uri: str = "") -> Language:
    """Return the language that an editor means by `language_id`, else by the ending of `uri`."""
    by_id, _, _ = _index()
    found = by_id.get(language_id.lower())
    return found or _by_name(uri.partition("#")[0].partition("?")[0].rpartition("/")[2]) or PLAIN


def language_for_path(path: str | PurePath) -> str:
    """Return the language id that an editor would give the file `path`."""
    found = _by_name(PurePath(path).name)
    return str(grammars.table()[found.id]["ids"][0]) if found else PLAIN.id


def languages() -> tuple[Language, ...]:
    """Return every language of the table."""
    return tuple(dict.fromkeys(_index()[0].values()))


def _by_name(name: str) -> Language | None:
    _, by_file, by_extension = _index()
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    return by_file.get(name) or by_extension.get(extension)


@cache
def _index() -> tuple[dict[str, Language], dict[str, Language], dict[str, Language]]:
    """Return the languages by editor id, by file name and by extension."""
    by_id: dict[str, Language] = {}
    by_file: dict[str, Language] = {}
    by_extension: dict[str, Language] = {}
    for name, row in grammars.table().items():
        grammar = row.get("grammar")
        language = Language(
            id=name,
            name=row["name"],
            line_comment=row["line_comment"],
            blocks=row["blocks"],
            grammar=(grammar[0], grammar[1]) if grammar else None,
            queries=row.get("queries", ""),
            quotes=row["quotes"],
            header=row.get("header", ""),
        )
        for key in (name, *row["ids"]):
            by_id.setdefault(key, language)
        for key in row.get("files", ()):
            by_file.setdefault(key, language)
        for key in row["extensions"]:
            by_extension.setdefault(key, language)
    return by_id, by_file, by_extension
