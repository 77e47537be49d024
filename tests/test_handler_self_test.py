"""The guard's function asked to try itself: by a schedule, by hand, and by CloudFormation before a version takes over."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from permission_guard import __version__
from permission_guard import handler as door
from permission_guard.door import SELF_TEST
from permission_guard.ports import TryAgain
from permission_guard.self_test import KNOWN
from permission_guard.world import ApiError
from tests.aws.transport import Transport
from tests.samples import FOLDER, sample, scene
from tests.test_deployment import ASKED
from tests.test_handler import counted, environment, handled

__all__ = ["environment"]  # a fixture that every test here uses

ASKING = {"source": SELF_TEST}


@pytest.fixture(autouse=True)
def wire(monkeypatch: pytest.MonkeyPatch) -> Transport:
    """An AWS in which the guard's own function is."""
    wire = Transport(scene(sample("anyone-was-let-in")).account)
    wire.account.with_function("guard")
    monkeypatch.setattr("permission_guard.connected.Clients", wire.clients)
    monkeypatch.setattr("permission_guard.aws.clients.Clients", wire.clients)
    return wire


def test_a_guard_that_works_says_so_changes_nothing_and_tells_nobody(
    wire: Transport, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handled(ASKING)
    assert (answer["self-test"], answer["version"]) == ("passed", __version__)
    assert [one["wrong"] for one in answer["tried"]] == [None] * (len(KNOWN) + 4)
    assert wire.calls == ["Query", "GetFunctionConfiguration"]
    metrics = counted(capsys)
    assert (metrics["SelfTestsPassed"], metrics["SweepsListed"]) == ([1.0], [0.0])


def test_the_sample_event_is_the_schedules() -> None:
    assert sample("a-self-test-is-due")["source"] == SELF_TEST
    assert {path.stem for path in FOLDER.glob("a-self-test*")} == {"a-self-test-is-due"}


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ("Query", "its journal can be read: AccessDeniedException: no (Query)"),
        (
            "GetFunctionConfiguration",
            "Lambda answers it: AccessDeniedException: no (GetFunctionConfiguration)",
        ),
    ],
)
def test_what_aws_does_not_let_it_do_fails_the_test_by_name(
    wire: Transport, capsys: pytest.CaptureFixture[str], call: str, wrong: str
) -> None:
    wire.faults[call] = ApiError("AccessDeniedException", "no")
    with pytest.raises(door.SelfTestFailed) as caught:
        handled(ASKING)
    assert str(caught.value) == wrong
    metrics = counted(capsys)
    assert (metrics["SelfTestsPassed"], metrics["SelfTestFailed"]) == ([0.0], [1.0])


def test_a_setting_that_cannot_be_read_fails_the_test(
    monkeypatch: pytest.MonkeyPatch, wire: Transport
) -> None:
    monkeypatch.setenv("MODE", "Perhaps")
    with pytest.raises(door.SelfTestFailed, match="every setting can be read: MODE is 'Perhaps'"):
        handled(ASKING)
    assert wire.calls == []


def test_a_client_that_cannot_be_made_fails_the_test(
    monkeypatch: pytest.MonkeyPatch, wire: Transport
) -> None:
    clients = wire.clients()
    monkeypatch.setattr("permission_guard.connected.Clients", lambda: clients)
    monkeypatch.setattr("permission_guard.aws.clients.Clients", lambda: clients)
    monkeypatch.setattr(type(clients), "iam", property(lambda _: 1 / 0))
    with pytest.raises(door.SelfTestFailed, match="tells: ZeroDivisionError: division by zero"):
        handled(ASKING)


# CloudFormation


class Answered(HTTPServer):
    """An address that takes one answer after the other."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.status = status
        self.bodies: list[dict[str, Any]] = []
        self.types: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/answer?signed"


class Taking(BaseHTTPRequestHandler):
    server: Answered

    def do_PUT(self) -> None:
        self.server.types.append(self.headers["Content-Type"])
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def address() -> Iterator[Answered]:
    with Answered() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it has waited; nobody waits for it here."""
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


