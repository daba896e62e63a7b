"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pillion.base.outcome import Reason
from pillion.base.settings import table
from pillion.cli import COMMANDS, cli
from pillion.commands.docs import pages, vscode_package

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WRITTEN = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("name", sorted(pages(cli)))
def test_generated_pages_are_fresh(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages(cli)[name], "run `make docs`"


def test_the_extension_has_the_settings_of_the_server() -> None:
    text = (ROOT / "clients" / "vscode" / "package.json").read_text(encoding="utf-8")
    assert text == vscode_package(text), "run `make docs`"


def test_every_command_setting_and_reason_is_documented() -> None:
    text = "".join(pages(cli).values())
    for word in (*COMMANDS, *(meta.key for _, meta, _, _ in table()), *(r.value for r in Reason)):
        assert word in text


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_every_page_is_reached_from_the_readme(path: Path) -> None:
    assert f"docs/{path.name}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_tests_that_a_page_names_exist(path: Path) -> None:
    named = set(re.findall(r"`(test_\w+)`", path.read_text(encoding="utf-8")))
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py"))
    assert named <= set(re.findall(r"def (test_\w+)\(", code))


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_scenarios_that_a_page_names_exist(path: Path) -> None:
    named = re.findall(r'(?:scenario|unit test) "([^"]+)"', path.read_text(encoding="utf-8"))
    tests = (ROOT / "clients" / "vscode" / "test").rglob("*.ts")
    code = "".join(file.read_text(encoding="utf-8") for file in tests)
    assert [name for name in named if f"'{name}'" not in code] == []


def test_the_code_map_names_every_package() -> None:
    """docs/architecture.md lists each package, in the order of the layers contract."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "server" / "pillion"
    for folder in (item for item in package.iterdir() if (item / "__init__.py").exists()):
        assert f"`{folder.name}/`" in text


def test_settings_rows_have_a_help_sentence() -> None:
    for _, meta, _, _ in table():
        assert meta.help.endswith("."), meta.key
