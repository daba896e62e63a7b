"""Inline completion as VS Code asks for it: the right text at the right place, or a reason."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import pytest
from editors import BARE, SECRET, URI, document, session, until_asked

from pillion.base.paths import events_dir
from pillion.lsp.client import Client, Inline, ServerError
from pillion.lsp.sessions import LARGEST

pytestmark = pytest.mark.e2e

CURSOR = "█"
HANGING = {"scripts": [{"hangs": True}, {"chunks": ["value = 1"]}]}


def opened(client: Client, marked: str, language: str = "python") -> int:
    """Open the document with a cursor in it; return the cursor's offset."""
    before, _, after = document(marked).partition(CURSOR)
    client.open(URI, before + after, language)
    return len(before)


async def last(client: Client) -> str:
    """Return the outcome of the last request."""
    status = await client.request("pillion/status")
    return str(status["last"]["outcome"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    "marked",
    [
        "x = █",
        "\tx = █\r\ny = 2\r\n",
        "s = '🦀𝄞é' + █",
        "a = 1\rb = 2\rc = █",
        "page = '\f\u2028'\nx = █",
        "🦀🦀🦀\n\n🦀 = █",
        "█",
    ],
)
async def test_the_text_comes_back_for_the_cursor(marked: str, encoding: str) -> None:
    """What stands around the cursor, and how columns are counted, moves nothing."""
    capabilities = {**BARE, "general": {"positionEncodings": [encoding]}}
    plan = {"scripts": [{"chunks": ["value", "_1"]}]}
    async with session(plan, capabilities=capabilities) as client:
        offset = opened(client, marked)
        assert await client.inline(URI, offset) == Inline("value_1", offset, offset)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_edits_keep_the_server_s_text_equal(encoding: str) -> None:
    """Random edits among surrogate pairs and all line endings: the next cursor is still right."""
    capabilities = {**BARE, "general": {"positionEncodings": [encoding]}}
    chance = random.Random(encoding)  # noqa: S311 - no secret.
    async with session({"scripts": [{"chunks": ["value"]}]}, capabilities=capabilities) as client:
        client.open(URI, document("🦀 = 'é'\r\nb = 2\rc\n"))
        for _ in range(300):
            size = len(client.documents[URI].text)
            start, end = sorted(chance.choices(range(size + 1), k=2))
            new = "".join(chance.choices("ab🦀é\r\n\t\f\u2028", k=chance.randrange(6)))
            client.change(URI, start, min(end, start + 5), new)
        end = len(client.documents[URI].text)
        client.change(URI, 0, end, f"{SECRET}\nprint(🦀)\nx = ")
        offset = len(client.documents[URI].text)
        assert await client.inline(URI, offset) == Inline("value", offset, offset)


async def test_a_position_past_the_end_is_the_end() -> None:
    async with session({"scripts": [{"chunks": ["value"]}]}) as client:
        end = opened(client, "x = █")
        for line, character in ((1, 10**9), (10**9, 0), (2**31 - 1, 2**31 - 1)):
            params = {
                "textDocument": {"uri": URI},
                "position": {"line": line, "character": character},
                "context": {"triggerKind": 1},
            }
            result = await client.request("textDocument/inlineCompletion", params)
            assert client.read_inline(URI, result) == Inline("value", end, end)


@pytest.mark.parametrize("language", ["klingon", "", "plaintext", "typescriptreact"])
async def test_an_unknown_language_is_completed_all_the_same(language: str) -> None:
    async with session({"scripts": [{"chunks": ["value"]}]}) as client:
        offset = opened(client, "x = █", language)
        assert await client.inline(URI, offset) == Inline("value", offset, offset)


async def test_an_empty_file_gets_an_answer() -> None:
    async with session({"scripts": [{"chunks": ["import os"]}]}) as client:
        client.open(URI, "")
        assert await client.inline(URI, 0) == Inline("import os", 0, 0)


async def test_a_huge_line_is_refused_quickly_and_a_small_text_heals_it() -> None:
    async with session({"scripts": [{"chunks": ["value"]}]}) as client:
        client.open(URI, SECRET + "🦀" + "x" * 20_000_000)
        await client.request("pillion/status")
        begun = time.monotonic()
        for offset in range(5):
            client.change(URI, 10 + offset, 10 + offset, "y")
            assert await client.inline(URI, 11 + offset) is None
            assert await last(client) == "too_large"
        assert time.monotonic() - begun < 4
        client.change(URI, 0, len(client.documents[URI].text), "x = ")
        client.send_changes(URI, client.documents[URI].version + 1, [{"text": "x = "}])
        assert await client.inline(URI, 4)


async def test_the_largest_line_that_is_kept_can_be_typed_in() -> None:
    async with session({"scripts": [{"chunks": ["value"]}]}) as client:
        client.open(URI, "x" * (LARGEST - 100) + " = ", "plaintext")
        await client.request("pillion/status")
        begun = time.monotonic()
        offset = client.type(URI, LARGEST - 97, "abcde")
        assert await client.inline(URI, offset, automatic=False)
        assert time.monotonic() - begun < 4


async def test_unknown_and_closed_documents() -> None:
    async with session() as client:
        offset = opened(client, "x = █")
        client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert await client.inline(URI, offset) is None
        assert await last(client) == "unknown_document"


CHANGE = {
    "range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}},
    "text": "",
}
"""Changes nothing but the version."""


class TestOutOfOrder:
    """Changes that get lost or arrive in the wrong order."""

    async def test_a_full_text_heals(self) -> None:
        async with session({"scripts": [{"chunks": ["value"]}]}) as client:
            offset = opened(client, "x = █")
            client.send_changes(URI, 3, [CHANGE])
            assert await client.inline(URI, offset)
            client.send_changes(URI, 2, [CHANGE])
            assert await client.inline(URI, offset) is None
            assert await last(client) == "out_of_sync"
            client.send_changes(URI, 4, [CHANGE])
            assert await client.inline(URI, offset) is None
            assert await last(client) == "out_of_sync"
            client.send_changes(URI, 5, [{"text": document("x = ")}])
            assert await client.inline(URI, offset)
            assert b"Refused a change to version 2 of a document at version 3." in client.stderr

    async def test_opening_again_heals(self) -> None:
        async with session({"scripts": [{"chunks": ["value"]}]}) as client:
            client.send_changes(URI, 7, [CHANGE])
            offset = opened(client, "x = █")
            assert await client.inline(URI, offset)

    async def test_a_change_that_cannot_be_read_is_a_lost_change(self) -> None:
        async with session() as client:
            offset = opened(client, "x = █")
            client.send_changes(URI, 2, [{"range": "everywhere", "text": SECRET}])
            assert await client.inline(URI, offset) is None
            assert await last(client) == "out_of_sync"

    async def test_a_null_range_is_the_whole_document(self) -> None:
        async with session({"scripts": [{"chunks": ["value"]}]}) as client:
            offset = opened(client, "x = █")
            client.send_changes(URI, 2, [{"range": None, "text": document("x = ")}])
            assert await client.inline(URI, offset)


async def test_a_cancelled_request_says_so_and_the_engine_is_free(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    async with session({**HANGING, "prompts": str(prompts)}) as client:
        offset = opened(client, "x = █")
        id_, future = client.send_inline(URI, offset)
        await until_asked(prompts)
        client.cancel(id_)
        with pytest.raises(ServerError) as caught:
            await future
        assert caught.value.code == -32800
        assert await last(client) == "cancelled"
        client.cancel(id_)
        assert await client.inline(URI, offset)


async def test_the_newest_request_wins(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    async with session({**HANGING, "prompts": str(prompts)}) as client:
        offset = opened(client, "x = █")
        old = client.send_inline(URI, offset)[1]
        await until_asked(prompts)
        new = client.send_inline(URI, offset)[1]
        assert await old is None
        assert client.read_inline(URI, await new)
        status = await client.request("pillion/status")
        assert status["counts"]["superseded"] == 1


async def test_of_many_requests_at_once_the_last_one_is_answered() -> None:
    """Also while the document is still being judged. The model is slower than the requests."""
    async with session({"scripts": [{"chunks": ["value"], "delay": 1.0}]}) as client:
        offset = opened(client, "x = █")
        waiting = [client.send_inline(URI, offset)[1] for _ in range(5)]
        *old, new = await asyncio.gather(*waiting)
        assert old == [None] * 4
        assert client.read_inline(URI, new)
        status = await client.request("pillion/status")
        assert status["counts"]["superseded"] == 4


async def test_an_answer_for_an_outdated_version_is_empty(tmp_path: Path) -> None:
    """It comes at once, although the model would never have ended."""
    prompts = tmp_path / "prompts"
    async with session({**HANGING, "prompts": str(prompts)}) as client:
        offset = opened(client, "x = █")
        _, future = client.send_inline(URI, offset)
        await until_asked(prompts)
        client.change(URI, offset, offset, "y")
        assert await future is None
        assert await last(client) == "stale"


async def test_only_the_last_of_many_keystrokes_reaches_the_model() -> None:
    options = {"completion": {"debounceMs": 200}}
    async with session({"scripts": [{"chunks": ["value"]}]}, options=options) as client:
        offset = opened(client, "x = █")
        waiting = []
        for _ in range(10):
            offset = client.type(URI, offset, "v")
            waiting.append(client.send_inline(URI, offset, automatic=True)[1])
        answers = await asyncio.gather(*waiting)
        assert answers[:-1] == [None] * 9
        status = await client.request("pillion/status")
        assert status["counts"]["stale"] == 9


async def test_a_request_by_hand_does_not_wait() -> None:
    options = {"completion": {"debounceMs": 5000}}
    async with session({"scripts": [{"chunks": ["value"]}]}, options=options) as client:
        offset = opened(client, "x = █")
        begun = time.monotonic()
        assert await client.inline(URI, offset, automatic=False)
        assert time.monotonic() - begun < 4


async def test_nothing_to_suggest_has_a_reason_and_a_line_in_the_log() -> None:
    async with session({"scripts": [{"chunks": []}]}) as client:
        offset = opened(client, "x = █")
        assert await client.inline(URI, offset) is None
        assert await last(client) == "model_stopped"
        line = await client.notification(
            "window/logMessage", lambda params: "model_stopped" in params["message"]
        )
        assert line["type"] == 4
        assert "total" in line["message"]


async def test_the_item_selected_in_the_editor_s_list_comes_first() -> None:
    async with session({"scripts": [{"chunks": ["(value)"]}]}) as client:
        offset = opened(client, "pri█\n")
        where = {"start": client.position(URI, offset - 3), "end": client.position(URI, offset)}
        params = {
            "textDocument": {"uri": URI},
            "position": client.position(URI, offset),
            "context": {
                "triggerKind": 1,
                "selectedCompletionInfo": {"range": where, "text": "print"},
            },
        }
        result = await client.request("textDocument/inlineCompletion", params)
        assert client.read_inline(URI, result) == Inline("print(value)", offset - 3, offset)


async def test_what_the_user_does_with_suggestions_is_counted() -> None:
    async with session() as client:
        for event in ("shown", "shown", "accepted", "partlyAccepted", "dismissed"):
            client.notify(f"pillion/inlineCompletion/{event}", {"any": SECRET})
        counts = (await client.request("pillion/status"))["counts"]
        assert counts == {"shown": 2, "accepted": 1, "partlyAccepted": 1, "dismissed": 1}
    kept = "".join(path.read_text() for path in events_dir().glob("*.txt"))
    assert kept.count(" dismissed\n") == 1
    assert SECRET not in kept


async def test_a_request_by_hand_brings_several_to_choose_from() -> None:
    scripts = [{"chunks": [text]} for text in ("f(a)", "f( a )", "g(b)", "h(c)")]
    async with session({"scripts": scripts}) as client:
        offset = opened(client, "x = █\n")
        result = await client.send_inline(URI, offset, automatic=False)[1]
        assert [item["insertText"] for item in result["items"]] == ["f(a)", "g(b)", "h(c)"]


async def test_with_eagerness_off_only_a_request_by_hand_is_answered() -> None:
    settings = {"completion": {"eagerness": "off"}}
    async with session({"scripts": [{"chunks": ["1"]}]}, options=settings) as client:
        offset = opened(client, "x = █\n")
        assert await client.inline(URI, offset) is None
        last = (await client.request("pillion/status"))["last"]
        assert last["outcome"] == "not_asked"
        inline = await client.inline(URI, offset, automatic=False)
        assert inline == Inline("1", offset, offset)


async def test_an_accepted_suggestion_that_stays_is_counted_as_kept() -> None:
    async with session({"scripts": [{"chunks": ["print(1)"]}]}) as client:
        offset = opened(client, "x = 1\n█\n")
        inline = await client.inline(URI, offset)
        assert inline is not None
        client.change(URI, offset, offset, inline.text)
        client.notify("pillion/inlineCompletion/accepted", {})
        client.close_document(URI)
        counts = (await client.request("pillion/status"))["counts"]
        assert (counts["accepted"], counts["kept"]) == (1, 1)


async def test_every_request_of_a_burst_is_answered_once() -> None:
    """200 requests among changes, cancels and documents; `session` counts the answers."""
    chance = random.Random(7)  # noqa: S311 - no secret.
    plan = {"scripts": [{"chunks": ["value", "_1"], "delay": 0.002}]}
    async with session(plan) as client:
        uris = [URI, URI + "2", URI + "3"]
        for uri in uris:
            client.open(uri, document("x = "))
        waiting: dict[int, asyncio.Future[Any]] = {}
        while len(waiting) < 200:
            uri = chance.choice(uris)
            end = len(client.documents[uri].text)
            match chance.randrange(6):
                case 0:
                    client.type(uri, end, chance.choice("ab\n"))
                case 1 if waiting:
                    client.cancel(chance.choice(list(waiting)))
                case 2:
                    await asyncio.sleep(chance.random() * 0.01)
                case 3:
                    id_, future = client.send("pillion/status")
                    waiting[id_] = future
                case _:
                    automatic = chance.random() < 0.5
                    id_, future = client.send_inline(uri, end, automatic=automatic)
                    waiting[id_] = future
        results = await asyncio.gather(*waiting.values(), return_exceptions=True)
        errors = [result for result in results if isinstance(result, BaseException)]
        assert all(isinstance(error, ServerError) and error.code == -32800 for error in errors)
        assert any(isinstance(result, dict) and "items" in result for result in results)


async def test_turned_off_languages_are_left_alone() -> None:
    async with session(options={"disabledLanguages": ["markdown"]}) as client:
        offset = opened(client, "x = █", "markdown")
        assert await client.inline(URI, offset) is None
        assert await last(client) == "disabled"
