"""A conversation over a scripted engine: what the model reads, what the user sees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from library import library_of
from pillion.assist import clarify, doubt
from pillion.assist.chat import Ask, Chat, Listener, Reply
from pillion.assist.clarify import Question
from pillion.assist.edit import SAMPLES
from pillion.assist.inquiry import Inquiry
from pillion.assist.mentions import mentions
from pillion.base.errors import EngineError, UsageError
from pillion.base.settings import Settings
from pillion.context.chip import Chip, Here, Kind
from pillion.engine.base import Cancel, FinishReason, Priority
from pillion.engine.fake import FakeEngine, Script
from pillion.prompt import talk
from pillion.prompt.chat import Message, Role
from pillion.prompt.model_input import is_text
from workspaces import write

SHOP = """\
--- shop/till.py
def total(prices):
    return sum(prices)


def refund(till, receipt):
    return till.total(receipt)
--- shop/weather.py
def forecast(city):
    return "rain in " + city
"""


class Room:
    """One conversation as a client holds it."""

    def __init__(self, root: Path, cache: Path, *answers: str | Script) -> None:
        self.root = write(root, SHOP)
        scripts = [one if isinstance(one, Script) else Script([one]) for one in answers]
        self.engine = FakeEngine(scripts or [Script(["Yes."])])
        self.chat = Chat(library_of(root, cache))
        self.settings = Settings()
        self.messages: list[Message] = []
        self.streamed = ""
        self.stages: list[str] = []
        self.cancel = Cancel()

    def uri(self, path: str) -> str:
        return (self.root.resolve() / path).as_uri()

    async def say(
        self, text: str, *chips: Chip, command: str = "", here: str = "", line: int = 0
    ) -> Reply:
        self.streamed = ""
        self.messages.append(Message(Role.USER, text))
        place = Here(self.uri(here), line, line) if here else None
        ask = Ask("thread", tuple(self.messages), command, chips, place)
        listener = Listener(self._take, self.stages.append)
        reply = await self.chat.answer(self.engine, ask, self.settings, self.cancel, listener)
        if reply.text:
            self.messages.append(Message(Role.ASSISTANT, reply.text))
        assert self.streamed == reply.text
        return reply

    def _take(self, text: str) -> None:
        self.streamed += text

    def read(self, number: int = -1) -> str:
        """Return what the model has read, the markup left out."""
        return "\n".join(p for p in self.engine.requests[number].prompt.pieces if is_text(p))


Make = Callable[..., Room]


@pytest.fixture
def make(root: Path, tmp_path: Path) -> Make:
    return lambda *answers: Room(root, tmp_path / "cache", *answers)


@pytest.mark.asyncio
async def test_the_model_reads_rules_material_and_the_question(make: Make) -> None:
    room = make("It sums.")
    reply = await room.say("What does it do?", here="shop/weather.py")
    assert reply.text == "It sums."
    assert room.read().startswith(talk.rules("knows"))
    assert "Material: shop/weather.py\n```python\ndef forecast(city):" in room.read()
    assert room.read().endswith("What does it do?")
    assert room.stages == ["Reading shop/weather.py"]
    request = room.engine.requests[0]
    assert request.priority is Priority.CHAT
    assert request.session == "chat:thread"


@pytest.mark.asyncio
async def test_the_prompt_only_grows_at_its_end(make: Make) -> None:
    """The condition for the KV cache: each prompt begins with the one before it."""
    room = make("One.", "Two.\n```python\nx\n```", "Three.", "Four.")
    await room.say("First?", here="shop/till.py")
    await room.say("Second?", Chip(Kind.FILE, room.uri("shop/weather.py")), here="shop/till.py")
    await room.say("", command="explain", here="shop/till.py", line=5)
    await room.say("Fourth?")
    prompts = [request.prompt.pieces for request in room.engine.requests]
    for before, after in pairwise(prompts):
        # Up to the markup that lets the model answer, which the next turn's goes on from.
        assert after[: len(before) - 1] == before[:-1]
    assert len({request.session for request in room.engine.requests}) == 1


@pytest.mark.asyncio
async def test_the_model_reads_its_own_words_not_those_put_right(make: Make) -> None:
    room = make("See `made_up.py`.\n```python\nx\n```\n", "Yes.")
    reply = await room.say("Where?", here="shop/till.py")
    assert "no such file" in reply.text
    assert "```python shop/till.py" in reply.text
    await room.say("And?")
    assert "no such file" not in room.read()
    assert "See `made_up.py`.\n```python\nx" in room.read()


@pytest.mark.asyncio
async def test_trying_again_begins_where_the_question_was_asked(make: Make) -> None:
    room = make("One.", "Two.", "Other two.")
    await room.say("First?")
    await room.say("Second?")
    del room.messages[-2:]
    await room.say("Second?")
    assert "Two." not in room.read()
    assert "One." in room.read()


@pytest.mark.asyncio
async def test_a_restarted_server_goes_on_from_what_the_client_has(make: Make) -> None:
    room = make("Go on.")
    room.messages = [Message(Role.USER, "Old?"), Message(Role.ASSISTANT, "Old answer.")]
    await room.say("New?")
    assert "Old answer." in room.read()


@pytest.mark.asyncio
async def test_older_turns_are_put_in_short_once_there_is_no_room(make: Make) -> None:
    room = make("Long answer. " + "More of it. " * 40)
    room.settings = replace(room.settings, chat_tokens=1024)
    sizes = []
    for number in range(16):
        await room.say(f"Question {number}? " + "Please. " * 30)
        sizes.append(len(room.read()))
        assert f"Question {number}?" in room.read()
        assert room.read().startswith(talk.rules("knows"))
        assert len(room.read()) // 4 < 1024 * 2 // 3
    assert "Earlier in this conversation:\n- The user: Question" in room.read()
    shrunk = sum(after < before for before, after in pairwise(sizes))
    # In blocks: most turns only add to the prompt.
    assert 1 <= shrunk <= 5


@pytest.mark.asyncio
async def test_a_message_that_is_far_too_long_is_cut(make: Make) -> None:
    room = make("Yes.")
    reply = await room.say("word " * 40_000)
    assert len(room.read()) // 3 < 4096
    assert "Only the first" in reply.notes[0]


@pytest.mark.asyncio
async def test_another_language_is_a_message_like_any_other(make: Make) -> None:
    room = make("Ja.")
    await room.say("\u00bfQu\u00e9 hace esto? \u8fd9\u662f\u4ec0\u4e48\uff1f")
    assert "\u8fd9\u662f\u4ec0\u4e48\uff1f" in room.read()


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["", "  \n "])
async def test_an_empty_message_is_refused_in_plain_words(make: Make, text: str) -> None:
    with pytest.raises(UsageError, match="Write a message"):
        await make().say(text)


@pytest.mark.asyncio
async def test_commands_say_what_they_lack(make: Make) -> None:
    room = make()
    with pytest.raises(UsageError, match="no code"):
        await room.say("", command="explain")
    with pytest.raises(UsageError, match="no changes"):
        await room.say("", command="commit")
    with pytest.raises(UsageError, match="no command /dance"):
        await room.say("", command="dance")


@pytest.mark.asyncio
async def test_a_command_is_about_the_definition_at_the_cursor(make: Make) -> None:
    room = make("It refunds.")
    await room.say("", command="explain", here="shop/till.py", line=5)
    assert "def refund" in room.read()
    assert "def total" not in room.read()
    assert "Explain this code" in room.read()


@pytest.mark.asyncio
async def test_an_answer_begins_as_its_command_wants(make: Make) -> None:
    room = make("Empty prices are not handled.", "Yes.")
    reply = await room.say("", command="review", here="shop/till.py")
    assert reply.text == "1. Empty prices are not handled."
    assert room.engine.requests[0].prompt.pieces[-1] == "1. "


@pytest.mark.asyncio
async def test_each_hint_leads_one_step_further_and_has_no_code(make: Make) -> None:
    room = make("Think.\n```python\nanswer\n```\n")
    reply = await room.say("How do I add discounts?", command="hint", here="shop/till.py")
    assert "answer" not in reply.text
    read = [room.read()]
    for _ in range(4):
        await room.say("", command="hint")
        read.append(room.read())
    steps = talk.commands()["hint"].steps
    for text, step in zip(read, [*steps, steps[-1]], strict=True):
        assert step in text.rpartition("I want to find the answer myself.")[2]


@pytest.mark.asyncio
async def test_tests_are_not_for_the_file_they_test(make: Make) -> None:
    reply = await make("```python\ndef test(): ...\n```").say(
        "", command="tests", here="shop/till.py"
    )
    assert "```python\n" in reply.text


@pytest.mark.asyncio
async def test_a_stop_ends_the_answer_and_keeps_what_there_is(make: Make) -> None:
    room = make(Script(["One ", "two ", *["more "] * 500], delay=0.01), "Yes.")
    asyncio.get_running_loop().call_later(0.1, room.cancel.set)
    reply = await room.say("Count.")
    assert reply.finish.reason is FinishReason.CANCELLED
    assert reply.text.startswith("One two")
    room.cancel = Cancel()
    await room.say("Go on.")
    assert reply.text in room.read()


@pytest.mark.asyncio
async def test_a_client_may_have_less_of_a_stopped_answer(make: Make) -> None:
    room = make(Script(["One ", "two ", *["more "] * 500], delay=0.01), "Yes.")
    asyncio.get_running_loop().call_later(0.1, room.cancel.set)
    await room.say("Count.")
    room.cancel = Cancel()
    room.messages[-1] = Message(Role.ASSISTANT, "One ")
    await room.say("Go on.")
    assert "One two" in room.read()


@pytest.mark.asyncio
async def test_a_new_message_of_a_thread_ends_the_answer_before_it(make: Make) -> None:
    """Two windows in one thread."""
    room = make(Script(["slow "] * 500, delay=0.01), "Quick.")
    first = asyncio.create_task(room.say("One?"))
    await asyncio.sleep(0.1)
    ask = Ask("thread", (Message(Role.USER, "Two?"),))
    second = await room.chat.answer(room.engine, ask, room.settings, Cancel())
    assert second.text == "Quick."
    assert (await first).finish.reason is FinishReason.CANCELLED


@pytest.mark.asyncio
async def test_an_answer_that_repeats_itself_is_ended(make: Make) -> None:
    room = make(Script(["The very same line.\n"] * 100))
    reply = await room.say("Go on.")
    assert reply.text.count("same") < 10
    assert "repeat itself" in reply.notes[-1]
    assert reply.finish.reason is FinishReason.STOP


@pytest.mark.asyncio
async def test_a_failing_engine_is_told_and_the_thread_lives(make: Make) -> None:
    room = make(Script(error=EngineError("The engine died.")), "Again.")
    with pytest.raises(EngineError, match="died"):
        await room.say("One?")
    assert (await room.say("Two?")).text == "Again."


def test_mentions_attach_what_they_name() -> None:
    known = {"a/b.py": "file:///a/b.py"}
    text = "See @file a/b.py and @file a/b.py:3-9, @symbol Till.total, @diff, @repo, @file no.py."
    chips, notes = mentions(text, known.get)
    assert chips == [
        Chip(Kind.FILE, "file:///a/b.py"),
        Chip(Kind.SELECTION, "file:///a/b.py", 2, 8),
        Chip(Kind.SYMBOL, name="Till.total"),
        Chip(Kind.DIFF),
        Chip(Kind.REPO),
    ]
    assert notes == ["There is no file no.py in the workspace."]
    assert mentions("mail me@repo.org about @property and @repository", known.get) == ([], [])


SPEC = "Write a function largest(values) that returns the largest value of a list of numbers."

RAISES = "def largest(values):\n    return max(values)\n"
ZERO = "def largest(values):\n    return max(values, default=0)\n"


async def asks(*_: object, **__: object) -> Question:
    """Consider every task unclear."""
    choices = ("a", "b", "c", "d", "You decide")
    return Question("Which?", choices, clarify.Kind.MISSING, "It is not clear.")


@pytest.mark.asyncio
async def test_it_asks_where_drafts_differ_and_writes_what_is_chosen(make: Make) -> None:
    """The drafts are what differs: the question names the input that tells them apart."""
    room = make(*[f"```python\n{code}```" for code in [RAISES, ZERO] * 4])
    asked = await room.say(SPEC)
    assert asked.question is not None
    assert "[]" in asked.question.text
    assert asked.question.choices[-2:] == ("You decide", "Just answer")
    assert len(asked.question.choices) <= 5
    chosen = next(one for one in asked.question.choices if "0" in one)
    answer = await room.say(chosen)
    assert answer.question is None
    assert "default=0" in answer.text
    assert answer.text.startswith("```python\n")


@pytest.mark.asyncio
async def test_drafts_that_agree_are_the_answer(make: Make) -> None:
    room = make(f"```python\n{RAISES}```")
    reply = await room.say(SPEC)
    assert reply.question is None
    assert "max(values)" in reply.text
    assert any("behave alike" in note for note in reply.notes)


@pytest.mark.asyncio
async def test_just_answer_ends_all_questions(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    room = make(f"```python\n{RAISES}```")
    with monkeypatch.context() as scripted:
        scripted.setattr(doubt, "consider", asks)
        assert (await room.say(SPEC)).question
    reply = await room.say("Just answer")
    assert reply.question is None
    assert "def largest" in reply.text
    assert len(room.engine.requests) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["What does max do?", "Explain this.", "Thanks!"])
async def test_what_asks_for_no_code_is_not_delayed(make: Make, text: str) -> None:
    room = make("An answer.")
    assert (await room.say(text, here="shop/till.py")).text == "An answer."
    assert len(room.engine.requests) == 1


@pytest.mark.asyncio
async def test_with_no_time_to_ask_it_answers_at_once(make: Make) -> None:
    room = make("At once.")
    room.settings = replace(room.settings, chat_ask_seconds=0)
    assert (await room.say(SPEC)).text == "At once."


@pytest.mark.asyncio
async def test_a_stop_in_the_middle_of_the_drafts_ends_it(make: Make) -> None:
    room = make(Script(["def largest(values):\n"] + ["    x\n"] * 500, delay=0.01))
    asyncio.get_running_loop().call_later(0.2, room.cancel.set)
    reply = await room.say(SPEC)
    assert reply.question is None
    assert reply.finish.reason is FinishReason.CANCELLED


@pytest.mark.asyncio
async def test_another_request_in_the_place_of_an_answer_is_answered(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make("It sums.")
    monkeypatch.setattr(doubt, "consider", asks)
    reply = await room.say(SPEC)
    assert reply.question == Inquiry("Which?", ("a", "b", "c", "You decide", "Just answer"))
    assert reply.text == "It is not clear."
    reply = await room.say("", command="explain", here="shop/till.py")
    assert reply.question is None
    assert "Explain this code" in room.read()


CODE = "def total(prices):\n    return sum(prices) if prices else 0\n"
FIXED = f"{CODE}```"


async def test_a_fix_is_checked_before_it_is_offered(tmp_path: Path) -> None:
    room = Room(tmp_path / "shop", tmp_path / "cache", FIXED, "It failed for nothing.")
    reply = await room.say("it fails for None", command="fix", here="shop/till.py", line=1)
    offered = (
        "```python shop/till.py\ndef total(prices):\n    return sum(prices) if prices else 0\n```"
    )
    assert reply.text == f"{offered}\n\nWhat was wrong: It failed for nothing."
    assert "Fix this problem and change nothing else: it fails for None" in room.read(0)
    # Whoever asks on sees what was offered.
    await room.say("Thanks.")
    assert "if prices else 0" in room.read()


async def test_a_fix_that_fails_the_checks_is_talked_about_only(tmp_path: Path) -> None:
    wrong = "    return add_up(prices)\n```"
    scripts = [wrong] * (1 + SAMPLES) + ["Plan."] + [wrong] * SAMPLES
    answer = "Try this:\n```python\ndef total(prices):\n    return add_up(prices)\n```\n"
    room = Room(tmp_path / "shop", tmp_path / "cache", *scripts, answer)
    reply = await room.say("", command="fix", here="shop/till.py", line=1)
    assert "```python\ndef total" in reply.text
    assert "shop/till.py" not in reply.text
    assert any(note.startswith("No change passed the checks.") for note in reply.notes)


async def test_documentation_is_written_as_the_code_action_does(tmp_path: Path) -> None:
    room = Room(tmp_path / "shop", tmp_path / "cache", 'Return the sum of all prices."""')
    reply = await room.say("", command="doc", here="shop/till.py", line=1)
    assert reply.text == (
        "```python shop/till.py\ndef total(prices):\n"
        '    """Return the sum of all prices."""\n    return sum(prices)\n```\n'
    )


