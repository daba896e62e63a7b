"""docs/protocol.md has a section for each method and command of our own, and no other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pillion

ROOT = Path(__file__).parents[2]
SOURCE = Path(pillion.__file__).parent / "lsp"


def in_code(pattern: str) -> set[str]:
    """Return the string constants of the code that match."""
    texts = (path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    return {found for text in texts for found in re.findall(f'"({pattern})"', text)}


def headings(level: int) -> set[str]:
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    return set(re.findall(rf"^{'#' * level} `(.+)`$", page, re.MULTILINE))


def test_every_method_has_its_section() -> None:
    methods = in_code(r"pillion/[\w/]+")
    assert len(methods) >= 5
    assert headings(2) == methods


def test_every_command_has_its_section() -> None:
    commands = in_code(r"pillion\.[a-z]+[A-Z]?\w*") - in_code(r"pillion\.lsp\S*")
    assert headings(3) == commands


def test_no_command_is_one_of_the_extension() -> None:
    """VS Code refuses to start a client whose server has a command that is there already."""
    package = json.loads((ROOT / "clients/vscode/package.json").read_text(encoding="utf-8"))
    own = {item["command"] for item in package["contributes"]["commands"]}
    assert len(own) > 5
    assert not own & in_code(r"pillion\.[a-z]+[A-Z]?\w*")
