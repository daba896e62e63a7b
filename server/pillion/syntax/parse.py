"""Text to a tree-sitter tree, once per text.

A request asks for the tree of the same text several times, and of nearly the same text at the
next keystroke: the last few trees are kept, and a large text is parsed from the tree of the one
before it. Parsing is bounded by size and by processor time; what is beyond gets no tree, and the
callers fall back to plain text. Nothing here raises.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tree_sitter import Parser, QueryCursor

from pillion.syntax import grammars
from pillion.text.utf8 import ByteOffsets

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node, Tree

    from pillion.syntax.languages import Language

# About 10,000 lines. A first parse takes 0.25 ms per 1,000 characters (Xeon, 2 cores), so this
# is 100 ms, once; a keystroke then costs a few.
MAX_CHARS = 400_000

# Typing in a smaller text parses it afresh: that takes under 15 ms, and the tree of broken code
# then does not depend on what was typed before.
REUSE_FROM = 50_000

# Text that is nothing but errors takes up to 10 times as long (a repeated quote read as
# JavaScript: 1.4 s for 200,000 characters). Processor time, so that a busy machine changes
# nothing.
MAX_SECONDS = 0.3

# tree-sitter's queries take quadratic time in the children of an error (7 s for 100,000 open
# brackets), and an error that swallowed so many tokens says nothing about the code.
MAX_ERROR_CHILDREN = 4_000

# So many texts like one that was given up are refused without trying: a document that cannot be
# parsed then costs MAX_SECONDS once in as many keystrokes, not at each.
_REFUSALS = 20

_KEPT = 8
_CHUNK, _LONG = 512, 1 << 16


@dataclass(frozen=True, eq=False)
class Parsed:
    """A text and its tree; the tree counts bytes, everything else code points."""

    language: Language
    tree: Tree
    offsets: ByteOffsets

    @property
    def broken(self) -> bool:
        """Whether there is any syntax error in the text."""
        return self.tree.root_node.has_error

    def span(self, node: Node) -> tuple[int, int]:
        """Return the code-point offsets of `node`."""
        return self.offsets.to_char(node.start_byte), self.offsets.to_char(node.end_byte)

    def matches(self, question: str, start: int, end: int) -> list[dict[str, list[Node]]]:
        """Return the matches of a query that touch ``text[start:end]``, in the text's order."""
        query = grammars.query_of(self.language, question)
        if query is None:
            return []
        cursor = QueryCursor(query)
        # A byte more on each side: nodes that end or begin right there count, too.
        to_byte = self.offsets.to_byte
        cursor.set_byte_range(max(0, to_byte(start) - 1), to_byte(end) + 1)
        return [captures for _, captures in cursor.matches(self.tree.root_node)]

    def everything(self, question: str) -> list[tuple[int, dict[str, list[Node]]]]:
        """Return all matches of a query, each with the number of its pattern."""
        query = grammars.query_of(self.language, question)
        return QueryCursor(query).matches(self.tree.root_node) if query else []

    def captured(self, question: str) -> dict[str, list[Node]]:
        """Return all nodes that a query captures, by the name of the capture."""
        query = grammars.query_of(self.language, question)
        return QueryCursor(query).captures(self.tree.root_node) if query else {}

    def slice(self, node: Node) -> str:
        """Return the text of `node`."""
        return self.offsets.data[node.start_byte : node.end_byte].decode(errors="replace")


def parse(text: str, language: Language) -> Parsed | None:
    """Parse `text`; None where there is no grammar, or the text is too large or too garbled."""
    if language.grammar is None or len(text) > MAX_CHARS:
        return None
    grammar = grammars.grammar_of(language)
    if grammar is None:
        return None
    key = (language.id, text)
    with _lock:
        if key in _trees:
            _trees.move_to_end(key)
            return _trees[key]
        if _refused(key):
            return None
        before = next((kept for kept in reversed(_trees.values()) if _useful(kept, key)), None)
    parsed = _parse(text, language, grammar, before)
    with _lock:
        _trees[key] = parsed
        if parsed is None:
            _refusals[key] = _REFUSALS
        while len(_trees) > _KEPT:
            _refusals.pop(_trees.popitem(last=False)[0], None)
    return parsed


_lock = threading.Lock()
_trees: OrderedDict[tuple[str, str], Parsed | None] = OrderedDict()

# Texts that were given up, and how many more like them are refused unseen.
_refusals: dict[tuple[str, str], int] = {}


