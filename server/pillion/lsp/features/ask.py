"""The command `pillion.askAboutCode`: a conversation in an editor that has no view for one.

The answer comes as a page of Markdown, questions as messages with buttons. Examples of what was
understood stand on the page, where they can be changed. The conversation goes on with the next
call, until one asks for a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pillion.base.errors import PillionError
from pillion.base.outcome import Nothing
from pillion.lsp.acting import Reference
from pillion.lsp.features.code_action import act, show_page

if TYPE_CHECKING:
    from pillion.assist.chat import Accepted, Reply
    from pillion.assist.inquiry import Inquiry
    from pillion.engine.base import Cancel, Engine
    from pillion.lsp.server import PillionServer
    from pillion.prompt.chat import Message

_THREAD = "pillion.askAboutCode"

_TITLE = "Pillion chat"

_MOST_QUESTIONS = 4
"""Two about the request, what was understood, and that once more after a correction."""

_AS_WRITTEN = "As the page says now"
_ONE_BY_ONE = "One by one"
_RIGHT, _WRONG, _UNSURE = "Right", "Wrong", "I don't know"
_ADD = "Add as tests"

_HOW = (
    "Change what is not right, write `rejected` for what is wrong, or take a line away; "
    f"then choose *{_AS_WRITTEN}*."
)


async def ask(ls: PillionServer, argument: object, token: str | int | None) -> dict[str, object]:
    """Answer a question about the code in front; return the page that was shown."""
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
            reply = await _converse(ls, engine, message, given, cancel)
        except PillionError as error:
            ls.messages.warn(str(error))
            return {"shown": False, "reason": str(error)}
    shown = await _show(ls, "".join(f"\n*{note}*\n" for note in reply.notes))
    if reply.accepted and reply.accepted.uri:
        ls.tasks.spawn(_offer_tests(ls, reply.accepted), "Offering tests")
    return shown


async def _converse(
    ls: PillionServer, engine: Engine, message: str, given: dict[str, object], cancel: Cancel
) -> Reply:
    """Answer, and pass on what the answer asks, until there is nothing more to ask."""
    reply = await _answer(ls, engine, message, given, cancel)
    for _ in range(_MOST_QUESTIONS):
        if reply.question is None:
            break
        said = await _said(ls, reply.question)
        if said is None:
            break
        reply = await _answer(ls, engine, said, given, cancel)
    return reply


async def _said(ls: PillionServer, question: Inquiry) -> str | None:
    """Return what the user answers; None where nothing is."""
    if not question.examples:
        return await ls.messages.ask(question.text, *question.choices)
    from pillion.assist.decisions import Decided, picked, written  # noqa: PLC0415
    from pillion.assist.inquiry import answer_to  # noqa: PLC0415

    below = f"\n{_HOW}\n\n{written(Decided(question.function, question.examples))}\n"
    page = await _show(ls, below)
    if not page["shown"]:
        said = await ls.messages.ask(question.whole, *question.choices, _ONE_BY_ONE)
    else:
        first, *others = question.choices
        said = await ls.messages.ask(question.text, first, _AS_WRITTEN, _ONE_BY_ONE, *others)
    if said == _AS_WRITTEN:
        decided = picked(_page_now(ls).rpartition(_HOW)[2])
        return written(decided) if decided else question.choices[-1]
    if said == _ONE_BY_ONE:
        return await _one_by_one(ls, question)
    return answer_to(question, said) if said else None


async def _one_by_one(ls: PillionServer, question: Inquiry) -> str:
    from pillion.assist.decisions import Decided, plain, written  # noqa: PLC0415

    said = {
        one: await ls.messages.ask(plain(question.function, one), _RIGHT, _WRONG, _UNSURE)
        for one in question.examples
    }
    accepted = tuple(one for one, answer in said.items() if answer == _RIGHT)
    rejected = tuple(one for one, answer in said.items() if answer == _WRONG)
    if not accepted and not rejected:
        return question.choices[-1]
    return written(Decided(question.function, accepted, rejected))


async def _offer_tests(ls: PillionServer, accepted: Accepted) -> None:
    """Write accepted examples where the project keeps its tests, if the user likes that."""
    from pillion.assist.decisions import Decided, written  # noqa: PLC0415

    text = "The examples that you accepted can become tests of the project."
    if await ls.messages.ask(text, _ADD) != _ADD:
        return
    start = types.Position(0, 0)
    lines = written(Decided(accepted.function, accepted.examples))
    reference = Reference(
        "keepExamples", _ADD, accepted.uri, types.Range(start, start), None, {"examples": lines}
    )
    await act(ls, reference.to_json())


async def _show(ls: PillionServer, below: str) -> dict[str, object]:
    """Show the conversation as a page."""
    # Imported here: a session in which nobody asks does not need it.
    from pillion.assist.actions.action import Page  # noqa: PLC0415
    from pillion.assist.transcript import to_markdown  # noqa: PLC0415

    return await show_page(ls, Page(_TITLE, to_markdown(ls.asked) + below))


def _page_now(ls: PillionServer) -> str:
    """Return the page as the user has changed it: as it is open, else as it was saved."""
    open_ = ls.documents.get(ls.pages.uri(_TITLE))
    return ls.pages.read(_TITLE) if isinstance(open_, Nothing) else open_.text


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
    ls.asked = [*asked, Message(Role.ASSISTANT, reply.whole)] if reply.text.strip() else asked
    return reply
