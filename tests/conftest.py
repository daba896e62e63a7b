"""Order and heading of the whole run: quick tests first, real models last."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from pillion.base import paths


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run end-to-end tests after the unit tests, and tests with real models after those."""
    items.sort(key=lambda item: ("model" in item.keywords, "e2e" in item.keywords))


def pytest_report_header() -> str:
    """Tell what the tests run on."""
    names = ("llama-cpp-python", "pygls", "tree-sitter")
    return f"{', '.join(f'{name} {version(name)}' for name in names)}, models: {paths.models_dir()}"
