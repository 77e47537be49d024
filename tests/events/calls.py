"""Events of CloudTrail about one call."""

from __future__ import annotations

from typing import Any

from tests.samples import sample

REGION = "eu-west-1"
Event = dict[str, Any]


def call(name: str, request: dict[str, Any], response: object = None, **detail: object) -> Event:
    """An event about a call of our own making."""
    event = sample("s3-permission-without-a-source")
    event["detail"] |= {
        "eventName": name,
        "awsRegion": REGION,
        "requestParameters": request,
        "responseElements": response,
        **detail,
    }
    return event
