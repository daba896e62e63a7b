"""The terminal of `pillion chat`: a prompt with completion, answers that stream, Ctrl-C stops."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.history import InMemoryHistory
from rich.console import Console
from rich.text import Text

from pillion.assist.chat import Listener
from pillion.assist.decisions import plain
from pillion.assist.inquiry import Inquiry, answer_to
from pillion.base.errors import PillionError
from pillion.context.chip import Kind
from pillion.engine.base import Cancel, FinishReason
from pillion.prompt import talk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    from pillion.assist.chat import Reply
    from pillion.commands.chat import Talk
    from pillion.engine.base import Engine

_OWN = {
    "new": "Begin another chat",
    "keep": "Write the examples that you accepted as tests of the project",
    "help": "Show the commands",
    "quit": "Leave (also Ctrl-D)",
}

_ATTACH = {
    Kind.FILE: "A file: @file PATH, or @file PATH:10-20 for some lines",
    Kind.SYMBOL: "A function or class: @symbol NAME",
    Kind.DIFF: "What has changed since the last commit",
    Kind.REPO: "What in the project has to do with the question",
}


HOW = (
    "all: they are right; 1 3: these are; -2: that is wrong; 2 = None: what it should be instead; "
    "just answer."
)
"""How examples are answered in a line; a semicolon goes between what differs in kind."""


async def converse(terminal: Talk, engine: Engine) -> None:
    """Answer messages until the user leaves."""
    console = Console(highlight=False)
    session: PromptSession[str] = PromptSession(
        history=InMemoryHistory(), completer=_Completer(), complete_while_typing=True
    )
    console.print("Ask about the code here. / for commands, @ to attach code, Ctrl-D to leave.")
    question: Inquiry | None = None
    try:
        while True:
            try:
                text = await session.prompt_async("> ")
            except KeyboardInterrupt:
                continue
            except EOFError:
                break
            text = answer_to(question, text.strip())
            if text in {"/quit", "/exit"}:
                break
            if text == "/new":
                terminal.begin_anew()
                question = None
                console.print("A new chat.", style="dim")
            elif text == "/keep":
                _keep(terminal, console)
            elif text in {"/help", "/"}:
                _help(console)
            elif text:
                reply = await _answer(terminal, engine, text, console)
                question = reply.question if reply else None
    finally:
        await engine.close()


async def _answer(terminal: Talk, engine: Engine, text: str, console: Console) -> Reply | None:
    cancel = Cancel()
    painter = _Painter(console)
    with _interrupt(cancel):
        try:
            listener = Listener(painter.text, painter.stage)
            reply = await terminal.say(engine, text, cancel, listener)
        except PillionError as error:
            painter.end()
            console.print(Text(str(error), style="yellow"))
            return None
    painter.end()
    if reply.finish.reason is FinishReason.CANCELLED:
        console.print("Stopped.", style="yellow")
    elif reply.finish.reason is FinishReason.LENGTH:
        console.print("The answer reached its longest length and ends here.", style="yellow")
    for note in reply.notes:
        console.print(Text(note, style="dim"))
    if reply.accepted and reply.accepted.uri:
        console.print("/keep writes the accepted examples as tests of the project.", style="dim")
    if reply.question:
        _print_question(reply.question, console)
    return reply


def _keep(terminal: Talk, console: Console) -> None:
    try:
        console.print(Text(f"Written to {terminal.keep_examples()}."))
    except PillionError as error:
        console.print(Text(str(error), style="yellow"))


def _print_question(question: Inquiry, console: Console) -> None:
    console.print(Text(question.text, style="bold"))
    if question.examples:
        for number, example in enumerate(question.examples, 1):
            console.print(Text(f"  {number}. {plain(question.function, example)}"))
        console.print(Text(HOW, style="dim"))
    else:
        for number, choice in enumerate(question.choices, 1):
            console.print(Text(f"  {number}. {choice}"))
        console.print("A number, or an answer of your own.", style="dim")


@contextlib.contextmanager
def _interrupt(cancel: Cancel) -> Iterator[None]:
    """Let Ctrl-C stop the answer and nothing else."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGINT, cancel.set)
    except NotImplementedError:
        # Windows: the handler runs between two steps of the loop there.
        before = signal.signal(signal.SIGINT, lambda *_: cancel.set())
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


@dataclass
class _Painter:
    """Writes an answer as it comes. Control characters of a model never reach the terminal."""

    console: Console
    begun: bool = False

    def stage(self, text: str) -> None:
        if not self.begun:
            self.console.print(Text(f"{text} …", style="dim"))

    def text(self, text: str) -> None:
        self.begun = True
        self.console.file.write(printable(text))
        self.console.file.flush()

    def end(self) -> None:
        if self.begun:
            self.console.file.write("\n")
            self.console.file.flush()


def printable(text: str) -> str:
    """Return `text` without characters that would command a terminal."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())


def _help(console: Console) -> None:
    rows = [(name, one.description) for name, one in talk.commands().items()]
    for name, description in [*rows, *_OWN.items()]:
        console.print(Text(f"  /{name:<10}{description}"))
    for kind, description in _ATTACH.items():
        console.print(Text(f"  @{kind.value:<10}{description}"))


class _Completer(Completer):
    """Commands at the beginning, kinds of context behind an @."""

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield what the word at the cursor may become."""
        del complete_event
        text = document.text_before_cursor
        word = text.rpartition(" ")[2]
        if text.startswith("/") and " " not in text:
            known = {name: one.description for name, one in talk.commands().items()} | _OWN
            yield from _offers("/", known, word)
        elif word.startswith("@"):
            yield from _offers("@", {kind.value: what for kind, what in _ATTACH.items()}, word)


def _offers(sign: str, known: dict[str, str], word: str) -> Iterator[Completion]:
    for name, description in known.items():
        if name.startswith(word[1:]):
            yield Completion(f"{sign}{name}", -len(word), display_meta=description)
