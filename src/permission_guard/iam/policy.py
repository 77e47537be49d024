"""Policy documents: from JSON to frozen, compiled statements.

Every document that AWS accepts is read (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
Anything else raises PolicyError, which names the element.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from enum import Enum
from typing import Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam.condition import Condition
from permission_guard.iam.pattern import Pattern, Patterns
from permission_guard.iam.principal import NamedPrincipal, Principals
from permission_guard.iam.request import Context
from permission_guard.iam.truth import Truth

Json: TypeAlias = str | int | float | bool | Sequence["Json"] | Mapping[str, "Json"] | None

_WITH_VARIABLES: Final = "2012-10-17"
_VERSIONS: Final = ("2008-10-17", _WITH_VARIABLES)
_LONGEST_NUMBER: Final = 1_000
_TOP: Final = frozenset({"Version", "Id", "Statement"})
_ELEMENTS: Final = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)


class PolicyError(ValueError):
    """A policy document that AWS does not accept. `path` names the element, `problem` what is wrong with it."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class Effect(Enum):
    """The effect of a statement on the requests that it matches."""

    ALLOW = "Allow"
    DENY = "Deny"


@frozen
class Statement:
    """One statement of a policy, compiled. `index` is its position in the document, from 0."""

    index: int
    sid: str | None
    effect: Effect
    principals: Principals | None
    actions: Patterns
    resources: Patterns | None
    conditions: tuple[Condition, ...]

    @property
    def label(self) -> str:
        """Its Sid; without one, its position."""
        return self.sid or f"Statement[{self.index}]"

    @property
    def title(self) -> str:
        """The statement as the beginning of a sentence: its Sid in quotes; without one, its position."""
        return f'Statement "{self.sid}"' if self.sid else self.label

    @property
    def phrase(self) -> str:
        """The statement within a sentence."""
        return f'statement "{self.sid}"' if self.sid else self.label

    def covers(self, actions: Sequence[str]) -> bool:
        """Return whether the Action element covers one of the actions."""
        return any(self.actions.match(action.lower(), Context()) is not Truth.NO for action in actions)


@frozen
class Policy:
    """A policy document, compiled. `name` is used in citations."""

    name: str
    statements: tuple[Statement, ...]
    version: str | None = None
    text: str = field(default="", compare=False, repr=False)
    """The document as it was given, if it was given as text."""

    @classmethod
    def parse(cls, document: str | Mapping[str, Json], *, name: str = "policy") -> Policy:
        """Read a document. Raises PolicyError, which names the element that AWS does not accept."""
        body = loads(document) if isinstance(document, str) else document
        if not isinstance(body, Mapping):
            raise PolicyError("document", "is not a JSON object")
        _only(body, _TOP, "document")
        version = body.get("Version")
        if version is not None and (not isinstance(version, str) or version not in _VERSIONS):
            raise PolicyError("Version", f"is {version!r}, not one of {', '.join(_VERSIONS)}")
        if not isinstance(body.get("Id", ""), str):
            raise PolicyError("Id", "is not a string")
        if "Statement" not in body:
            raise PolicyError("Statement", "is missing")
        listed = body["Statement"]
        entries = [listed] if isinstance(listed, Mapping) else listed
        if isinstance(entries, str) or not isinstance(entries, Sequence):
            raise PolicyError("Statement", "is neither an object nor a list of objects")
        statements = tuple(
            _statement(entry, index, variables=version == _WITH_VARIABLES)
            for index, entry in enumerate(entries)
        )
        return cls(name, statements, version, document if isinstance(document, str) else "")


