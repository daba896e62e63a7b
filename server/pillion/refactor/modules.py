"""What the index knows for imports: the module of a file, who imports from it, what is missing."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pillion.context.index.index import Index

_MOST = 5
"""Places that a name may come from before nobody could choose."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One import that would define a name."""

    module: str
    name: str
    """Empty where the module itself is meant."""

    @property
    def line(self) -> str:
        """The import as it is written."""
        return f"from {self.module} import {self.name}" if self.name else f"import {self.module}"


def module_of(index: Index, path: str) -> str:
    """Return the name by which a Python file is imported; empty where it has none."""
    place = PurePosixPath(path)
    parts = [] if place.name == "__init__.py" else [place.stem]
    for folder in place.parents:
        init = str(folder / "__init__.py")
        if not folder.name or not index.exist([init]):
            break
        parts.append(folder.name)
    name = ".".join(reversed(parts))
    return name if all(part.isidentifier() for part in parts) else ""


def candidates(index: Index | None, path: str, name: str) -> list[Candidate]:
    """Return the imports that would define `name` in the Python file `path`, nearest first.

    A file that imports this one is left out, because the two would wait for each other.
    """
    found = [Candidate(name, "")] if name in sys.stdlib_module_names else []
    if index is None:
        return found
    for one in index.defined(name, 4 * _MOST, near=path, languages=("python",)):
        if one.path == path or one.definition.scope or _imports(index, one.path, path):
            continue
        module = module_of(index, one.path)
        if module:
            found.append(Candidate(module, name))
    return list(dict.fromkeys(found))[:_MOST]


def taken_from(index: Index, path: str) -> set[str]:
    """Return the names that other files import from the file `path`."""
    found = set()
    for other in index.importers_of(path):
        for one in index.imports_of(other):
            targets = index.resolve(other, one)
            if any(target.path == path for target in targets):
                found |= {name for name, _ in one.names}
    return found


def _imports(index: Index, path: str, target: str) -> bool:
    return any(
        found.path == target for one in index.imports_of(path) for found in index.resolve(path, one)
    )
