"""When to ask: candidates are written and run; where they differ, the difference is the question.

`consider` is the one function that a conversation needs.
"""

from __future__ import annotations

from pillion.assist.clarify.consider import consider
from pillion.assist.clarify.task import Answer, Budget, Clear, Evidence, Kind, Question, Task

__all__ = ["Answer", "Budget", "Clear", "Evidence", "Kind", "Question", "Task", "consider"]
