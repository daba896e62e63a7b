"""What a file is about: its definitions, imports, names, and pieces of it.

Text to plain values, for the index. Pure and bounded like parsing itself: a file that is too
large or too garbled to parse has chunks and names, but no definitions.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.syntax.chunks import Chunk, chunks
from pillion.syntax.definitions import KINDS, Definition, definitions
from pillion.syntax.imports import ALL, Import, imports
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pillion.syntax.languages import Language
    from pillion.syntax.parse import Parsed

__all__ = ["ALL", "KINDS", "Chunk", "Definition", "Import", "Outline", "outline"]


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of one text."""

    definitions: tuple[Definition, ...] = ()
    imports: tuple[Import, ...] = ()
    references: Mapping[str, int] = field(default_factory=dict)
    """How often each identifier stands in the code, definitions included."""
    chunks: tuple[Chunk, ...] = ()


def outline(text: str, language: Language) -> Outline:
    """Return the outline of `text`."""
    parsed = parse(text, language)
    if parsed is None:
        return Outline(references=Counter(_WORD.findall(text)), chunks=chunks(text, None))
    return Outline(definitions(parsed), imports(parsed), _references(parsed), chunks(text, parsed))


_WORD = re.compile(r"[^\W\d]\w*")


def _references(parsed: Parsed) -> Mapping[str, int]:
    data = parsed.offsets.data
    nodes = parsed.captured("references").get("reference", ())
    counted = Counter(data[node.start_byte : node.end_byte] for node in nodes)
    return {name.decode(errors="replace"): count for name, count in counted.items()}
