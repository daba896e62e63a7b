"""The ignore files of a tree: `.gitignore`, `.git/info/exclude` and `.pillionignore`, as git does.

One `Rules` per file, compiled once; one `Folder` per directory, which knows its parent's. Names
are judged from the top down: what lies in an ignored folder is never asked about, as in git.
Matching itself is pathspec's.
"""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

_log = logging.getLogger(__name__)

GIT, OWN = ".gitignore", ".pillionignore"

_LARGEST = 1_000_000
"""Bytes of an ignore file that are read; a larger one is no ignore file."""


class Rules:
    """The patterns of one ignore file."""

    def __init__(self, lines: Iterable[str], source: str) -> None:
        self.source = source
        """What to call the file to the user."""
        # A line that git cannot read is skipped, and takes no other with it.
        self._patterns = [found for line in lines if (found := _pattern(line))]
        self._names, self._paths = _quick(self._patterns)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def verdict(self, path: str, name: str) -> bool | None:
        """Tell whether a path is ignored (True), brought back (False) or not mentioned (None).

        `path` is relative to the folder of the ignore file, `name` its last part; both end with a
        slash if they mean a folder.
        """
        quick = (self._names and self._names.match(name)) or (
            self._paths and self._paths.search(path)
        )
        found = self._last(path) if quick else None
        return found.include if found else None

    def line_for(self, path: str) -> str:
        """Return the pattern that decides about a path, for the user."""
        return str(self._last(path) or "")

    def _last(self, path: str) -> GitIgnoreSpecPattern | None:
        """Return the last pattern that means this very path, not a folder that it lies in."""
        # pathspec's own matching looks at the folders above, too, for those who have only files.
        return next((found for found in reversed(self._patterns) if _means(found, path)), None)


class Ruling(NamedTuple):
    """What an ignore file says about a path."""

    ignored: bool
    own: bool
    """It is `.pillionignore` or a setting that says so, not git."""
    rules: Rules
    path: str

    def __str__(self) -> str:
        return f"{self.rules.source}: {self.rules.line_for(self.path)}"


@dataclass(frozen=True, slots=True, eq=False)
class Folder:
    """A directory and the rules that begin in it; `parent` holds those from farther up."""

    name: str
    parent: Folder | None
    git: tuple[Rules, ...]
    """Of this directory, the strongest first."""
    own: tuple[Rules, ...]
    is_border: bool
    """Git's rules from farther up end here: this is the top of a repository, or a folder that
    `.pillionignore` has brought back."""
    signature: tuple[object, ...]
    """What the files that the rules came from look like."""

    def ruling(self, name: str) -> Ruling | None:
        """Judge a name in this directory; a folder's name ends with a slash.

        The closest file that mentions it decides, and `.pillionignore` before git.
        """
        level: Folder | None = self
        path = name
        while level:
            for rules in level.own:
                if (ignored := rules.verdict(path, name)) is not None:
                    return Ruling(ignored, True, rules, path)
            path = f"{level.name}/{path}"
            level = level.parent
        return self.git_ruling(name)

    def git_ruling(self, name: str) -> Ruling | None:
        """Judge a name by git's files alone."""
        level: Folder | None = self
        path = name
        while level:
            for rules in level.git:
                if (ignored := rules.verdict(path, name)) is not None:
                    return Ruling(ignored, False, rules, path)
            if level.is_border:
                break
            path = f"{level.name}/{path}"
            level = level.parent
        return None


def folder(
    path: str,
    parent: Folder | None,
    known: Folder | None,
    *,
    names: Container[str] | None = None,
    is_border: bool = False,
    extra: Rules | None = None,
) -> Folder:
    """Read the ignore files of the directory `path`, or return `known` if nothing has changed.

    `names` are the names in it, where they are known: that saves looking for files. With
    `is_border` git's rules from farther up end here; they do at the top of a repository anyway.
    """
    git_dir = os.path.join(path, ".git")
    looks = {
        name: _look(os.path.join(path, name)) if names is None or name in names else None
        for name in (GIT, OWN, ".git")
    }
    exclude = _exclude_file(git_dir) if looks[".git"] else ""
    signature = (looks[GIT], looks[OWN], exclude, _look(exclude), is_border, extra)
    if known and known.parent is parent and known.signature == signature:
        return known
    git = [_read(os.path.join(path, GIT)) if looks[GIT] else None]
    git.append(_read(exclude) if exclude else None)
    own = [extra, _read(os.path.join(path, OWN)) if looks[OWN] else None]
    return Folder(
        os.path.basename(path),
        parent,
        tuple(rules for rules in git if rules),
        tuple(rules for rules in own if rules),
        is_border=bool(looks[".git"]) or is_border,
        signature=signature,
    )


