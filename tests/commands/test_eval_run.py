"""The options that evaluations share, and the loop over their cases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pillion.commands.eval import COMMANDS
from pillion.commands.eval import eval as group
from pillion.commands.eval.run import Run, collect, run_options
from pillion.engine.fake import FakeEngine

CASES = {f"case {number}": number for number in range(7)}


@dataclass(frozen=True, slots=True)
class Row:
    task: str
    way: str
    text: str


class Suite:
    """A command that measures `CASES`, two rows each."""

    def __init__(self, fails_at: int = -1) -> None:
        self.asked: list[int] = []
        self.engine = FakeEngine()
        self.fails_at = fails_at

    def run(self, *options: object) -> Result:
        @click.command()
        @run_options(4)
        def command(run: Run) -> None:
            rows = collect(run, self.engine, Row, CASES, self._measure, lambda row: row.task)
            click.echo(" ".join(f"{row.task[5:]}{row.way}" for row in rows))

        arguments = ["--data", ".", *map(str, options)]
        return CliRunner().invoke(command, arguments, standalone_mode=False)

    async def _measure(self, number: int) -> list[Row]:
        if number == self.fails_at:
            raise ValueError
        self.asked.append(number)
        return [Row(f"case {number}", way, 'a\n"b",') for way in ("a", "b")]


def test_shards_share_a_run_and_their_files_are_that_of_the_whole(tmp_path: Path) -> None:
    whole = tmp_path / "whole.csv"
    for shard, cases in (("1/3", [0, 3, 6]), ("2/3", [1, 4]), ("3/3", [2, 5])):
        suite = Suite()
        path = tmp_path / f"{shard[0]}.csv"
        suite.run("--shard", shard, "--csv", path)
        assert suite.asked == cases
        with whole.open("ab") as file:
            file.write(path.read_bytes())
    suite = Suite()
    shown = suite.run("--csv", whole).stdout
    assert not suite.asked
    assert sorted(shown.split()) == [f"{number}{way}" for number in range(7) for way in "ab"]


def test_a_shard_shows_its_part_of_the_whole_file_only(tmp_path: Path) -> None:
    Suite().run("--csv", tmp_path / "rows.csv")
    assert Suite().run("--csv", tmp_path / "rows.csv", "--shard", "3/3").stdout == "2a 2b 5a 5b\n"


def test_what_failed_in_the_middle_goes_on_from_there(tmp_path: Path) -> None:
    first, second = Suite(fails_at=2), Suite()
    assert first.run("--csv", tmp_path / "rows.csv").exception
    assert first.engine.closed
    second.run("--csv", tmp_path / "rows.csv")
    assert (first.asked, second.asked) == ([0, 1], [2, 3, 4, 5, 6])


def test_nothing_is_asked_when_the_time_is_up() -> None:
    suite = Suite()
    assert suite.run("--minutes", "1e-9").stdout == "\n"
    assert not suite.asked
    assert suite.engine.closed


@pytest.mark.parametrize("shard", ["", "0/2", "3/2", "1", "a/b", "1/2/3"])
def test_a_shard_that_is_none_is_refused(shard: str) -> None:
    assert isinstance(Suite().run("--shard", shard).exception, click.BadParameter)


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"hygiene", "security"}))
def test_each_evaluation_with_a_model_has_the_shared_options(name: str) -> None:
    shown = CliRunner().invoke(group, [name, "--help"]).output
    assert f"eval {name}" in shown
    for option in ("--data", "--sample", "--seed", "--csv", "--minutes", "--shard", "--compare"):
        assert option in shown