async def test_tests_are_run_where_that_is_allowed(tmp_path: Path) -> None:
    room = Room(tmp_path / "shop", tmp_path / "cache", "[1, 2]) == 3\nassert total([]) == 0")
    room.settings = replace(Settings(), run_tests=True)
    reply = await room.say("", command="tests", here="shop/till.py", line=1)
    assert "they were run, and pass now" in reply.text
    assert "assert total([1]) == 1" in reply.text


SMALLEST = "def largest(values):\n    return min(values, default=0)\n"
ABSOLUTE = "def largest(values):\n    return max(values, key=abs, default=0)\n"


def drafts(first: str, *others: str) -> list[str]:
    """Return eight drafts, four of them the first code, and six inputs that are thought of."""
    rest = [others[n % len(others)] for n in range(4)]
    written = [f"```python\n{code}```" for code in [first] * 4 + rest]
    return [*written, *["[2, 9])"] * 6]


DIFFERENT = [
    *drafts(RAISES, ZERO),
    *drafts(SMALLEST, ABSOLUTE, ZERO),
    *drafts(ABSOLUTE, ZERO),
]
"""What is written at first, after the answer about an empty list, and after that about others."""


@pytest.fixture
def shown(make: Make) -> Room:
    """A conversation in which two questions are answered, and whose drafts still differ then."""
    return make(*DIFFERENT)


