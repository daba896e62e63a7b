"""The languages Pillion knows, read from `grammars/languages.toml`."""

from __future__ import annotations

from dataclasses import dataclass


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
