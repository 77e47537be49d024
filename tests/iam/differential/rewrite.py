"""The same policy said without one feature of the language: for one request, and with AWS's answer put in its place.

If the others answer a rewritten question as we do, it was the feature that they got wrong, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from permission_guard.iam import Truth
from permission_guard.iam.condition import Condition
from permission_guard.iam.pattern import Pattern
from permission_guard.iam.policy import Json
from tests.iam.differential.question import Document, Question, Statement, lines, texts

Rewrite: TypeAlias = Callable[[Statement, Question, bool], Statement | None]
"""Takes a statement, the question, and whether the document has variables; None if the statement is not about it."""

WITH_VARIABLES: Final = "2012-10-17"


def rewritten(rewrite: Rewrite, question: Question) -> Question:
    """Put the rewritten documents into the question; it is the same object if there was nothing to rewrite."""
    identity = _document(rewrite, question.identity, question)
    boundary = question.boundary and _document(rewrite, question.boundary, question)
    if identity is question.identity and boundary is question.boundary:
        return question
    return replace(question, identity=identity, boundary=boundary)


def _document(rewrite: Rewrite, document: Document, question: Question) -> Document:
    before = document.statements
    after = [rewrite(statement, question, document.version == WITH_VARIABLES) for statement in before]
    if after == before:
        return document
    return Document({**document.body, "Statement": [dict(statement) for statement in after if statement]})


def settle(chosen: Callable[[Condition, Question], bool]) -> Rewrite:
    """Leave out the chosen lines of the Condition block that hold, and the statement if one does not."""

    def rewrite(statement: Statement, question: Question, variables: bool) -> Statement | None:  # noqa: FBT001
        kept: dict[str, dict[str, Json]] = {}
        for operator, key, value in lines(statement):
            line = Condition.compiled(operator, key, tuple(texts(value)), variables=variables)
            holds = line.holds(question.context) if chosen(line, question) else Truth.UNKNOWN
            if holds is Truth.NO:
                return None
            if holds is Truth.UNKNOWN:
                kept.setdefault(operator, {})[key] = value
        if kept == statement.get("Condition", {}):
            return statement
        bare = {element: value for element, value in statement.items() if element != "Condition"}
        return {**bare, "Condition": kept} if kept else bare

    return rewrite


def match(element: str, chosen: Callable[[str, str], bool]) -> Rewrite:
    """Write `*` for the chosen patterns of an element that fit the request, and leave out those that do not."""

    def rewrite(statement: Statement, question: Question, variables: bool) -> Statement | None:  # noqa: FBT001
        asked = question.action if element == "Action" else question.resource
        for name in (element, f"Not{element}"):
            before = texts(statement.get(name, []))
            after = [
                "*" if chosen(text, asked) and fits(element, text, question, variables=variables) else text
                for text in before
                if not chosen(text, asked) or fits(element, text, question, variables=variables)
            ]
            if after == before:
                continue
            if after:
                return {**statement, name: after}
            others = {key: value for key, value in statement.items() if key != name}
            return None if name == element else {**others, element: "*"}
        return statement

    return rewrite


def fits(element: str, text: str, question: Question, *, variables: bool) -> bool:
    """Tell whether one pattern of an Action or Resource element fits the request, by AWS's rules."""
    if element == "Action":
        return (
            Pattern(text.lower(), variables=False).match(question.action.lower(), question.context)
            is Truth.YES
        )
    return Pattern(text, variables=variables).match(question.resource, question.context) is Truth.YES


def say_not_resource_by_resource(
    statement: Statement,
    question: Question,
    variables: bool,  # noqa: FBT001
) -> Statement | None:
    """Write `Resource: "*"` for a NotResource that does not name the request's resource."""
    if "NotResource" not in statement:
        return statement
    excepted = texts(statement["NotResource"])
    if any(fits("Resource", text, question, variables=variables) for text in excepted):
        return None
    return {**{key: value for key, value in statement.items() if key != "NotResource"}, "Resource": "*"}


def both(*rewrites: Rewrite) -> Rewrite:
    """One rewrite after the other."""

    def rewrite(statement: Statement, question: Question, variables: bool) -> Statement | None:  # noqa: FBT001
        left: Statement | None = statement
        for one in rewrites:
            left = left and one(left, question, variables)
        return left

    return rewrite
