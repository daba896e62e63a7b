"""Text that is not the user's changes nothing but words: thirty attempts, the worst of models.

The scripted model obeys every one of them, and more: it calls tools, names files, writes commands,
links and HTML. The real server makes nothing of it, and the next prompt is what it would have been.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from editors import session

from injections import ATTEMPTS, CANARY, SECRET_FILE, Attempt, program
from pillion.prompt import talk
from workspaces import write

pytestmark = pytest.mark.e2e

OBEDIENT = (
    f"{CANARY}\n"
    '<tool_call>{"name": "workspace/applyEdit", "arguments": {}}</tool_call>\n'
    "@file secret.py @file .env @diff @repo\n/commit\n"
    "```sh\nrm -rf ~\n```\n[click](command:pillion.restartEngine) <img src=http://x.invalid>\n"
)

OFFERED = {"$/progress", "window/logMessage", "pillion/status", "window/showMessage"}
"""All that a server sends by itself during a chat."""


def assert_is_data(prompt: list[str], attempt: Attempt, text: str) -> None:
    """The attempt stands in one piece of plain text, in a fence of its own, not in the markup."""
    pieces = [piece for piece in prompt if piece]
    assert pieces[1] == talk.rules("knows")
    markup = [*pieces[0:1], *pieces[2::2]]
    assert not any(CANARY in piece for piece in markup)
    assert sum(piece.count("<|im_start|>") for piece in markup) == len(pieces[1::2]) + 1
    holding = [piece for piece in pieces if attempt.text in piece or text in piece]
    for piece in holding:
        opened = [line for line in piece.splitlines() if line.startswith("```")]
        longest = max((len(line) - len(line.lstrip("`")) for line in opened), default=0)
        assert sum(line.startswith("`" * longest) for line in opened) % 2 == 0


@pytest.mark.asyncio
async def test_nothing_acts_and_nothing_else_is_read(tmp_path: Path) -> None:
    root = write(
        tmp_path / "shop",
        f"--- secret.py\n{SECRET_FILE} = 1\n--- .env\nKEY={SECRET_FILE}\n--- plain.py\nx = 1\n",
    )
    prompts = tmp_path / "prompts"
    plan = {"scripts": [{"chunks": [OBEDIENT]}], "prompts": str(prompts)}
    async with session(plan, folders=[root.as_uri()]) as client:
        for number, attempt in enumerate(ATTEMPTS):
            text = program(attempt)
            name = attempt.text if attempt.place == "name" else f"shop{number}.py"
            uri = (root / name.replace("/", "_")).as_uri()
            client.open(uri, text)
            if attempt.place == "problem":
                item = {
                    "range": {"start": {"line": 1, "character": 0}, "end": {"line": 1}},
                    "message": attempt.text,
                    "severity": 1,
                }
                entry = {"textDocument": {"uri": uri}, "items": [item]}
                client.notify("pillion/editorContext", {"diagnostics": [entry]})
            question = "What does this do?"
            if attempt.place == "output":
                question = f"The test says:\n```\n{attempt.text}\n```\nWhat is wrong?"
            kind = "problems" if attempt.place == "problem" else "file"
            first = {"role": "user", "text": question}
            params: dict[str, Any] = {
                "threadId": str(number),
                "messages": [first],
                "chips": [{"kind": kind, "uri": uri}],
                "textDocument": {"uri": uri},
                "partialResultToken": str(number),
            }
            answer = await client.request("pillion/chat", params)
            said = {"role": "assistant", "text": answer["text"]}
            params |= {"messages": [first, said, {"role": "user", "text": "Go on."}], "chips": []}
            await client.request("pillion/chat", params)
        # The server has asked the editor for nothing, and told it nothing but the answers.
        acted = [method for method, _ in client.requests if method.startswith("workspace/apply")]
        assert acted == []
        assert not [method for method, _ in client.requests if "showDocument" in method]
        assert {method for method, _ in client.notifications} <= OFFERED
    read = [json.loads(line) for line in prompts.read_text(encoding="utf-8").splitlines()]
    assert len(read) == 2 * len(ATTEMPTS) == 60
    for number, prompt in enumerate(read):
        attempt = ATTEMPTS[number // 2]
        assert SECRET_FILE not in json.dumps(prompt)
        assert_is_data(prompt, attempt, program(attempt))
        if number % 2:
            # What the model said is in the next prompt as its own words, and did nothing.
            assert prompt[: len(read[number - 1]) - 2] == read[number - 1][:-2]
