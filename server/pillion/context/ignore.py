"""What may be read into a prompt: one gate for every file, for a walk and for a single path.

    Ignore(root).walk()      every file that is not ruled out by its name, place, kind or size
    Ignore(root).read(file)  its text, or why not; the only door to the content of other files
    Ignore(root).why(path)   the reason why a file is out, None if it may be read

Ignore files are looked at again whenever they may have changed. Links are never followed in a
walk, so that it ends and stays inside; nothing here raises for what it finds on the disk.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pillion.context import content, ignore_files
from pillion.context.exclusion import Exclusion, by_name, is_secret, is_skipped_folder
from pillion.context.ignore_files import Folder, Rules
from pillion.context.kept import covering, patterns

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

LARGEST = 1_000_000
"""Bytes of the largest file that is read. Code that a person wrote is smaller: the largest file
of Django is 0.3 MB, of Home Assistant 0.2 MB."""

_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""A link that took the file's place meanwhile is not followed, and no pipe is waited for."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that a walk has found."""

    path: str
    """Absolute."""
    relative: str
    """From the root, with forward slashes."""
    size: int
    modified: int
    """Nanoseconds, as the file system counts them."""


def root_of(path: str | os.PathLike[str]) -> str:
    """Return the root to judge a file by where no editor names one.

    The top of the repository it lies in, else the working folder if it lies there, else its own.
    """
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    above = folder
    while not os.path.lexists(os.path.join(above, ".git")):
        above, below = os.path.dirname(above), above
        if above == below:
            here = os.path.realpath(os.getcwd())
            return here if os.path.commonpath((here, folder)) == here else folder
    return above