async def understanding(room: Room, *, here: str = "") -> Reply:
    """Answer what is asked, until what was understood is shown."""
    for text in (SPEC, "return 0", "return 9"):
        reply = await room.say(text, here=here)
        assert reply.question
        if text != SPEC:
            assert "```" not in reply.text
        if reply.question.examples:
            return reply
        assert "return 0" in reply.question.choices or "return 9" in reply.question.choices
    raise AssertionError


@pytest.mark.asyncio
async def test_what_was_understood_is_shown_before_the_code(shown: Room) -> None:
    reply = await understanding(shown)
    assert "```" not in reply.text
    assert reply.text.startswith("As I understand it: `largest(values)`: returns the largest")
    assert reply.question
    assert reply.question.choices == ("Accept all", "Just answer")
    first, *others = reply.question.examples
    # What was just answered is one of them, and need not be said twice.
    assert (first.call, first.outcome) == ("[]", "0")
    assert 2 <= len(others) <= 4
    assert "1. `largest([])` returns `0`" in reply.question.whole


@pytest.mark.asyncio
async def test_accepted_examples_choose_among_the_drafts(shown: Room) -> None:
    """Nothing is written anew: the code was among the drafts, and was run on the examples."""
    await understanding(shown)
    asked = len(shown.engine.requests)
    answer = await shown.say("largest([-5, 3]) == -5\nlargest([4, 7]) == 7")
    assert answer.question is None
    assert "key=abs" in answer.text
    assert answer.notes[-1] == "It does all 2 examples that you accepted; that was run."
    assert answer.accepted
    assert [one.call for one in answer.accepted.examples] == ["[-5, 3]", "[4, 7]"]
    assert len(shown.engine.requests) == asked


