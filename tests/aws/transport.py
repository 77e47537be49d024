"""Real boto3 clients whose calls end in an account in memory: botocore checks what is sent, the account answers.

botocore asks its `before-call` handlers for a response before it opens a connection; its own Stubber works so too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock, local
from typing import Any, Final
from urllib.parse import quote

import boto3
import botocore.session
from botocore.loaders import Loader, create_loader

from permission_guard.aws.clients import Clients
from permission_guard.fake_aws import Account, ApiError
from permission_guard.repair.grant import Grant
from tests.aws.layers import layer_versions_listed, layers_listed
from tests.aws.lists import (
    aliases_listed,
    configuration,
    functions_listed,
    groups_listed,
    policy_version,
    role_fields,
    roles_listed,
    versions_listed,
)
from tests.aws.table import Table, TableError

STATUS = {
    "TooManyRequestsException": 429,
    "Throttling": 400,
    "ServiceException": 500,
    "ResourceNotFoundException": 404,
    "ResourceConflictException": 409,
    "PreconditionFailedException": 412,
    "AccessDeniedException": 403,
    "AccessDenied": 403,
    "UnknownOperationException": 404,
}
MODELS: Final[Loader] = create_loader()
"""The models of the services, read once: to make clients is the slowest thing these tests do."""

Params = dict[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Response:
    """As much of an HTTP response as botocore looks at."""

    status_code: int = 200


@dataclass(slots=True)
class Transport:
    """The wire: every call in order, what was published and queued, and the faults a test asks for."""

    account: Account
    table: Table = field(default_factory=Table)
    calls: list[str] = field(default_factory=list)
    sent: list[tuple[str, Params]] = field(default_factory=list)
    published: list[Params] = field(default_factory=list)
    waiting: list[Params] = field(default_factory=list)
    """The tasks in the guard's own queue."""
    imported: list[Params] = field(default_factory=list)
    """The findings that Security Hub has taken."""
    not_taken: str = ""
    """The code by which Security Hub fails each finding within an answer that is no error; empty if it takes them."""
    visibility: dict[str, int] = field(default_factory=dict)
    """By receipt handle, after how many seconds a message is received again."""
    faults: dict[str, Exception] = field(default_factory=dict)
    """By operation, what every call of it ends in."""
    stacks: dict[str, dict[str, str]] = field(default_factory=dict)
    """The outputs of each stack."""
    stack_status: str = "CREATE_COMPLETE"
    default_version: str = "v1"
    """Of every managed policy; each of them had a version v1 once, which allowed everything."""
    hold: Callable[[str], None] = lambda _operation: None
    """Called with each operation before it is answered, by whichever thread makes the call."""
    _here: local = field(default_factory=local)
    """What each thread is about to send."""
    _answering: Lock = field(default_factory=Lock)

    def clients(self) -> Clients:
        """Clients on this wire."""
        return Clients(self.session(None, self.account.region))

    def session(self, profile: str | None, region: str | None) -> boto3.Session:
        """A session on this wire, with credentials that are good for it."""
        core = botocore.session.get_session()
        core.register_component("data_loader", MODELS)
        session = boto3.Session(
            "AKIAEXAMPLE", "secret", region_name=region, botocore_session=core, profile_name=profile
        )
        session.events.register("before-parameter-build", self.note)
        answer: Any = self.answer  # botocore's stubs deny that a handler may answer
        session.events.register("before-call", answer)
        return session

    def note(self, params: Params, **_: Any) -> None:
        self._here.params = dict(params)

    @property
    def about(self) -> str:
        """The function that the call is about which this thread is making."""
        return str(self._here.params.get("FunctionName", ""))

    def answer(self, model: Any, **_: Any) -> tuple[Response, Answer]:
        operation = str(model.name)
        self.hold(operation)
        with self._answering:
            return self._answered(operation, self._here.params)

    def _answered(self, operation: str, params: Params) -> tuple[Response, Answer]:
        self.calls.append(operation)
        self.sent.append((operation, params))
        try:
            if operation in self.faults:
                raise self.faults[operation]
            return Response(), self._operations().get(operation, _refused)(params)
        except ApiError as error:
            status = STATUS.get(error.code, 400)
            message = str(error).removeprefix(f"{error.code}: ")
            return Response(status), {
                "Error": {"Code": error.code, "Message": message},
                "ResponseMetadata": {"HTTPStatusCode": status},
                **(error.beside if isinstance(error, TableError) else {}),
            }

    def _operations(self) -> dict[str, Callable[[Params], Answer]]:
        return {
            "GetFunctionConfiguration": self._function,
            "GetFunctionUrlConfig": lambda p: {
                "AuthType": self.account.get_function_url_config(
                    ":".join(filter(None, (p["FunctionName"], p.get("Qualifier"))))
                )
            },
            "ListTags": lambda p: {"Tags": self.account.list_tags(p["Resource"])},
            "GetPolicy": lambda p: self._managed(p) if "PolicyArn" in p else self._policy(p["FunctionName"]),
            "GetResourcePolicy": lambda p: _document(self.account.get_resource_policy(p["ResourceArn"])),
            "GetLayerVersionPolicy": lambda p: _document(
                self.account.get_layer_version_policy(f"{p['LayerName']}:{p['VersionNumber']}")
            ),
            "PutResourcePolicy": self._put,
            "AddPermission": self._add,
            "RemovePermission": self._remove,
            "GetRole": self._role,
            "ListAttachedRolePolicies": lambda p: {
                "AttachedPolicies": [{"PolicyArn": arn} for arn in self.account.roles[p["RoleName"]].attached]
            },
            "ListRolePolicies": lambda p: {"PolicyNames": list(self.account.roles[p["RoleName"]].inline)},
            "GetRolePolicy": lambda p: {
                # IAM sends documents percent-encoded; botocore decodes them.
                "PolicyDocument": quote(self.account.roles[p["RoleName"]].inline[p["PolicyName"]])
            },
            "GetPolicyVersion": lambda p: policy_version(self.account, p, self.default_version),
            "AttachRolePolicy": self._attach,
            "DescribeLogGroups": lambda p: groups_listed(self.account, p),
            "DetachRolePolicy": self._detach,
            "GetCallerIdentity": lambda _: {
                "Account": self.account.account,
                "Arn": f"arn:{self.account.partition}:sts::{self.account.account}:assumed-role/admin/alice",
            },
            "DescribeStacks": self._stack,
            "Query": self.table.query,
            "Scan": self.table.scan,
            "PutItem": self.table.put,
            "UpdateItem": self.table.update,
            "TransactWriteItems": self.table.transact,
            "Publish": self._publish,
            "BatchImportFindings": self._import,
            "SendMessageBatch": self._put_tasks,
            "ChangeMessageVisibility": self._later,
            "DeleteItem": self.table.delete,
            "GetAccountAuthorizationDetails": lambda p: roles_listed(
                self.account, p, version=self.default_version
            ),
            "ListFunctions": lambda p: functions_listed(self.account, p),
            "ListVersionsByFunction": lambda p: versions_listed(self.account, p),
            "ListAliases": lambda p: aliases_listed(self.account, p),
            "ListLayers": lambda p: layers_listed(self.account, p),
            "ListLayerVersions": lambda p: layer_versions_listed(self.account, p),
        }

    def _function(self, params: Params) -> Answer:
        version = params.get("Qualifier")
        target = ":".join(filter(None, (params["FunctionName"], version)))
        return configuration(self.account.get_function(target), version)

    def _policy(self, target: str) -> Answer:
        return _document(self.account.get_policy(target))

    def _put(self, params: Params) -> Answer:
        stored = self.account.put_resource_policy(
            params["ResourceArn"], params["Policy"], params.get("RevisionId")
        )
        return _document(stored)

    def _add(self, params: Params) -> Answer:
        url = params.get("InvokedViaFunctionUrl")
        grant = Grant(
            params["StatementId"],
            params["Action"],
            params["Principal"],
            params.get("SourceArn"),
            params.get("SourceAccount"),
            params.get("EventSourceToken"),
            params.get("PrincipalOrgID"),
            params.get("FunctionUrlAuthType"),
            None if url is None else str(url).lower(),
        )
        made = self.account.add_permission(params["FunctionName"], grant, params.get("RevisionId"))
        return {"Statement": json.dumps(made)}

    def _remove(self, params: Params) -> Answer:
        self.account.remove_permission(
            params["FunctionName"], params["StatementId"], params.get("RevisionId")
        )
        return {}

    def _role(self, params: Params) -> Answer:
        return {"Role": role_fields(self.account.get_role(params["RoleName"]))}

    def _managed(self, params: Params) -> Answer:
        self.account.get_managed_policy(params["PolicyArn"])
        return {"Policy": {"DefaultVersionId": self.default_version}}

    def _attach(self, params: Params) -> Answer:
        self.account.attach_role_policy(params["RoleName"], params["PolicyArn"])
        return {}

    def _detach(self, params: Params) -> Answer:
        self.account.detach_role_policy(params["RoleName"], params["PolicyArn"])
        return {}

    def _stack(self, params: Params) -> Answer:
        name = params["StackName"]
        if name not in self.stacks:
            raise ApiError("ValidationError", f"Stack with id {name} does not exist")
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self.stacks[name].items()]
        shown = {"Outputs": outputs} if outputs else {}
        status = {"StackStatus": self.stack_status, "CreationTime": datetime(2026, 11, 1, tzinfo=UTC)}
        return {"Stacks": [{"StackName": name, **status, **shown}]}

    def _publish(self, params: Params) -> Answer:
        # "The total size limit for a single message" counts the attributes too (SNS, message attributes).
        counted = [params["Message"], params["Subject"]]
        for name, value in params["MessageAttributes"].items():
            counted += [name, value["DataType"], value["StringValue"]]
        if sum(len(part.encode()) for part in counted) > 256 * 1024:
            raise ApiError("InvalidParameter", "Invalid parameter: Message too long")
        subject = params["Subject"]
        if not subject.isascii() or not subject.isprintable() or not 0 < len(subject) <= 100:
            raise ApiError("InvalidParameter", "Invalid parameter: Subject")
        self.published.append(params)
        return {"MessageId": "1"}

    def _later(self, params: Params) -> Answer:
        assert 0 <= params["VisibilityTimeout"] <= 43_200
        self.visibility[params["ReceiptHandle"]] = params["VisibilityTimeout"]
        return {}

    def _import(self, params: Params) -> Answer:
        findings = params["Findings"]
        assert 0 < len(findings) <= 100
        if self.not_taken:
            failed = [
                {"Id": one["Id"], "ErrorCode": self.not_taken, "ErrorMessage": "no"} for one in findings
            ]
            return {"FailedCount": len(failed), "SuccessCount": 0, "FailedFindings": failed}
        self.imported += findings
        return {"FailedCount": 0, "SuccessCount": len(findings)}

    def _put_tasks(self, params: Params) -> Answer:
        entries = params["Entries"]
        if not 0 < len(entries) <= 10:
            raise ApiError("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "Too many messages")
        first = len(self.sent)
        sent = [{"Id": entry["Id"], "MessageId": f"sent-{first}-{entry['Id']}"} for entry in entries]
        self.waiting += [
            {"QueueUrl": params["QueueUrl"], **entry, **ids} for entry, ids in zip(entries, sent, strict=True)
        ]
        return {"Successful": sent}


def _document(found: tuple[str, str]) -> Answer:
    return {"Policy": found[0], "RevisionId": found[1]}


def _refused(_: Params) -> Answer:
    """What a call is answered that nothing is set up for here."""
    raise ApiError("AccessDeniedException", "not on this wire")