def _refused(key: tuple[str, str]) -> bool:
    """Tell whether a text much like this one was given up a few requests ago."""
    for given_up, left in _refusals.items():
        if _similar(given_up, key):
            _refusals[given_up] = left - 1
            if left <= 1:
                del _refusals[given_up]
            return True
    return False


def _useful(kept: Parsed | None, key: tuple[str, str]) -> bool:
    """Tell whether the tree of `kept` is a good start for parsing the text of `key`."""
    if kept is None or len(key[1]) < REUSE_FROM:
        return False
    return _similar((kept.language.id, kept.offsets.text), key)


def _similar(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether two texts look like one document before and after an edit."""
    (language, old), (other_language, new) = one, other
    # Most edits are small and leave a piece at either end as it was.
    return (
        language == other_language
        and abs(len(old) - len(new)) < 5_000
        and (old[:1_000] == new[:1_000] or old[-1_000:] == new[-1_000:])
    )


def _parse(text: str, language: Language, grammar: Grammar, before: Parsed | None) -> Parsed | None:
    offsets = ByteOffsets(text)
    data = offsets.data
    deadline = time.thread_time() + MAX_SECONDS
    parsing = True

    def read(byte: int, _: object) -> bytes | bytearray:
        # The tree keeps this function: queries ask it for the text of nodes, and want bytes.
        return _pieces.of(data, byte) if parsing else data[byte : byte + _LONG]

    def too_slow(_: int, __: bool) -> bool:
        return time.thread_time() > deadline

    parser = Parser(grammar)
    try:
        if before is None:
            tree = parser.parse(read, progress_callback=too_slow)
        else:
            tree = parser.parse(read, _edited(before, data), progress_callback=too_slow)
    except ValueError:  # The progress callback ended it.
        return None
    finally:
        parsing = False
    return None if _garbled(tree.root_node) else Parsed(language, tree, offsets)


class _Pieces(threading.local):
    """The buffers in which a thread hands text to tree-sitter, one of each size.

    tree-sitter needs a buffer until it asks for the next one, but never lets go of it (0.26.1): a
    new one for each piece would keep every version of every document in memory.
    """

    def __init__(self) -> None:
        self._buffers: dict[int, bytearray] = {}

    def of(self, data: bytes, start: int) -> bytearray:
        """Return the piece of `data` from `start` on; good until the next call."""
        piece = data[start : start + _CHUNK]
        buffer = self._buffers.get(len(piece))
        if buffer is None:
            buffer = self._buffers[len(piece)] = bytearray(len(piece))
        buffer[:] = piece
        return buffer


_pieces = _Pieces()


def _edited(before: Parsed, new: bytes) -> Tree:
    """Return the tree of `before`, told of the one change that makes its text `new`."""
    old = before.offsets.data
    limit = min(len(old), len(new))
    start = _common(old, new, limit)
    tail = _common_tail(old, new, limit - start)
    tree = before.tree.copy()
    tree.edit(
        start,
        len(old) - tail,
        len(new) - tail,
        _point(old, start),
        _point(old, len(old) - tail),
        _point(new, len(new) - tail),
    )
    return tree


def _common(old: bytes, new: bytes, limit: int) -> int:
    """Return how many of the first `limit` bytes are the same, by halving."""
    same, differ = 0, limit + 1
    while differ - same > 1:
        middle = (same + differ) // 2
        if old[same:middle] == new[same:middle]:
            same = middle
        else:
            differ = middle
    return same


def _common_tail(old: bytes, new: bytes, limit: int) -> int:
    """Return how many of the last `limit` bytes are the same, by halving."""
    same, differ = 0, limit + 1
    while differ - same > 1:
        middle = (same + differ) // 2
        old_part = old[len(old) - middle : len(old) - same]
        if old_part == new[len(new) - middle : len(new) - same]:
            same = middle
        else:
            differ = middle
    return same


def _point(data: bytes, byte: int) -> tuple[int, int]:
    return data.count(b"\n", 0, byte), byte - (data.rfind(b"\n", 0, byte) + 1)


def _garbled(root: Node) -> bool:
    """Tell whether an error near the top of the tree has swallowed most of the text."""
    errors = [root] if root.has_error else []
    for _ in range(100):
        if not errors:
            return False
        node = errors.pop()
        if node.child_count > MAX_ERROR_CHILDREN:
            if node.is_error:
                return True
            continue  # A long file or table; its children are well spread.
        errors += [child for child in node.children if child.has_error]
    return False
