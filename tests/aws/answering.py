"""Real boto3 clients whose calls end in answers by operation: botocore checks what is sent, and what is answered too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
import botocore.session
from botocore.validate import ParamValidator

from permission_guard.aws.clients import Clients
from permission_guard.fake_aws import ApiError
from permission_guard.iam import FunctionArn
from tests.aws.transport import MODELS, Answer, Params, Response

REGION, ACCOUNT = "us-east-1", "111122223333"
ELSEWHERE: Final = "eu-west-1"
FUNCTION: Final = FunctionArn("aws", REGION, ACCOUNT, "orders")
Responder = Callable[[Params, str], Answer]
"""What answers an operation, given what was sent and the region it was sent to."""

_STATUS = {"Throttled": 429, "ThrottlingException": 400, "AccessDenied": 403}


def once(answer: Answer) -> Responder:
    """Answer always the same."""
    return lambda _params, _region: answer


def paged(
    name: str, items: Sequence[Any], token: str, *, following: str | None = None, size: int = 1
) -> Responder:
    """Answer a list in pages."""

    def answer(params: Params, _region: str) -> Answer:
        start = int(params.get(token, 0))
        more = {following or token: str(start + size)} if start + size < len(items) else {}
        return {name: list(items[start : start + size]), **more}

    return answer


def in_regions(regions: Mapping[str, Responder]) -> Responder:
    """Answer in each region in its own way."""
    return lambda params, region: regions[region](params, region)


REGIONS: Final = paged("Regions", [{"RegionName": REGION}, {"RegionName": ELSEWHERE}], "NextToken")


@dataclass(slots=True)
class Answering:
    """What each operation answers, by `service Operation`; the calls in their order; and the faults a test asks for."""

    answers: Mapping[str, Responder]
    faults: dict[str, Exception] = field(default_factory=dict)
    """By `service Operation`, or `service Operation region`, what every call of it ends in."""
    calls: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    sent: list[tuple[str, Params]] = field(default_factory=list)
    _params: Params = field(default_factory=dict)

    def clients(self) -> Clients:
        """Clients whose calls end here."""
        core = botocore.session.get_session()
        core.register_component("data_loader", MODELS)
        session = boto3.Session("AKIAEXAMPLE", "secret", region_name=REGION, botocore_session=core)
        session.events.register("before-parameter-build", self._note)
        answer: Any = self._answer  # botocore's stubs deny that a handler may answer
        session.events.register("before-call", answer)
        return Clients(session)

    def _note(self, params: Params, **_: Any) -> None:
        self._params = dict(params)

    def _answer(self, model: Any, context: Any, **_: Any) -> tuple[Response, Answer]:
        service, region = model.service_model.service_name, context["client_region"]
        call = f"{service} {model.name}"
        self.calls.append(call)
        self.regions.append(region)
        self.sent.append((call, self._params))
        fault = self.faults.get(call) or self.faults.get(f"{call} {region}")
        if isinstance(fault, ApiError):
            status = _STATUS.get(fault.code, 400)
            return Response(status), {
                "Error": {"Code": fault.code, "Message": "no"},
                "ResponseMetadata": {"HTTPStatusCode": status},
            }
        if fault:
            raise fault
        answer = self.answers[call](self._params, region)
        if model.output_shape is None:
            assert answer == {}, call
            return Response(), answer
        report = ParamValidator().validate(answer, model.output_shape)
        wrong = [text for text in report.generate_report().splitlines() if "Missing required" not in text]
        assert wrong == [], call
        return Response(), answer