def loads(text: str) -> Json:
    """Read JSON. Raises PolicyError for malformed text and for an object that says one key twice."""

    def object_of(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        body = dict(pairs)
        if len(body) < len(pairs):
            twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
            raise PolicyError("document", f"has the key {twice!r} twice in one object")
        return body

    def constant(name: str) -> Json:
        raise PolicyError("document", f"contains {name}, which is not JSON")

    def integer(digits: str) -> Json:
        if len(digits) > _LONGEST_NUMBER:
            raise PolicyError("document", f"contains a number of more than {_LONGEST_NUMBER} digits")
        return int(digits)

    try:
        value: Json = json.loads(
            text, object_pairs_hook=object_of, parse_constant=constant, parse_int=integer
        )
    except json.JSONDecodeError as error:
        raise PolicyError(f"line {error.lineno} column {error.colno}", f"is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise PolicyError("document", "is nested too deeply") from error
    return value


def _only(body: Mapping[str, Json], allowed: frozenset[str], path: str) -> None:
    for key in body:
        if key not in allowed:
            raise PolicyError(f"{path}.{key}", "is not an element of the policy language")


def _statement(entry: Json, index: int, *, variables: bool) -> Statement:
    path = f"Statement[{index}]"
    if not isinstance(entry, Mapping):
        raise PolicyError(path, "is not an object")
    _only(entry, _ELEMENTS, path)
    sid = entry.get("Sid")
    if sid is not None and not isinstance(sid, str):
        raise PolicyError(f"{path}.Sid", "is not a string")
    effect = entry.get("Effect")
    if not isinstance(effect, str) or effect not in {"Allow", "Deny"}:
        raise PolicyError(f"{path}.Effect", f"is {effect!r}, not Allow or Deny")

    def actions(texts: tuple[str, ...], *, negated: bool) -> Patterns:
        # "Action names are case-insensitive": the request's is asked in lower case too.
        return Patterns(tuple(Pattern(text, variables=False, fold=True) for text in texts), negated)

    def resources(texts: tuple[str, ...], *, negated: bool) -> Patterns:
        for text in texts:
            # IAM: "Resource ... must be in ARN format or '*'".
            if text != "*" and not text.startswith(("arn:", "${")):
                raise PolicyError(f"{path}.Resource", f'is {text!r}, neither an ARN nor "*"')
        return Patterns(tuple(Pattern.of_resource(text, variables=variables) for text in texts), negated)

    covered = _either(entry, "Action", actions, path)
    if covered is None:
        raise PolicyError(path, "has neither Action nor NotAction")
    return Statement(
        index=index,
        sid=sid,
        effect=Effect.ALLOW if effect == "Allow" else Effect.DENY,
        principals=_principals(entry, path),
        actions=covered,
        resources=_either(entry, "Resource", resources, path),
        conditions=_conditions(entry.get("Condition", {}), f"{path}.Condition", variables=variables),
    )


def _either(
    entry: Mapping[str, Json], element: str, make: Callable[..., Patterns], path: str
) -> Patterns | None:
    plain, negated = element in entry, f"Not{element}" in entry
    if plain and negated:
        raise PolicyError(path, f"has both {element} and Not{element}")
    if not plain and not negated:
        return None
    name = f"Not{element}" if negated else element
    return make(_strings(entry[name], f"{path}.{name}"), negated=negated)


def _strings(value: Json, path: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Sequence) or not value:
        raise PolicyError(path, "is neither a string nor a list of strings")
    texts = tuple(one for one in value if isinstance(one, str))
    if len(texts) < len(value):
        position = next(position for position, one in enumerate(value) if not isinstance(one, str))
        raise PolicyError(f"{path}[{position}]", "is not a string")
    return texts


def _principals(entry: Mapping[str, Json], path: str) -> Principals | None:
    if "Principal" in entry and "NotPrincipal" in entry:
        raise PolicyError(path, "has both Principal and NotPrincipal")
    name = "NotPrincipal" if "NotPrincipal" in entry else "Principal"
    if name not in entry:
        return None
    value = entry[name]
    if isinstance(value, str):
        if value != "*":
            raise PolicyError(f"{path}.{name}", f'is the string {value!r}; only "*" is allowed as a string')
        return Principals((NamedPrincipal("*", "*"),), negated=name == "NotPrincipal")
    if not isinstance(value, Mapping) or not value:
        raise PolicyError(f"{path}.{name}", 'is neither "*" nor an object')
    _only(value, frozenset({"AWS", "Service", "Federated", "CanonicalUser"}), f"{path}.{name}")
    named = (
        NamedPrincipal(type_, text)
        for type_, texts in value.items()
        for text in _strings(texts, f"{path}.{name}.{type_}")
    )
    return Principals(tuple(named), negated=name == "NotPrincipal")


def _conditions(block: Json, path: str, *, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(block, Mapping):
        raise PolicyError(path, "is not an object")
    found: list[Condition] = []
    for operator, keys in block.items():
        if not isinstance(keys, Mapping):
            raise PolicyError(f"{path}.{operator}", "is not an object of keys and values")
        for key, value in keys.items():
            texts = _scalars(value, path, operator, key)
            found.append(Condition.compiled(operator, key, texts, variables=variables))
    return tuple(found)


def _scalars(value: Json, *path: str) -> tuple[str, ...]:
    """Read a condition's values: strings, and Bools and numbers that were left unquoted.

    The path is put together only for an error: a long operator before many keys would be copied for each of them.
    """
    if isinstance(value, str):
        return (value,)
    listed = value if isinstance(value, Sequence) else [value]
    if not listed:
        raise PolicyError(".".join(path), "is an empty list")
    texts: list[str] = []
    for position, one in enumerate(listed):
        if isinstance(one, str):
            texts.append(one)
        elif isinstance(one, bool):
            texts.append("true" if one else "false")
        elif isinstance(one, int | float):
            texts.append(str(one))
        else:
            raise PolicyError(f"{'.'.join(path)}[{position}]", "is not a string, a number or a Bool")
    return tuple(texts)
