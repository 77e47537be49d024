"""Shared by the rules about resource-based policies: from the answer about a statement to a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, assert_never

from permission_guard.access import Access, Answer, Scale, WitnessRequest
from permission_guard.access.actions import INVOKE_URL
from permission_guard.access.answer import caller
from permission_guard.access.keys import AUTH_TYPE
from permission_guard.frozen import frozen
from permission_guard.iam import (
    ABSENT,
    Anonymous,
    Arn,
    Context,
    EvalDecision,
    Request,
    ServicePrincipal,
    Statement,
    decide,
)
from permission_guard.iam.principal import Principals
from permission_guard.iam.request import Values
from permission_guard.model.facts import NOT_READ, FactKind, FunctionFacts, Unreadable
from permission_guard.model.finding import (
    HELP_TO_READ,
    Concern,
    Finding,
    Severity,
    Undecided,
    Verdict,
    Witness,
)
from permission_guard.rules.dead import form, why_nobody
from permission_guard.rules.review import RESOURCE, Review, rows_in
from permission_guard.services import BY_TOKEN, Sends, service_of

_ANONYMOUS: Final[Mapping[str, str | Values]] = {
    **dict.fromkeys(("aws:PrincipalAccount", "aws:userid"), "anonymous"),
    "aws:PrincipalType": "Anonymous",
    "aws:PrincipalArn": ABSENT,
}
_MOST: Final = 3
"""How many principals are named; the others are counted."""


@frozen
class Fault:
    """What to report about a statement that gives untrusted access."""

    concern: Concern
    severity: Severity
    summary: str
    advice: str


def ask_for_policy(facts: FunctionFacts) -> FactKind:
    """Ask for the resource policy."""
    return FactKind.POLICY if facts.policy is NOT_READ else FactKind.NOTHING


def unread(rule: str, concern: Concern, facts: FunctionFacts) -> tuple[Finding, ...]:
    """Return the one finding about a policy that could not be read; none if it could."""
    policy = facts.policy
    if not isinstance(policy, Unreadable):
        return ()
    doubt = (Verdict.UNKNOWN, Severity.HIGH, str(policy), policy)
    return (Finding(rule, concern, facts.target, *doubt, advice=HELP_TO_READ),)


def passed(rule: str, concern: Concern, target: str, statement: Statement, summary: str) -> Finding:
    """Return the finding about a statement that gives no untrusted access."""
    subject = f"{target} {statement.label}"
    return Finding(rule, concern, subject, Verdict.PASS, Severity.HIGH, summary, statement=statement.index)


def gives_access(statement: Statement, answer: Answer, verb: str) -> str:
    """Say to whom in the zone of trust a statement gives access."""
    if answer.scale is Scale.UNKNOWN:
        return f"{statement.title}: whether {_principal(statement)} allows a trusted account to {verb} is unknown"
    on_network = answer.scale is Scale.DEAD and answer.network
    whom = "nobody in the zone of trust" if on_network else answer.scale.value
    return f"{statement.title}: {_principal(statement)} allows {whom} to {verb}"


def found(
    finding: Finding,
    statement: Statement,
    review: Review,
    actions: Sequence[str],
    fault: Callable[[Access, Request], Fault],
) -> Finding:
    """Return the finding for the answer about a statement: unchanged if it passes, else FAIL or UNKNOWN."""
    answer = _clearest_example(review.answer(statement, actions), review)
    match answer.access:
        case Access.OPEN | Access.NAMED:
            witness = witness_of(answer, review)
            reported = fault(answer.access, witness.request)
            return replace(
                finding,
                concern=reported.concern,
                severity=reported.severity,
                verdict=Verdict.FAIL,
                summary=reported.summary,
                proof=witness,
                advice=reported.advice,
            )
        case Access.UNKNOWN | Access.TOO_COMPLEX:
            return _in_doubt(finding, statement, review, actions, answer)
        case Access.CLOSED:
            return _closed(finding, statement, review, actions, answer)
        case _:
            assert_never(answer.access)


def witness_of(answer: Answer, review: Review) -> Witness:
    """Return the request that proves untrusted access. Raises ValueError if the answer has none."""
    if answer.witness is None:
        raise ValueError(f"no request is known for statement {answer.index}")
    request = answer.witness.request
    return Witness(request, decide(request, resource=review.policy), caller(request, answer.witness.account))


def _clearest_example(answer: Answer, review: Review) -> Answer:
    """Return the answer with the clearest example, if it is allowed too.

    For a service: a request that shows an untrusted account. Through a function URL: one without credentials.
    """
    witness = answer.witness
    if witness is None or answer.access is not Access.OPEN:
        return answer
    for clearer in _clearer(witness, review):
        if decide(clearer, resource=review.policy).answer is EvalDecision.ALLOWED:
            return replace(answer, witness=WitnessRequest(clearer))
    return answer


def _clearer(witness: WitnessRequest, review: Review) -> Iterator[Request]:
    request, context = witness.request, witness.request.context
    if request.action == INVOKE_URL and context.values(AUTH_TYPE) != ("AWS_IAM",):
        yield replace(request, principal=Anonymous(), context=context.with_keys(_ANONYMOUS))
    if isinstance(request.principal, ServicePrincipal) and not witness.account:
        yield replace(request, context=_for_untrusted(request.principal, context, review))


def _for_untrusted(service: ServicePrincipal, context: Context, review: Review) -> Context:
    row, target, account = service_of(service.name), Arn.parse(review.target), review.unnamed_account
    keys: dict[str, str | Values] = {}
    if service.name.lower() in BY_TOKEN:
        return context
    if row is None or row.account is Sends.ALWAYS:
        keys["aws:SourceAccount"] = account
    if row is not None and row.arn is Sends.ALWAYS and not context.values("aws:sourcearn"):
        keys["aws:SourceArn"] = row.arn_of(target.partition, target.region, account)
    return context.with_keys(keys)


def allows(
    statement: Statement, access: Access, request: Request, verb: str, anybody: str = "any AWS account"
) -> str:
    """Say whom outside the zone of trust a statement allows to do something, with an example; `anybody` is who OPEN means."""
    account = WitnessRequest(request).account
    example = f", for example {account}" if account else ""
    if isinstance(request.principal, Anonymous):
        whom, example = "anyone on the internet", ""
    elif access is Access.OPEN:
        whom = anybody
    elif organization := _organization(statement, request.context):
        whom = f"untrusted organization {organization}"
    else:
        whom, example = f"untrusted account {account}", ""
    return f"{statement.title}: {_principal(statement)} allows {whom} to {verb}{example}"


def _organization(statement: Statement, context: Context) -> str | None:
    """Return the organization that a statement names and by which the request is admitted."""
    texts = [text for one in statement.conditions for text in one.texts]
    shown = (
        *(context.values("aws:principalorgid") or ()),
        *(context.values("aws:sourceorgid") or ()),
        *(path.split("/")[0] for path in context.values("aws:principalorgpaths") or ()),
        *(path.split("/")[0] for path in context.values("aws:sourceorgpaths") or ()),
    )
    return next((one for one in shown if any(one in text for text in texts)), None)


def _principal(statement: Statement) -> str:
    principals = statement.principals or Principals(())
    names = [f"`{one.name}`" for one in principals.named]
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{'NotPrincipal' if principals.negated else 'Principal'} {', '.join(names[:_MOST])}{more}"


def _in_doubt(
    finding: Finding, statement: Statement, review: Review, actions: Sequence[str], answer: Answer
) -> Finding:
    request = (
        answer.witness.request
        if answer.witness
        else Request(actions[0], review.target, Anonymous(), Context(unlisted=ABSENT))
    )
    decision = decide(request, resource=review.policy)
    if answer.access is Access.TOO_COMPLEX:
        doubt, advice = _TOO_COMPLEX, _SIMPLIFY
    elif answer.keys == (RESOURCE,):
        doubt = f"it is about {request.resource}, and AWS does not document whether Lambda asks this policy about it"
        advice = _DOUBT
    else:
        spelled = {one.lower_key: one.key for each in review.policy.statements for one in each.conditions}
        keys = " and ".join(spelled.get(key, key) for key in answer.keys) or "what AWS does not document"
        doubt, advice = f"it depends on {keys}, which cannot be known beforehand", _DOUBT
    summary = f"{statement.title}: whether an untrusted account has access is unknown: {doubt}"
    proof = Undecided(request, decision, doubt)
    return replace(finding, verdict=Verdict.UNKNOWN, summary=summary, proof=proof, advice=advice)


def _closed(
    finding: Finding, statement: Statement, review: Review, actions: Sequence[str], answer: Answer
) -> Finding:
    if answer.gives_nobody_access:
        nobody = why_nobody(statement, review, actions)
        if nobody is None:
            return replace(
                finding, summary=f"{statement.title} gives nobody access: a Deny refuses whom it admits"
            )
        return replace(
            finding,
            concern=Concern.PERMISSION_IS_USABLE,
            severity=Severity.LOW,
            verdict=Verdict.FAIL,
            summary=f"{statement.title} gives nobody access: {nobody.blocker}",
            proof=nobody,
            advice=_DEAD,
        )
    remarks = "; ".join((finding.summary, *_remarks(statement, review, answer)))
    return replace(finding, summary=remarks)


def _remarks(statement: Statement, review: Review, answer: Answer) -> Iterator[str]:
    if answer.network:
        yield "untrusted accounts have access only from the network that its conditions name"
    asked = {one.lower_key: one.texts for one in statement.conditions}
    for row in rows_in(statement):
        if row.account is Sends.DISPUTED and "aws:sourceaccount" in asked:
            yield (
                f"AWS's pages contradict each other on whether {row.principal} sends aws:SourceAccount, so name the ARN of "
                "the source instead"
            )
        head = f":{row.forms[0].partition('{')[0]}"
        if row.arn is not Sends.ALWAYS and not all(
            head in text or "*" in text for text in asked.get("aws:sourcearn", ())
        ):
            yield f"AWS documents the form {form(row, review)} for {row.principal}"


_DOUBT: Final = (
    "Add a condition that can be evaluated in advance (on the source, the account or the organization), or make sure "
    "that no untrusted account has access."
)
_TOO_COMPLEX: Final = "the policy is too complex to evaluate"
_SIMPLIFY: Final = (
    "Simplify the policy: fewer Deny statements, fewer wildcards in their conditions, and one condition on the account "
    "in each Allow."
)
_DEAD: Final = (
    "Correct the condition where the permission is defined, so that the caller meets it; or remove the permission if "
    "nothing needs it."
)
