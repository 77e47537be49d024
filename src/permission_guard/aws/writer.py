"""The only module that writes to AWS. Each method is one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.policies import single
from permission_guard.ports import NOT_FOUND, Refused
from permission_guard.repair.grant import Grant

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import AddPermissionRequestTypeDef


class AwsWriter:
    """Implements `ports.Writer`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def attach_role_policy(self, role_name: str, policy_arn: str) -> None:
        """AttachRolePolicy; no error if it is attached already."""
        with translated():
            self._clients.iam.attach_role_policy(RoleName=role_name, PolicyArn=policy_arn)

    def detach_role_policy(self, role_name: str, policy_arn: str) -> None:
        """DetachRolePolicy; no error if it is not attached, or if the role is gone."""
        try:
            with translated():
                self._clients.iam.detach_role_policy(RoleName=role_name, PolicyArn=policy_arn)
        except Refused as error:
            if error.code not in NOT_FOUND:
                raise

    def put_resource_policy(self, target: str, document: str, revision: str | None) -> None:
        """PutResourcePolicy. Only the first policy has no revision."""
        with translated():
            if revision is None:
                self._clients.lambda_.put_resource_policy(ResourceArn=target, Policy=document)
            else:
                self._clients.lambda_.put_resource_policy(
                    ResourceArn=target, Policy=document, RevisionId=revision
                )

    def add_permission(self, target: str, grant: Grant, revision: str | None) -> None:
        """AddPermission. A target that names a version or alias is the qualifier too."""
        call: AddPermissionRequestTypeDef = {
            "FunctionName": target,
            "StatementId": grant.sid,
            "Action": grant.action,
            "Principal": grant.principal,
        }
        if grant.source_arn is not None:
            call["SourceArn"] = grant.source_arn
        if grant.source_account is not None:
            call["SourceAccount"] = grant.source_account
        if grant.event_source_token is not None:
            call["EventSourceToken"] = grant.event_source_token
        if grant.principal_org_id is not None:
            call["PrincipalOrgID"] = grant.principal_org_id
        if grant.function_url_auth_type is not None:
            call["FunctionUrlAuthType"] = "NONE" if grant.function_url_auth_type == "NONE" else "AWS_IAM"
        if grant.invoked_via_function_url is not None:
            call["InvokedViaFunctionUrl"] = grant.invoked_via_function_url == "true"
        if revision is not None:
            call["RevisionId"] = revision
        with translated():
            self._clients.lambda_.add_permission(**call)

    def remove_permission(self, target: str, sid: str, revision: str | None) -> None:
        """RemovePermission."""
        with translated():
            if revision is None:
                self._clients.lambda_.remove_permission(FunctionName=target, StatementId=sid)
            else:
                self._clients.lambda_.remove_permission(
                    FunctionName=target, StatementId=sid, RevisionId=revision
                )

    def get_policy(self, target: str) -> tuple[str | None, str | None]:
        """GetPolicy: the document, None if there is none, and its revision."""
        return single(self._clients, target)
