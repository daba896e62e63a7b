"""The folder of models: which are there, whether they are what they claim, and fetching them.

    models/FILE.gguf               a model; it only ever appears there complete and verified
    models/FILE.gguf.sha256.json   what is known of that file, so that a start is quick
    models/partial/                what unfinished pulls have left, and their locks

`resolve` is what everything that loads a model asks. Only `pull` uses the network, and only when
the user asks for it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from pillion.base.errors import (
    DiskSpaceError,
    DownloadError,
    ModelError,
    ModelInvalidError,
    ModelNotFoundError,
    UsageError,
)
from pillion.base.paths import models_dir
from pillion.engine import fingerprint
from pillion.engine.models import CatalogueModel, Source, catalogue, find, megabytes
from pillion.engine.sources.partial import GGUF_MAGIC, SCRATCH_SUFFIX, Partial
from pillion.engine.sources.progress import Phase, PullProgress, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "ModelFile",
    "Phase",
    "PullProgress",
    "Report",
    "State",
    "Stored",
    "listing",
    "pull",
    "remove",
    "resolve",
    "verify",
]

_WAIT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file that may be loaded."""

    name: str
    path: Path
    size: int
    verified: bool
    """The file's SHA-256 is the one in the catalogue."""
    note: str
    """A remark for the user, such as that the file is unverified; often empty."""
    sha256: str
    """Empty when nobody needed to know."""


class State(StrEnum):
    """How far a model of the catalogue is on this machine."""

    READY = "ready"
    PARTIAL = "partial"
    DAMAGED = "damaged"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Stored:
    """A model of the catalogue and what is there of it."""

    model: CatalogueModel
    state: State
    path: Path
    """Where the complete file is or will be."""
    present: int
    """Bytes on the disk, complete or not."""


def resolve(model: str) -> ModelFile:
    """Return the file of a catalogue name or of a path (with a separator, or ending in `.gguf`).

    Quick: a file is read as a whole only if it changed since the last time.
    Raises `ModelNotFoundError` or `ModelInvalidError`.
    """
    if _is_path(model):
        return _at_path(Path(model).expanduser().absolute(), fingerprint.known_sha256)
    return _installed(find(model), fingerprint.known_sha256)


def verify(model: str, reading: Callable[[int, int], None] | None = None) -> ModelFile:
    """Do the same as `resolve`, but read the whole file.

    `reading` gets the bytes read so far and those in all.
    """

    def sha256_of(path: Path) -> str:
        return fingerprint.fresh_sha256(path, reading)

    if not _is_path(model):
        return _installed(find(model), sha256_of)
    file = _at_path(Path(model).expanduser().absolute(), sha256_of)
    return file if file.sha256 else replace(file, sha256=sha256_of(file.path))


def listing() -> tuple[Stored, ...]:
    """Return every model of the catalogue with its state on this machine."""
    return tuple(_stored(model) for model in catalogue())


def remove(model: CatalogueModel) -> int:
    """Delete the model and what unfinished pulls of it have left; return the bytes freed.

    Raises `ModelNotFoundError` when there is nothing to delete.
    """
    found = [path for path in (_path(model), _partial_path(model)) if path.exists()]
    if not found:
        raise ModelNotFoundError(f"Model `{model.name}` is not there; nothing was removed.")
    try:
        with _locked(model, _refuse_to_wait):
            _sweep(model)
            freed = sum(path.stat().st_size for path in found)
            for path in found:
                path.unlink()
            fingerprint.forget(_path(model))
    except OSError as error:
        raise ModelError(f"Model `{model.name}` could not be removed: {error}.") from error
    return freed


def pull(
    model: CatalogueModel, *, report: Report | None = None, sources: Sequence[Source] | None = None
) -> ModelFile:
    """Fetch a model unless it is there; blocking, for a thread without an event loop.

    The sources (by default the model's own) are tried in order; each goes on where an earlier
    one or a killed pull stopped. The file appears under its name once its SHA-256 is right.
    An exception from `report` ends the pull and keeps what has arrived.
    Raises `DownloadError`: `NoSourceError`, `HashMismatchError` or `DiskSpaceError`.
    """
    tell = report or (lambda _: None)
    try:
        return _installed(model, fingerprint.known_sha256)
    except ModelError:
        pass  # Missing or damaged, so it is fetched.
    try:
        with _locked(model, tell):
            # Another process may have finished it while this one waited.
            if _stored(model).state is not State.READY:
                _sweep(model)
                _fetch(model, model.sources if sources is None else sources, tell)
            return _installed(model, fingerprint.known_sha256)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskSpaceError(
                f"The disk of {models_dir()} became full while {model.name} was fetched. "
                "Free some space and pull again; what has arrived is kept."
            ) from error
        raise DownloadError(
            f"{model.name} could not be stored in {models_dir()}: {error.strerror or error}."
        ) from error


def _is_path(model: str) -> bool:
    return "/" in model or os.sep in model or model.lower().endswith(".gguf")


def _path(model: CatalogueModel) -> Path:
    return models_dir().absolute() / model.file


def _partial_path(model: CatalogueModel) -> Path:
    return models_dir().absolute() / "partial" / model.file


