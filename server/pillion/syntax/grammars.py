"""The `grammars/` folder and the tree-sitter grammars it names.

Everything is loaded when it is first asked for, and once: a dozen grammars would cost every start
of the server tens of milliseconds. A grammar that cannot be loaded counts as absent, with one
line in the log; nothing here raises.
"""

from __future__ import annotations

import importlib
import logging
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tree_sitter import Language as Grammar
from tree_sitter import Query

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from pillion.syntax.languages import Language

_log = logging.getLogger(__name__)

# A checkout or an editable install: server/pillion/syntax/grammars.py -> the repository.
_SOURCE_TREE = Path(__file__).parents[3] / "grammars"


@cache
def folder() -> Traversable:
    """Return the folder with the queries: inside the package, or in the source tree."""
    shipped = files("pillion") / "grammars"
    return shipped if (shipped / "languages.toml").is_file() else _SOURCE_TREE


@cache
def table() -> dict[str, dict[str, Any]]:
    """Return `languages.toml`; empty where the installation lacks it."""
    try:
        return tomllib.loads((folder() / "languages.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        _log.error("no language table, every file is plain text: %s", type(error).__name__)
        return {}


@cache
def grammar_of(language: Language) -> Grammar | None:
    """Load the tree-sitter grammar of `language`, if it has one."""
    if language.grammar is None:
        return None
    module, function = language.grammar
    try:
        return Grammar(getattr(importlib.import_module(module), function)())
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        _log.warning("no parser for %s: %s", language.name, error)
        return None


@cache
def query_of(language: Language, question: str) -> Query | None:
    """Load the query that asks `question` (``site``, ``borders``) of `language`."""
    grammar = grammar_of(language)
    if grammar is None:
        return None
    try:
        return Query(grammar, _source(language.queries or language.id, question))
    except (OSError, ValueError) as error:
        _log.error("no query %s for %s: %s", question, language.name, error)
        return None


@cache
def words_of(language: Language) -> frozenset[str]:
    """Load the names that `language` brings along, where they are listed."""
    source = folder() / (language.queries or language.id) / "words.txt"
    return (
        frozenset(source.read_text(encoding="utf-8").split()) if source.is_file() else frozenset()
    )


_INHERITS = "; inherits: "


def _source(name: str, question: str) -> str:
    """Read a query; a first line ``; inherits: javascript`` puts that language's in front."""
    text = (folder() / name / f"{question}.scm").read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    if not first.startswith(_INHERITS):
        return text
    return _source(first.removeprefix(_INHERITS).strip(), question) + text
