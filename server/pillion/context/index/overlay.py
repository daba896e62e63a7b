"""The open documents whose text is not that on the disk: what they hold, in memory.

While a path is here, nothing of the file on the disk may show in any answer.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pillion.context.index.entry import Entry


@dataclass(frozen=True, slots=True)
class Layer:
    """One document: its entry, and its text to cut chunks from."""

    entry: Entry
    text: str


class Overlay:
    """The documents by path. Reading gives one state of all of them, which never changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._layers: dict[str, Layer] = {}

    def layers(self) -> dict[str, Layer]:
        """Return all documents as they are now."""
        return self._layers

    def put(self, layer: Layer) -> None:
        """Keep a document; it replaces the one before."""
        with self._lock:
            self._layers = self._layers | {layer.entry.path: layer}

    def drop(self, path: str) -> None:
        """Forget a document; unknown ones are ignored."""
        with self._lock:
            self._layers = {key: layer for key, layer in self._layers.items() if key != path}
