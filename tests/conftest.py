"""The whole run: its own engine hosts, quick tests first, real models last, a telling heading."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version

import pytest

from hosts import runtime_folder, stop_hosts
from pillion.base import paths

pytest_plugins = ("workspaces",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run end-to-end tests after the unit tests, and tests with real models after those."""
    items.sort(key=lambda item: ("model" in item.keywords, "e2e" in item.keywords))


def pytest_report_header() -> str:
    """Tell what the tests run on."""
    names = ("llama-cpp-python", "pygls", "tree-sitter")
    return f"{', '.join(f'{name} {version(name)}' for name in names)}, models: {paths.models_dir()}"


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the tests share engines among themselves, never the user's, and stop them in the end.

    What they count is not the user's, either.
    """
    os.environ["PILLION_EVENTS_DIR"] = str(tmp_path_factory.mktemp("events"))
    with runtime_folder():
        yield
        stop_hosts()
