"""`pillion eval roundtrip`: from code to a description and back, judged by the code's tests.

One measure with two names: `pillion eval explain` asks what an explanation is worth, this one
whether a model understands what it reads.
"""

from __future__ import annotations

from pillion.commands.eval.explain import explain as roundtrip

__all__ = ["roundtrip"]
