"""Whatever Lambda is handed, the door answers, or raises BadEvent; and then no call was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permission_guard import handler as door
from permission_guard.record import BadEvent
from tests.aws.guarded import QUEUE, TOPIC, WAITING
from tests.aws.transport import Transport
from tests.samples import ACCOUNT, GUARD_ROLE, sample, scene

REGION = "eu-west-1"


class Context:
    """What Lambda passes beside the event."""

    function_name = "guard"
    memory_limit_in_mb = 512
    invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:guard"
    aws_request_id = "request-1"


@pytest.fixture(scope="module")
def wire() -> Iterator[Transport]:
    """The handler, connected for all events of this file."""
    made = Transport(scene(sample("anyone-was-let-in")).account)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALERTS_TOPIC_ARN", TOPIC)
        patch.setenv("DEAD_LETTER_QUEUE_URL", QUEUE)
        patch.setenv("GUARD_ROLE_ARN", GUARD_ROLE)
        patch.setenv("JOURNAL_TABLE", made.table.name)
        patch.setenv("WAITING_QUEUE_URL", WAITING)
        patch.setattr("permission_guard.connected.Clients", made.clients)
        door.standby.cache_clear()
        yield made
        door.standby.cache_clear()


TEXT = st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON,
        "source": st.just("aws.lambda") | JSON,
        "detail-type": st.just("AWS API Call via CloudTrail") | JSON,
        "detail": st.fixed_dictionaries(
            {},
            optional={
                "eventSource": st.just("lambda.amazonaws.com") | JSON,
                "eventName": st.just("AddPermission20150331v2") | JSON,
                "userIdentity": JSON,
                "requestParameters": JSON,
            },
        )
        | JSON,
    },
)


@settings(max_examples=200, deadline=None)
@given(event=JSON | ENVELOPES)
def test_no_event_ends_in_anything_but_an_answer_or_a_named_field(wire: Transport, event: object) -> None:
    handle: Any = door.handler
    try:
        answer: dict[str, Any] = handle(event, Context())
    except BadEvent as error:
        answer = {"refused": error.field}
    assert [why != "" for why in answer.values()] == [True]
    assert set(answer) <= {"ignored", "refused"}
    assert wire.calls == []
