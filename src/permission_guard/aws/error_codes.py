"""What AWS's error codes mean: retry later, refused, or changed meanwhile."""

from __future__ import annotations

from typing import Final

from permission_guard.ports import ChangedMeanwhile, Expired, Refused, RetryLater

_TRANSIENT: Final = frozenset(
    {
        "TooManyRequestsException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "RequestThrottled",
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
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        # Among the reasons of a cancelled transaction.
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
    }
)
_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException"})
"""The error codes for expired credentials
(https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html; the second in protocols that write JSON)."""
_OVERTAKEN: Final = frozenset(
    {
        "PreconditionFailedException",
        "ResourceConflictException",
        "ConditionalCheckFailedException",
        "TransactionConflictException",
        # Among the reasons of a cancelled transaction.
        "ConditionalCheckFailed",
        "TransactionConflict",
    }
)
"""A RevisionId that is outdated; a Sid that was taken meanwhile (facts 3.1); a journal entry that was written or is being
written by another run
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html, Errors)."""
_TOO_MANY_REQUESTS: Final = 429
_SERVER_FAULT: Final = 500


def answered(code: str, message: str, call: str, status: int = 0) -> RetryLater | Refused | ChangedMeanwhile:
    """Return the exception for an AWS error: its code, its message, the call and the HTTP status."""
    if code in _OVERTAKEN:
        return ChangedMeanwhile(f"{code}: {message}")
    if code in _EXPIRED:
        return Expired(f"{code}: {message} ({call})")
    if code in _TRANSIENT or status == _TOO_MANY_REQUESTS or status >= _SERVER_FAULT:
        return RetryLater(f"{call}: {code}: {message}")
    return Refused(code, f"{message} ({call})")
