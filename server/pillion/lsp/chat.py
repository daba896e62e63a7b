"""The parameters of `pillion/chat`, its result, and the parts that stream; see docs/protocol.md.

What an optional part of the parameters has wrong is left out; without messages there is nothing
to answer. Values only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from pygls.exceptions import JsonRpcInvalidParams

from pillion.assist.chat import Ask
from pillion.context.chip import Chip, Here, Kind
from pillion.engine.base import FinishReason
from pillion.prompt.chat import Message, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.chat import Accepted, Reply
    from pillion.assist.clarify.task import Example
    from pillion.assist.inquiry import Inquiry

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}

_MOST_CHIPS = 20
_MOST_MESSAGES = 500

_STOPPED = {FinishReason.LENGTH: "length", FinishReason.CANCELLED: "cancelled"}


class PartJson(TypedDict):
    """A part of an answer, as the value of `$/progress`."""

    kind: str
    """`text` is appended to the answer, `stage` says what is being done."""
    text: str


def to_ask(params: object) -> Ask:
    """Return what a client asks. Raises `JsonRpcInvalidParams` where it makes no sense."""
    if not isinstance(params, dict):
        raise JsonRpcInvalidParams("The parameters must be an object.")
    messages = params.get("messages")
    if not isinstance(messages, list) or not messages:
        raise JsonRpcInvalidParams("`messages` must hold the conversation.")
    thread, command = params.get("threadId"), params.get("command")
    chips = params.get("chips")
    return Ask(
        thread if isinstance(thread, str) else "",
        tuple(_message(one) for one in messages[-_MOST_MESSAGES:]),
        command if isinstance(command, str) else "",
        tuple(
            chip
            for one in (chips if isinstance(chips, list) else [])[:_MOST_CHIPS]
            if (chip := _chip(one))
        ),
        here_of(params.get("textDocument"), params.get("selection")),
    )


def token_of(params: object) -> str | int | None:
    """Return the token under which the answer streams; None without one."""
    token = params.get("partialResultToken") if isinstance(params, dict) else None
    return token if isinstance(token, str | int) and not isinstance(token, bool) else None


def to_json(reply: Reply) -> dict[str, object]:
    """Return the result of the request."""
    result: dict[str, object] = {"text": reply.text}
    if reply.question:
        result["question"] = _question(reply.question)
    if reply.accepted:
        result["accepted"] = _accepted(reply.accepted)
    if stopped := _STOPPED.get(reply.finish.reason):
        result["stopped"] = stopped
    if reply.notes:
        result["notes"] = list(reply.notes)
    return result


def _question(question: Inquiry) -> dict[str, object]:
    found: dict[str, object] = {"text": question.whole, "choices": list(question.choices)}
    if question.examples:
        found["examples"] = _examples(question.examples)
        found["function"] = question.function
    return found


def _accepted(accepted: Accepted) -> dict[str, object]:
    examples = _examples(accepted.examples)
    found: dict[str, object] = {"function": accepted.function, "examples": examples}
    if accepted.uri:
        found["uri"] = accepted.uri
    return found


def _examples(examples: Sequence[Example]) -> list[dict[str, str]]:
    return [{"call": one.call, "outcome": one.outcome} for one in examples]


def _message(value: object) -> Message:
    role = value.get("role") if isinstance(value, dict) else None
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not isinstance(role, str) or role not in _ROLES:
        raise JsonRpcInvalidParams("A message has a `role`, user or assistant, and a `text`.")
    return Message(_ROLES[role], text)


def _chip(value: object) -> Chip | None:
    if not isinstance(value, dict):
        return None
    kind, uri, name = value.get("kind"), value.get("uri", ""), value.get("name", "")
    if not (isinstance(kind, str) and isinstance(uri, str) and isinstance(name, str)):
        return None
    if kind not in set(Kind):
        return None
    needs_document = kind not in {Kind.DIFF, Kind.REPO} and not (kind == Kind.SYMBOL and name)
    if needs_document and not uri:
        return None
    first, last = _lines(value.get("range")) or (0, 0)
    return Chip(Kind(kind), uri, first, last, name)


def here_of(document: object, selection: object) -> Here | None:
    """Return the editor in front, from its document and its selection."""
    uri = document.get("uri") if isinstance(document, dict) else None
    if not isinstance(uri, str) or not uri:
        return None
    first, last = _lines(selection) or (0, 0)
    return Here(uri, first, last, selected=_is_wide(selection))


def _lines(value: object) -> tuple[int, int] | None:
    """Return the first and the last line of a range; one that ends before a line ends above it."""
    if not isinstance(value, dict):
        return None
    one, other = _position(value.get("start")), _position(value.get("end"))
    if one is None or other is None:
        return None
    start, end = sorted((one, other))
    last = end[0] - 1 if end[1] == 0 and end[0] > start[0] else end[0]
    return start[0], last


def _is_wide(value: object) -> bool:
    return isinstance(value, dict) and value.get("start") != value.get("end")


def _position(value: object) -> tuple[int, int] | None:
    if not isinstance(value, dict):
        return None
    line, column = value.get("line"), value.get("character", 0)
    if not isinstance(line, int) or not isinstance(column, int) or isinstance(line, bool):
        return None
    return (line, column) if line >= 0 else None
