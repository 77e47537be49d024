"""The check that a trail of CloudTrail records what the guard waits for, and the commands that make one."""

from __future__ import annotations

import json
from typing import Final

from permission_guard.doctor.check import Check, good, unchecked, wrong
from permission_guard.doctor.stack_state import Checkup, Trail
from permission_guard.model.facts import Unreadable

_NAME: Final = "CloudTrail"
_DEAF: Final = "so EventBridge receives no event of Lambda, and nothing invokes the guard"
_NEW: Final = "management-events"
"""The name of the trail that the guard proposes."""


def trail(seen: Checkup) -> Check:
    """EventBridge receives only what a trail records that is switched on."""
    if isinstance(seen.trails, Unreadable):
        return unchecked(_NAME, seen.trails)
    found = [one for one in seen.trails if isinstance(one, Trail)]
    for one in found:
        if one.is_logging and one.takes_writes:
            return good(_NAME, f"The trail {one.name} records write management events in {seen.region}.")
    unread = next((one for one in seen.trails if isinstance(one, Unreadable)), None)
    return unchecked(_NAME, unread) if unread is not None else wrong(_NAME, *_without_trail(found, seen))


def _without_trail(found: list[Trail], seen: Checkup) -> tuple[str, str]:
    """Say what is wrong, and what to do."""
    for one in found:
        if one.takes_writes:
            return (
                f"The trail {one.name} is switched off, {_DEAF}.",
                f"Switch it on{_owner(one, seen)}: aws cloudtrail start-logging --name {one.arn} --region {one.region}",
            )
    if found:
        names, first = ", ".join(one.name for one in found), found[0]
        return (
            f"No trail records the write management events of Lambda ({names}), {_DEAF}.",
            (
                f"Record them{_owner(first, seen)} (this replaces its event selectors): aws cloudtrail put-event-selectors "
                f"--trail-name {first.arn} --event-selectors ReadWriteType=WriteOnly,IncludeManagementEvents=true "
                f"--region {first.region}"
            ),
        )
    return f"No trail covers {seen.region}, {_DEAF}.", f"Create a bucket and a trail: {_new_trail(seen)}"


def _owner(one: Trail, seen: Checkup) -> str:
    """Say who may change a trail of the organization: only the account that owns it."""
    return "" if one.account == seen.account else f" with credentials of account {one.account}, which owns it"


def _new_trail(seen: Checkup) -> str:
    """Return the commands that make a trail for all Regions, and a bucket that only this trail may write to.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    bucket = f"{_NEW}-{seen.account}-{seen.region}"
    arn = f"arn:{seen.partition}:s3:::{bucket}"
    this_trail = {
        "aws:SourceArn": f"arn:{seen.partition}:cloudtrail:{seen.region}:{seen.account}:trail/{_NEW}"
    }
    cloudtrail = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    reads = {
        **cloudtrail,
        "Action": "s3:GetBucketAcl",
        "Resource": arn,
        "Condition": {"StringEquals": this_trail},
    }
    writes = {
        **cloudtrail,
        "Action": "s3:PutObject",
        "Resource": f"{arn}/AWSLogs/{seen.account}/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **this_trail}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [reads, writes]}, separators=(",", ":"))
    return " && ".join(
        (
            f"aws s3 mb s3://{bucket}",
            f"aws s3api put-bucket-policy --bucket {bucket} --policy '{policy}'",
            f"aws cloudtrail create-trail --name {_NEW} --s3-bucket-name {bucket} --is-multi-region-trail",
            f"aws cloudtrail start-logging --name {_NEW}",
        )
    )
