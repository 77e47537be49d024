"""Share one answer among statements that differ only in names. It is worked out for the first of them.

Most permissions of a deployment are alike, except that each has its own function and its own source. The function's name
does not matter where a policy refers to its own target. The name at the end of a source's ARN does not matter because
every form of an ARN (`forms`) allows any name of these characters there, and no other text of the policy matches it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final, TypeAlias

from permission_guard.access.answer import Access, Answer, WitnessRequest
from permission_guard.access.keys import TIMES
from permission_guard.access.scene import Scene
from permission_guard.frozen import frozen
from permission_guard.iam import Effect, Statement
from permission_guard.iam.condition import Condition

_SOURCE: Final = "aws:sourcearn"
_POSITIVE: Final = frozenset({"arnlike", "arnequals", "stringequals", "stringlike"})
_NAMED: Final = re.compile(r"(arn(?::[^:*?$]*){4}:(?:[^*?$]*[:/])?)([A-Za-z0-9._-]+)")
"""A source's ARN without wildcards: its beginning, and its name."""
_ID: Final = re.compile(r"[0-9]{12}|o-[a-z0-9]{10}|(.)\1{7}")
"""What a name must not contain: an id of an account or organization, which matters anywhere in a policy, and eight times
the same character, which is a name that the analysis invents (`Scene.renamed`)."""
_OPEN: Final = re.compile(r"[*?$]")
_REMEMBERED: Final = 100
"""How many policies that differ in more than names are kept, with their answers."""


@frozen
class _Kind:
    """The content of a statement without the name of its source, and the source's ARN with the name."""

    content: Hashable
    source: str | None
    own: bool
    """Whether its Resource is the target alone."""


_Answers: TypeAlias = dict[tuple[Hashable, tuple[str, ...]], tuple[Answer, _Kind]]
"""By the content of a statement and the actions in question: an answer, and the statement that it was given for."""


@frozen(slots=False)
class Kinds:
    """The statements of one policy, by their content."""

    scene: Scene

    @cached_property
    def _of(self) -> dict[int, _Kind]:
        return {id(one): self._kind(one) for one in self.scene.statements}

    @cached_property
    def is_plain(self) -> bool:
        """Whether answers may be shared: there is one policy, and it has no Deny."""
        return len(self.scene.policies) == 1 and all(
            one.effect is Effect.ALLOW for one in self.scene.statements
        )

    @cached_property
    def _texts(self) -> Counter[str]:
        return Counter(
            text.lower() for one in self.scene.statements for c in one.conditions for text in c.texts
        )

    @cached_property
    def _heads(self) -> tuple[str, ...]:
        """The beginnings of texts with wildcards or variables."""
        return tuple(_OPEN.split(text)[0] for text in self._texts if _OPEN.search(text))

    @cached_property
    def _whole(self) -> Hashable:
        """All that an answer depends on, other than the statement itself."""
        target, (policy,) = self.scene.target, self.scene.policies
        own = all(one.own for one in self._of.values())
        place = (target.partition, target.region, target.account, "" if own else target.arn)
        content = tuple(dict.fromkeys(one.content for one in self._of.values()))
        now = self.scene.now if self.scene.mentions(*TIMES) else None
        return content, policy.version, place, self.scene.trusted, now

    @cached_property
    def _answers(self) -> _Answers:
        if self._whole not in KNOWN and len(KNOWN) >= _REMEMBERED:
            KNOWN.clear()
        return KNOWN.setdefault(self._whole, {})

    def _kind(self, statement: Statement) -> _Kind:
        conditions: list[Hashable] = list(statement.conditions)
        source: str | None = None
        for place, one in enumerate(statement.conditions):
            head = self._without_name(one)
            if head is not None:
                conditions[place], source = (one.operator, one.key, head), one.texts[0]
        own = self._is_about_target(statement)
        about = own, None if own else statement.resources
        return _Kind((statement.principals, statement.actions, about, tuple(conditions)), source, own)

    def _is_about_target(self, statement: Statement) -> bool:
        resources = statement.resources
        if resources is None or resources.negated:
            return False
        return [one.tokens for one in resources.patterns] == [(self.scene.target.arn,)]

    def _without_name(self, condition: Condition) -> str | None:
        """Return the ARN of a source without its name; None if another text of the policy may match the name."""
        is_source = (
            condition.lower_key == _SOURCE and condition.base in _POSITIVE and len(condition.texts) == 1
        )
        found = _NAMED.fullmatch(condition.texts[0]) if is_source else None
        if found is None or _ID.search(found[2]):
            return None
        text = found[0].lower()
        is_unique = self._texts[text] == 1 and not text.startswith(self._heads)
        return found[1] if is_unique else None

    def answer(
        self, statement: Statement, among: tuple[str, ...], ask: Callable[[Statement, Sequence[str]], Answer]
    ) -> Answer:
        """Return the answer that is known for a statement of this kind; if there is none, ask and keep the answer."""
        own = self._of.get(id(statement)) if self.is_plain else None
        if own is None:
            return ask(statement, among)
        known = self._answers.get((own.content, among))
        if known is not None:
            return self._renamed(known[0], statement.index, own, known[1])
        answer = ask(statement, among)
        if answer.access is not Access.TOO_COMPLEX and not answer.disagreement:
            self._answers[own.content, among] = answer, own
        return answer

    def _renamed(self, answer: Answer, index: int, own: _Kind, first: _Kind) -> Answer:
        if answer.witness is None:
            return replace(answer, index=index)
        request = answer.witness.request
        context = request.context
        if own.source is not None and context.values(_SOURCE) == (first.source,):
            context = context.with_keys({_SOURCE: own.source})
        request = replace(request, resource=self.scene.target.arn, context=context)
        return replace(answer, index=index, witness=WitnessRequest(request))


KNOWN: Final[dict[Hashable, _Answers]] = {}
"""The answers of this process, by all that they depend on other than the statement."""
