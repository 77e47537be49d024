"""AWS Security Finding Format: each line is one request for Security Hub's BatchImportFindings.

A request holds findings of one account and one region, because it must be made there
(https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html), and no more than
the call takes. The limits of the fields are those of
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final, TypeVar, assert_never

from permission_guard import PROGRAM
from permission_guard.formats.found import (
    PRODUCT,
    has_account,
    identities,
    is_layer,
    moment,
    partition,
)
from permission_guard.formats.untrusted_text import CannotShow, cut, dumped, inert, line, sentence
from permission_guard.iam.policy import Json
from permission_guard.model.finding import Verdict
from permission_guard.rules.about import ABOUT
from permission_guard.scan.result import Scan, ScannedFinding, worst_first

_T = TypeVar("_T")
BATCH: Final = 100
"""Findings that one call takes. None is larger than 15 KB by the limits below, so 100 stay under the 6 MB of a call."""
_ID, _TITLE, _DESCRIPTION, _ADVICE, _FIELD, _REASON = 512, 256, 1024, 512, 2048, 2048
_PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov")
_TYPE: Final = "Software and Configuration Checks/AWS Security Best Practices"


def show(scan: Scan) -> str:
    """Return a line for each request. Raises CannotShow for what was found in no account, as in a template."""
    findings = worst_first(scan.findings)
    homeless = next((one for one in findings if not has_account(one)), None)
    if homeless is not None:
        raise CannotShow(
            f"{line(homeless.target)} is in no account yet, and Security Hub takes only what is in one: use sarif"
        )
    at, named = moment(scan.at), zip(findings, identities(findings), strict=True)
    by_place = sorted(named, key=lambda pair: (pair[0].account, pair[0].region))
    return "".join(
        dumped({"Findings": [asff(one, id_, at) for one, id_ in batch]}) + "\n"
        for _, group in groupby(by_place, key=lambda pair: (pair[0].account, pair[0].region))
        for batch in batches(list(group))
    )


def batches(found: list[_T]) -> Iterator[list[_T]]:
    """Yield as many findings as one call takes."""
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]


def asff(one: ScannedFinding, id_: str, at: str) -> dict[str, Json]:
    """Return a finding under this Id, as it was found at this time."""
    where = partition(one)
    label = one.severity.name if one.verdict is not Verdict.PASS else "INFORMATIONAL"
    severity: dict[str, Json] = {"Label": label, "Original": one.severity.name}
    types = [_TYPE]
    because = " ".join(map(sentence, one.because))
    advice = cut(line(one.advice or one.obstacle or _NOTHING_TO_DO), _ADVICE)
    return {
        "SchemaVersion": "2018-10-08",
        "Id": id_,
        "ProductArn": f"arn:{where}:securityhub:{one.region}:{one.account}:product/{one.account}/default",
        "ProductName": PRODUCT,
        "GeneratorId": f"{PROGRAM}/{one.rule.value}",
        "AwsAccountId": one.account,
        "Types": types,
        "CreatedAt": at,
        "UpdatedAt": at,
        "Severity": severity,
        "FindingProviderFields": {"Severity": severity, "Types": types},
        "Title": cut(line(f"{one.name}: {one.summary or one.title}"), _TITLE),
        "Description": cut(line(f"{sentence(one.sentence)} {because} {one.why}"), _DESCRIPTION),
        "Remediation": {"Recommendation": {"Text": advice, "Url": ABOUT[one.rule].rule.reference}},
        "Compliance": {
            "Status": _status(one),
            "SecurityControlId": one.rule.value,
            "StatusReasons": [
                {
                    "ReasonCode": cut(line(one.proof_kind), _TITLE).upper(),
                    "Description": cut(line(one.proof), _REASON),
                }
            ],
        },
        "Resources": [_resource(one, where)],
        "ProductFields": _fields(one),
        # An importer cannot set Workflow, which would say that it is suppressed:
        # https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html.
        "RecordState": "ARCHIVED" if one.accepted else "ACTIVE",
    }


_NOTHING_TO_DO: Final = "Nothing is to be done."


def _status(one: ScannedFinding) -> str:
    match one.verdict:
        case Verdict.PASS:
            return "PASSED"
        case Verdict.FAIL:
            return "FAILED"
        case Verdict.UNKNOWN:
            # The first says that a call failed, the second that something needed for the answer is not to be known.
            return "NOT_AVAILABLE" if one.proof_kind == "unreadable" else "WARNING"
        case _:
            assert_never(one.verdict)


def _resource(one: ScannedFinding, where: str) -> dict[str, Json]:
    resource: dict[str, Json] = {"Id": cut(line(one.target), _ID), "Region": cut(line(one.region), 16)}
    if where in _PARTITIONS:
        resource["Partition"] = where
    version = one.target.rsplit(":", 1)[-1]
    if is_layer(one):
        numbered: dict[str, Json] = {"Version": int(version)} if version.isdecimal() else {}
        return {**resource, "Type": "AwsLambdaLayerVersion", "Details": {"AwsLambdaLayerVersion": numbered}}
    details: dict[str, Json] = {"FunctionName": cut(line(one.name), _TITLE)}
    if one.qualifier and one.qualifier.isdecimal():
        details["Version"] = cut(line(one.qualifier), _TITLE)
    return {**resource, "Type": "AwsLambdaFunction", "Details": {"AwsLambdaFunction": details}}


def _fields(one: ScannedFinding) -> dict[str, Json]:
    """Return what only the guard knows; a patch is not among it, because half of one would be worse than none."""
    fields = {
        "Fault": one.fault,
        "Verdict": one.verdict.value,
        "Subject": one.subject,
        "ProofKind": one.proof_kind,
        "Repair": one.repair,
        "Before": one.before,
        "After": one.after,
        "Obstacle": one.obstacle,
        "Accepted": one.accepted,
    }
    return {f"{PROGRAM}/{key}": cut(inert(value), _FIELD) for key, value in fields.items() if value.strip()}
