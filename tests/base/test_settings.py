"""Settings from an editor: nested or dotted, wrong values warn and keep the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillion.base import paths
from pillion.base.settings import Settings, from_json


def test_nested_and_dotted_keys_mean_the_same() -> None:
    nested, _ = from_json({"completion": {"maxTokens": 7}})
    dotted, _ = from_json({"completion.maxTokens": 7})
    assert nested == dotted == Settings(max_tokens=7)


def test_lists_become_tuples() -> None:
    settings, warnings = from_json({"disabledLanguages": ["markdown"]})
    assert settings.disabled_languages == ("markdown",)
    assert not warnings


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"enable": "yes"}, "true or false"),
        ({"completion": {"maxTokens": 0}}, "from 1 to 1024"),
        ({"completion": {"maxTokens": True}}, "whole number"),
        ({"completion": {"maxTokens": "9"}}, "whole number"),
        ({"completion": {"lines": "many"}}, "auto, single"),
        ({"model": 3}, "string"),
        ({"disabledLanguages": [1]}, "list of strings"),
        ({"colour": 1}, "Unknown setting `pillion.colour`"),
    ],
)
def test_wrong_values_warn_and_keep_the_default(values: dict[str, object], part: str) -> None:
    settings, warnings = from_json(values)
    assert settings == Settings()
    assert len(warnings) == 1
    assert part in warnings[0]


def test_null_means_the_default() -> None:
    assert from_json({"model": None}) == (Settings(), [])
    assert from_json(None) == (Settings(), [])


def test_folders_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PILLION_MODELS_DIR", raising=False)
    monkeypatch.setenv("PILLION_CACHE_DIR", str(tmp_path))
    assert paths.models_dir() == tmp_path / "models"
    monkeypatch.setenv("PILLION_MODELS_DIR", str(tmp_path / "m"))
    assert paths.models_dir() == tmp_path / "m"
