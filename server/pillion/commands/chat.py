"""`pillion chat`: a conversation about the code of a project, in the terminal or from a script."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.assist.chat import Ask, Chat, Listener
from pillion.assist.decisions import as_case, plain
from pillion.assist.inquiry import answer_to
from pillion.assist.mentions import split_command
from pillion.assist.testfiles import allowed, place_of, test_file
from pillion.assist.transcript import to_markdown
from pillion.base.errors import PillionError, UsageError
from pillion.base.settings import Settings
from pillion.commands.conversations import Conversation, Conversations
from pillion.commands.desk import library_at
from pillion.context.chip import Here
from pillion.context.ignore import root_of
from pillion.context.index.workspace import path_of
from pillion.engine.base import Cancel
from pillion.prompt.chat import Message, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pillion.assist.chat import Accepted, Reply
    from pillion.assist.clarify.task import Example
    from pillion.assist.inquiry import Inquiry
    from pillion.engine.base import Engine

_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<first>\d+)(?:-(?P<last>\d+))?)?")


@click.command()
@click.argument("message", required=False)
@click.option("--file", "place", metavar="FILE[:LINE[-LINE]]", help="The code that is talked of.")
@click.option("--model", help="Name of a catalogue model, or the path of a GGUF file.")
@click.option(
    "--engine",
    type=click.Choice(["shared", "inproc"]),
    default=Settings().engine_mode,
    show_default=True,
    help="Ask the process that editors share, or run the model in this one.",
)
@click.option(
    "--ask-seconds",
    type=click.IntRange(0, 600),
    default=Settings().chat_ask_seconds,
    show_default=True,
    help="How long it may find out what a request leaves open; 0: it never asks.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")
@click.option("--resume", metavar="ID", help="Go on with an earlier chat; `last` for the newest.")
@click.option("--list", "lists", is_flag=True, help="List the chats of this project.")
@click.option("--export", metavar="ID", help="Write a chat as Markdown to standard output.")
@click.option("--delete", metavar="ID", help="Delete a chat; `all` for all of this project.")
def chat(
    message: str | None,
    place: str | None,
    model: str | None,
    engine: str,
    ask_seconds: int,
    resume: str | None,
    export: str | None,
    delete: str | None,
    *,
    as_json: bool,
    lists: bool,
) -> None:
    """Talk about the code of the project in this folder.

    With MESSAGE, or one message per line on standard input, it answers and ends; in a terminal it
    goes on until Ctrl-D. Ctrl-C stops an answer. A message may begin with a command such as
    /explain, and attach code: @file PATH, @file PATH:10-20, @symbol NAME, @diff, @repo.

    With --json there is one object per line: {"kind": "stage" or "text", "text"} while the answer
    comes, and {"kind": "result", "text", "question", "accepted", "stopped", "notes", "tokens"} at
    its end. Where the question has examples, the next message decides about them: `all`, or such
    as `1 3 -2; 4 = None`; then /keep writes those that were accepted as tests.
    """
    root = root_of(_place(place)[0] if place else Path("x"))
    kept = Conversations(root)
    if lists or export or delete:
        _manage(kept, export, delete)
        return
    conversation = kept.get(resume) if resume else Conversation()
    settings = replace(
        Settings(),
        engine_mode=engine,
        model=model or Settings().model,
        chat_ask_seconds=ask_seconds,
    )
    here = _here(place) if place else None
    terminal = Talk(Chat(library_at(root)), conversation, kept, settings, here)
    single = [message] if message is not None else None
    if single is None and sys.stdin.isatty() and not as_json:
        from pillion.commands.chat_terminal import converse  # noqa: PLC0415

        asyncio.run(converse(terminal, make_engine(settings)))
        return
    lines = single if single is not None else (line.rstrip("\n") for line in sys.stdin)
    asyncio.run(_answer_all(terminal, make_engine(settings), lines, as_json=as_json))


class Talk:
    """One chat on the command line: what was said, and the next message."""

    def __init__(
        self,
        chats: Chat,
        conversation: Conversation,
        kept: Conversations,
        settings: Settings,
        here: Here | None,
    ) -> None:
        self.chats = chats
        self.conversation = conversation
        self.kept = kept
        self.settings = settings
        self.here = here
        self.accepted: Accepted | None = None
        """Examples that the user accepted last, with code that was held to them."""

    async def say(self, engine: Engine, text: str, cancel: Cancel, listener: Listener) -> Reply:
        """Send a message; what came of it is kept, also when it was stopped."""
        command, rest = split_command(text)
        before = self.conversation.messages
        asked = [*before, Message(Role.USER, rest)]
        ask = Ask(self.conversation.id, tuple(asked), command, here=self.here)
        reply = await self.chats.answer(engine, ask, self.settings, cancel, listener)
        answer = [Message(Role.ASSISTANT, reply.whole)] if reply.text else []
        self.conversation.messages = [*asked, *answer]
        self.kept.keep(self.conversation)
        self.accepted = reply.accepted or self.accepted
        return reply

    def keep_examples(self) -> str:
        """Write what was accepted last as tests, where the project keeps its tests.

        Returns the path of the file. Raises `UsageError` where there is nothing to write.
        """
        accepted = self.accepted
        file = path_of(accepted.uri) if accepted else None
        if accepted is None or file is None:
            raise UsageError("Accept examples first, in a chat with --file.")
        root, path = place_of(file)
        cases = [as_case(accepted.function, one) for one in accepted.examples]
        made = test_file(root, path, accepted.function, cases, allowed(root))
        there = root / made.path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(made.text, encoding="utf-8")
        self.accepted = None
        return made.path

    def begin_anew(self) -> None:
        """Start another chat."""
        self.conversation = Conversation()
        self.accepted = None


async def _answer_all(
    terminal: Talk, engine: Engine, lines: Iterable[str], *, as_json: bool
) -> None:
    question: Inquiry | None = None
    try:
        for line in lines:
            if not line.strip():
                continue
            listener = _json_listener() if as_json else Listener(text=_print)
            try:
                if line.strip() == "/keep":
                    path = terminal.keep_examples()
                    _line({"kind": "kept", "path": path}) if as_json else print(path)
                    continue
                text = answer_to(question, line.strip())
                reply = await terminal.say(engine, text, Cancel(), listener)
            except PillionError as error:
                if not as_json:
                    raise
                _line({"kind": "error", "text": str(error)})
                continue
            question = reply.question
            if as_json:
                _line({"kind": "result"} | as_object(reply))
            else:
                _print("\n")
                _explain(reply)
    finally:
        await engine.close()


def as_object(reply: Reply) -> dict[str, object]:
    """Return the JSON form of an answer."""
    done = reply.finish
    return {
        "text": reply.text,
        "question": _question_object(reply.question) if reply.question else None,
        "accepted": _examples(reply.accepted.function, reply.accepted.examples)
        if reply.accepted
        else None,
        "stopped": done.reason.value if done.reason.value != "stop" else None,
        "notes": list(reply.notes),
        "material": [one.title for one in reply.shown],
        "tokens": {
            "prompt": done.prompt_tokens,
            "evaluated": done.evaluated_tokens,
            "generated": done.generated_tokens,
        },
    }


def _question_object(question: Inquiry) -> dict[str, object]:
    found: dict[str, object] = {"text": question.text, "choices": list(question.choices)}
    if question.examples:
        found["examples"] = _examples(question.function, question.examples)
    return found


def _examples(function: str, examples: Sequence[Example]) -> list[dict[str, str]]:
    return [{"call": f"{function}({one.call})", "outcome": one.outcome} for one in examples]


def _explain(reply: Reply) -> None:
    if question := reply.question:
        print(f"\n{question.text}")
        said = [plain(question.function, one) for one in question.examples] or question.choices
        for number, choice in enumerate(said, 1):
            print(f"  {number}. {choice}")
    for note in reply.notes:
        print(f"({note})", file=sys.stderr)


def _json_listener() -> Listener:
    return Listener(
        lambda text: _line({"kind": "text", "text": text}),
        lambda text: _line({"kind": "stage", "text": text}),
    )


def _line(value: dict[str, object]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _print(text: str) -> None:
    print(text, end="", flush=True)


def _manage(kept: Conversations, export: str | None, delete: str | None) -> None:
    if export:
        _print(to_markdown(kept.get(export).messages))
    elif delete == "all":
        print(f"Deleted {kept.clear()} chats.")
    elif delete:
        kept.delete(kept.get(delete).id)
        print(f"Deleted {delete}.")
    else:
        for one in kept.all():
            print(f"{one.id}  {one.title}")


def _here(place: str) -> Here:
    path, first, last = _place(place)
    if not Path(path).is_file():
        raise UsageError(f"There is no file {path}.")
    return Here(path.resolve().as_uri(), first or 0, last or first or 0, selected=first is not None)


def _place(place: str) -> tuple[Path, int | None, int | None]:
    """Return a file and its lines, from 0."""
    if os.path.exists(place):  # noqa: PTH110 - a name may hold a colon.
        return Path(place), None, None
    match = _PLACE.fullmatch(place)
    if not match:
        raise UsageError(f"`{place}` is not FILE or FILE:LINE-LINE.")
    first = int(match["first"]) - 1 if match["first"] else None
    last = int(match["last"]) - 1 if match["last"] else first
    return Path(match["file"]), first, last
