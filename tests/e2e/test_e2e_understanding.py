"""Examples of what was understood, over real standard streams: shown, decided, and kept as tests.

One client has a view for `pillion/chat`; the others pose as Neovim, where the server asks with
messages and a page of Markdown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from editors import EMACS, NEOVIM, session

from pillion.lsp.client import Client, Editor
from workspaces import write

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio]

REQUEST = "Write a function largest(values) that returns the largest value of a list of numbers."

SHOP = """\
--- shop.py
def total(prices):
    return sum(prices)
--- tests/test_shop.py
from shop import total


def test_total():
    assert total([1, 2]) == 3
"""


def body(code: str) -> dict[str, Any]:
    return {"chunks": [f"```python\ndef largest(values):\n    return {code}\n```"]}


RAISES, ZERO = body("max(values)"), body("max(values, default=0)")
SMALLEST, ABSOLUTE = body("min(values, default=0)"), body("max(values, key=abs, default=0)")

INPUTS = [{"chunks": ["[2, 9])"]}] * 6

PLAN = {
    # What is written at first, after the answer about an empty list, and after that about others;
    # inputs are thought of after each.
    "scripts": [
        *[RAISES, ZERO] * 4,
        *INPUTS,
        *[SMALLEST] * 4,
        *[ABSOLUTE, ZERO] * 2,
        *INPUTS,
        *[ABSOLUTE, ZERO] * 4,
        *INPUTS,
        ZERO,
    ]
}


def options(seconds: int = 60) -> dict[str, Any]:
    return {"pillion": {"chat": {"askSeconds": seconds}}}


def project(client: Client, root: Path) -> str:
    """Open a file of the project; return its address."""
    uri = (root / "shop.py").as_uri()
    client.open(uri, (root / "shop.py").read_text(encoding="utf-8"))
    return uri


async def ask(client: Client, uri: str, text: str) -> Any:
    """Run the command of an editor without a view."""
    argument = {"text": text, "textDocument": {"uri": uri}}
    params = {"command": "pillion.askAboutCode", "arguments": [argument]}
    return await client.request("workspace/executeCommand", params)


def asked(client: Client) -> list[dict[str, Any]]:
    return [params for method, params in client.requests if method == "window/showMessageRequest"]


async def test_in_a_view(tmp_path: Path) -> None:
    """Question, choice, examples, decision, code; then the examples become tests."""
    root = write(tmp_path / "shop", SHOP)
    async with session(PLAN, options=options(), folders=[root.as_uri()]) as client:
        uri = project(client, root)
        messages: list[dict[str, str]] = []

        async def say(text: str) -> Any:
            messages.append({"role": "user", "text": text})
            params = {
                "threadId": "t",
                "messages": messages,
                "chips": [],
                "textDocument": {"uri": uri},
            }
            result = await client.request("pillion/chat", params)
            messages.append({"role": "assistant", "text": result["text"]})
            return result

        shown = (await say(REQUEST))["question"]
        assert "examples" not in shown
        while "examples" not in shown:
            said = next(one for one in READINGS if one in shown["choices"])
            shown = (await say(said))["question"]
        assert shown["choices"] == ["Accept all", "Just answer"]
        assert shown["function"] == "largest"
        assert {"call": "[]", "outcome": "0"} in shown["examples"]
        # A client that knows nothing of examples shows the text, and has all of them.
        for one in shown["examples"]:
            assert f"`largest({one['call']})`" in shown["text"]
        result = await say("- accepted: `largest([])` returns `0`\nlargest([-5, 3]) returns -5")
        assert "key=abs" in result["text"]
        assert result["text"].startswith("```python shop.py\n")
        assert result["notes"][-1] == "It does all 2 examples that you accepted; that was run."
        accepted = result["accepted"]
        assert accepted["uri"] == uri
        lines = [
            f"accepted: {accepted['function']}({one['call']}) returns {one['outcome']}"
            for one in accepted["examples"]
        ]
        argument = {
            "action": "keepExamples",
            "textDocument": {"uri": uri},
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
            "arguments": {"examples": "\n".join(lines)},
        }
        kept = await client.request(
            "workspace/executeCommand", {"command": "pillion.action", "arguments": [argument]}
        )
        assert kept["applied"] is True
        assert added(client, root) == (
            "def test_largest_empty():\n    assert largest([]) == 0\n\n\n"
            "def test_largest_minus_5_3():\n    assert largest([-5, 3]) == -5\n"
        )


def added(client: Client, root: Path) -> str:
    """Return what an edit adds at the end of the project's tests."""
    (edit,) = [p["edit"] for method, p in client.requests if method == "workspace/applyEdit"]
    changes = edit.get("documentChanges") or [
        {"textDocument": {"uri": uri}, "edits": edits} for uri, edits in edit["changes"].items()
    ]
    (change,) = [one for one in changes if "edits" in one]
    assert change["textDocument"]["uri"] == (root / "tests/test_shop.py").as_uri()
    text = "".join(one["newText"] for one in change["edits"])
    assert "from shop import largest" in text
    return text[text.index("def test_") :]


