"""`pillion chat`: from scripts, in a terminal, and the chats it keeps; with a scripted engine."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from pillion.assist.chat import Chat
from pillion.assist.inquiry import Inquiry, answer_to
from pillion.assist.mentions import split_command
from pillion.base.errors import UsageError
from pillion.base.settings import Settings
from pillion.commands import chat as module
from pillion.commands.chat import Talk, chat
from pillion.commands.chat_terminal import converse, printable
from pillion.commands.conversations import MOST, Conversation, Conversations
from pillion.commands.desk import library_at
from pillion.engine.fake import FakeEngine, Script
from pillion.prompt.chat import Message, Role
from pillion.prompt.model_input import is_text

SHOP = "def total(prices):\n    return sum(prices)\n"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeEngine:
    """A project of its own, and an engine that says two things."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "shop.py").write_text(SHOP)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PILLION_CHATS_DIR", str(tmp_path / "chats"))
    monkeypatch.setenv("PILLION_CACHE_DIR", str(tmp_path / "cache"))
    engine = FakeEngine([Script(["It ", "sums."]), Script(["Again."])])

    def make_engine(_settings: Settings) -> FakeEngine:
        engine.closed = False
        return engine

    monkeypatch.setattr(module, "make_engine", make_engine)
    return engine


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(chat, arguments, input=given)


def read(engine: FakeEngine, number: int = 0) -> str:
    """Return what the model has read."""
    return "".join(piece for piece in engine.requests[number].prompt.pieces if is_text(piece))


def test_one_message_gets_one_answer(engine: FakeEngine) -> None:
    done = run("What does total do?", "--file", "shop.py")
    assert done.output == "It sums.\n"
    assert SHOP.strip() in read(engine)


def test_json_is_one_object_per_line(engine: FakeEngine) -> None:
    done = run("--json", "--file", "shop.py", given="What?\n\n/explain\n")
    lines = [json.loads(line) for line in done.output.splitlines()]
    kinds = [line["kind"] for line in lines]
    assert kinds == ["stage", "text", "text", "result", "stage", "text", "result"]
    assert lines[3]["text"] == "It sums."
    assert lines[3]["material"] == ["shop.py"]
    # One conversation: the second prompt goes on from the first.
    assert "It sums." in read(engine, 1)


def test_an_error_is_a_line_and_the_next_message_is_answered(engine: FakeEngine) -> None:
    done = run("--json", given="/explain\nHello.\n")
    kinds = [json.loads(line)["kind"] for line in done.output.splitlines()]
    assert kinds == ["error", "text", "text", "result"]
    assert len(engine.requests) == 1


def test_lines_of_a_file_are_what_is_meant(engine: FakeEngine) -> None:
    run("What?", "--file", "shop.py:2")
    assert "The code in question: shop.py, lines 2-2" in read(engine)
    assert isinstance(run("What?", "--file", "nowhere.py").exception, UsageError)


def test_chats_are_listed_resumed_exported_and_deleted(engine: FakeEngine, tmp_path: Path) -> None:
    run("What does it do?")
    listed = run("--list").output
    assert "What does it do?" in listed
    run("And then?", "--resume", "last")
    assert "It sums." in read(engine, 1)
    id_ = listed.split()[0]
    exported = run("--export", id_).output
    assert exported == (
        "# What does it do?\n\n## You\n\nWhat does it do?\n\n## Pillion\n\nIt sums.\n\n"
        "## You\n\nAnd then?\n\n## Pillion\n\nAgain.\n"
    )
    (kept,) = (tmp_path / "chats").rglob("*.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert run("--delete", "all").output == "Deleted 1 chats.\n"
    assert not list((tmp_path / "chats").rglob("*.json"))
    assert isinstance(run("--export", id_).exception, UsageError)


def test_only_so_many_chats_are_kept(engine: FakeEngine) -> None:
    del engine
    kept = Conversations("/project")
    for number in range(MOST + 5):
        kept.keep(Conversation(messages=[Message(Role.USER, f"Number {number}")]))
    assert len(kept.all()) == MOST
    assert kept.all()[0].title == f"Number {MOST + 4}"


def test_a_damaged_chat_is_left_out(engine: FakeEngine, tmp_path: Path) -> None:
    del engine
    kept = Conversations("/project")
    kept.keep(Conversation(messages=[Message(Role.USER, "Fine.")]))
    (path,) = (tmp_path / "chats").rglob("*.json")
    path.with_name("broken.json").write_text("{")
    path.with_name("odd.json").write_text('{"when": 1, "messages": [{"role": "system"}]}')
    assert [one.title for one in kept.all()] == ["Fine."]


def test_commands_are_those_that_exist() -> None:
    assert split_command("/explain this") == ("explain", "this")
    assert split_command("/explain") == ("explain", "")
    assert split_command("/etc/passwd is what?") == ("", "/etc/passwd is what?")


def test_a_number_means_a_choice() -> None:
    question = Inquiry("Which?", ("Ascending", "Descending"))
    assert answer_to(question, "2") == "Descending"
    assert answer_to(question, "3") == "3"
    assert answer_to(question, "ascending") == "Ascending"
    assert answer_to(None, "2") == "2"


def test_a_model_cannot_command_the_terminal() -> None:
    assert printable("a\x1b[2Jb\x07\u202ec\n\td") == "a[2Jbc\n\td"


@pytest.mark.asyncio
async def test_the_terminal_answers_until_the_user_leaves(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Path.cwd()
    talk = Talk(Chat(library_at(here)), Conversation(), Conversations(str(here)), Settings(), None)
    with create_pipe_input() as keys, create_app_session(keys, DummyOutput()):
        keys.send_text("What?\r/help\r/new\rAnd?\r/explain\r/quit\r")
        await converse(talk, engine)
    said = capsys.readouterr().out
    assert "It sums.\n" in said
    assert "/hint" in said
    assert "Again." in said
    assert "There is no code to work on" in said
    # A new chat knows nothing of the one before.
    assert "It sums." not in read(engine, 1)
    assert engine.closed
