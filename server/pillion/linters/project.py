"""Which linters a project has: what it has settings for, and where the program is.

The program is the one of the project's own environment, else the one on the user's search path.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ENVIRONMENTS = (".venv", "venv", "env")
_SCRIPTS = "Scripts" if os.name == "nt" else "bin"
_LARGEST = 1_000_000
"""Bytes of a file of settings; no real one comes near."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A linter, and how a project is known to use it."""

    name: str
    program: str
    languages: frozenset[str]
    """The language ids that it is for."""
    files: tuple[str, ...]
    """Files whose being there says that it is used; may end in ``*``."""
    sections: tuple[tuple[str, str], ...] = ()
    """Files that are used by others, too, and what stands in them if it is used."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A linter of a project."""

    kind: Kind
    program: str
    """The path of the program."""
    folder: Path
    """Where its settings are; it runs there."""
    settings: Path


_SCRIPT = frozenset(("javascript", "javascriptreact", "typescript", "typescriptreact"))

RUFF = Kind(
    "ruff",
    "ruff",
    frozenset(("python",)),
    ("ruff.toml", ".ruff.toml"),
    (("pyproject.toml", "[tool.ruff"),),
)
MYPY = Kind(
    "mypy",
    "mypy",
    frozenset(("python",)),
    ("mypy.ini", ".mypy.ini"),
    (("pyproject.toml", "[tool.mypy"), ("setup.cfg", "[mypy")),
)
ESLINT = Kind(
    "eslint",
    "eslint",
    _SCRIPT,
    ("eslint.config.*", ".eslintrc", ".eslintrc.*"),
    (("package.json", '"eslintConfig"'),),
)
TSC = Kind("tsc", "tsc", frozenset(("typescript", "typescriptreact")), ("tsconfig.json",))

KINDS = (RUFF, MYPY, ESLINT, TSC)


def tools(file: Path, language: str, root: Path) -> Iterator[Tool]:
    """Yield the linters that the project below `root` has for a file of this language."""
    for kind in KINDS:
        if language in kind.languages and (tool := tool_of(kind, file, root)):
            yield tool


def tool_of(kind: Kind, file: Path, root: Path) -> Tool | None:
    """Return a linter where the project uses it and it is installed."""
    folders = list(_folders(file, root))
    for folder in folders:
        settings = _settings(kind, folder)
        program = _program(kind, folders) if settings else None
        if settings and program:
            return Tool(kind, program, folder, settings)
        if settings:
            return None
    return None


def _folders(file: Path, root: Path) -> Iterator[Path]:
    """Yield the folders around a file, up to the root of the project."""
    for folder in file.absolute().parents:
        if folder.is_relative_to(root.absolute()):
            yield folder


def _settings(kind: Kind, folder: Path) -> Path | None:
    for pattern in kind.files:
        found = [folder / pattern] if "*" not in pattern else sorted(folder.glob(pattern))
        if settings := next((one for one in found if one.is_file()), None):
            return settings
    for name, section in kind.sections:
        if section in _text(folder / name):
            return folder / name
    return None


def _program(kind: Kind, folders: list[Path]) -> str | None:
    for folder in folders:
        places = [folder / name / _SCRIPTS for name in _ENVIRONMENTS]
        for place in [*places, folder / "node_modules" / ".bin"]:
            if found := shutil.which(kind.program, path=str(place)):
                return found
    return shutil.which(kind.program)


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.read(_LARGEST)
    except OSError:
        return ""
