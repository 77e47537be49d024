"""Tags that a caller can choose so that conditions with policy variables match.

The search finds the value of each key independently, so it cannot decide whether `aws:PrincipalTag/a` equals
`${aws:PrincipalTag/b}`. But the owner of a role chooses its tags (IAM/latest/UserGuide/id_tags.html). So this module
chooses tags that match, for one request that is otherwise allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, assert_never

from permission_guard.access.answer import WitnessRequest
from permission_guard.iam import Context, IamPrincipal, Statement
from permission_guard.iam.pattern import Token, Variable, Wild, filled

_FREE: Final = ("aws:principaltag/", "aws:requesttag/")
_ANY: Final = "x"


def with_fitting_tags(witness: WitnessRequest, statements: Iterable[Statement]) -> WitnessRequest:
    """Return the request with tags that match the policy variables in the statements, where tags can do so.

    The caller must ask the evaluator whether the new request is allowed.
    """
    request = witness.request
    if not isinstance(request.principal, IamPrincipal):
        return witness
    context = request.context
    for statement in statements:
        for pattern in statement.resources.patterns if statement.resources else ():
            context = context.with_keys(_fitting(pattern.tokens, (request.resource,)))
        for condition in statement.conditions:
            for tokens in condition.wanted.tokens if condition.wanted else ():
                if any(isinstance(one, Variable) for one in tokens):
                    context = context.with_keys(_chosen(condition.lower_key, tokens, context))
    return replace(witness, request=replace(request, context=context))


def _chosen(key: str, tokens: tuple[Token, ...], context: Context) -> Mapping[str, str]:
    """Return tags that make a condition match: a value for its key if that is a tag, else for its variable."""
    variables = [one for one in tokens if isinstance(one, Variable)]
    if key.startswith(_FREE):
        lacking = {one.key: _ANY for one in variables if _is_lacking(one, context)}
        pieces = filled(tokens, context.with_keys(lacking))
        if isinstance(pieces, tuple):
            return {**lacking, key: "".join(_ANY if isinstance(one, Wild) else one for one in pieces)}
        return {}
    return _fitting(tokens, context.values(key) or ())


def _fitting(tokens: tuple[Token, ...], values: tuple[str, ...]) -> Mapping[str, str]:
    """Return the one tag that makes a pattern match the one value; nothing if no tag does."""
    variables = [one for one in tokens if isinstance(one, Variable)]
    if len(variables) != 1 or not variables[0].key.startswith(_FREE) or len(values) != 1:
        return {}
    match = re.fullmatch("".join(map(_expression, tokens)), values[0], re.DOTALL)
    return {variables[0].key: match[1]} if match else {}


def _is_lacking(variable: Variable, context: Context) -> bool:
    return variable.key.startswith(_FREE) and variable.default is None and not context.values(variable.key)


def _expression(token: Token) -> str:
    match token:
        case str():
            return re.escape(token)
        case Variable():
            return "(.+)"
        case Wild.RUN:
            return ".*"
        case Wild.ONE:
            return "."
        case _:
            assert_never(token)
