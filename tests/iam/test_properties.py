"""Laws that hold of every policy and every request, tried on policies made at random.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from permission_guard.iam import EvalDecision, Request, decide
from permission_guard.iam.pattern import Glob, Wild
from permission_guard.iam.policy import Json
from permission_guard.iam.request import Values
from tests.iam import strategies as made
from tests.iam.strategies import Statement, parsed
from tests.thorough import examples

LESS = {
    EvalDecision.DENIED: 0,
    EvalDecision.NOT_ALLOWED: 0,
    EvalDecision.UNDECIDED: 1,
    EvalDecision.ALLOWED: 2,
}
"""How near to allowed an answer is; AWS refuses alike what is denied and what nothing allows."""

thoroughly = settings(
    max_examples=examples(25, 200),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""The same examples on every machine; more of them where `max_examples` says so."""


@dataclass(frozen=True)
class Account:
    """Every kind of policy that may bear on a request, as lists of statements."""

    identity: list[Statement]
    boundary: list[Statement] | None
    resource: list[Statement] | None

    def compiled(self) -> Callable[[Request], EvalDecision]:
        identity = [parsed(self.identity)]
        boundary = None if self.boundary is None else parsed(self.boundary)
        resource = None if self.resource is None else parsed(self.resource)
        return lambda request: decide(request, identity=identity, boundary=boundary, resource=resource).answer

    def asked(self, request: Request) -> EvalDecision:
        return self.compiled()(request)

    def rewritten(self, rewrite: Callable[[list[Statement]], list[Statement]]) -> Account:
        def maybe(document: list[Statement] | None) -> list[Statement] | None:
            return None if document is None else rewrite(document)

        return Account(
            rewrite(self.identity),
            maybe(self.boundary),
            maybe(self.resource),
        )


accounts = st.builds(
    Account,
    made.documents,
    st.none() | made.documents,
    st.none() | made.documents,
)


@thoroughly
@given(accounts, made.requests(), st.data())
def test_the_order_of_statements_does_not_matter(
    account: Account, asked: Request, data: st.DataObject
) -> None:
    shuffled = account.rewritten(lambda document: data.draw(st.permutations(document)))

    assert shuffled.asked(asked) is account.asked(asked)


@thoroughly
@given(accounts, made.requests())
def test_a_statement_said_twice_says_nothing_more(account: Account, asked: Request) -> None:
    doubled = account.rewritten(lambda document: [*document, *document])

    assert doubled.asked(asked) is account.asked(asked)


def listed(value: Json) -> Json:
    """Every text a list of one, wherever the grammar admits either; Effect and a bare `*` principal stay."""
    if isinstance(value, dict):
        return {
            key: one if key == "Effect" or (key.endswith("Principal") and one == "*") else listed(one)
            for key, one in value.items()
        }
    return [value] if isinstance(value, str) else value


@thoroughly
@given(accounts, made.requests())
def test_one_text_and_a_list_of_one_are_the_same(account: Account, asked: Request) -> None:
    def rewrite(document: list[Statement]) -> list[Statement]:
        return [{key: listed({key: value})[key] for key, value in one.items()} for one in document]  # type: ignore[call-overload,index]

    assert account.rewritten(rewrite).asked(asked) is account.asked(asked)


