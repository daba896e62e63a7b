"""Which files of the workspace an import means.

Nothing is run and no tool is asked: the import as written is matched with the files there are, as
far as the language's rules allow. What is not in the workspace leads nowhere. Names that a module
only passes on (``__init__.py``, ``export … from``) are followed to where they are defined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pillion.context.index.entry import language_at
from pillion.context.index.lookup import Files, files_of, submodule
from pillion.context.index.values import Target
from pillion.syntax.outline import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pillion.syntax.outline import Import

# A name that is passed on more often than this is passed in a circle.
_LONGEST_CHAIN = 5

# Files that are looked at for one name; a barrel of a big package has dozens.
_MOST_FILES = 20


class Sources(Files, Protocol):
    """What must be known of the files there are."""

    def defines(self, path: str, name: str) -> bool:
        """Tell whether a file defines `name` at its top level."""

    def imports_of(self, path: str) -> Sequence[Import]:
        """Return the imports of a file."""


def resolve(sources: Sources, path: str, import_: Import) -> tuple[Target, ...]:
    """Return where each name of an import of the file `path` leads."""
    place = _Place(sources, language_at(path).id, path)
    found = place.files(import_.module)
    if not import_.names:
        return tuple(Target(one, ALL, "") for one in found)
    targets: dict[Target, None] = {}
    for name, alias in import_.names:
        for target in place.targets(import_.module, found, name):
            targets[Target(target.path, target.name, alias)] = None
    return tuple(targets)


@dataclass(frozen=True, slots=True)
class _Place:
    """The file that imports something."""

    sources: Sources
    language: str
    path: str

    def files(self, module: str) -> list[str]:
        return files_of(self.sources, self.language, self.path, module)

    def targets(self, module: str, found: Sequence[str], name: str) -> Iterator[Target]:
        """Yield where `name` out of `module` leads, whose files are `found`."""
        if name == ALL:
            yield from (Target(one, ALL, "") for one in found)
            return
        if not found and self.language == "python":
            # A folder without `__init__.py` is a package, too.
            inner = f"{module}.{name}" if module.strip(".") else module + name
            yield from (Target(one, ALL, "") for one in self.files(inner))
            return
        for one in found:
            if submodule_file := submodule(self.sources, self.language, one, name):
                yield Target(submodule_file, ALL, "")
            elif self.language in _PASSING:
                yield _followed(self.sources, self.language, one, name)
            elif len(found) == 1 or self.sources.defines(one, name):
                yield Target(one, name, "")


_PASSING = {"python", "javascript", "typescript", "tsx", "rust"}
"""Languages whose modules pass on what they import."""


def _followed(sources: Sources, language: str, path: str, name: str) -> Target:
    """Return where `name` is defined, if the file `path` only passes it on."""
    seen: set[tuple[str, str]] = set()
    todo = [(path, name, 0)]
    while todo and len(seen) < _MOST_FILES:
        at, wanted, depth = todo.pop(0)
        if (at, wanted) in seen:
            continue
        seen.add((at, wanted))
        if sources.defines(at, wanted):
            return Target(at, wanted, "")
        if depth == _LONGEST_CHAIN:
            continue
        for one, following in _passed_on(sources, language, at, wanted):
            if following == ALL:
                return Target(one, ALL, "")
            todo.append((one, following, depth + 1))
    return Target(path, name, "")


def _passed_on(sources: Sources, language: str, path: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield the files from which `path` may have `name`, and how it is called there."""
    for item in sources.imports_of(path):
        for original, alias in item.names:
            if alias != name and (original != ALL or alias):
                continue
            for one in files_of(sources, language, path, item.module):
                inner = submodule(sources, language, one, original) if original != ALL else None
                if inner is not None:
                    yield inner, ALL
                elif original == ALL and not alias:
                    yield one, name
                else:
                    yield one, original
