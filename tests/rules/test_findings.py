"""What a finding says besides its verdict: whom, how grave, by which rule, and what it advises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import pytest

from permission_guard.iam import LayerVersionArn, Policy, Request, Service
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.model.facts import (
    MISSING_ROLE,
    FactKind,
    Family,
    FunctionFacts,
    PolicyFacts,
    RoleFacts,
    Unreadable,
)
from permission_guard.model.finding import (
    Concern,
    DeniedRequest,
    Finding,
    Severity,
    Undecided,
    Verdict,
    Witness,
)
from permission_guard.rules import (
    evaluate,
    function_is_not_public,
    invoke_permission_names_its_source,
    wanted,
)
from tests.fake_aws.builders import (
    ACCOUNT,
    FOREIGN,
    FUNCTION,
    OWN,
    ROLE,
    TARGET,
    TOPIC,
    facts_with,
    facts_with_role,
    policy,
    statement,
)

LAYER: Final = LayerVersionArn("aws", "us-east-1", ACCOUNT, "tools", "7")
PUBLIC_URL: Final = {
    **statement(sid="url", Action="lambda:InvokeFunctionUrl"),
    "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
}
VIA_URL: Final = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


def one(findings: Iterable[Finding], concern: Concern) -> Finding:
    (found,) = (finding for finding in findings if finding.concern is concern)
    return found


def on_layer(*statements: Body) -> tuple[Finding, ...]:
    found = facts_with(
        *({**one, "Action": "lambda:GetLayerVersion", "Resource": str(LAYER)} for one in statements)
    )
    return evaluate(replace(found, arn=LAYER), OWN)


def test_a_service_before_it_hides_no_public_statement() -> None:
    bound = statement("sns.amazonaws.com", sid="topic", Condition={"ArnLike": {"aws:SourceArn": TOPIC}})

    findings = evaluate(facts_with(bound, statement(sid="everyone")), OWN)

    assert one(findings, Concern.FUNCTION_IS_NOT_PUBLIC).subject == f"{TARGET} everyone"


def test_a_pass_says_whom_a_statement_admits() -> None:
    roles: Json = {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/a", f"arn:aws:iam::{ACCOUNT}:role/b"]}
    (finding,) = evaluate(facts_with(statement(Principal=roles)), OWN)

    assert (finding.verdict, finding.severity, finding.subject) == (
        Verdict.PASS,
        Severity.HIGH,
        f"{TARGET} s",
    )
    assert finding.summary == (
        f'Statement "s": Principal `arn:aws:iam::{ACCOUNT}:role/a`, `arn:aws:iam::{ACCOUNT}:role/b` allows named resources or '
        "principals of trusted accounts to invoke orders"
    )


def test_a_pass_says_whom_a_statement_leaves_out() -> None:
    open_ = {key: value for key, value in statement().items() if key != "Principal"}
    shut = statement(sid="shut", Effect="Deny", Action="*")
    (finding,) = evaluate(facts_with({**open_, "NotPrincipal": {"AWS": ACCOUNT}}, shut), OWN)

    assert finding.summary == 'Statement "s" gives nobody access: a Deny refuses whom it admits'


def test_a_permission_to_manage_that_passes_says_so() -> None:
    owner = statement({"AWS": ACCOUNT}, Action="lambda:UpdateFunctionCode")
    (finding,) = evaluate(facts_with(owner), OWN)

    assert (finding.concern, finding.verdict) == (Concern.MANAGEMENT_ACCESS, Verdict.PASS)
    assert finding.subject == f"{TARGET} s"
    assert finding.summary == (
        f'Statement "s": Principal `{ACCOUNT}` allows any resource or principal of a trusted account to manage orders'
    )


def test_a_public_url_names_each_statement_that_opens_it() -> None:
    seconds = [statement(sid=sid, Condition=VIA_URL) for sid in ("one", "two")]
    finding = one(evaluate(facts_with(PUBLIC_URL, *seconds), OWN), Concern.FUNCTION_URL_IS_NOT_PUBLIC)

    assert finding.summary == (
        'Statement "url": Principal `*` allows anyone on the internet to call the function URL of orders (AuthType NONE), together '
        'with statement "one" and statement "two"'
    )


def test_an_auth_type_beside_the_second_statement_does_not_open_the_url() -> None:
    asks: Json = {**VIA_URL, "StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    finding = one(
        evaluate(facts_with(PUBLIC_URL, statement(sid="two", Condition=asks)), OWN),
        Concern.FUNCTION_URL_IS_NOT_PUBLIC,
    )

    assert "before October 2025" in finding.summary


def test_only_a_bare_star_of_the_right_concern_is_replaced() -> None:
    nobody = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": TARGET}
    facts = facts_with(statement(), nobody)
    finding = one(evaluate(facts, OWN), Concern.FUNCTION_IS_NOT_PUBLIC)

    def offered(changed: Finding) -> int:
        return len(list(function_is_not_public.remedies(changed, facts, OWN)))

    assert offered(finding) == 1
    assert offered(replace(finding, concern=Concern.CROSS_ACCOUNT_ACCESS)) == 0
    assert offered(replace(finding, statement=None)) == 0
    assert offered(replace(finding, statement=1)) == 0


def test_a_source_is_added_only_for_the_right_concern() -> None:
    facts = facts_with(statement("sns.amazonaws.com"))
    (finding,) = evaluate(facts, OWN)

    def offered(changed: Finding) -> int:
        return len(list(invoke_permission_names_its_source.remedies(changed, facts, OWN)))

    assert offered(finding) == 1
    assert offered(replace(finding, concern=Concern.CROSS_ACCOUNT_ACCESS)) == 0
    assert offered(replace(finding, statement=None)) == 0


@pytest.mark.parametrize("element", [{"NotPrincipal": {"Service": "sns.amazonaws.com"}}, {}])
def test_a_statement_that_leaves_services_out_or_names_nobody_names_no_service(
    element: dict[str, Json],
) -> None:
    body: dict[str, Json] = {"Effect": "Allow", "Action": "*", "Resource": "*", **element}
    (parsed,) = Policy.parse({"Statement": body}).statements

    assert invoke_permission_names_its_source.services(parsed) == ()


def test_the_rule_on_sources_looks_at_services_only() -> None:
    both: Json = {"Service": "sns.amazonaws.com", "AWS": "*"}
    no_service: Json = {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    findings = evaluate(facts_with(statement(Principal=both, Condition=no_service)), OWN)

    assert isinstance(one(findings, Concern.PERMISSION_IS_USABLE).proof, DeniedRequest)
    assert isinstance(one(findings, Concern.FUNCTION_IS_NOT_PUBLIC).proof, Witness)


def test_a_source_in_a_foreign_account_is_less_grave() -> None:
    topic = f"arn:aws:sns:us-east-1:{FOREIGN}:orders"
    (finding,) = evaluate(
        facts_with(statement("sns.amazonaws.com", Condition={"ArnLike": {"aws:SourceArn": topic}})), OWN
    )

    assert (finding.concern, finding.severity) == (Concern.CROSS_ACCOUNT_ACCESS, Severity.MEDIUM)
    assert finding.summary == (
        f'Statement "s": Principal `sns.amazonaws.com` allows untrusted account {FOREIGN} to invoke orders'
    )


def test_a_layer_that_is_shared_within_the_account_passes_and_says_with_whom() -> None:
    (finding,) = on_layer(statement({"AWS": ACCOUNT}))

    assert (finding.rule, finding.concern, finding.verdict) == (
        "layer-is-not-public",
        Concern.LAYER_IS_NOT_PUBLIC,
        Verdict.PASS,
    )
    assert finding.subject == f"{LAYER} s"
    assert finding.summary == (
        f'Statement "s": Principal `{ACCOUNT}` allows any resource or principal of a trusted account to download the layer'
    )


def test_a_layers_policy_that_could_not_be_read_is_reported_once_and_by_its_own_rule() -> None:
    (finding,) = evaluate(FunctionFacts(LAYER, policy=Unreadable("policy", "AccessDenied")), OWN)

    assert (finding.rule, finding.verdict, finding.severity) == (
        "layer-is-not-public",
        Verdict.UNKNOWN,
        Severity.HIGH,
    )
    assert finding.advice.startswith("Find out why the guard's role was refused this call")


def test_two_rules_may_ask_at_once() -> None:
    assert (
        wanted(FunctionFacts(FUNCTION), FactKind.ROLE | FactKind.POLICY, OWN)
        == FactKind.ROLE | FactKind.POLICY
    )


def test_a_missing_role_whose_name_is_not_known_is_called_the_role() -> None:
    (finding,) = evaluate(FunctionFacts(FUNCTION, role=MISSING_ROLE), OWN)

    assert finding.summary == "the execution role the role does not exist"


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
        f'Remove the Deny in statement "Quiet" of no, or exclude {STREAMS} from it. A Deny overrides every Allow, so attaching a policy '
        "does not help."
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
    assert finding.proof.request == Request("sts:AssumeRole", ROLE, Service("edgelambda.amazonaws.com"))
    assert [str(cited) for cited in finding.proof.decision.statements] == ["Statement[0] of trust"]


def test_a_role_that_could_not_be_read_asks_for_the_right_to_read_it() -> None:
    facts = FunctionFacts(FUNCTION, role=Unreadable("role", "AccessDenied"))
    (finding,) = evaluate(facts, OWN)

    assert finding.advice.startswith("Find out why the guard's role was refused this call")


def test_a_policy_that_is_not_there_is_no_matter_of_a_layer() -> None:
    nothing = PolicyFacts(None, None, None, Family.STATEMENTS)

    assert evaluate(FunctionFacts(LAYER, policy=nothing), OWN) == ()


def test_the_nearest_statement_is_found_behind_others_of_its_own_policy() -> None:
    far: Json = {"Sid": "far", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    near: Json = {"Sid": "near", "Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:x"}
    both = Policy.parse({"Version": "2012-10-17", "Statement": [far, near]}, name="both")

    assert 'statement "near" of both comes nearest' in about_the_role(both).summary
