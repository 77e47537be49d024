"""Finds the lines of the statements that a mutant changes: only a test that runs one of them can notice it."""

from __future__ import annotations

import ast
import difflib
import inspect
import textwrap
from types import FunctionType


def changed_lines(original: FunctionType, mutant: FunctionType) -> frozenset[int]:
    """The lines of the original, as numbers in its file: those of the changed statements.

    They are all lines of the function if its definition is changed, as a default is.
    """
    lines, first = inspect.getsourcelines(original.__code__)
    other, _ = inspect.getsourcelines(mutant.__code__)
    other[0] = other[0].replace(mutant.__name__, original.__name__, 1)
    matcher = difflib.SequenceMatcher(None, lines, other, autojunk=False)
    places = {
        1 + place
        for kind, start, end, _, _ in matcher.get_opcodes()
        if kind != "equal"
        for place in range(start, max(end, start + 1))
    }
    (function,) = ast.parse(textwrap.dedent("".join(lines))).body
    found: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            own = _own(node)
            if not places.isdisjoint(own):
                if node is function:
                    return frozenset(range(first, first + len(lines)))
                found.update(own)
    return frozenset(first - 1 + line for line in found)


def _own(node: ast.stmt | ast.excepthandler | ast.match_case) -> range:
    """The lines of a statement without those of the statements in it."""
    if isinstance(node, ast.match_case):
        return range(node.pattern.lineno, node.body[0].lineno)
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not body:
        assert node.end_lineno is not None
        return range(node.lineno, node.end_lineno + 1)
    inner = body[0]
    end = inner.pattern.lineno if isinstance(inner, ast.match_case) else inner.lineno
    return range(node.lineno, max(end, node.lineno + 1))
