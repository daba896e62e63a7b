"""Refactorings and reviews over real stdio, without a model and without a question."""

from __future__ import annotations

import pytest
from editors import NEOVIM, URI, session
from test_e2e_actions import actions, applied, command

from pillion.lsp.client import VSCODE

pytestmark = pytest.mark.e2e

TEXT = "def f(a):\n    return g('🦀', a.b + 1, eval(a))\n"


@pytest.mark.parametrize("capabilities", [VSCODE, NEOVIM], ids=["vscode", "neovim"])
async def test_a_variable_is_extracted(capabilities: object) -> None:
    async with session({}, capabilities=capabilities) as client:  # type: ignore[arg-type]
        client.open(URI, TEXT)
        offered = (await actions(client, "a.b + 1"))["Extract variable"]
        edit = (await client.request("codeAction/resolve", offered))["edit"]
        if "documentChanges" in edit:
            edits = edit["documentChanges"][0]["edits"]
            # Nobody is asked to confirm what no model wrote.
            for annotation in edit.get("changeAnnotations", {}).values():
                assert not annotation.get("needsConfirmation")
        else:
            edits = edit["changes"][URI]
        after = "def f(a):\n    value = a.b + 1\n    return g('🦀', value, eval(a))\n"
        assert applied(client, edits) == after


async def test_what_could_change_the_meaning_is_disabled_with_the_reason() -> None:
    async with session({}, capabilities=VSCODE) as client:
        client.open(URI, "def f(a):\n    return a and a.b()\n")
        offered = await actions(client, "a.b()")
        assert "evaluated" in offered["Extract variable"]["disabled"]["reason"]


async def test_a_review_names_the_weakness() -> None:
    async with session({}, capabilities=NEOVIM) as client:
        client.open(URI, TEXT)
        done = await client.request(
            "workspace/executeCommand", command(client, "review", "eval(a)")
        )
        assert "CWE-95" in str(done)
