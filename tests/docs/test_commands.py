"""Every command in the documentation exists and takes the options that are shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pillion.cli import cli

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "clients").glob("*/README.md")),
]

ELSEWHERE = {
    "llama-server": "of llama.cpp; tests/model/test_every_engine.py runs the one of xllamacpp",
    "vllm": "of vLLM",
    "git": "of git",
    "sha256sum": "of the system; release/check.py writes what it reads",
    "man": "of the system",
}
"""Programs of others, and what is known of them here."""

SHELL = {"cat", "cd", "for", "done", "source", "wait"}

INSTALLERS = {"pip", "uv", "pipx"}
"""`release/check.py` runs them with the wheel."""


def commands(text: str) -> Iterator[list[str]]:
    """Yield each command of the blocks of shell code, and those of Pillion in running text."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.replace("; ", " && "), comments=True)
            yield from _split(words)
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`((?:pillion|make) [^`]+)`", outside):
        yield shlex.split(code.replace("…", ""))


def _split(words: list[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in [*words, "&&"]:
        if word in {"&&", "||", "|", "&"}:
            if command:
                yield command
            command = []
        elif command or not (word == "do" or re.fullmatch(r"[A-Z_]+=.*", word)):
            command.append(word)


def check(words: list[str]) -> None:
    """Raise unless the command exists and takes these options; nothing is run."""
    name = Path(words[0]).name
    if name == "pillion":
        _parse(cli, words[1:])
    elif name == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = [word for word in words[1:] if "=" not in word]
        missing = [word for word in targets if not re.search(rf"^{word}:", makefile, re.MULTILINE)]
        assert not missing, f"make has no {missing}"
    elif "/" in words[0] and not words[0].startswith("$"):
        assert any(ROOT.glob(f"**/{words[0].removeprefix('./')}")), words
    else:
        assert name in {*ELSEWHERE, *SHELL, *INSTALLERS} or words[0].startswith("$"), words


def _parse(command: click.Command, words: list[str]) -> None:
    """Go down the groups, and look at each option of the command that is found."""
    context = click.Context(command, info_name="pillion", help_option_names=["-h", "--help"])
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        # `status|stop` stands for either, CAPITALS for any.
        names = [name for name in words[0].split("|") if not re.fullmatch(r"[…A-Z.\[\]]+", name)]
        if not names:
            return
        found = [command.get_command(context, name) for name in names]
        assert all(found), f"there is no command {words[0]}"
        first = found[0]
        assert first is not None
        command, words = first, words[1:]
    known = {text for parameter in command.get_params(context) for text in parameter.opts}
    known |= {text for item in command.get_params(context) for text in item.secondary_opts}
    for word in words:
        for option in word.strip("[]").split("|"):
            if option.startswith("--"):
                assert option.partition("=")[0] in known, f"{command.name} has no {option}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_of_a_page(path: Path) -> None:
    if path.name != "cli.md":  # Written from the commands themselves.
        for words in commands(path.read_text(encoding="utf-8")):
            check(words)


def test_commands_are_found() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = [" ".join(words) for words in commands(text)]
    assert "make demo" in found
    loop = "```sh\nfor n in 1 2; do A=b pillion doctor --json > out; done\n```\n"
    assert ["pillion", "doctor", "--json", ">", "out"] in list(commands(loop))
    assert ".venv/bin/pillion models list" in found
    assert "pillion engine status|stop" in found


@pytest.mark.parametrize(
    "line",
    [
        "pillion nothing",
        "pillion doctor --nothing",
        "pillion models list --nothing",
        "pillion engine status|nothing",
        "make nothing",
        "nothing --at all",
        "clients/nothing.sh",
    ],
)
def test_a_wrong_command_is_found(line: str) -> None:
    (words,) = commands(f"```sh\nA=b {line}\n```\n")
    with pytest.raises(AssertionError):
        check(words)