_MOST_DEPTHS = 3
"""How often a pattern may say "any number of folders"; each one more multiplies the work."""

_STAR = r"\[\^/\]\*"
_PIECE = r"(?:\\.|\[(?:\\.|[^\]\\])+\](?!\*)|[^\\\[\]()*?/|$^])+"
_STARS = re.compile(f"(?:{_STAR})+(?P<piece>{_PIECE})(?={_STAR})")
"""What pathspec makes of a star and the fixed text up to the next star."""


def _pattern(line: str) -> GitIgnoreSpecPattern | None:
    try:
        pattern = GitIgnoreSpecPattern(line.rstrip("\r\n"))
    except (GitIgnorePatternError, re.error):
        _log.debug("Skipped a pattern that makes no sense.")
        return None
    if pattern.include is None or not pattern.regex:
        return None
    # A workspace can bring anything along, and a dozen stars would take years to match. Between
    # two stars of one name the first place that fits is as good as any other (as in `fnmatch`).
    regex = pattern.regex.pattern
    if regex.count(".+") > _MOST_DEPTHS:
        _log.debug("Skipped a pattern that would take too long.")
        return None
    pattern.regex = re.compile(_STARS.sub(r"(?>[^/]*?\g<piece>)", regex))
    return pattern


def _means(pattern: GitIgnoreSpecPattern, path: str) -> bool:
    """Tell whether a pattern matches all of a path; what it matches a part of lies above."""
    matches = list(pattern.regex.finditer(path)) if pattern.regex else []
    if not matches:
        return False
    is_folder = matches[-1].groupdict().get("ps_d") is not None
    return not is_folder or matches[-1].start("ps_d") == len(path) - 1


_ANYWHERE = "^(?:.+/)?"
"""What pathspec puts in front of a pattern that may match at any depth."""


def _quick(
    patterns: Iterable[GitIgnoreSpecPattern],
) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """Compile all patterns into one that matches names and one that matches paths.

    Nearly all files match no pattern at all; asking for each pattern in turn is what takes time
    in a large tree.
    """
    names, paths = [], []
    for pattern in patterns:
        # One group may occur only once.
        regex = pattern.regex.pattern.replace("(?P<ps_d>/)", "/") if pattern.regex else ""
        body = str(pattern).lstrip("!").strip().rstrip("/")
        if "/" not in body and regex.startswith(_ANYWHERE):
            names.append(regex.removeprefix(_ANYWHERE))
        else:
            paths.append(regex)
    return _union(names), _union(paths)


def _union(regexes: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{regex})" for regex in regexes)) if regexes else None


def _look(path: str) -> tuple[int, ...] | None:
    """Return what changes when a file changes; None where there is no file."""
    if not path:
        return None
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    if os.path.basename(path) == ".git":
        # The folder of git changes with every commit; only that it is there is of interest.
        return (found.st_ino,)
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: str) -> Rules | None:
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError):
        return None
    if len(data) > _LARGEST:
        return None
    lines = data.decode("utf-8-sig", errors="surrogateescape").split("\n")
    return Rules(lines, os.path.basename(path))


def _without_waiting(path: str, flags: int) -> int:
    """Open a file without waiting for a writer, should it be a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _exclude_file(git_dir: str) -> str:
    """Return the path of `info/exclude`; in a work tree or submodule, `.git` is a file."""
    if os.path.isdir(git_dir):
        return os.path.join(git_dir, "info", "exclude")
    try:
        with open(git_dir, encoding="utf-8", errors="replace", opener=_without_waiting) as file:
            text = file.read(4096)
    except OSError:
        return ""
    if not text.startswith("gitdir:"):
        return ""
    real = os.path.join(os.path.dirname(git_dir), text.removeprefix("gitdir:").strip())
    try:
        with open(os.path.join(real, "commondir"), encoding="utf-8", errors="replace") as file:
            real = os.path.join(real, file.read(4096).strip())
    except OSError:
        pass
    return os.path.join(real, "info", "exclude")
