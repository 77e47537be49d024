"""What a finding about an execution role says: what denies the logs, what is nearest, and what to change."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from permission_guard.access.granted import Granted
from permission_guard.access.meter import Meter
from permission_guard.iam import ABSENT, EvalDecision, Policy, Request, ServicePrincipal
from permission_guard.iam.policy import Json
from permission_guard.model.facts import (
    NOT_READ,
    Configuration,
    FunctionFacts,
    NotRead,
    RoleFacts,
    Unreadable,
)
from permission_guard.model.finding import Finding, Undecided, Verdict
from permission_guard.rules import evaluate, rule_of
from permission_guard.rules.logging_calls import LoggingCalls, own_region
from permission_guard.rules.logging_words import ADVICE
from permission_guard.rules.rule import AttachPolicy, LeaveIt, Remedy
from tests.fake_aws.builders import ACCOUNT, FUNCTION, LOGGING, OWN, ROLE, facts_with_role, policy


def about_the_role(*policies: Policy, boundary: Policy | None = None, trust: Policy | None = None) -> Finding:
    role = RoleFacts(ROLE, identity=policies, boundary=boundary, trust=trust)
    (finding,) = evaluate(facts_with_role(role), OWN)
    return finding


def test_every_deny_is_named_that_stands_in_the_way() -> None:
    deny = [policy(name, "logs:*", effect="Deny") for name in ("one", "two")]

    assert about_the_role(*deny).summary.endswith(
        "Statement[0] of one, Statement[0] of two denies it explicitly"
    )


def test_a_boundary_that_allows_is_not_blamed() -> None:
    finding = about_the_role(boundary=policy("bound", "logs:*"))

    assert finding.summary.endswith("no policy of the role allows it")
    assert finding.advice == ADVICE


def with_condition(name: str, *keys: str, resource: str = "*") -> Policy:
    block: Json = {"StringEquals": dict.fromkeys(keys, "x")}
    body: Json = {"Effect": "Allow", "Action": "logs:*", "Resource": resource, "Condition": block}
    return Policy.parse({"Version": "2012-10-17", "Statement": [body]}, name=name)


def test_every_condition_is_named_on_which_the_logs_depend() -> None:
    finding = about_the_role(
        with_condition("one", "aws:SourceVpc", "aws:SourceVpce"), with_condition("two", "aws:UserAgent")
    )

    assert finding.summary.endswith(
        "it depends on StringEquals aws:SourceVpc x and StringEquals aws:SourceVpce x in Statement[0] of one, and on "
        "StringEquals aws:UserAgent x in Statement[0] of two, which cannot be known beforehand"
    )


def test_a_variable_that_cannot_be_filled_in_is_reported_as_such() -> None:
    finding = about_the_role(policy("mine", "logs:*", resource="arn:aws:logs:*:*:${aws:SourceVpc}"))

    assert "it depends on a variable in Statement[0] of mine" in finding.summary


@pytest.mark.parametrize("action", ["*:PutLogEvents", "logs*", "LOGS:Put*", "logs:CreateLogStreams"])
def test_the_nearest_statement_is_found_behind_others_and_by_any_action_about_logs(action: str) -> None:
    far, near = policy("far", "s3:*"), policy("near", action, resource="arn:aws:s3:::nothing")

    assert "Statement[0] of near comes nearest" in about_the_role(far, near).summary


def test_of_statements_equally_near_the_first_is_reported() -> None:
    listed = [policy(name, "logs:*", resource="arn:aws:logs:*:*:x") for name in ("first", "second")]

    assert "Statement[0] of first comes nearest" in about_the_role(*listed).summary


STREAMS: Final = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/{FUNCTION.name}:*"


def test_an_explicit_deny_is_to_be_removed() -> None:
    deny = Policy.parse(
        {"Statement": {"Sid": "Quiet", "Effect": "Deny", "Action": "*", "Resource": "*"}}, name="no"
    )

    assert about_the_role(policy("all", "*"), deny).advice == (
        f'Remove the Deny in statement "Quiet" of no, or exclude {STREAMS} from it. A Deny overrides every Allow, so attaching a '
        "policy does not help."
    )


def test_a_boundary_is_to_be_widened() -> None:
    finding = about_the_role(policy("all", "*"), boundary=policy("limit", "s3:*"))

    assert finding.advice.startswith("Allow logs:CreateLogGroup, ")
    assert f"{STREAMS} in the permissions boundary limit." in finding.advice


@pytest.mark.parametrize("end", ["", ":log-stream:2026*", ":log-stream:*[7]*"])
def test_a_resource_that_ends_too_early_is_to_go_on_with_a_star(end: str) -> None:
    finding = about_the_role(policy("mine", "logs:*", resource=STREAMS.removesuffix(":*") + end))

    assert finding.advice == (
        f"Add {STREAMS} to the Resource of Statement[0] of mine: log streams need ':*' after the log group's name."
    )


def test_where_creating_the_group_is_refused_the_resource_is_to_cover_the_group_too() -> None:
    writing = [policy(one, f"logs:{one}", resource=STREAMS) for one in ("CreateLogStream", "PutLogEvents")]
    elsewhere = policy("group", "logs:CreateLogGroup", resource="arn:aws:logs:*:*:log-group:/other")
    group = STREAMS.removesuffix(":*")

    finding = about_the_role(*writing, elsewhere)

    assert finding.advice == f"Add {group} and {STREAMS} to the Resource of Statement[0] of group."


def test_a_doubt_is_no_reason_to_attach_a_policy() -> None:
    asked: Json = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    statement: Json = {"Effect": "Allow", "Action": "logs:*", "Resource": "*", "Condition": asked}

    finding = about_the_role(Policy.parse({"Statement": statement}, name="mine"))

    assert finding.verdict is Verdict.UNKNOWN
    assert "without a condition that only AWS knows" in finding.advice


def test_a_doubt_about_the_edge_is_proved_by_who_may_assume_the_role() -> None:
    asks: Json = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    body: Json = {
        "Effect": "Allow",
        "Principal": {"Service": "edgelambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": asks,
    }
    here = policy("here", "logs:*", resource=f"arn:aws:logs:us-east-1:{ACCOUNT}:*")
    finding = about_the_role(here, trust=Policy.parse({"Statement": body}, name="trust"))

    assert isinstance(finding.proof, Undecided)
    assert finding.proof.request == Request(
        "sts:AssumeRole", ROLE, ServicePrincipal("edgelambda.amazonaws.com")
    )
    assert [str(cited) for cited in finding.proof.decision.statements] == ["Statement[0] of trust"]


def test_the_example_of_a_call_creates_a_stream_and_takes_no_tags() -> None:
    role = RoleFacts(ROLE, (policy("all", "logs:*"),))
    place = own_region(FunctionFacts(FUNCTION), role, Configuration(ROLE, "/aws/lambda/orders"))
    asked, decision = LoggingCalls(place, role, Granted(role.identity, None, Meter())).example()

    day = "2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef"
    assert (asked.action, asked.resource) == ("logs:CreateLogStream", f"{STREAMS[:-2]}:log-stream:{day}")
    assert asked.context.values("aws:tagkeys") == ABSENT
    assert decision.answer is EvalDecision.ALLOWED


def test_a_role_that_could_not_be_read_asks_for_the_right_to_read_it() -> None:
    facts = FunctionFacts(FUNCTION, role=Unreadable("role", "AccessDenied"))
    (finding,) = evaluate(facts, OWN)

    assert finding.advice.startswith("Find out why the guard's role was refused this call")


def test_the_nearest_statement_is_found_behind_others_of_its_own_policy() -> None:
    far: Json = {"Sid": "far", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    near: Json = {"Sid": "near", "Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:x"}
    both = Policy.parse({"Version": "2012-10-17", "Statement": [far, near]}, name="both")

    assert 'statement "near" of both comes nearest' in about_the_role(both).summary


def deny(name: str, **element: Json) -> Policy:
    """A Deny of all logs, with a Resource or another element."""
    body: Json = {"Effect": "Deny", "Action": "logs:*", **(element or {"Resource": "*"})}
    return Policy.parse({"Version": "2012-10-17", "Statement": body}, name=name)


ALL: Final = policy("all", "logs:*")
REFUSED: Final = deny("refused", Resource="*", Principal="*")


@pytest.mark.parametrize(
    ("identity", "boundary", "verdict"),
    [
        ((ALL, REFUSED), None, Verdict.UNKNOWN),
        ((ALL,), REFUSED, Verdict.UNKNOWN),
        ((ALL, deny("no")), REFUSED, Verdict.FAIL),
        ((ALL, REFUSED), deny("no"), Verdict.FAIL),
        ((ALL, REFUSED, deny("no")), None, Verdict.FAIL),
    ],
)
def test_a_deny_counts_in_a_document_that_can_be_a_roles_policy_and_in_no_other(
    identity: tuple[Policy, ...], boundary: Policy | None, verdict: Verdict
) -> None:
    assert about_the_role(*identity, boundary=boundary).verdict is verdict


def asks_for_mfa_and_time(effect: str, resource: str) -> Policy:
    asked: Json = {
        "Bool": {"aws:MultiFactorAuthPresent": "false"},
        "DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"},
    }
    body: Json = {"Effect": effect, "Action": "logs:*", "Resource": resource, "Condition": asked}
    return Policy.parse({"Version": "2012-10-17", "Statement": body}, name="mfa")


def test_every_key_is_named_whose_values_decide_a_call() -> None:
    finding = about_the_role(ALL, asks_for_mfa_and_time("Deny", "*"))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.summary.endswith(
        "; that depends on aws:MultiFactorAuthPresent and aws:CurrentTime, which cannot be known beforehand"
    )


def test_a_key_that_decides_no_call_is_not_blamed_for_a_stream_that_may_never_be_made() -> None:
    latest = policy("latest", "logs:*", resource=STREAMS[:-2] + ":log-stream:*$LATEST*")
    group = policy("group", "logs:CreateLogGroup")
    finding = about_the_role(latest, group, asks_for_mfa_and_time("Allow", "arn:aws:logs:*:*:x"))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.summary.endswith(
        "; whether Lambda will make a log stream with such a name cannot be known beforehand"
    )


def test_a_log_group_that_could_not_be_read_is_no_proof_about_a_stream() -> None:
    role = RoleFacts(ROLE, (with_condition("one", "aws:SourceVpc"),))
    facts = replace(facts_with_role(role), log_group_exists=Unreadable("the log group", "AccessDenied"))
    (finding,) = evaluate(facts, OWN)

    assert isinstance(finding.proof, Undecided)
    assert finding.proof.request.action == "logs:CreateLogStream"


@pytest.mark.parametrize(
    ("remedy", "offered"),
    [
        (LOGGING, [AttachPolicy(LOGGING)]),
        (
            Unreadable("policy logs", "AccessDenied"),
            [LeaveIt("the policy to attach is not known: policy logs could not be read: AccessDenied")],
        ),
        (NOT_READ, []),
    ],
)
def test_the_configured_policy_is_offered_if_it_was_read(
    remedy: Policy | Unreadable | NotRead, offered: list[Remedy]
) -> None:
    facts = replace(facts_with_role(RoleFacts(ROLE)), remedy=remedy)
    (finding,) = evaluate(facts, OWN)

    assert list(rule_of(finding).remedies(finding, facts, OWN)) == offered