def _at_path(path: Path, sha256_of: Callable[[Path], str]) -> ModelFile:
    """Return a file that the user pointed at: verified only if the catalogue knows its bytes."""
    _check_gguf(path)
    size = path.stat().st_size
    sha256 = ""
    for model in catalogue():
        if model.size == size:
            sha256 = sha256_of(path)
            if sha256 == model.sha256:
                return ModelFile(model.name, path, size, verified=True, note="", sha256=sha256)
    note = f"{path.name} is unverified: Pillion knows no checksum for it."
    return ModelFile(path.name, path, size, verified=False, note=note, sha256=sha256)


def _check_gguf(path: Path) -> None:
    if not path.exists():
        raise ModelNotFoundError(
            f"There is no file {path}. Check the path, or use the name of a model "
            "(`pillion models list`)."
        )
    if not path.is_file():
        raise ModelInvalidError(f"{path} is not a file. Give the path of a GGUF file.")
    try:
        with path.open("rb") as file:
            magic = file.read(len(GGUF_MAGIC))
    except OSError as error:
        raise ModelInvalidError(f"{path} can't be read: {error.strerror or error}.") from error
    if magic != GGUF_MAGIC:
        raise ModelInvalidError(
            f"{path} is no GGUF file: it does not start with the letters GGUF. "
            "Give a model in GGUF format, complete."
        )


def _installed(model: CatalogueModel, sha256_of: Callable[[Path], str]) -> ModelFile:
    """Return the model's file if it is there and right."""
    path = _path(model)
    again = f"Run `pillion models pull {model.name}` to replace it"
    try:
        size = path.stat().st_size
        if size != model.size:
            how = "truncated" if size < model.size else "not the right file"
            raise ModelInvalidError(
                f"Model `{model.name}` is {how}: {path} has {size:,} bytes instead of "
                f"{model.size:,}. {again}."
            )
        sha256 = sha256_of(path)
    except FileNotFoundError:
        raise _not_downloaded(model) from None
    except OSError as error:
        raise ModelInvalidError(
            f"Model `{model.name}` can't be read: {error.strerror or error} ({path})."
        ) from error
    if sha256 != model.sha256:
        raise ModelInvalidError(
            f"Model `{model.name}` is damaged: the SHA-256 of {path} is not the pinned one. "
            f"{again}, or `pillion models rm {model.name}` to remove it."
        )
    return ModelFile(model.name, path, size, verified=True, note="", sha256=sha256)


def _not_downloaded(model: CatalogueModel) -> ModelNotFoundError:
    pull_it = f"run `pillion models pull {model.name}`"
    with contextlib.suppress(OSError):
        present = megabytes(_partial_path(model).stat().st_size)
        return ModelNotFoundError(
            f"Model `{model.name}` is only partly downloaded ({present} of "
            f"{megabytes(model.size)}): {pull_it} to go on."
        )
    return ModelNotFoundError(
        f"Model `{model.name}` is not downloaded yet: {pull_it} ({megabytes(model.size)})."
    )


def _stored(model: CatalogueModel) -> Stored:
    path, partial = _path(model), _partial_path(model)
    try:
        size = _installed(model, fingerprint.known_sha256).size
        return Stored(model, State.READY, path, size)
    except ModelInvalidError:
        return Stored(model, State.DAMAGED, path, path.stat().st_size)
    except ModelNotFoundError:
        if partial.exists():
            return Stored(model, State.PARTIAL, path, partial.stat().st_size)
        return Stored(model, State.MISSING, path, 0)


@contextlib.contextmanager
def _locked(model: CatalogueModel, tell: Report) -> Iterator[None]:
    """Hold the model's lock; while another process has it, tell so again and again."""
    path = _partial_path(model)
    # Nobody else can look at what is not verified yet, or change it.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = filelock.FileLock(path.with_name(f"{path.name}.lock"))
    timeout = 0.0
    while not lock.is_locked:
        try:
            lock.acquire(timeout=timeout)
        except filelock.Timeout:
            tell(PullProgress("", 0, model.size, Phase.WAITING))
            timeout = _WAIT_SECONDS
    try:
        yield
    finally:
        lock.release()


def _refuse_to_wait(_: PullProgress) -> None:
    raise UsageError("The model is being downloaded right now; wait for that, or stop it.")


def _sweep(model: CatalogueModel) -> None:
    """Remove what a killed pull could not remove itself. Only for the holder of the lock."""
    path = _partial_path(model)
    for scratch in path.parent.glob(f"*{SCRATCH_SUFFIX}"):
        if scratch.name.startswith(f"{model.file}."):
            shutil.rmtree(scratch, ignore_errors=True)


def _fetch(model: CatalogueModel, sources: Sequence[Source], tell: Report) -> None:
    """Put the model under its name, from the first source that has it."""
    # Imported here because the HTTP client is slow to import and a start of the server, which
    # only resolves, must be quick and stay away from the network.
    from pillion.engine.sources.fill import fill  # noqa: PLC0415

    def reading(done: int) -> None:
        tell(PullProgress("", done, model.size, Phase.RESUMING))

    with Partial(_partial_path(model), model.size, reading) as partial:
        fill(partial, model, sources, tell)
        partial.sync()
    partial.path.replace(_path(model))
    fingerprint.remember(_path(model), model.sha256)
