"""Where Pillion keeps its files. Environment variables override the platform's own folders."""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from pathlib import Path

import platformdirs

_APP = "pillion"

_LONGEST_SOCKET_FOLDER = 70
"""Bytes; the path of a Unix socket may have 103 on macOS and 107 on Linux, name included."""


def cache_dir() -> Path:
    """Return the folder for models and other files that can be fetched or built again.

    `PILLION_CACHE_DIR` overrides it; it need not exist yet.
    """
    return _override("PILLION_CACHE_DIR") or platformdirs.user_cache_path(_APP, appauthor=False)


def models_dir() -> Path:
    """Return the folder of verified models; `PILLION_MODELS_DIR` overrides it."""
    return _override("PILLION_MODELS_DIR") or cache_dir() / "models"


def log_dir() -> Path:
    """Return the folder for log files; `PILLION_LOG_DIR` overrides it."""
    return _override("PILLION_LOG_DIR") or platformdirs.user_log_path(_APP, appauthor=False)


def events_dir() -> Path:
    """Return the folder of what `pillion stats` shows; `PILLION_EVENTS_DIR` overrides it."""
    chosen = _override("PILLION_EVENTS_DIR")
    return chosen or platformdirs.user_state_path(_APP, appauthor=False) / "events"


def chats_dir() -> Path:
    """Return the folder of the chats of the command line; `PILLION_CHATS_DIR` overrides it."""
    chosen = _override("PILLION_CHATS_DIR")
    return chosen or platformdirs.user_state_path(_APP, appauthor=False) / "chats"


def runtime_dir() -> Path:
    """Return the folder for sockets, locks and logs of running engines, for this user alone.

    `PILLION_RUNTIME_DIR` overrides it. A folder whose path is too long for a socket is replaced
    by one of its own in the temporary folder. It need not exist yet.
    """
    folder = _override("PILLION_RUNTIME_DIR")
    with warnings.catch_warnings():
        # Where the system has no such folder, platformdirs takes the temporary one, and says so on
        # standard error; the host makes sure by itself that nobody else can use it.
        warnings.simplefilter("ignore")
        folder = (folder or platformdirs.user_runtime_path(_APP, appauthor=False)).absolute()
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    return own_temporary_dir(str(folder))


def own_temporary_dir(purpose: str) -> Path:
    """Return a folder in the temporary folder that is this user's, and the same for `purpose`."""
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    digest = hashlib.sha256(f"{user}\0{purpose}".encode(errors="replace")).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"{_APP}-{digest}"


def _override(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value).expanduser() if value else None
