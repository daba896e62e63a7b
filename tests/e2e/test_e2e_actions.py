"""Code actions over real stdio: offered, resolved and run as commands, as editors do it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from editors import BARE, NEOVIM, SECRET, URI, document, session

from pillion.lsp.client import VSCODE, Client, Editor, ServerError

pytestmark = pytest.mark.e2e

PLAN = {"actions": True}
TEXT = document("x = '🦀' + word\n")


def range_of(client: Client, text: str, uri: str = URI) -> dict[str, Any]:
    start = client.documents[uri].text.index(text)
    return {
        "start": client.position(uri, start),
        "end": client.position(uri, start + len(text)),
    }


async def actions(client: Client, text: str = "word", **context: Any) -> dict[str, Any]:
    """Return the actions for a selected text, by their titles."""
    params = {
        "textDocument": {"uri": URI},
        "range": range_of(client, text),
        "context": {"diagnostics": [], **context},
    }
    found = await client.request("textDocument/codeAction", params)
    return {item["title"]: item for item in found}


def read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def command(client: Client, action: str, text: str = "word", **arguments: Any) -> dict[str, Any]:
    """Return the parameters of `workspace/executeCommand` for an action."""
    argument = {
        "action": action,
        "textDocument": {"uri": URI},
        "range": range_of(client, text),
        "arguments": arguments,
    }
    return {"command": "pillion.action", "arguments": [argument]}


def applied(client: Client, edits: list[Any]) -> str:
    """Return the document with the edits of the protocol in it."""
    text = client.documents[URI].text
    for edit in sorted(edits, key=lambda edit: client.offset(URI, edit["range"]["start"]))[::-1]:
        start, end = (client.offset(URI, edit["range"][key]) for key in ("start", "end"))
        text = text[:start] + edit["newText"] + text[end:]
    return text


@pytest.mark.parametrize("capabilities", [VSCODE, NEOVIM], ids=["vscode", "neovim"])
async def test_an_action_is_offered_without_its_edit_and_resolved_with_it(
    capabilities: Any,
) -> None:
    async with session(PLAN, capabilities=capabilities) as client:
        client.open(URI, TEXT)
        offered = (await actions(client))["Shout"]
        assert offered["kind"] == "refactor.rewrite"
        assert "edit" not in offered
        assert "command" not in offered
        edit = (await client.request("codeAction/resolve", offered))["edit"]
        if capabilities is VSCODE:
            (change,) = edit["documentChanges"]
            assert change["textDocument"] == {"uri": URI, "version": 1}
            edits = change["edits"]
            annotation = edit["changeAnnotations"][edits[0]["annotationId"]]
            assert annotation["needsConfirmation"] is True
            assert annotation["description"] == "Loud."
        else:
            edits = edit["changes"][URI]
        assert applied(client, edits) == TEXT.replace("word", "WORD")


async def test_only_the_kinds_that_are_asked_for() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        assert set(await actions(client, only=["refactor"])) == {"Shout", "No", "Fail", "Off"}
        assert set(await actions(client, only=["refactor.rewrite"])) == {"Shout"}
        assert set(await actions(client, only=["quickfix"])) == set()


async def test_nothing_selected() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        assert "Shout" not in await actions(client, "")


async def test_a_quick_fix_names_its_diagnostic_and_comes_first() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        problems = [
            {"range": range_of(client, text), "message": text, "code": 7} for text in ("word", "x")
        ]
        offered = await actions(client, diagnostics=problems)
        assert list(offered)[:2] == ["Mend word", "Mend x"]
        assert [item["message"] for item in offered["Mend x"]["diagnostics"]] == ["x"]


async def test_an_editor_without_resolve_gets_commands() -> None:
    abilities = dict(VSCODE) | {
        "textDocument": {
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
        }
    }
    async with session(PLAN, capabilities=abilities) as client:
        client.open(URI, TEXT)
        offered = await actions(client)
        assert "Off" not in offered
        order = offered["Shout"]["command"]
        result = await client.request(
            "workspace/executeCommand",
            {"command": order["command"], "arguments": order["arguments"]},
        )
        assert result == {"applied": True, "reason": ""}
        (params,) = [params for name, params in client.requests if name == "workspace/applyEdit"]
        (change,) = params["edit"]["documentChanges"]
        assert applied(client, change["edits"]) == TEXT.replace("word", "WORD")


async def test_an_editor_that_cannot_apply_edits_gets_the_edit_as_the_result() -> None:
    async with session(PLAN, capabilities=BARE) as client:
        client.open(URI, TEXT)
        plain = await client.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": URI},
                "range": range_of(client, "word"),
                "context": {"diagnostics": []},
            },
        )
        order = next(item for item in plain if item["title"] == "Shout")
        assert order["command"] == "pillion.action"
        del order["title"]
        result = await client.request("workspace/executeCommand", order)
        assert result["applied"] is False
        assert applied(client, result["edit"]["changes"][URI]) == TEXT.replace("word", "WORD")


async def test_a_disabled_action_says_why() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        assert (await actions(client))["Off"]["disabled"] == {"reason": "It is too late."}


async def test_a_change_elsewhere_moves_the_edit_and_a_change_there_refuses_it() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        params = command(client, "upper", seconds=0.3)
        _, first = client.send("workspace/executeCommand", params)
        client.change(URI, 0, 0, "y = 2\n")
        assert (await first)["applied"] is True
        edit = next(params for name, params in client.requests if name == "workspace/applyEdit")
        (change,) = edit["edit"]["documentChanges"]
        assert change["textDocument"]["version"] == 2
        assert applied(client, change["edits"]) == "y = 2\n" + TEXT.replace("word", "WORD")
        _, second = client.send("workspace/executeCommand", command(client, "upper", seconds=0.3))
        at = client.documents[URI].text.index("word")
        client.change(URI, at + 1, at + 2, "a")
        result = await second
        assert result["applied"] is False
        assert "changed while" in result["reason"]
        assert result["text"] == "WORD"


async def test_an_offer_for_an_older_text_is_refused() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        offered = (await actions(client))["Shout"]
        client.change(URI, 0, 0, "y = 2\n")
        assert "edit" not in await client.request("codeAction/resolve", offered)


async def test_cancelling_stops_the_work() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        id_, future = client.send("workspace/executeCommand", command(client, "upper", seconds=60))
        await asyncio.sleep(0.1)
        client.cancel(id_)
        with pytest.raises(ServerError) as error:
            await future
        assert error.value.code == -32800


async def test_the_progress_bar_stops_the_work() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        params = command(client, "upper", seconds=60) | {"workDoneToken": "mine"}
        _, future = client.send("workspace/executeCommand", params)
        begun = await client.notification("$/progress", lambda p: p["token"] == "mine")
        assert begun["value"]["cancellable"] is True
        client.notify("window/workDoneProgress/cancel", {"token": "mine"})
        assert (await future)["applied"] is False
        kinds = [
            params["value"]["kind"]
            for name, params in client.notifications
            if name == "$/progress" and params["token"] == "mine"
        ]
        assert kinds == ["begin", "report", "end"]


async def test_a_file_outside_of_the_workspace_is_not_touched(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    async with session(PLAN, folders=[inside.as_uri()]) as client:
        client.open(URI, TEXT)
        for path, ok in (
            (inside / "new.py", True),
            (outside / "new.py", False),
            (inside / ".." / "out" / "new.py", False),
            (inside / "link" / "new.py", False),
        ):
            result = await client.request(
                "workspace/executeCommand", command(client, "elsewhere", uri=path.as_uri())
            )
            assert result["applied"] is ok, path
        (edit,) = [params for name, params in client.requests if name == "workspace/applyEdit"]
        create, change = edit["edit"]["documentChanges"]
        assert create["kind"] == "create"
        assert change["textDocument"]["uri"] == (inside / "new.py").as_uri()
        assert change["textDocument"]["version"] is None


async def test_a_page_is_opened_and_returned() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        order = (await actions(client))["Read"]["command"]
        del order["title"]
        result = await client.request("workspace/executeCommand", order)
        assert result == {"shown": True, "title": "A page", "text": "# A page"}
        (shown,) = [params for name, params in client.requests if name == "window/showDocument"]
        path = Path(shown["uri"].removeprefix("file://"))
        assert read(path) == "# A page"
    assert read(path) is None


async def test_what_was_declined_can_be_read() -> None:
    async with session(PLAN, editor=Editor(click="Show the text")) as client:
        client.open(URI, TEXT)
        offered = (await actions(client))["No"]
        assert "edit" not in await client.request("codeAction/resolve", offered)
        await client.asked("window/showDocument")


async def test_an_action_that_fails_is_an_error_and_the_server_lives() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        assert SECRET in client.documents[URI].text
        with pytest.raises(ServerError):
            await client.request("codeAction/resolve", (await actions(client))["Fail"])
        assert "Shout" in await actions(client)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [None],
        ["upper"],
        [{"action": "upper"}],
        [{"action": "none", "textDocument": {"uri": URI}, "range": 3}],
        [
            {
                "action": "none",
                "textDocument": {"uri": URI},
                "range": {
                    "start": {"line": 0, "character": 0},
                    "end": {"line": 0, "character": 0},
                },
            }
        ],
    ],
)
async def test_arguments_that_make_no_sense(arguments: list[Any]) -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        with pytest.raises(ServerError) as error:
            await client.request(
                "workspace/executeCommand", {"command": "pillion.action", "arguments": arguments}
            )
        assert error.value.code == -32602


async def test_a_document_that_is_not_open() -> None:
    async with session(PLAN) as client:
        client.open(URI, TEXT)
        params = command(client, "upper")
        client.close_document(URI)
        result = await client.request("workspace/executeCommand", params)
        assert result["applied"] is False


FUNCTION = document("def total(items):\n    x = 0\n    return x + len(items)\n")


async def test_pillions_own_actions_as_neovim_uses_them() -> None:
    """Offered, resolved, and written by a model that says something wrong at first."""
    scripts = [
        {"chunks": ["    return (x\n```"]},
        {"chunks": ["    x = 1\n    return x + len(items)\n", "```"]},
    ]
    async with session({"scripts": scripts}, capabilities=NEOVIM) as client:
        client.open(URI, FUNCTION)
        offered = await actions(client, "x = 0")
        assert {"Explain (Pillion)", "Simplify (Pillion)"} <= set(offered)
        problem = {"range": range_of(client, "x = 0"), "message": "wrong", "severity": 1}
        offered = await actions(client, "x = 0", diagnostics=[problem])
        fix = offered["Fix: wrong (Pillion)"]
        edit = (await client.request("codeAction/resolve", fix))["edit"]
        assert applied(client, edit["changes"][URI]) == FUNCTION.replace("x = 0", "x = 1")


async def test_an_edit_as_told_by_a_command() -> None:
    scripts = [{"chunks": ["def total(items):\n    return len(items)\n```"]}]
    async with session({"scripts": scripts}, capabilities=NEOVIM) as client:
        client.open(URI, FUNCTION)
        params = command(client, "edit", "", instruction="Drop x.")
        params["arguments"][0]["range"] = range_of(client, "x = 0\n    return")
        result = await client.request("workspace/executeCommand", params)
        assert result["applied"] is False
        # Whole statements were selected, not the function; its header does not belong there.
        params["arguments"][0]["range"] = range_of(client, FUNCTION.partition("\n")[2].rstrip())
        result = await client.request("workspace/executeCommand", params)
        assert result["applied"] is True
        edit = await client.asked("workspace/applyEdit")
        text = applied(client, edit["edit"]["changes"][URI])
        assert text == document("def total(items):\n    return len(items)\n")


async def test_an_explanation_streams() -> None:
    scripts = [{"chunks": ["It counts ", "`items`.\nmore"]}, {"chunks": ["It is begun.\n"]}]
    async with session({"scripts": scripts}, capabilities=NEOVIM) as client:
        client.open(URI, FUNCTION)
        result = await client.request(
            "pillion/explain",
            {
                "textDocument": {"uri": URI},
                "range": range_of(client, "x = 0"),
                "partialResultToken": "piece",
            },
        )
        pieces = [
            params["value"]["text"]
            for name, params in client.notifications
            if name == "$/progress" and params["token"] == "piece"
        ]
        assert "It counts `items`." in result["text"]
        assert "".join(pieces) == result["text"]
        client.notifications.clear()


async def test_an_explanation_of_nothing_has_a_reason() -> None:
    async with session(capabilities=NEOVIM) as client:
        client.open(URI, document("\n\n"))
        where = {"line": 1, "character": 0}
        result = await client.request(
            "pillion/explain",
            {"textDocument": {"uri": URI}, "range": {"start": where, "end": where}},
        )
        assert result["reason"] == "no_code_here"
        with pytest.raises(ServerError):
            await client.request("pillion/explain", {"textDocument": {"uri": URI}})


async def test_actions_for_a_document_that_changes_while_the_model_works() -> None:
    scripts = [{"chunks": ["    x = 1\n    return x + len(items)\n```"], "delay": 0.3}]
    async with session({"scripts": scripts}, capabilities=NEOVIM) as client:
        client.open(URI, FUNCTION)
        problem = {"range": range_of(client, "x = 0"), "message": "wrong", "severity": 1}
        fix = (await actions(client, "x = 0", diagnostics=[problem]))["Fix: wrong (Pillion)"]
        _, future = client.send("codeAction/resolve", fix)
        at = client.documents[URI].text.index("x = 0")
        client.type(URI, at, "y")
        assert "edit" not in await future


async def test_no_action_for_a_private_document(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("a.py\n", encoding="utf-8")
    uri = (tmp_path / "a.py").as_uri()
    async with session(capabilities=NEOVIM, folders=[tmp_path.as_uri()]) as client:
        client.open(uri, FUNCTION)
        where = {"line": 2, "character": 4}
        result = await client.request(
            "pillion/explain",
            {"textDocument": {"uri": uri}, "range": {"start": where, "end": where}},
        )
        assert result["reason"] == "private"
