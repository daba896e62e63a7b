"""Pillion: a pair programmer in a language server, with its model on your own machine."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("pillion")
except PackageNotFoundError:  # Run from a source tree that was never installed.
    __version__ = "0+unknown"

__all__ = ["__version__"]