READINGS = ("return 0", "return 9")


def clicks(*titles: str) -> Callable[[Any], str | None]:
    """Return what answers questions about the request, then presses one button after the other."""
    left = iter(titles)

    def click(params: Any) -> str | None:
        offered = [one["title"] for one in params["actions"]]
        return next((one for one in READINGS if one in offered), None) or next(left, None)

    return click


async def test_as_neovim_with_the_page_changed(tmp_path: Path) -> None:
    """The page is changed and saved while the question is on screen."""
    root = write(tmp_path / "shop", SHOP)
    press = clicks("As the page says", "Add as tests")
    clients: list[Client] = []

    def click(params: Any) -> str | None:
        if "Are these examples right?" in params["message"]:
            (client,) = clients
            uri = next(p["uri"] for m, p in client.requests if m == "window/showDocument")
            page = Path(unquote(urlsplit(uri).path))
            text = page.read_text(encoding="utf-8")
            assert "- accepted: `largest([])` returns `0`" in text
            page.write_text(text.replace("returns `0`", "returns `None`"), encoding="utf-8")
        return press(params)

    async with session(
        PLAN,
        capabilities=NEOVIM,
        editor=Editor(click=click),
        options=options(),
        folders=[root.as_uri()],
    ) as client:
        clients.append(client)
        answer = await ask(client, project(client, root), REQUEST)
        assert answer["shown"] is True
        titles = [[one["title"] for one in params["actions"]] for params in asked(client)]
        assert titles[-2] == ["Accept all", "As the page says now", "One by one", "Just answer"]
        assert "As I understand it" in answer["text"]
        assert "- accepted: `largest([])` returns `None`" in answer["text"]
        # No draft returns None, and that is said.
        assert "drafts does all that you accepted" in answer["text"]
        await client.asked("workspace/applyEdit")
        assert "assert largest([]) is None" in added(client, root)


async def test_as_neovim_one_by_one(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", SHOP)
    press = clicks("One by one", "Right", "Right", "Wrong")
    async with session(
        PLAN,
        capabilities=NEOVIM,
        editor=Editor(click=press),
        options=options(),
        folders=[root.as_uri()],
    ) as client:
        answer = await ask(client, project(client, root), REQUEST)
        assert answer["text"].count("- accepted: ") == 2
        assert answer["text"].count("- rejected: ") == 1
        assert "```python shop.py\ndef largest" in answer["text"]


async def test_an_editor_without_questions_gets_them_as_text(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", SHOP)
    async with session(
        PLAN, capabilities=EMACS, options=options(), folders=[root.as_uri()]
    ) as client:
        uri = project(client, root)
        await ask(client, uri, REQUEST)
        shown = await ask(client, uri, "return 0")
        if "Are these examples right?" not in shown["text"]:
            shown = await ask(client, uri, "return 9")
        assert "1. `largest([])` returns `0`" in shown["text"]
        answer = await ask(client, uri, "1; largest([-5, 3]) == -5")
        assert "key=abs" in answer["text"]
