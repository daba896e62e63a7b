"""Methods that LSP lacks, under `pillion/`, and the commands. docs/protocol.md describes them.

A test compares the methods named here with the headings of that page.
"""

from __future__ import annotations

STATUS = "pillion/status"
"""A request for the state of the server; sent as a notification when it changes."""

AUDIT = "pillion/audit"
"""A request for what was sent to remote engines lately."""

SHOWN = "pillion/inlineCompletion/shown"
ACCEPTED = "pillion/inlineCompletion/accepted"
PARTLY_ACCEPTED = "pillion/inlineCompletion/partlyAccepted"
DISMISSED = "pillion/inlineCompletion/dismissed"

EDITOR_CONTEXT = "pillion/editorContext"
"""A notification of what the editor shows beyond what the protocol tells."""

EVENTS = {
    SHOWN: "shown",
    ACCEPTED: "accepted",
    PARTLY_ACCEPTED: "partlyAccepted",
    DISMISSED: "dismissed",
}
"""Notifications of what the user did with a suggestion, and what each counts as."""

CHAT = "pillion/chat"
"""A request for the answer to the last message of a conversation; it streams."""

EXPLAIN = "pillion/explain"
"""A request for an explanation of code; it streams."""

STATUS_COMMAND = "pillion.status"
PULL_COMMAND = "pillion.pullModel"
RESTART_COMMAND = "pillion.restartEngine"
ASK_COMMAND = "pillion.askAboutCode"
"""Asks about the code in front, for editors without a view for conversations. VS Code registers
the commands of a server beside those of its extension, where `pillion.ask` is taken."""
ACTION_COMMAND = "pillion.action"
"""Does what a code action does, for editors that cannot resolve one and for key bindings."""