class Ignore:
    """Knows what may be read below one root; keeps the compiled ignore files."""

    def __init__(
        self, root: str | os.PathLike[str], *, exclude: Iterable[str] = (), largest: int = LARGEST
    ) -> None:
        """`exclude` are patterns of the user, as in an ignore file at the root, or folders."""
        self.root = os.path.realpath(root)
        self._largest = largest
        self._extra = Rules(patterns(exclude, self.root), "pillion.context.exclude")
        self._folders: dict[str, Folder] = {}

    def why(self, path: str | os.PathLike[str]) -> Exclusion | None:
        """Return why a file is never read, None if it may be; relative paths are from the root."""
        return self.explain(path)[0]

    def explain(self, path: str | os.PathLike[str]) -> tuple[Exclusion | None, str]:
        """Return the same with a detail for the user, such as the pattern; it may be empty."""
        out, detail, real = self._by_place(path)
        if out is None:
            head = self._load(real, content.HEAD)
            out = head if isinstance(head, Exclusion) else content.judge(head)
        return out, detail

    def why_private(self, path: str | os.PathLike[str]) -> Exclusion | None:
        """Return why a file is private by its name, place or an ignore file; never opens it.

        The file need not exist.
        """
        out, _, _ = self._by_place(path, private=True)
        return out

    def read(self, file: File | str | os.PathLike[str]) -> str | Exclusion:
        """Return the text of a file, or why it is not read.

        Of a `File` only the content is judged: the walk that found it has judged the rest.
        """
        if isinstance(file, File):
            path = file.path
        else:
            out, _, path = self._by_place(file)
            if out:
                return out
        data = self._load(path, self._largest + 1)
        if isinstance(data, Exclusion):
            return data
        # It may have grown since it was looked at.
        if len(data) > self._largest:
            return Exclusion.TOO_LARGE
        # A NUL far behind the beginning is rare, but then the text is none.
        if b"\0" in data:
            return Exclusion.BINARY
        return content.judge(data[: content.HEAD]) or data.decode("utf-8-sig", errors="replace")

    def walk(self, counts: Counter[Exclusion] | None = None) -> Iterator[File]:
        """Yield every file that may be read as far as name, place, kind and size tell, in order.

        What is left out is counted in `counts`, a folder as one.
        """
        counts = Counter() if counts is None else counts
        if is_secret(_slashes(self.root) + "/."):
            counts[Exclusion.SECRET] += 1
            return
        waiting = [_Waiting(self.root, "", None, _Ruling(None))]
        while waiting:
            yield from self._walk_folder(waiting.pop(), waiting, counts)

    def _walk_folder(
        self, place: _Waiting, waiting: list[_Waiting], counts: Counter[Exclusion]
    ) -> Iterator[File]:
        """Yield the files of one folder, and put the folders in it on the pile."""
        try:
            with os.scandir(place.path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            counts[Exclusion.UNREADABLE] += 1
            return
        names = frozenset(entry.name for entry in entries)
        if place.parent is None:
            here = self._top(names)
        elif is_skipped_folder("", names, ()) and not place.ruling.is_wanted:
            counts[Exclusion.SKIPPED_FOLDER] += 1
            return
        else:
            here = self._folder(place.path, place.parent, place.ruling, names)
        below = []
        for entry in entries:
            if entry.is_symlink():
                if self._relative(os.path.realpath(entry.path)) is None:
                    counts[Exclusion.LINK_OUTSIDE] += 1
            elif entry.is_dir():
                ruling = _Ruling.of(here, entry.name, names)
                if self._is_left_out(f"{place.prefix}{entry.name}/", entry.name + "/"):
                    counts[Exclusion.IGNORED] += 1
                elif ruling.out:
                    counts[ruling.out] += 1
                else:
                    prefix = f"{place.prefix}{entry.name}/"
                    below.append(_Waiting(entry.path, prefix, here, ruling))
            else:
                file = self._judge_file(entry, place.prefix + entry.name, here)
                if isinstance(file, File):
                    yield file
                else:
                    counts[file] += 1
        waiting.extend(reversed(below))

    def _judge_file(self, entry: os.DirEntry[str], relative: str, here: Folder) -> File | Exclusion:
        if is_secret(relative):
            return Exclusion.SECRET
        if out := by_name(entry.name):
            return out
        if (ruling := here.ruling(entry.name)) and ruling.ignored:
            return Exclusion.IGNORED
        if self._is_left_out(relative, entry.name):
            return Exclusion.IGNORED
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            return Exclusion.UNREADABLE
        return self._judge_stat(found) or File(
            entry.path, relative, found.st_size, found.st_mtime_ns
        )

    def _is_left_out(self, relative: str, name: str) -> bool:
        """Tell whether a setting leaves out this very path, in a walk."""
        return bool(self._extra) and self._extra.verdict(relative, name) is True

    def _judge_stat(self, found: os.stat_result) -> Exclusion | None:
        if not stat.S_ISREG(found.st_mode):
            return Exclusion.NO_FILE
        return Exclusion.TOO_LARGE if found.st_size > self._largest else None

    def _by_place(
        self, path: str | os.PathLike[str], *, private: bool = False
    ) -> tuple[Exclusion | None, str, str]:
        """Judge all but the content; return the reason, a detail and where the file really is.

        With `private`, only what makes it private counts, and it need not exist.
        """
        path = os.path.normpath(os.path.join(self.root, path))
        real = os.path.realpath(path)
        for each in (path, real):
            if is_secret(_slashes(each)):
                return Exclusion.SECRET, "", real
        inside = self._relative(real)
        linked = self._relative(path)
        if inside is None:
            return Exclusion.OUTSIDE if linked is None else Exclusion.LINK_OUTSIDE, "", real
        for relative in dict.fromkeys((inside, linked or inside)):
            out, detail = self._by_names(relative, private=private)
            if out:
                return out, detail, real
        if private:
            return None, "", real
        try:
            return self._judge_stat(os.stat(real)), "", real
        except OSError:
            return Exclusion.UNREADABLE, "", real

    def _by_names(self, relative: str, *, private: bool) -> tuple[Exclusion | None, str]:
        # What the user leaves out by a setting no file of the workspace brings back.
        if self._extra and (pattern := covering(self._extra, relative)):
            return Exclusion.IGNORED, f"{self._extra.source}: {pattern}"
        here, path = self._top(), self.root
        *folders, name = relative.split("/")
        for folder in folders:
            ruling = _Ruling.of(here, folder, _Names(path))
            path = os.path.join(path, folder)
            out = ruling.out
            if out is None and is_skipped_folder("", _Names(path), ()) and not ruling.is_wanted:
                out = Exclusion.SKIPPED_FOLDER
            if out and (out is Exclusion.IGNORED or not private):
                return out, ruling.detail or folder
            here = self._folder(path, here, ruling)
        if (found := here.ruling(name)) and found.ignored:
            return Exclusion.IGNORED, str(found)
        return (None, "") if private else (by_name(name), "")

    def _top(self, names: Container[str] | None = None) -> Folder:
        """Return the folder of the root, which knows the rules of the repository it lies in."""
        above: list[str] = []
        path = self.root
        while not os.path.lexists(os.path.join(path, ".git")):
            path, child = os.path.dirname(path), path
            if path == child:
                above.clear()
                break
            above.append(path)
        here = None
        for path in reversed(above):
            here = self._folder(path, here)
        return self._folder(self.root, here, names=names)

    def _folder(
        self,
        path: str,
        parent: Folder | None,
        ruling: _Ruling | None = None,
        names: Container[str] | None = None,
    ) -> Folder:
        found = ignore_files.folder(
            path,
            parent,
            self._folders.get(path),
            names=names,
            is_border=ruling is not None and ruling.is_border,
            extra=self._extra if path == self.root else None,
        )
        self._folders[path] = found
        return found

    def _relative(self, path: str) -> str | None:
        """Return where a path is below the root, with forward slashes; None where it is not."""
        if path == self.root:
            return "."
        prefix = self.root if self.root.endswith(os.sep) else self.root + os.sep
        return _slashes(path[len(prefix) :]) if path.startswith(prefix) else None

    def _load(self, path: str, size: int) -> bytes | Exclusion:
        try:
            descriptor = os.open(path, _OPEN)
        except (OSError, ValueError):
            return Exclusion.UNREADABLE
        with open(descriptor, "rb") as file:
            try:
                # What is open may be something else than what was looked at.
                return self._judge_stat(os.fstat(descriptor)) or file.read(size)
            except OSError:
                return Exclusion.UNREADABLE


class _Ruling(NamedTuple):
    """What is decided about a folder."""

    out: Exclusion | None
    is_wanted: bool = False
    """`.pillionignore` brings it back, whatever it is."""
    is_border: bool = False
    """Git ignores what was brought back, so its rules from above end here."""
    detail: str = ""

    @classmethod
    def of(cls, here: Folder, name: str, beside: Container[str]) -> _Ruling:
        ruling = here.ruling(name + "/")
        if ruling and ruling.ignored:
            return cls(Exclusion.IGNORED, detail=str(ruling))
        if ruling and ruling.own:
            git = here.git_ruling(name + "/")
            return cls(None, is_wanted=True, is_border=bool(git and git.ignored))
        skipped = is_skipped_folder(name, (), beside)
        return cls(Exclusion.SKIPPED_FOLDER if skipped else None)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A folder that a walk has yet to enter."""

    path: str
    prefix: str
    parent: Folder | None
    ruling: _Ruling


@dataclass(frozen=True, slots=True)
class _Names:
    """The names in a folder, each looked up when it is asked for."""

    folder: str

    def __contains__(self, name: object) -> bool:
        return os.path.lexists(os.path.join(self.folder, str(name)))


def _slashes(path: str) -> str:
    return path.replace(os.sep, "/")