@pytest.mark.asyncio
async def test_a_rejected_example_rules_out_what_does_it(shown: Room) -> None:
    reply = await understanding(shown)
    assert reply.question
    telling = next(n for n, one in enumerate(reply.question.examples, 1) if one.call != "[]")
    answer = await shown.say(f"-{telling}")
    wrong = reply.question.examples[telling - 1]
    assert answer.notes[-1] == "It does none of what you rejected."
    space: dict[str, Callable[..., object]] = {}
    exec(answer.text.split("```")[1].removeprefix("python\n"), space)  # noqa: S102 - from above.
    assert repr(eval(f"largest({wrong.call})", space)) != wrong.outcome  # noqa: S307


@pytest.mark.asyncio
async def test_where_no_draft_does_it_others_are_written_and_it_is_said(shown: Room) -> None:
    """An example that the user has written himself, and that the model never gets right."""
    await understanding(shown)
    asked = len(shown.engine.requests)
    answer = await shown.say("- accepted: `largest([3, 1])` returns `'three'`")
    assert len(shown.engine.requests) > asked
    assert "largest([3, 1])" in shown.read()
    assert "drafts does all that you accepted." in answer.notes[-1]
    assert "`largest([3, 1])` returns `'three'`" in answer.notes[-1]
    assert "def largest" in answer.text


