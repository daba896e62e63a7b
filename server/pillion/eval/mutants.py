"""Mutants of a function, made by the operators of mutmut, an existing library.

Only its operators are used: it knows nothing of Pillion's own small changes, nor they of it.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from pillion.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst


def mutants(function: str, most: int, seed: int) -> list[str]:
    """Return at most so many mutants of a function; which ones depends on the seed only."""
    found = sorted({text for text in _all(function) if text != function})
    chance = random.Random(f"{seed} {function}")  # noqa: S311 - a sample, no secret.
    return chance.sample(found, min(most, len(found)))


def _all(function: str) -> Iterator[str]:
    try:
        import libcst as cst  # noqa: PLC0415 - an optional extra.
        from mutmut.mutation.mutators import mutation_operators  # noqa: PLC0415 - as above.
    except ImportError as error:
        raise UsageError("Mutants need mutmut: pip install 'pillion[mutants]'.") from error
    module = cst.parse_module(function)
    nodes: list[cst.CSTNode] = []

    class Visitor(cst.CSTVisitor):
        """Collects the nodes of the bodies."""

        def on_visit(self, node: cst.CSTNode) -> bool:
            nodes.append(node)
            # Not what is written in the header: annotations change nothing.
            return not isinstance(node, cst.Annotation | cst.Parameters | cst.Decorator)

    module.visit(Visitor())
    for node in nodes:
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                for new in operator(node):
                    changed = module.deep_replace(node, new)
                    if isinstance(changed, cst.Module):
                        yield changed.code
