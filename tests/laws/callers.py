"""Calls to a function as AWS documents them, written independently of the guard's model of callers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from permission_guard.iam import (
    ABSENT,
    Anonymous,
    Context,
    IamPrincipal,
    Policy,
    Request,
    ServicePrincipal,
    decide,
)
from permission_guard.iam.decide import EvalDecision
from permission_guard.model.facts import Trusted
from tests.laws.statements import (
    OWN,
    PARTNER,
    ROLE,
    SERVICES,
    SOURCES,
    TOKEN,
    TRUSTED_ORG,
    UNTRUSTED,
    UNTRUSTED_ORG,
)

NOBODY: Final = "777788889999"
_ACCOUNTS: Final = (
    (OWN, None),
    (OWN, TRUSTED_ORG),
    (PARTNER, None),
    (UNTRUSTED, None),
    (UNTRUSTED, UNTRUSTED_ORG),
    (NOBODY, None),
    (NOBODY, TRUSTED_ORG),
)
_ADDRESSES: Final = ("203.0.113.9", "198.51.100.9")
SENDS_ACCOUNT: Final = {
    "s3.amazonaws.com": (True,),
    "logs.amazonaws.com": (True,),
    "config.amazonaws.com": (True,),
    "apigateway.amazonaws.com": (True,),
    "events.amazonaws.com": (False,),
}
"""Whether a service sends SourceAccount beside SourceArn, by AWS's documentation (facts 4); where it says nothing, both."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, and who makes it."""

    request: Request
    account: str
    organization: str | None
    service: str | None = None

    @property
    def is_on_named_network(self) -> bool:
        """Whether it comes from the one address range that the policies name."""
        return self.request.context.values("aws:sourceip") == (_ADDRESSES[0],)

    @property
    def is_managing(self) -> bool:
        return not self.request.action.startswith("lambda:Invoke")

    def is_trusted(self, trusted: Trusted) -> bool:
        return self.account in trusted.all_accounts or (
            self.organization is not None and self.organization in trusted.organizations
        )


def _request(
    action: str, target: str, who: ServicePrincipal | IamPrincipal | Anonymous, **keys: str
) -> Request:
    service = who.name if isinstance(who, ServicePrincipal) else ""
    context = {key.replace("_", ":", 1).replace("__", "/"): value for key, value in keys.items()}
    if service:
        context["aws:PrincipalServiceName"] = service
    context |= {
        "aws:PrincipalIsAWSService": "true" if service else "false",
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": "us-east-1",
        "aws:ResourceAccount": OWN,
    }
    return Request(action, target, who, Context.of(dict(context), unlisted=ABSENT))


def _organization(kind: str, organization: str | None) -> dict[str, str]:
    return {f"aws_{kind}OrgID": organization} if organization else {}


def _service_calls(target: str) -> Iterator[Call]:
    for service, (account, organization) in product(SERVICES, _ACCOUNTS):
        address = _ADDRESSES[account == OWN]
        label = service.split(".", maxsplit=1)[0]
        form = SOURCES.get(label, f"arn:aws:{label}:us-east-1:{{}}:orders")
        arns = {form.format(account), form.format(account).replace("orders", OWN)}
        keys = {"aws_SourceIp": address, **_organization("Source", organization)}
        for arn, sends_account in product(sorted(arns), SENDS_ACCOUNT.get(service, (True, False))):
            sent = {**keys, "aws_SourceArn": arn}
            if sends_account:
                sent["aws_SourceAccount"] = account
            if label == "alexa-appkit":
                sent = {"aws_SourceIp": address, "lambda_EventSourceToken": f"{account}-{TOKEN}"}
                if account == OWN:
                    sent["lambda_EventSourceToken"] = TOKEN
            yield Call(
                _request("lambda:InvokeFunction", target, ServicePrincipal(service), **sent),
                account,
                organization,
                service,
            )


def _principal_calls(target: str) -> Iterator[Call]:
    for (account, organization), address in product(_ACCOUNTS, _ADDRESSES):
        arn = ROLE.format(account)
        who = IamPrincipal(
            arn, account, arn.replace(":iam:", ":sts:").replace("role/", "assumed-role/") + "/session"
        )
        keys = {
            "aws_SourceIp": address,
            "aws_PrincipalArn": arn,
            "aws_PrincipalAccount": account,
            "aws_PrincipalType": "AssumedRole",
            "aws_PrincipalTag__team": "orders",
            **_organization("Principal", organization),
        }
        for action in ("lambda:InvokeFunction", "lambda:UpdateFunctionCode"):
            yield Call(_request(action, target, who, **keys), account, organization)
        for authentication in ("AWS_IAM", "NONE"):
            url = {**keys, "lambda_FunctionUrlAuthType": authentication}
            yield Call(_request("lambda:InvokeFunctionUrl", target, who, **url), account, organization)


def calls(target: str) -> tuple[Call, ...]:
    """Every call that the laws evaluate against a policy."""
    anonymous = _request("lambda:InvokeFunctionUrl", target, Anonymous(), lambda_FunctionUrlAuthType="NONE")
    found = (*_service_calls(target), *_principal_calls(target), Call(anonymous, "", None))
    return tuple({call.request.__repr__(): call for call in found}.values())


def admitted(document: str | None, asked: tuple[Call, ...]) -> frozenset[int]:
    """The indexes of the calls that a policy admits."""
    if document is None:
        return frozenset()
    policy = Policy.parse(document)
    return frozenset(
        place
        for place, call in enumerate(asked)
        if decide(call.request, resource=policy).answer is EvalDecision.ALLOWED
    )
