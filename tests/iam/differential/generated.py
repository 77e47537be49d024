"""Policies made at random, from the same small world as the properties of `iam/`, and every request of that world."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st

from permission_guard.iam.policy import Json
from permission_guard.iam.request import Values
from tests.iam import strategies as made
from tests.iam.differential.question import Document, Keys, Question


def _of_an_identity(statement: made.Statement) -> made.Statement:
    """An identity policy's statement: without principals, and with resources."""
    kept = {element: value for element, value in statement.items() if not element.endswith("Principal")}
    return kept if {"Resource", "NotResource"} & kept.keys() else {**kept, "Resource": "*"}


def _document(statements: list[made.Statement]) -> Document:
    listed: list[Json] = [_of_an_identity(statement) for statement in statements]
    return Document({"Version": "2012-10-17", "Statement": listed})


def _present(held: dict[str, Values]) -> Keys:
    return {key.lower(): values for key, values in held.items() if values}


documents = made.documents.map(_document)

contexts = st.lists(
    st.fixed_dictionaries(dict.fromkeys(made.KEYS, made.known)).map(_present), min_size=4, max_size=4
)
"""Every key is known in these: a request whose keys are not has two answers."""


def questions(identity: Document, boundary: Document | None, keys: list[Keys]) -> Iterator[Question]:
    """Every action on every resource, with each of the contexts."""
    for action, resource, held in product(made.ACTIONS, made.RESOURCES, keys):
        yield Question(action, resource, held, identity, boundary)
