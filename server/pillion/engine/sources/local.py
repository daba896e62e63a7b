"""Copy a model from a file the user already has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.base.errors import DownloadError
from pillion.engine.sources.progress import Phase, PullProgress, Report

if TYPE_CHECKING:
    from pillion.engine.models import CatalogueModel, LocalSource
    from pillion.engine.sources.partial import Partial

_BLOCK = 1 << 20


def copy_local(
    source: LocalSource, model: CatalogueModel, partial: Partial, report: Report
) -> None:
    """Append what is missing. Raises `DownloadError` when the file can't be the model."""
    try:
        file = source.path.open("rb")
    except OSError as error:
        raise DownloadError(f"it can't be read: {error.strerror or error}") from error
    with file:
        size = file.seek(0, 2)
        if size != model.size:
            raise DownloadError(f"it has {size:,} bytes, but {model.name} has {model.size:,}")
        file.seek(partial.size)
        while block := file.read(_BLOCK):
            partial.append(block)
            report(PullProgress(source.name, partial.size, model.size, Phase.DOWNLOADING))
