"""A conversation: from a message to an answer that streams.

The walk, top to bottom: command and mentions, history, material, prompt, engine, prose. What the
model says is text and nothing else: no part of an answer, a file or a message of a tool is ever
taken for a command. Whatever an answer could do waits for a click in the editor.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pillion.assist.accepting import remarks
from pillion.assist.chat_edits import Means, Offered, Wish, offer
from pillion.assist.contract import CHARS_PER_TOKEN, Meter
from pillion.assist.doubt import Thinking, Turn, respond
from pillion.assist.mentions import mentions
from pillion.assist.thread import Said, Threads
from pillion.base.errors import UsageError
from pillion.base.outcome import Nothing
from pillion.context.attach import Attached, Room, attach
from pillion.context.chip import Chip, Excerpt, Here, Kind
from pillion.engine.base import Cancel, Finish, FinishReason, Priority, Request
from pillion.engine.purpose import Purpose, engine_for
from pillion.post.prose import About, Prose, looped
from pillion.prompt import talk
from pillion.prompt.chat import Message, Role, chat

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.assist.clarify.task import Example
    from pillion.assist.decisions import Decided
    from pillion.assist.inquiry import Inquiry
    from pillion.assist.thread import Thread
    from pillion.base.settings import Settings
    from pillion.context.library import Library
    from pillion.engine.base import Engine, ModelInfo
    from pillion.prompt.talk import Command

_SHARE = 0.6
"""Share of the conversation's room that one message with its material may take."""

_REMARK_TOKENS = 80
"""Of a sentence or two below a change that was checked."""

_MARKUP_TOKENS = 8
"""What a turn takes beside its text, at most."""

_LOOPED = "The model began to repeat itself; the answer ends here."


@dataclass(frozen=True, slots=True)
class Ask:
    """A message, and all that a client sends with it."""

    thread: str
    messages: tuple[Message, ...]
    """The whole conversation, the new message last."""
    command: str = ""
    """The slash command of the new message."""
    chips: tuple[Chip, ...] = ()
    here: Here | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    text: str
    finish: Finish
    question: Inquiry | None = None
    notes: tuple[str, ...] = ()
    shown: tuple[Excerpt, ...] = ()
    """The material that the model saw."""
    accepted: Accepted | None = None
    """What the user has just accepted, where there is code that was held to it."""

    @property
    def whole(self) -> str:
        """The text, and the question below it, as it is kept and exported."""
        return f"{self.text}\n\n{self.question.whole}" if self.question else self.text


@dataclass(frozen=True, slots=True)
class Accepted:
    """Examples that can become tests."""

    function: str
    examples: tuple[Example, ...]
    uri: str = ""
    """The file that the function is for; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Gets an answer while it comes about."""

    text: Callable[[str], None] = lambda _: None
    stage: Callable[[str], None] = lambda _: None
    """Gets a short line of what is being done."""


@dataclass(slots=True)
class _Message:
    """The new message on its way into the prompt."""

    shown: str
    """As the client has it."""
    text: str
    """As it is read."""
    command: Command | None
    instruction: str = ""
    chips: list[Chip] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    attached: Attached = field(default_factory=Attached)
    offered: Offered | None = None
    """A change that was made and checked already."""
    unsafe: bool = False
    """Code of the answer must not be offered for the file."""

    @property
    def begin(self) -> str:
        """How the answer begins."""
        if self.offered:
            return f"{self.offered.text}\n{self.offered.goes_on}"
        return self.command.begin if self.command else ""

    def said(self) -> Said:
        """Return it as a turn."""
        told = talk.question(self.attached.excerpts, self.instruction, self.text)
        name = self.command.name if self.command else ""
        return Said(Role.USER, self.shown, told, name, self.attached.excerpts)


