"""AWS's errors in our words: try again, refused, or changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from permission_guard.ports import ChangedMeanwhile, Refused, TryAgain

NOT_FOUND: Final = frozenset({"ResourceNotFoundException", "NoSuchEntity"})
"""What Lambda and IAM say of a thing that does not exist."""

_TRANSIENT: Final = frozenset(
    {
        "TooManyRequestsException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "ServiceException",
        "ServiceFailure",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalFailure",
        "InternalError",
        "InternalErrorException",
        "ConcurrentModification",
        "ConcurrentModificationException",
        "RequestTimeout",
    }
)
_OVERTAKEN: Final = frozenset({"PreconditionFailedException", "ResourceConflictException"})
"""A RevisionId that is not the present one; a Sid that somebody else has taken meanwhile (facts 3.1)."""

_SERVER_FAULT: Final = 500


@contextmanager
def translated() -> Iterator[None]:
    """Turn AWS's errors into TryAgain, ChangedMeanwhile or Refused.

    What never reached AWS, or whose answer never reached us, is to be tried again: every call that the guard makes may
    be made twice.
    """
    try:
        yield
    except ClientError as error:
        code, message = code_of(error), error.response.get("Error", {}).get("Message", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _OVERTAKEN:
            raise ChangedMeanwhile(f"{code}: {message}") from error
        if code in _TRANSIENT or status >= _SERVER_FAULT:
            raise TryAgain(f"{error.operation_name}: {code}: {message}") from error
        raise Refused(code, f"{message} ({error.operation_name})") from error
    except ParamValidationError as error:
        # It was never sent, and never would be.
        raise Refused("ParamValidation", str(error)) from error
    except BotoCoreError as error:
        raise TryAgain(str(error)) from error


def code_of(error: ClientError) -> str:
    """Return AWS's name for an error."""
    return error.response.get("Error", {}).get("Code", "Unknown")
