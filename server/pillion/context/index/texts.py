"""Reading files of the workspace: only those that may be read, and only as they were indexed."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.context.index.entry import digest_of

if TYPE_CHECKING:
    from pillion.context.ignore import Ignore

# To judge and read a file takes half a millisecond, and the next request mostly finds the same
# ones. What a file holds, and whether it may be read, is looked at again after so long.
_FRESH_SECONDS = 2.0

_KEPT = 64


class Texts:
    """The files below one root."""

    def __init__(self, ignore: Ignore) -> None:
        self._ignore = ignore
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Text] = OrderedDict()

    def read(self, path: str, digest: bytes) -> str | None:
        """Return the text of a file, if it is still that of `digest` and may be read."""
        found = self._get(path)
        return found.text if found.digest == digest else None

    def config(self, path: str) -> str | None:
        """Return a configuration file such as `tsconfig.json`; None where there is none."""
        return self._get(path).text

    def _get(self, path: str) -> _Text:
        now = time.monotonic()
        with self._lock:
            found = self._kept.get(path)
        if found is None or now - found.read > _FRESH_SECONDS:
            text = self._ignore.read(path)
            # An `Exclusion` is a string, too.
            plain = text if type(text) is str else None
            found = _Text(plain, b"" if plain is None else digest_of(plain), now)
            with self._lock:
                self._kept[path] = found
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return found


@dataclass(frozen=True, slots=True)
class _Text:
    text: str | None
    digest: bytes
    read: float
