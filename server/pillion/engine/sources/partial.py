"""The beginning of a model file, growing, with its SHA-256 up to date.

All sources serve the same pinned bytes, so one may go on where another stopped.
A partial file has its own name and folder; nothing else reads it.
"""

from __future__ import annotations

import hashlib
import os
from typing import IO, TYPE_CHECKING, NamedTuple, Self

from pillion.base.errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GGUF_MAGIC = b"GGUF"

SCRATCH_SUFFIX = ".scratch"
"""Ends the names of folders beside a partial file that mean nothing once their pull is over."""

_BLOCK = 1 << 20


class Mark(NamedTuple):
    """A state of a partial file to go back to."""

    size: int
    digest: hashlib._Hash


class Partial:
    """An open partial file of at most `limit` bytes. Use it as a context manager.

    What an earlier attempt has left is kept; `reading` is told how much of it has been read.
    """

    def __init__(
        self, path: Path, limit: int, reading: Callable[[int], None] | None = None
    ) -> None:
        self.path = path
        self.size = 0
        self._limit = limit
        self._reading = reading
        self._digest = hashlib.sha256()
        self._file: IO[bytes] = path.open("a+b")

    def __enter__(self) -> Self:
        try:
            self._read_what_is_there()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self.size == 0:
            self.path.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """The SHA-256 of what is there."""
        return self._digest.hexdigest()

    def append(self, data: bytes) -> None:
        """Add bytes at the end. Raises `DownloadError` when they can't belong to the model."""
        if self.size + len(data) > self._limit:
            raise DownloadError(f"it sends more than the {self._limit:,} bytes the model has")
        if self.size == 0 and data[:4] != GGUF_MAGIC[: len(data)]:
            raise DownloadError("what it sends is no GGUF file")
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def mark(self) -> Mark:
        """Return the present state for `back_to`."""
        return Mark(self.size, self._digest.copy())

    def back_to(self, mark: Mark) -> None:
        """Drop everything that was appended after the mark was taken."""
        self._file.truncate(mark.size)
        self.size, self._digest = mark.size, mark.digest.copy()

    def reset(self) -> None:
        """Drop everything."""
        self.back_to(Mark(0, hashlib.sha256()))

    def sync(self) -> None:
        """Wait until the bytes are on the disk, so that a power cut can't undo a check."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read_what_is_there(self) -> None:
        if self.path.stat().st_size > self._limit:
            self._file.truncate(0)
        self._file.seek(0)
        while block := self._file.read(_BLOCK):
            self._digest.update(block)
            self.size += len(block)
            if self._reading:
                self._reading(self.size)
