"""What the chat is sent: the format of a custom notification, within its limits, and nothing that somebody else's name could do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from permission_guard.alerts import notification, rendered
from permission_guard.alerts.digest import digest_of
from permission_guard.aws.sns import message
from permission_guard.journal.entry import WaitingAlert
from permission_guard.ports import Notification
from permission_guard.repair.outcome import Ending
from tests.alerts.scenes import FORGED, line, report
from tests.alerts.test_digest import HIGH, SUMMARY
from tests.alerts.test_schema import REPORTS
from tests.alerts.test_schema import VALIDATOR as ALERT
from tests.fake_aws.builders import ACCOUNT, NOW

TEXT = {"type": "string", "minLength": 1}
FORMAT = Draft202012Validator(
    {
        "required": ["version", "source", "content"],
        "additionalProperties": False,
        "properties": {
            "version": {"const": "1.0"},
            "source": {"const": "custom"},
            "content": {
                "required": ["description"],
                "additionalProperties": False,
                "properties": {
                    "textType": {"const": "client-markdown"},
                    "title": {**TEXT, "maxLength": 250},
                    "description": {**TEXT, "maxLength": 8000},
                    "nextSteps": {"type": "array", "items": {**TEXT, "maxLength": 350}},
                    "keywords": {"type": "array", "items": {**TEXT, "maxLength": 75}},
                },
            },
            "metadata": {
                "additionalProperties": False,
                "properties": {"additionalContext": {"additionalProperties": {"type": "string"}}},
            },
        },
    }
)
"""The custom notification (chatbot/latest/adminguide/custom-notifs.html), closed to fields that nothing promises to take."""
MENTION = "<!channel> `code` ```\n<https://example.com|click> &"


def chatted(made: Notification) -> dict[str, Any]:
    """What HTTPS subscribers are sent."""
    found: dict[str, Any] = json.loads(json.loads(message(made))["https"])
    assert [error.message for error in FORMAT.iter_errors(found)] == []
    return found


@pytest.mark.parametrize("name", REPORTS)
def test_every_alert_is_a_custom_notification_that_holds_the_alert_for_machines(name: str) -> None:
    made = notification(rendered(REPORTS[name]))
    found = chatted(made)
    assert found["content"]["title"] == made.subject
    assert found["content"]["keywords"] == list(made.attributes.values())
    ALERT.validate(json.loads(found["metadata"]["additionalContext"]["alert"]))


def test_the_chat_shows_the_mail_and_the_commands_of_a_repair() -> None:
    made = notification(rendered(REPORTS["a-stack-allowed-api-gateway-for-every-account"]))
    content = chatted(made)["content"]
    mail = made.mail.replace("`", "'")
    assert content["description"] == f"```\n{mail}```"
    assert content["nextSteps"] == ["`permission-guard undo orders/2f0b50cc908f9761 --region us-east-1`"]


@pytest.mark.parametrize("name", [FORGED, MENTION])
def test_no_name_makes_a_link_or_a_mention_or_ends_the_block_of_code(name: str) -> None:
    content = chatted(notification(rendered(report(line(Ending.REPORTED, name=name), name=name))))["content"]
    shown = content["description"].removeprefix("```\n").removesuffix("\n```")
    assert {*"<>`"} & set(shown) == set()
    assert all(row.isprintable() for row in shown.split("\n"))


def test_what_is_too_long_for_a_chat_is_cut_and_says_so_and_the_json_counts_what_it_leaves_out() -> None:
    many = report(*(line(Ending.REPORTED, name=f"s{number}", size=300) for number in range(100)))
    found = chatted(notification(rendered(many)))
    assert found["content"]["description"].endswith(
        "(cut here, too long for a chat: the mail, or the guard's log, has all of it)\n```"
    )
    alert = json.loads(found["metadata"]["additionalContext"]["alert"])
    assert len(alert["findings"]) + alert["leftOut"] == 100
    assert 0 < len(alert["findings"]) < 100


def test_a_command_that_is_too_long_is_left_out_and_never_cut() -> None:
    made = notification(rendered(report(line(Ending.REPAIRED, name="x" * 400))))
    assert chatted(made)["content"]["nextSteps"] == []


@pytest.mark.parametrize("count", [1, 3, 400])
def test_a_digest_lists_its_alerts_and_holds_as_many_for_machines_as_fit(count: int) -> None:
    waiting = tuple(replace(HIGH, id=f"{number:04}") for number in range(count))
    made = digest_of(waiting, ACCOUNT, "us-east-1", NOW, SUMMARY)
    found = chatted(made.notification)
    assert found["content"]["title"] == made.notification.subject
    assert found["content"]["description"].count(HIGH.subject) == min(count, len(made.alerts))
    assert SUMMARY.text in found["content"]["description"]
    assert found["content"]["nextSteps"] == ["`permission-guard journal --region us-east-1`"]
    machine = json.loads(found["metadata"]["additionalContext"]["alert"])
    assert len(machine["alerts"]) + machine["leftOut"] == count
    assert machine["alerts"][0] == json.loads(HIGH.body)


def test_a_digest_of_forged_subjects_is_a_custom_notification_too() -> None:
    forged: tuple[WaitingAlert, ...] = (replace(HIGH, subject=MENTION * 100),)
    shown = chatted(digest_of(forged, ACCOUNT, "us-east-1", NOW).notification)["content"]["description"][4:-4]
    assert {*"<>`"} & set(shown) == set()


def test_names_that_are_too_long_for_a_message_leave_a_notice_in_place_of_the_alert() -> None:
    made = notification(rendered(report(line(Ending.REPORTED), name="é" * 3000)))
    assert json.loads(chatted(made)["metadata"]["additionalContext"]["alert"]) == {
        "schema": "permission-guard/notice/1",
        "subject": made.subject,
        "text": "The event is too long for a message: the guard's log has the alert.",
    }
