"""Why a file is never read into a prompt: a named reason, and what a file's name alone tells.

The names are data, in `exclusions.toml`. No setting and no ignore file can argue them away, except
for the folders. Pure: paths come in as text with forward slashes, nothing is opened.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container


class Exclusion(StrEnum):
    """Why a file is out."""

    OUTSIDE = "outside"
    LINK_OUTSIDE = "link_outside"
    SECRET = "secret"  # noqa: S105 - a name of a reason.
    IGNORED = "ignored"
    SKIPPED_FOLDER = "skipped_folder"
    BINARY = "binary"
    GENERATED = "generated"
    MINIFIED = "minified"
    TOO_LARGE = "too_large"
    NO_FILE = "no_file"
    UNREADABLE = "unreadable"

    @property
    def sentence(self) -> str:
        """One plain sentence for the user."""
        return _SENTENCES[self]


PRIVATE = frozenset({Exclusion.SECRET, Exclusion.IGNORED, Exclusion.LINK_OUTSIDE})
"""Reasons that also hold for a document that is open in the editor; the others only say that a
file is of no use beside it."""


def is_secret(path: str) -> bool:
    """Tell whether a file of this path holds keys, passwords or histories, by convention."""
    known = _known()
    path = path.lower()
    name = path.rpartition("/")[2]
    if name in known.harmless:
        return False
    return name in known.secret or known.secret_path.search("/" + path) is not None


def by_name(name: str) -> Exclusion | None:
    """Return why no file with this name is of use: binaries, lock files, generated code."""
    known = _known()
    name = name.lower()
    if name.rpartition(".")[2] in known.binary and "." in name:
        return Exclusion.BINARY
    if name in known.generated:
        return Exclusion.GENERATED
    return Exclusion.MINIFIED if name in known.minified else None


def is_skipped_folder(name: str, inside: Container[str], beside: Container[str]) -> bool:
    """Tell whether a folder holds dependencies, caches or build output, not the user's code.

    `inside` are the names in it, `beside` those in the folder that it lies in.
    """
    known = _known()
    if name in known.folders or name.endswith(
        (".egg-info", ".dist-info", ".xcodeproj", ".xcassets")
    ):
        return True
    if "pyvenv.cfg" in inside or "CACHEDIR.TAG" in inside:
        return True
    # A folder called `build` may well hold code; the build tool's own file beside it tells.
    return any(file in beside for file in known.output.get(name, ()))


_SENTENCES = {
    Exclusion.OUTSIDE: "It lies outside of the workspace.",
    Exclusion.LINK_OUTSIDE: "It is a link that leads out of the workspace.",
    Exclusion.SECRET: "Files of this name hold keys, passwords or histories.",
    Exclusion.IGNORED: "An ignore file or a setting (`pillion.context.exclude`) leaves it out.",
    Exclusion.SKIPPED_FOLDER: "It lies in a folder of dependencies, caches or build output.",
    Exclusion.BINARY: "It is a binary file.",
    Exclusion.GENERATED: "It is generated.",
    Exclusion.MINIFIED: "It is minified or has very long lines.",
    Exclusion.TOO_LARGE: "It is too large.",
    Exclusion.NO_FILE: "It is no ordinary file.",
    Exclusion.UNREADABLE: "It cannot be read.",
}


class _Any:
    """Some globs as one question; `*` stands for any characters, `?` for one.

    Nearly all names are answered by two look-ups; one regular expression of all globs takes ten
    times as long.
    """

    def __init__(self, *globs: str) -> None:
        self._exact = frozenset(glob for glob in globs if not set("*?") & set(glob))
        endings = [glob for glob in globs if glob[:1] == "*" and not set("*?") & set(glob[1:])]
        self._endings = tuple(glob[1:] for glob in endings)
        others = [glob for glob in globs if glob not in self._exact and glob not in endings]
        self._others = re.compile("|".join(map(_regex, others)) or "(?!)")

    def __contains__(self, name: str) -> bool:
        return (
            name in self._exact
            or name.endswith(self._endings)
            or self._others.fullmatch(name) is not None
        )


def _regex(glob: str) -> str:
    return re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")


@dataclass(frozen=True, slots=True)
class _Known:
    """The table of names."""

    harmless: _Any
    secret: _Any
    secret_path: re.Pattern[str]
    binary: frozenset[str]
    generated: _Any
    minified: _Any
    folders: frozenset[str]
    output: dict[str, list[str]]


@cache
def _known() -> _Known:
    """Read the table; not at import, because a server starts without it."""
    text = files(__package__).joinpath("exclusions.toml").read_text(encoding="utf-8")
    table: dict[str, dict[str, list[str]]] = tomllib.loads(text)

    def names(section: str) -> list[str]:
        return [name for group in table[section].values() for name in group]

    def globs(section: str) -> _Any:
        return _Any(*(name.lower() for name in names(section)))

    return _Known(
        harmless=globs("harmless"),
        secret=globs("secret"),
        secret_path=re.compile("|".join(f"/{re.escape(path)}" for path in names("secret_paths"))),
        binary=frozenset(names("binary")),
        generated=globs("generated"),
        minified=globs("minified"),
        folders=frozenset(names("folders")),
        output=table["output"],
    )
