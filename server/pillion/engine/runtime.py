"""Where the engine host of a model is found: its name, its files, and what they say.

    NAME.json    of a running host: its process, address and token; gone after a proper end
    NAME.sock    its socket
    NAME.lock    held by the one client that starts or clears away a host
    NAME.log     the host's messages; NAME.log.1 is that of the host before
    NAME.ends    when hosts ended improperly, and why

NAME stands for the model's path, Pillion's version and the options, so that hosts that differ in
any of them never meet. The folder and all files are for their user alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from pillion import __version__
from pillion.base import paths
from pillion.base.errors import EngineLoadError
from pillion.engine import process
from pillion.engine.wire import PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = frozenset({".json", ".sock", ".lock", ".ends"})
"""Endings of files that can stand in the way of the next host."""

REMEMBER_SECONDS = 120.0
"""How long an improper end is held against a host."""


@dataclass(frozen=True, slots=True)
class HostOptions:
    """Which model a host runs, and how."""

    model: str
    threads: int = 0
    gpu_layers: int = -1
    context_tokens: int = 4096

    def to_json(self) -> str:
        """Return what `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> HostOptions:
        """Return the options that `to_json` wrote."""
        return cls(**json.loads(text))

    def settled(self) -> HostOptions:
        """Return the same with a path that does not depend on the working folder."""
        if "/" in self.model or os.sep in self.model or self.model.lower().endswith(".gguf"):
            path = str(Path(self.model).expanduser().absolute())
            return HostOptions(path, self.threads, self.gpu_layers, self.context_tokens)
        return self


@dataclass(frozen=True, slots=True)
class Record:
    """What a running host says of itself in its file."""

    pid: int
    identity: str
    """See `pillion.engine.process.identity`."""
    address: str | int
    """The path of a Unix socket, or a port of 127.0.0.1."""
    token: str
    version: str
    model: str
    started: float
    """Seconds since the epoch."""

    @property
    def alive(self) -> bool:
        """Whether that very process still runs."""
        return process.is_alive(self.pid, self.identity)


@dataclass(frozen=True, slots=True)
class End:
    """An improper end of a host."""

    at: float
    lived: float
    """Seconds from its start until somebody noticed."""
    cause: str


@dataclass(frozen=True, slots=True)
class HostFiles:
    """The files of one host."""

    folder: Path
    name: str

    @property
    def record(self) -> Path:
        """Says where the running host is."""
        return self.folder / f"{self.name}.json"

    @property
    def socket(self) -> Path:
        """The running host listens here."""
        return self.folder / f"{self.name}.sock"

    @property
    def lock(self) -> Path:
        """Whoever starts a host holds this."""
        return self.folder / f"{self.name}.lock"

    @property
    def log(self) -> Path:
        """What the latest host has to say."""
        return self.folder / f"{self.name}.log"

    @property
    def last_log(self) -> Path:
        """What the host before had to say."""
        return self.folder / f"{self.name}.log.1"

    def log_of(self, pid: int) -> Path:
        """Return the log that the process wrote; a new host may have begun its own already."""
        with contextlib.suppress(OSError):
            if f"Process {pid} serves" in self.last_log.read_text(encoding="utf-8"):
                return self.last_log
        return self.log

    @property
    def ends(self) -> Path:
        """Improper ends."""
        return self.folder / f"{self.name}.ends"

    def read_record(self) -> Record | None:
        """Return what the host says; None without a host, or for a file that is no record."""
        try:
            found = Record(**json.loads(self.record.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        return found if _has_kinds(found) else None

    def write_record(self, record: Record) -> None:
        """Say where the host is; readers see the whole record or none."""
        _write(self.record, json.dumps(asdict(record)))

    def remove_record(self) -> None:
        """Take away what leads to a host: the record and the socket."""
        for path in (self.record, self.socket):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def read_ends(self) -> list[End]:
        """Return the improper ends of the last two minutes, the oldest first."""
        try:
            found = [End(**item) for item in json.loads(self.ends.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError, RecursionError):
            return []
        now = time.time()
        return [end for end in found if _has_kinds(end) and 0 <= now - end.at < REMEMBER_SECONDS]

    def add_end(self, end: End) -> None:
        """Remember an improper end."""
        _write(self.ends, json.dumps([asdict(item) for item in [*self.read_ends(), end]]))

    def forget_ends(self) -> None:
        """Let bygones be bygones."""
        with contextlib.suppress(OSError):
            self.ends.unlink(missing_ok=True)


def files_for(options: HostOptions) -> HostFiles:
    """Return the files of the host for `options`, whose folder exists afterwards."""
    key = [__version__, PROTOCOL, str(paths.models_dir()), asdict(options)]
    digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]
    return HostFiles(_own_folder(), digest)


def all_files() -> Iterator[HostFiles]:
    """Yield the files of every host that has a record."""
    for folder in _folders():
        for path in sorted(folder.glob("*.json")):
            yield HostFiles(folder, path.stem)


def remains() -> Iterator[HostFiles]:
    """Yield the files of every host of which anything is left, running or not."""
    for folder in _folders():
        names = {path.name.split(".")[0] for path in folder.glob("*.*") if path.suffix in _KINDS}
        for name in sorted(names):
            yield HostFiles(folder, name)


def _own_folder() -> Path:
    """Make the runtime folder, or one in the temporary folder where it cannot be made."""
    for folder in _folders():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if _is_own(folder):
            return folder
    raise EngineLoadError(
        f"The folder {_folders()[0]} is not yours alone, so the engine cannot be shared there. "
        'Give it permissions 0700, or use the setting `pillion.engine.mode` = "inproc".'
    )


def _folders() -> tuple[Path, Path]:
    wanted = paths.runtime_dir()
    return wanted, paths.own_temporary_dir(str(wanted))


def _is_own(folder: Path) -> bool:
    """Tell whether nobody else can get in; a folder of our own that is too open is closed."""
    if not hasattr(os, "getuid"):
        return True  # The temporary folder of Windows is the user's own.
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        return False
    if facts.st_mode & 0o077:
        folder.chmod(0o700)
    return os.access(folder, os.W_OK | os.X_OK)


def _has_kinds(found: Record | End) -> bool:
    """Tell whether each value is of its kind: a damaged file can hold anything."""
    kinds: dict[str, tuple[type, ...]] = {
        "str": (str,),
        "int": (int,),
        "float": (int, float),
        "str | int": (str, int),
    }
    return all(
        isinstance(value := getattr(found, one.name), kinds[str(one.type)])
        and not isinstance(value, bool)
        and (not isinstance(value, int) or abs(value) < 1 << 53)
        for one in fields(found)
    )


def _write(path: Path, text: str) -> None:
    scratch = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor.
        file.write(text)
    scratch.replace(path)
