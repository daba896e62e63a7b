"""The index of one workspace, as the rest of Pillion sees it.

    refresh   walk the workspace and read what has changed; minutes at first, then a second
    update    take an open document as it is in the editor, until it is dropped
    saved     read one file again
    questions definitions, imports, references, search: milliseconds each, from any thread

Paths are relative to the root, with slashes. Answers are as of the last refresh, with open
documents as they are now; where the index is missing or busy there are fewer, and nothing raises.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.context.exclusion import Exclusion
from pillion.context.ignore import Ignore
from pillion.context.index import database, lookup, writer
from pillion.context.index.bm25 import weights
from pillion.context.index.entry import digest_of, entry_of, indexed, language_at, tail_of
from pillion.context.index.overlay import Layer, Overlay
from pillion.context.index.reader import STATEMENT_SECONDS, Reader
from pillion.context.index.refresh import refresh
from pillion.context.index.resolve import resolve
from pillion.context.index.search import MOST_TERMS, corpus_of, search
from pillion.context.index.texts import Texts
from pillion.context.index.values import (
    Found,
    Hit,
    Progress,
    Query,
    Refreshed,
    Stats,
    Target,
)
from pillion.context.index.writer import Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pillion.context.index.database import Place
    from pillion.syntax.outline import Definition, Import

_log = logging.getLogger(__name__)

# Of a name that is defined everywhere so many places are looked at, to choose the nearest ones.
_MOST_PLACES = 400

# Files that may import a file, before each is asked what it really imports.
_MOST_IMPORTERS = 200

_MOST_IN_FOLDER = 200
_MOST_WITH_TAIL = 1_000

# Listing a whole workspace.
_LIST_SECONDS = 1.0


class Index:
    """One workspace's index. Opening it costs nothing and never fails."""

    def __init__(self, root: Path, place: Place, ignore: Ignore, patience: float) -> None:
        """Use `open` instead."""
        self.root = root
        self.problem = ""
        """Why there is nothing but open documents, or an empty text."""
        self._place = place
        self._ignore = ignore
        self._reader = Reader(place, patience)
        self._overlay = Overlay()
        self._texts = Texts(ignore)
        self._writing = threading.Lock()

    @classmethod
    def open(
        cls,
        root: Path,
        cache_dir: Path | None = None,
        *,
        exclude: Iterable[str] = (),
        patience: float = STATEMENT_SECONDS,
    ) -> Index:
        """Open the index of the workspace `root`, wherever in its cache it can be kept.

        `exclude` are patterns of files that the user wants to be left out. `patience` are the
        seconds that one statement may take before it has no answer; where answers must not depend
        on the machine, give it many.
        """
        root = Path(os.path.realpath(root))
        ignore = Ignore(root, exclude=exclude)
        for place in database.places(root, cache_dir):
            index = cls(root, place, ignore, patience)
            index.problem = _unwritable(place)
            if not index.problem:
                break
        return index

    def close(self) -> None:
        """Close the files; open documents are forgotten."""
        self._reader.close()
        self._overlay = Overlay()

    # What changes the index.

    def refresh(
        self,
        report: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Refreshed:
        """Walk the workspace and update what has changed; see `pillion.context.index.refresh`."""
        return refresh(self._place, self.root, self._ignore, report, cancelled)

    def update(self, path: str, text: str) -> bool:
        """Take `text` for the file `path`, which need not exist, until it is dropped.

        Nothing of the file on the disk shows in any answer from now on. Tells whether the
        document is in the index; private ones and those of unknown languages are not.
        """
        if not indexed(language_at(path)) or self._ignore.why_private(path) is not None:
            return False
        known = self._reader.file(path)
        if known is not None and known[1] == digest_of(text):
            self._overlay.drop(path)
            return True
        layer = self._overlay.layers().get(path)
        if layer is None or layer.text != text:
            self._overlay.put(Layer(entry_of(path, text), text))
        return True

    def drop(self, path: str) -> None:
        """Go back to the file on the disk, as it was when it was last looked at."""
        self._overlay.drop(path)

    def saved(self, path: str) -> bool:
        """Look at one file on the disk again; tell whether the index has changed.

        Waits for others who write, so this is not for the event loop.
        """
        if not indexed(language_at(path)):
            return False
        with self._writing:
            try:
                with contextlib.closing(database.connect(self._place)) as connection:
                    return self._saved(connection, path)
            except sqlite3.Error as error:
                # There is no index yet, or it cannot be written; a refresh puts it right.
                _log.debug("A file could not be indexed: %s.", type(error).__name__)
                return False

    def _saved(self, connection: sqlite3.Connection, path: str) -> bool:
        try:
            found = (self.root / path).stat()
            stamp = Stamp(found.st_size, found.st_mtime_ns)
        except OSError:
            stamp = None
        text = self._ignore.read(path) if stamp else Exclusion.UNREADABLE
        if stamp is None or type(text) is not str:
            with database.transaction(connection):
                return writer.remove(connection, path)
        row = connection.execute("SELECT hash FROM file WHERE path = ?", (path,)).fetchone()
        if row is not None and row[0] == digest_of(text):
            with database.transaction(connection):
                writer.touch(connection, path, stamp)
            return False
        entry = entry_of(path, text)
        with database.transaction(connection):
            writer.put(connection, entry, stamp)
        return True

    # Questions.

    @property
    def ready(self) -> bool:
        """Whether there is a database with anything in it."""
        return bool(self._reader.in_folder("", 1))

    @property
    def damaged(self) -> bool:
        """Whether the database was found to be damaged; a refresh builds it anew."""
        return self._reader.damaged

    def relative(self, path: str | Path) -> str | None:
        """Return an absolute path as the index names it; None for one outside of the root."""
        try:
            return Path(path).relative_to(self.root).as_posix()
        except ValueError:
            pass
        try:
            real = Path(os.path.realpath(path))
            return real.relative_to(self.root).as_posix()
        except (OSError, ValueError):
            return None

    def text(self, path: str) -> str | None:
        """Return the text of a file as it is indexed, or of the open document in its place."""
        if (layer := self._overlay.layers().get(path)) is not None:
            return layer.text
        known = self._reader.file(path)
        return self._texts.read(path, known[1]) if known else None

    def defined(
        self,
        name: str,
        limit: int,
        *,
        near: str = "",
        languages: Collection[str] = (),
    ) -> list[Found]:
        """Return definitions of `name`, those in folders that are near to `near` first."""
        layers = self._overlay.layers()
        places: list[tuple[str, int, Definition | tuple[int, int]]] = [
            (path, item.start, item)
            for path, layer in layers.items()
            for item in layer.entry.outline.definitions
            if item.name == name
        ]
        for path, file, place in self._reader.defined(name, _MOST_PLACES):
            if path not in layers:
                places.append((path, place, (file, place)))
        if languages:
            places = [one for one in places if language_at(one[0]).id in languages]
        places.sort(key=lambda one: (-lookup.shared(one[0], near), one[0], one[1]))
        found = []
        for path, _, item in places[:limit]:
            definition = self._reader.definition(*item) if isinstance(item, tuple) else item
            if definition is not None:
                found.append(Found(path, definition))
        return found

    def definitions_in(self, path: str, names: Sequence[str] = ()) -> Sequence[Definition]:
        """Return the definitions of a file, in its order.

        With `names`, only those at the top level that are called so, and what is inside of them.
        """
        if (layer := self._overlay.layers().get(path)) is None:
            return self._reader.definitions_in(path, names)
        found = layer.entry.outline.definitions
        if not names:
            return found
        return [one for one in found if one.qualified.partition(".")[0] in names]

    def defines(self, path: str, name: str) -> bool:
        """Tell whether a file defines `name` at its top level."""
        if (layer := self._overlay.layers().get(path)) is not None:
            found = layer.entry.outline.definitions
            return any(item.name == name and not item.scope for item in found)
        return self._reader.defines(path, name)

    def imports_of(self, path: str) -> Sequence[Import]:
        """Return the imports of a file, in its order."""
        if (layer := self._overlay.layers().get(path)) is not None:
            return layer.entry.outline.imports
        return self._reader.imports_of(path)

    def importers_of(self, path: str, limit: int = 20) -> list[str]:
        """Return the files that import the file `path`, those near to it first."""
        layers = self._overlay.layers()
        tails = dict.fromkeys((tail_of(path), *path.split("/")[-2:-1]))
        candidates = self._reader.importing(list(tails), _MOST_IMPORTERS)
        candidates += self._reader.importing_name(tail_of(path), _MOST_IMPORTERS)
        candidates = [(one, item) for one, item in candidates if one not in layers]
        candidates += [
            (one, item) for one, layer in layers.items() for item in layer.entry.outline.imports
        ]
        candidates.sort(key=lambda item: (-lookup.shared(item[0], path), item[0]))
        found: dict[str, None] = {}
        for one, item in candidates:
            if one == path or one in found:
                continue
            if any(target.path == path for target in self.resolve(one, item)):
                found[one] = None
                if len(found) == limit:
                    break
        return list(found)

    def resolve(self, path: str, import_: Import) -> tuple[Target, ...]:
        """Return which files of the workspace an import of the file `path` means."""
        return resolve(_Sources(self), path, import_)

    def references(self, name: str, limit: int = 100) -> list[tuple[str, int]]:
        """Return the files in which `name` stands in code, and how often; most often first."""
        layers = self._overlay.layers()
        found = [
            (path, layer.entry.outline.references[name])
            for path, layer in layers.items()
            if name in layer.entry.outline.references
        ]
        known = self._reader.references(name, limit + len(layers))
        found += [one for one in known if one[0] not in layers]
        return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]

    def search(
        self,
        words: Sequence[str],
        limit: int,
        *,
        languages: Collection[str] = (),
        exclude: Collection[str] = (),
    ) -> list[Hit]:
        """Return the chunks that are most like `words`, best first; see `Query`."""
        query = Query(tuple(words), limit, languages, exclude)
        return search(self._reader, self._texts, self._overlay.layers(), query)

    def rarity(self, words: Sequence[str]) -> Mapping[str, float]:
        """Return how much each word says about a chunk: the fewer chunks have it, the more."""
        frequencies = self._reader.frequencies(list(words)[:MOST_TERMS])
        return weights(frequencies, corpus_of(self._reader.corpus(), self._overlay.layers()))

    def paths(self, folder: str = "", limit: int = 100_000) -> list[str]:
        """Return all files of a folder and below it, in order; many may take longer."""
        layers = self._overlay.layers()
        prefix = f"{folder}/" if folder else ""
        seconds = _LIST_SECONDS if limit > _MOST_IN_FOLDER else None
        found = set(self._reader.in_folder(folder, limit, seconds))
        found.update(path for path in layers if path.startswith(prefix))
        return sorted(found)[:limit]

    def named(self, stem: str) -> list[str]:
        """Return files with this name, their ending left out; a package goes by its folder."""
        known = set(self._reader.with_tail(stem, _MOST_WITH_TAIL))
        known.update(path for path in self._overlay.layers() if tail_of(path) == stem)
        return sorted(known)

    def exist(self, paths: Iterable[str]) -> set[str]:
        """Return those of `paths` that are in the index."""
        wanted = set(paths)
        layers = wanted & self._overlay.layers().keys()
        return layers | self._reader.exist(wanted - layers)

    @property
    def unanswered(self) -> float:
        """The share of questions to the database that got no answer in time, so far."""
        return self._reader.unanswered / max(1, self._reader.asked)

    def stats(self) -> Stats:
        """Count what the index holds; open documents do not count."""
        return self._reader.stats()

    def config(self, path: str) -> str | None:
        """Return the text of a project's own configuration, such as `tsconfig.json`."""
        return self._texts.config(path)


class _Sources:
    """What finding the file of an import needs, within one question."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.exist = index.exist
        self.defines = index.defines
        self.imports_of = index.imports_of
        self.config = index.config
        self.with_tail = index.named

    def in_folder(self, folder: str) -> list[str]:
        return self._index.paths(folder, _MOST_IN_FOLDER)


def _unwritable(place: Place) -> str:
    """Return why the index cannot be kept in `place`, or nothing."""
    try:
        place.prepare()
    except OSError as error:
        return f"The index cannot be kept in {place.folder}: {error.strerror or error}."
    return "" if os.access(place.folder, os.W_OK) else f"{place.folder} cannot be written."