@pytest.mark.asyncio
async def test_new_drafts_that_do_it_are_taken(make: Make) -> None:
    right = "def largest(values):\n    return sorted(values)[-1] if values else None\n"
    room = make(*DIFFERENT, f"```python\n{right}```")
    await understanding(room)
    answer = await room.say("1 = None")
    assert "sorted(values)[-1]" in answer.text
    assert "It does the example that you accepted" in answer.notes[-1]


@pytest.mark.asyncio
async def test_examples_can_be_passed_over(shown: Room) -> None:
    await understanding(shown)
    asked = len(shown.engine.requests)
    answer = await shown.say("Just answer")
    assert "def largest" in answer.text
    assert answer.accepted is None
    assert len(shown.engine.requests) == asked


@pytest.mark.asyncio
async def test_a_question_in_the_place_of_examples_is_answered(shown: Room) -> None:
    await understanding(shown)
    shown.engine.scripts = [Script(["It compares."])]
    assert (await shown.say("What does max do?")).text == "It compares."


@pytest.mark.asyncio
async def test_a_correction_in_words_is_thought_about_anew(shown: Room) -> None:
    await understanding(shown)
    shown.engine.scripts = [Script([f"```python\n{ZERO}```"])]
    asked = len(shown.engine.requests)
    reply = await shown.say("Negative numbers count like any other.")
    assert "Negative numbers count" in shown.read(asked)
    assert "max(values, default=0)" in reply.text


