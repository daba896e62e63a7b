"""Code as the words that its identifiers are made of.

``getUserName`` and ``get_user_name`` are both ``get``, ``user``, ``name``, and also the whole
``getusername``: the parts find what is alike, the whole finds what is the same. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_IDENTIFIER = re.compile(r"[^\W\d]\w*")

# HTTPServer -> HTTP Server; letters without case stay together.
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")

# Longer identifiers are hashes and data.
_LONGEST = 60


def words(code: str) -> Iterator[str]:
    """Yield the words of `code` in its order, in lower case, as often as they stand there."""
    for identifier in _IDENTIFIER.findall(code):
        if len(identifier) > _LONGEST:
            continue
        if identifier.islower() and identifier.isalpha():
            yield identifier
            continue
        parts = _PART.findall(identifier)
        for part in parts:
            # One digit or letter says nothing.
            if len(part) > 1:
                yield part.lower()
        if len(parts) > 1:
            yield identifier.replace("_", "").lower()


def terms(code: str) -> tuple[str, ...]:
    """Return the different words of `code`, each at its first place."""
    return tuple(dict.fromkeys(words(code)))