class Chat:
    """The conversations of one session."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._threads = Threads()
        self._running: dict[str, Cancel] = {}
        self.meter = Meter()

    async def answer(
        self,
        engine: Engine,
        ask: Ask,
        settings: Settings,
        cancel: Cancel,
        listener: Listener | None = None,
    ) -> Reply:
        """Answer the last message of a conversation.

        Newest wins: a new message of a conversation ends the answer to the one before it.
        Cancelling the coroutine stops the engine, too. Raises `UsageError` for a message that
        can't be answered and `EngineError` where the model fails.
        """
        if earlier := self._running.get(ask.thread):
            earlier.set()
        stop = self._running[ask.thread] = Cancel()
        cancel.on_set(stop.set)
        try:
            return await self._answer(engine, ask, settings, stop, listener or Listener())
        finally:
            stop.set()
            if self._running.get(ask.thread) is stop:
                del self._running[ask.thread]

    async def _answer(
        self, engine: Engine, ask: Ask, settings: Settings, stop: Cancel, listener: Listener
    ) -> Reply:
        shown = _last(ask)
        thread = self._threads.get(ask.thread)
        thread.follow(ask.messages[:-1])
        message = self._message(ask, shown, thread)
        means = Means(self._library, engine, settings, stop, listener.stage)
        engine = engine_for(engine, Purpose.CHAT)
        info = await engine.load()
        room = _room(info, settings)
        await self._attach(message, ask, thread, settings, room)
        _tell(message, listener)
        drafts = f"{thread.session}:drafts"
        seconds = settings.chat_ask_seconds
        thinking = Thinking(seconds, self.meter.speed, drafts, listener.stage, stop)
        if reply := await self._ask(engine, message, thread, thinking):
            listener.text(reply.text)
            return reply
        await self._offer(message, ask, means)
        thread.add(message.said())
        if message.offered and not message.offered.goes_on:
            text = message.offered.text
            listener.text(text)
            thread.add(Said(Role.ASSISTANT, text, text))
            done, seen = Finish(FinishReason.STOP), message.attached.excerpts
            return Reply(text, done, notes=tuple(message.notes), shown=seen)
        messages = await _fitting(thread, talk.rules(settings.chat_level), engine, room)
        request = Request(
            chat(messages, info.chat_template, message.begin),
            _REMARK_TOKENS if message.offered else _answer_tokens(room, settings),
            session=thread.session,
            priority=Priority.CHAT,
            stops=("\n",) if message.offered else (),
        )
        writing = _Writing(self._prose(message), listener.text, message.begin)
        try:
            done = await writing.run(engine, request, stop)
        finally:
            thread.add(writing.said())
        self.meter.learn(done, request.prompt.characters)
        notes = (*message.notes, *([_LOOPED] if writing.looped else []))
        if not stop.is_set():
            notes += await remarks(writing.shown, thread.decided)
        return Reply(writing.shown, done, notes=notes, shown=message.attached.excerpts)

    async def _ask(
        self, engine: Engine, message: _Message, thread: Thread, thinking: Thinking
    ) -> Reply | None:
        """Ask back, or answer with code that several drafts agree on; None for other messages."""
        about = message.attached.about
        if message.command or (about and about.language != "python"):
            return None
        selected = [one.text for one in message.attached.excerpts if one.selected]
        turn = Turn(
            message.text,
            "".join(selected),
            about.path if about else "",
            thread.waiting,
            thread.said_by_user,
            thread.decided,
        )
        found = await respond(turn, engine, thinking)
        if found is None or thinking.stop.is_set():
            return None
        thread.add(replace(message.said(), decided=found.decided))
        reply = Reply(
            found.text,
            Finish(FinishReason.STOP),
            found.question,
            (*message.notes, *found.notes),
            message.attached.excerpts,
            self._accepted(found.decided, turn.path),
        )
        thread.add(Said(Role.ASSISTANT, found.text, reply.whole, waiting=found.waiting))
        return reply

    def _accepted(self, decided: Decided | None, path: str) -> Accepted | None:
        if decided is None or not decided.accepted:
            return None
        uri = self._library.uri(path) if path else None
        return Accepted(decided.function, decided.accepted, uri or "")

    async def _offer(self, message: _Message, ask: Ask, means: Means) -> None:
        """Have what a command changes made and checked; what fails is talked about only."""
        alone = all(chip.kind is Kind.PROBLEMS for chip in message.chips)
        if message.command is None or ask.here is None or not alone:
            return
        found = await offer(Wish(message.command.name, message.text, ask.here), means)
        if isinstance(found, Nothing):
            message.unsafe = True
            message.notes.append(f"No change passed the checks. {found}")
        elif found is not None:
            message.offered = found
            message.notes += found.notes

    def _message(self, ask: Ask, shown: str, thread: Thread) -> _Message:
        """Read the command and what is attached; nothing of the workspace is looked at yet."""
        command = talk.commands().get(ask.command)
        if ask.command and command is None:
            raise UsageError(f"There is no command /{ask.command}.")
        if not shown.strip() and command is None:
            raise UsageError("Write a message first.")
        message = _Message(shown, shown, command, chips=list(ask.chips))
        if command:
            message.instruction = command.told(thread.used(command.name))
            if command.needs == "diff":
                message.chips.append(Chip(Kind.DIFF))
            if command.name == "fix" and ask.here and self._library.problems(ask.here.uri):
                message.chips.append(Chip(Kind.PROBLEMS, ask.here.uri))
        return message

    async def _attach(
        self, message: _Message, ask: Ask, thread: Thread, settings: Settings, room: int
    ) -> None:
        """Gather the material, and cut a message that is far too long."""
        most = int(room * _SHARE * CHARS_PER_TOKEN)
        if len(message.text) > most:
            message.text = message.text[:most]
            message.notes.append(f"Only the first {most} characters of the message are read.")
        quick = self.meter.speed.read * settings.chat_read_seconds * CHARS_PER_TOKEN
        left = most - len(message.text)
        question = f"{message.text} {message.instruction if not message.text else ''}"

        here = ask.here
        if here and message.command and message.command.needs == "code":
            here = replace(here, whole=True)

        def gather() -> Attached:
            found, notes = mentions(message.text, self._library.uri)
            message.notes += notes
            chips = list(dict.fromkeys([*message.chips, *found]))
            return attach(
                chips,
                here,
                question,
                self._library,
                Room(left, int(min(left, quick))),
                known=thread.excerpts,
            )

        message.attached = await asyncio.to_thread(gather)
        message.notes += message.attached.notes
        needs = message.command.needs if message.command else ""
        seen = bool(message.attached.excerpts or (needs == "code" and thread.excerpts))
        if needs and not seen:
            raise UsageError(_MISSING[needs])

    def _prose(self, message: _Message) -> Prose:
        about, command = message.attached.about, message.command
        applies = about and about.language != "diff" and (command is None or command.applies)
        applies = applies and not message.unsafe
        return Prose(
            About(about.path, about.language) if about and applies else None,
            self._library.lines,
            without_code=command is not None and bool(command.steps),
        )


@dataclass(slots=True)
class _Writing:
    """An answer while the model writes it, passed on piece by piece."""

    prose: Prose
    emit: Callable[[str], None]
    begin: str
    told: str = ""
    """As the model has written it."""
    shown: str = ""
    looped: bool = False
    partial: bool = True

    async def run(self, engine: Engine, request: Request, stop: Cancel) -> Finish:
        """Let the model write to its end, or until it is stopped."""
        enough = Cancel()
        stop.on_set(enough.set)
        done = Finish(FinishReason.CANCELLED)
        async for chunk in engine.stream(request, enough):
            # What still comes after a stop is not shown.
            if chunk.text and not enough.is_set():
                text = chunk.text if self.told else self.begin + chunk.text
                self.told += text
                self._show(self.prose.feed(text))
                if looped(self.told):
                    self.looped = True
                    enough.set()
            done = chunk.finish or done
        if not stop.is_set():
            self._show(self.prose.end())
            self.partial = False
        return replace(done, reason=FinishReason.STOP) if self.looped else done

    def said(self) -> Said:
        """Return it as a turn."""
        return Said(Role.ASSISTANT, self.shown, self.told, partial=self.partial)

    def _show(self, text: str) -> None:
        if text:
            self.shown += text
            self.emit(text)


_MISSING = {
    "code": "There is no code to work on: open a file, select code, or attach it with @file.",
    "diff": "There are no changes since the last commit, or there is no git repository.",
}


def _last(ask: Ask) -> str:
    if not ask.messages or ask.messages[-1].role is not Role.USER:
        raise UsageError("The last message must be the user's.")
    return ask.messages[-1].text


def _room(info: ModelInfo, settings: Settings) -> int:
    """Return the tokens that a conversation may take in all."""
    return min(settings.chat_tokens, info.context_tokens or settings.chat_tokens)


def _answer_tokens(room: int, settings: Settings) -> int:
    return min(settings.chat_max_tokens, room // 3)


async def _fitting(thread: Thread, rules: str, engine: Engine, room: int) -> list[Message]:
    """Return the messages, with older ones in short where they don't fit otherwise."""
    room -= room // 3
    while True:
        messages = thread.messages(rules)
        sizes = await engine.count([message.text for message in messages])
        sizes = [size + _MARKUP_TOKENS for size in sizes]
        if sum(sizes) <= room or not thread.condense(sizes, room):
            return messages


def _tell(message: _Message, listener: Listener) -> None:
    paths = list(dict.fromkeys(one.path for one in message.attached.excerpts if one.path))
    if len(paths) == 1:
        listener.stage(f"Reading {paths[0]}")
    elif paths:
        listener.stage(f"Reading {len(paths)} files")
