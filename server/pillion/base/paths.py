"""Where Pillion keeps its files. Environment variables override the platform's own folders."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "pillion"


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


def _override(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value).expanduser() if value else None
