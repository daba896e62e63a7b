"""`pillion doctor`: whether Pillion's own folders can be used, and opening those that cannot."""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import stat
import tempfile
from typing import TYPE_CHECKING

from pillion.base import paths
from pillion.commands.finding import Finding

if TYPE_CHECKING:
    from pathlib import Path

_MIN_FREE_BYTES = 1_000_000_000


def examine_folders() -> list[Finding]:
    """Look at the folders that exist, and at the place of those that do not exist yet."""
    places = {
        "cache": (paths.cache_dir(), "PILLION_CACHE_DIR"),
        "models": (paths.models_dir(), "PILLION_MODELS_DIR"),
        "runtime": (paths.runtime_dir(), "PILLION_RUNTIME_DIR"),
        "logs": (paths.log_dir(), "PILLION_LOG_DIR"),
        "statistics": (paths.events_dir(), "PILLION_EVENTS_DIR"),
        "chats": (paths.chats_dir(), "PILLION_CHATS_DIR"),
    }
    wrong = [_examine(subject, *place) for subject, place in places.items()]
    return [_disk(), *(finding for finding in wrong if finding)]


def _examine(subject: str, wanted: Path, variable: str) -> Finding | None:
    """Judge by the permission bits and not by trying alone, because root may do anything."""
    folder = _existing(wanted)
    subject = f"folder of {subject}"
    elsewhere = f"or name another folder in {variable}."
    if not folder.is_dir():
        text = f"{folder} is a file, where a folder should be."
        return Finding("error", subject, text, f"Move it away, {elsewhere}")
    facts = folder.stat()
    mine = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
    if mine and facts.st_mode & stat.S_IRWXU != stat.S_IRWXU:
        text = f"{folder} may not be read or written, though it is yours."
        mend = f"Run `pillion doctor --fix`, or: chmod u+rwx {shlex.quote(str(folder))}"
        return Finding("error", subject, text, mend, fix=functools.partial(_open, folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        if folder != wanted:
            text = f"{wanted} cannot be made: {folder} belongs to somebody else."
            return Finding("error", subject, text, f"Have it made for you, {elsewhere}")
        text = f"{folder} belongs to somebody else, probably because of a `sudo`."
        mend = f"Run: sudo chown -R $(id -u) {shlex.quote(str(folder))}"
        return Finding("error", subject, text, f"{mend} ({elsewhere})")
    return _write(subject, folder, elsewhere) if folder == wanted else None


def _write(subject: str, folder: Path, elsewhere: str) -> Finding | None:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"Pillion")
    except OSError as error:
        text = f"{folder} cannot be written: {error.strerror or error}."
        return Finding("error", subject, text, f"Make room or mount it writable, {elsewhere}")
    return None


def _open(folder: Path) -> str:
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IRWXU)
    return f"{folder} may be read and written by you again."


def _disk() -> Finding:
    folder = paths.models_dir()
    free = shutil.disk_usage(_existing(folder)).free
    text = f"{free / 1e9:.1f} GB free for {folder}"
    if free < _MIN_FREE_BYTES:
        return Finding("warning", "disk", text, "A model needs 0.5 to 1.2 GB.")
    return Finding("ok", "disk", text, data={"free_bytes": free})


def _existing(wanted: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    for path in (wanted, *wanted.parents):
        try:
            if path.exists():
                return path
        except PermissionError:
            continue
    return wanted
