"""Which files of the workspace an import means.

Nothing is run and no tool is asked: the import as written is matched with the files there are, as
far as the language's rules allow. What is not in the workspace leads nowhere. Names that a module
only passes on (``__init__.py``, ``export … from``) are followed to where they are defined.
"""

from __future__ import annotations

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
    language = language_at(path).id
    found = files_of(sources, language, path, import_.module)
    if not import_.names:
        return tuple(Target(one, ALL, "") for one in found)
    targets: dict[Target, None] = {}
    for name, alias in import_.names:
        for target in _targets(sources, language, path, import_.module, found, name):
            targets[Target(target.path, target.name, alias)] = None
    return tuple(targets)


def _targets(
    sources: Sources, language: str, path: str, module: str, found: Sequence[str], name: str
) -> Iterator[Target]:
    if name == ALL:
        yield from (Target(one, ALL, "") for one in found)
        return
    if not found and language == "python" and module.strip("."):
        # A folder without `__init__.py` is a package, too.
        found = files_of(sources, language, path, f"{module}.{name}")
        yield from (Target(one, ALL, "") for one in found)
        return
    if language == "python" and not module.strip(".") and not found:
        found = files_of(sources, language, path, f"{module}{name}")
        yield from (Target(one, ALL, "") for one in found)
        return
    for one in found:
        if inner := submodule(sources, language, one, name):
            yield Target(inner, ALL, "")
        elif language in _PASSING:
            yield _followed(sources, language, one, name)
        elif len(found) == 1 or sources.defines(one, name):
            yield Target(one, name, "")


_PASSING = {"python", "javascript", "typescript", "tsx"}
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
        for item in sources.imports_of(at):
            for original, alias in item.names:
                if alias == wanted or (original == ALL and not alias):
                    following = wanted if original == ALL else original
                    for one in files_of(sources, language, at, item.module):
                        if original == ALL and alias:
                            return Target(one, ALL, "")
                        inner = submodule(sources, language, one, following)
                        if inner is not None and original != ALL:
                            return Target(inner, ALL, "")
                        todo.append((one, following, depth + 1))
    return Target(path, name, "")