def asked(address: Answered, kind: str = "Update", **variables: str) -> dict[str, Any]:
    return {
        **ASKED,
        "RequestType": kind,
        "ResponseURL": address.url,
        "ResourceProperties": {"Variables": variables},
    }


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_version_that_works_may_take_over(address: Answered, kind: str, slept: list[float]) -> None:
    answer = handled(asked(address, kind, JOURNAL_TABLE="journal"))
    assert answer == {"deployed": kind, "wrong": None}
    (body,) = address.bodies
    assert (body["Status"], body["RequestId"], len(body["Data"]["Settings"])) == ("SUCCESS", "5478b1d6", 16)
    assert (address.types, slept) == ([""], [])


def test_a_version_that_does_not_work_is_told_and_goes_back(
    address: Answered, wire: Transport, slept: list[float]
) -> None:
    wire.faults["Query"] = ApiError("AccessDeniedException", "no")
    wrong = "its journal can be read: AccessDeniedException: no (Query)"
    assert handled(asked(address)) == {"deployed": "Update", "wrong": wrong}
    (body,) = address.bodies
    assert (body["Status"], body["Reason"]) == ("FAILED", wrong)
    assert slept == [5, 10, 20, 40]


def test_rights_that_are_seen_only_after_a_while_are_waited_for(
    address: Answered, wire: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.faults["Query"] = ApiError("AccessDeniedException", "no")
    monkeypatch.setattr("time.sleep", lambda _: wire.faults.clear())
    assert handled(asked(address))["wrong"] is None
    assert [body["Status"] for body in address.bodies] == ["SUCCESS"]


def test_a_function_that_has_not_got_the_settings_of_the_stack_does_not_take_over(address: Answered) -> None:
    wrong = handled(asked(address, MODE="Observe", JOURNAL_TABLE="journal"))["wrong"]
    assert wrong == "the function has not got what the stack says for MODE"


def test_a_guard_that_dies_of_the_test_answers_all_the_same(
    address: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("permission_guard.connected.Clients", lambda: 1 / 0)
    monkeypatch.setattr("permission_guard.aws.clients.Clients", lambda: 1 / 0)
    assert handled(asked(address))["wrong"] == "ZeroDivisionError: division by zero"
    assert [body["Status"] for body in address.bodies] == ["FAILED"]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("UPDATE_ROLLBACK_IN_PROGRESS", "SUCCESS"),
        ("UPDATE_IN_PROGRESS", "FAILED"),
        ("CREATE_IN_PROGRESS", "FAILED"),
    ],
)
def test_a_stack_that_goes_back_is_not_held_up(
    address: Answered, wire: Transport, status: str, answer: str
) -> None:
    wire.faults["Query"] = ApiError("AccessDeniedException", "no")
    wire.stacks[ASKED["StackId"]], wire.stack_status = {}, status
    handled(asked(address))
    assert [body["Status"] for body in address.bodies] == [answer]


def test_a_stack_that_goes_never_waits_for_a_guard_that_is_broken(
    address: Answered, wire: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODE", "Perhaps")
    assert handled(asked(address, "Delete", MODE="Observe")) == {"deployed": "Delete", "wrong": None}
    assert [body["Status"] for body in address.bodies] == ["SUCCESS"]
    assert wire.calls == []


def test_an_answer_that_is_not_taken_is_tried_again_by_lambda(address: Answered) -> None:
    address.status = 403
    with pytest.raises(TryAgain, match="the answer was not taken: status 403"):
        handled(asked(address))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "file:///etc/hostname"])
def test_an_address_that_nobody_answers_at_is_tried_again_by_lambda(url: str) -> None:
    with pytest.raises(TryAgain, match="the answer could not be put"):
        handled({**ASKED, "RequestType": "Delete", "ResponseURL": url})