@pytest.mark.asyncio
async def test_drafts_that_agree_after_the_answer_are_not_asked_about(make: Make) -> None:
    room = make(*drafts(RAISES, ZERO), f"```python\n{ZERO}```")
    await room.say(SPEC)
    reply = await room.say("return 0")
    assert reply.question is None
    assert "default=0" in reply.text


@pytest.mark.asyncio
async def test_you_decide_is_not_followed_by_examples(make: Make) -> None:
    room = make(*DIFFERENT)
    await room.say(SPEC)
    reply = await room.say("You decide")
    assert reply.question is None or not reply.question.examples


@pytest.mark.asyncio
async def test_accepted_examples_outlive_the_server(shown: Room, tmp_path: Path) -> None:
    """They are in the conversation as text; a new server holds its own drafts to them."""
    await understanding(shown)
    shown.chat = Chat(library_of(shown.root, tmp_path / "other"))
    shown.engine.scripts = [Script([one]) for one in drafts(RAISES, SMALLEST)]
    shown.engine.played = 0
    answer = await shown.say("- accepted: `largest([4, 7])` returns `4`")
    assert "min(values" in answer.text
    assert answer.accepted


@pytest.mark.asyncio
async def test_later_code_of_the_conversation_is_held_to_them(shown: Room) -> None:
    await understanding(shown)
    await shown.say("- accepted: `largest([4, 7])` returns `4`")
    shown.engine.scripts = [Script([f"Shorter:\n\n```python\n{ZERO}```\n"])]
    later = await shown.say("Can it be shorter?")
    assert later.notes[-1] == (
        "You accepted: `largest([4, 7])` returns `4`, and here it returns `7`."
    )
    shown.engine.scripts = [Script([f"```python\n{SMALLEST}```\n"])]
    again = await shown.say("Can it be another?")
    assert "It does the example that you accepted" in again.notes[-1]


@pytest.mark.asyncio
async def test_the_file_of_accepted_examples_is_named(shown: Room) -> None:
    await understanding(shown, here="shop/till.py")
    answer = await shown.say("- accepted: `largest([4, 7])` returns `4`", here="shop/till.py")
    assert answer.accepted
    assert answer.accepted.uri == shown.uri("shop/till.py")
    assert answer.text.startswith("```python shop/till.py\n")


def test_a_client_may_keep_the_question_with_the_answer() -> None:
    """What waits for an answer is known again in either form."""
    from pillion.assist.thread import Said, Thread  # noqa: PLC0415

    thread = Thread("t")
    waits = doubt.Open(clarify.Task("x"), Question("Which?", (), clarify.Kind.MISSING, "Why."))
    thread.add(Said(Role.USER, "x", "x"))
    thread.add(Said(Role.ASSISTANT, "Why.", "Why.\n\nWhich?", waiting=waits))
    for text in ("Why.", "Why.\n\nWhich?"):
        thread.follow([Message(Role.USER, "x"), Message(Role.ASSISTANT, text)])
        assert thread.waiting is waits
    thread.follow([Message(Role.USER, "x"), Message(Role.ASSISTANT, "Other.")])
    assert thread.waiting is None
