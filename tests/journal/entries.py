"""Entries of every shape, made at random."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Final

from hypothesis import strategies as st

from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import EVERYTHING, Kind, Trigger
from permission_guard.iam import FunctionArn, LayerVersionArn
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import Attached, Entry, Rewritten, State
from permission_guard.model.facts import Family
from permission_guard.model.finding import Concern, Finding, Recorded, Severity, Verdict
from permission_guard.repair.outcome import Ending
from tests.fake_aws.builders import ACCOUNT, FUNCTION

LAYER: Final = LayerVersionArn("aws-cn", "cn-north-1", ACCOUNT, "tools", "7")
SUBJECTS: Final = (FUNCTION, FunctionArn("aws-us-gov", "us-gov-west-1", ACCOUNT, "a_b-C.9"), LAYER)
FAULTS: Final = ("0123456789abcdef", "fedcba9876543210", "0000000000000000")

ZONES = st.sampled_from([timezone(timedelta(minutes=minutes)) for minutes in (0, 330, -480)])
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(8999, 12, 31), timezones=ZONES)  # noqa: DTZ001  # the zone is drawn
TEXTS = st.text(max_size=8)
NAMES = st.text(min_size=1, max_size=8)
COUNTS = st.integers(0, 10**12)

ACTORS = st.builds(
    Actor,
    principal=TEXTS,
    role_arn=st.none() | NAMES,
    tool=st.sampled_from(Tool),
    address=TEXTS,
    words=TEXTS,
    stack=st.none() | NAMES,
    resource=st.none() | NAMES,
)
TRIGGERS = st.builds(
    Trigger,
    kind=st.sampled_from(Kind),
    subject=st.sampled_from(SUBJECTS),
    qualifier=st.none() | NAMES,
    actor=ACTORS,
    event_id=TEXTS,
    at=MOMENTS,
    arrived=st.none() | st.just(EVERYTHING) | TEXTS,
    event_name=TEXTS,
)
FINDINGS = st.builds(
    Finding,
    rule=NAMES,
    concern=st.sampled_from(Concern),
    subject=TEXTS,
    verdict=st.sampled_from(Verdict),
    severity=st.sampled_from(Severity),
    summary=TEXTS,
    proof=st.none() | st.builds(Recorded, TEXTS, TEXTS),
    statement=st.none() | COUNTS,
    advice=TEXTS,
)
STATEMENTS = st.dictionaries(st.sampled_from(("Sid", "Effect")), TEXTS).map(json.dumps)
CHANGES = st.builds(Attached, NAMES, NAMES, TEXTS) | st.builds(
    Rewritten,
    target=NAMES,
    family=st.sampled_from(Family),
    before=STATEMENTS,
    after=STATEMENTS,
    document=STATEMENTS.map('{{"Statement":{}}}'.format),
)
ENTRIES = st.builds(
    Entry,
    subject=st.sampled_from([str(subject) for subject in SUBJECTS]),
    fault=st.sampled_from(FAULTS),
    finding=FINDINGS,
    cause=TRIGGERS,
    state=st.sampled_from(State),
    first_seen=MOMENTS,
    last_seen=MOMENTS,
    change=st.none() | CHANGES,
    repairs=st.lists(MOMENTS, max_size=3).map(tuple),
    reported_at=st.none() | MOMENTS,
    reported_as=st.none() | st.sampled_from(Ending),
    is_existing=st.booleans(),
    acceptance=st.none() | st.builds(Acceptance, NAMES, MOMENTS, st.none() | MOMENTS, TEXTS),
    version=COUNTS,
)
