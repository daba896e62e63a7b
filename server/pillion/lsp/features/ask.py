"""The command `pillion.askAboutCode`: a conversation in an editor that has no view for one.

The answer comes as a page of Markdown, questions as messages with buttons. The conversation goes
on with the next call, until one asks for a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.base.errors import PillionError
from pillion.base.outcome import Nothing
from pillion.lsp.features.code_action import show_page

if TYPE_CHECKING:
    from pillion.assist.chat import Reply
    from pillion.engine.base import Cancel, Engine
    from pillion.lsp.server import PillionServer
    from pillion.prompt.chat import Message

_THREAD = "pillion.askAboutCode"

_MOST_QUESTIONS = 3


async def ask(ls: PillionServer, argument: object, token: str | int | None) -> dict[str, object]:
    """Answer a question about the code in front; return the page that was shown."""
    # Imported here: a session in which nobody asks does not need it.
    from pillion.assist.actions.action import Page  # noqa: PLC0415
    from pillion.assist.transcript import to_markdown  # noqa: PLC0415

    given = argument if isinstance(argument, dict) else {}
    text = given.get("text")
    ls.start_model()
    engine = ls.model.engine()
    if isinstance(engine, Nothing):
        ls.messages.warn(str(engine))
        return {"shown": False, "reason": str(engine)}
    if given.get("new") is True:
        ls.asked.clear()
    message = text if isinstance(text, str) and text.strip() else "/explain"
    with ls.acting.bar("Answering", token) as (_, cancel):
        try:
            notes = await _converse(ls, engine, message, given, cancel)
        except PillionError as error:
            ls.messages.warn(str(error))
            return {"shown": False, "reason": str(error)}
    page = to_markdown(ls.asked) + "".join(f"\n*{note}*\n" for note in notes)
    return await show_page(ls, Page("Pillion chat", page))


async def _converse(
    ls: PillionServer, engine: Engine, message: str, given: dict[str, object], cancel: Cancel
) -> tuple[str, ...]:
    """Answer, and pass on what the answer asks, until there is nothing more to ask."""
    for _ in range(_MOST_QUESTIONS):
        reply = await _answer(ls, engine, message, given, cancel)
        if reply.question is None:
            break
        chosen = await ls.messages.ask(reply.question.text, *reply.question.choices)
        if chosen is None:
            break
        message = chosen
    return reply.notes


async def _answer(
    ls: PillionServer, engine: Engine, message: str, given: dict[str, object], cancel: Cancel
) -> Reply:
    from pillion.assist.chat import Ask  # noqa: PLC0415
    from pillion.assist.mentions import split_command  # noqa: PLC0415
    from pillion.lsp.chat import here_of  # noqa: PLC0415
    from pillion.prompt.chat import Message, Role  # noqa: PLC0415

    command, rest = split_command(message)
    here = here_of(given.get("textDocument"), given.get("range"))
    asked: list[Message] = [*ls.asked, Message(Role.USER, rest)]
    request = Ask(_THREAD, tuple(asked), command, here=here)
    reply = await ls.chats.answer(engine, request, ls.configuration.settings, cancel)
    shown = f"{reply.text}\n\n{reply.question.text}" if reply.question else reply.text
    ls.asked = [*asked, Message(Role.ASSISTANT, shown)] if shown.strip() else asked
    return reply