def recased(value: Json, case: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return case(value)
    assert isinstance(value, list)
    return [case(str(one)) for one in value]


@thoroughly
@given(accounts, made.requests(), st.sampled_from((str.upper, str.lower, str.swapcase)))
def test_the_case_of_an_action_does_not_matter(
    account: Account, asked: Request, case: Callable[[str], str]
) -> None:
    def rewrite(document: list[Statement]) -> list[Statement]:
        return [
            {key: recased(one, case) if key.endswith("Action") else one for key, one in body.items()}
            for body in document
        ]

    assert account.rewritten(rewrite).asked(asked) is account.asked(asked)
    assert account.asked(replace(asked, action=case(asked.action))) is account.asked(asked)


@thoroughly
@given(accounts, made.requests(), st.sampled_from((str.upper, str.lower, str.swapcase)))
def test_the_case_of_a_condition_key_or_an_operator_does_not_matter(
    account: Account, asked: Request, case: Callable[[str], str]
) -> None:
    def block(condition: Json) -> Json:
        assert isinstance(condition, dict)
        return {
            case(operator): {case(key): wanted for key, wanted in keys.items()}
            for operator, keys in condition.items()
        }

    def rewrite(document: list[Statement]) -> list[Statement]:
        return [
            {key: block(one) if key == "Condition" else one for key, one in body.items()} for body in document
        ]

    assert account.rewritten(rewrite).asked(asked) is account.asked(asked)


@thoroughly
@given(accounts, made.requests(), made.statements("Allow"))
def test_one_allow_more_never_allows_less(account: Account, asked: Request, more: Statement) -> None:
    added = account.rewritten(lambda document: [*document, more])

    assert LESS[added.asked(asked)] >= LESS[account.asked(asked)]


@thoroughly
@given(accounts, made.requests(), made.statements("Deny"))
def test_one_deny_more_never_allows_more(account: Account, asked: Request, more: Statement) -> None:
    added = account.rewritten(lambda document: [*document, more])

    assert LESS[added.asked(asked)] <= LESS[account.asked(asked)]


@thoroughly
@given(accounts, made.requests(), made.documents)
def test_a_boundary_never_allows_more(account: Account, asked: Request, bound: list[Statement]) -> None:
    bare = replace(account, boundary=None)

    assert LESS[replace(bare, boundary=bound).asked(asked)] <= LESS[bare.asked(asked)]


WAYS: Sequence[Values] = ((), *((text,) for text in made.HELD), ("x", "true"))


@settings(thoroughly, max_examples=examples(60, 200))
@given(accounts, made.requests(), st.lists(st.sampled_from(made.KEYS), min_size=1, max_size=2, unique=True))
def test_a_decision_without_knowing_a_key_holds_whatever_the_key_is(
    account: Account, asked: Request, keys: list[str]
) -> None:
    ask = account.compiled()
    blind = ask(replace(asked, context=asked.context.with_keys(dict.fromkeys(keys))))
    if blind is EvalDecision.UNDECIDED:
        return
    for ways in product(WAYS, repeat=len(keys)):
        context = asked.context.with_keys(dict(zip(keys, ways, strict=True)))
        seen = ask(replace(asked, context=context))
        assert LESS[seen] == LESS[blind], ways
        assert blind is not EvalDecision.DENIED or seen is EvalDecision.DENIED


@thoroughly
@given(accounts, made.requests(made.known))
def test_the_same_question_has_the_same_answer_from_the_same_compiled_policies(
    account: Account, asked: Request
) -> None:
    policies = [parsed(account.identity)]

    first = decide(asked, identity=policies)

    assert decide(asked, identity=policies) == first
    assert decide(asked, identity=[parsed(account.identity)]) == first


def matches(pattern: tuple[str | Wild, ...], text: str) -> bool:
    """The definition of a glob and nothing else: slow, and plainly right."""
    flat: list[str | Wild] = []
    for piece in pattern:
        flat.extend([piece] if isinstance(piece, Wild) else piece)

    @cache
    def from_here(at: int, position: int) -> bool:
        if at == len(flat):
            return position == len(text)
        if flat[at] is Wild.RUN:
            return any(from_here(at + 1, later) for later in range(position, len(text) + 1))
        fits = position < len(text) and flat[at] in {Wild.ONE, text[position]}
        return fits and from_here(at + 1, position + 1)

    return from_here(0, 0)


pieces = st.sampled_from((Wild.RUN, Wild.ONE)) | st.text("ab*?\n", min_size=1, max_size=3)


@settings(thoroughly, max_examples=examples(300, 1_000))
@given(st.lists(pieces, max_size=8).map(tuple), st.text("ab*?\n", max_size=12))
def test_a_glob_matches_what_its_definition_does(pattern: tuple[str | Wild, ...], text: str) -> None:
    assert Glob(pattern).matches(text) is matches(pattern, text)


@settings(thoroughly, max_examples=examples(150, 500))
@given(st.lists(pieces, max_size=8).map(tuple), st.data())
def test_a_glob_matches_every_text_that_is_made_from_it(
    pattern: tuple[str | Wild, ...], data: st.DataObject
) -> None:
    runs = {Wild.RUN: st.text("ab\n", max_size=3), Wild.ONE: st.text("ab\n", min_size=1, max_size=1)}
    text = "".join(piece if isinstance(piece, str) else data.draw(runs[piece]) for piece in pattern)

    assert Glob(pattern).matches(text)
    assert matches(pattern, text)
