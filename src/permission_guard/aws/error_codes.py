"""What AWS's names for errors mean for us: retry later, refused, or changed meanwhile."""

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
"""What AWS says of credentials whose time is over
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
"""A RevisionId that is not the present one; a Sid that somebody else has taken meanwhile (facts 3.1); an entry of the
journal that somebody else has written or is writing
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html, Errors)."""
_TOO_MANY_REQUESTS: Final = 429
_SERVER_FAULT: Final = 500


def answered(code: str, message: str, call: str, status: int = 0) -> RetryLater | Refused | ChangedMeanwhile:
    """Return what an error of AWS means for us: its code, its message, the call and the HTTP status."""
    if code in _OVERTAKEN:
        return ChangedMeanwhile(f"{code}: {message}")
    if code in _EXPIRED:
        return Expired(f"{code}: {message} ({call})")
    if code in _TRANSIENT or status == _TOO_MANY_REQUESTS or status >= _SERVER_FAULT:
        return RetryLater(f"{call}: {code}: {message}")
    return Refused(code, f"{message} ({call})")
