"""The SHA-256 of model files, remembered so that a start does not read half a gigabyte.

A record (size, modification time, hash) is kept beside a file of the models folder, and in that
folder for a file elsewhere. A file whose size or time differs from its record is read again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pillion.base.paths import models_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Record:
    size: int
    mtime_ns: int
    sha256: str


def known_sha256(path: Path) -> str:
    """Return the file's SHA-256, from its record if that still fits."""
    record = _read(_record_path(path))
    stat = path.stat()
    if record and (record.size, record.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
        return record.sha256
    return fresh_sha256(path)


def fresh_sha256(path: Path, reading: Callable[[int, int], None] | None = None) -> str:
    """Read the whole file, renew its record and return its SHA-256.

    `reading` gets the bytes read so far and those in all.
    """
    before = path.stat()
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            if reading:
                reading(done, before.st_size)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
        remember(path, digest.hexdigest())
    return digest.hexdigest()


def remember(path: Path, sha256: str) -> None:
    """Write the file's record. A folder that can't be written to only costs time later."""
    stat = path.stat()
    record = _record_path(path)
    fresh = record.with_name(f"{record.name}.{os.getpid()}-{threading.get_ident()}")
    with contextlib.suppress(OSError):
        record.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(_Record(stat.st_size, stat.st_mtime_ns, sha256)))
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(record)


def forget(path: Path) -> None:
    """Remove the file's record."""
    _record_path(path).unlink(missing_ok=True)


def _record_path(path: Path) -> Path:
    path = path.absolute()
    folder = models_dir().absolute()
    if path.parent == folder:
        return path.with_name(f"{path.name}.sha256.json")
    # Nothing is ever written into a folder of the user's.
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
    return folder / "elsewhere" / f"{name}.json"


def _read(record: Path) -> _Record | None:
    try:
        value = json.loads(record.read_text(encoding="utf-8"))
        return _Record(int(value["size"]), int(value["mtime_ns"]), str(value["sha256"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
