"""AWS's errors as RetryLater, Refused or ChangedMeanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    SSOError,
    TokenRetrievalError,
)

from permission_guard.aws.error_codes import answered
from permission_guard.ports import ChangedMeanwhile, Expired, Refused, RetryLater


@contextmanager
def translated() -> Iterator[None]:
    """Turn AWS's errors into RetryLater, ChangedMeanwhile or Refused.

    A call that never reached AWS, or whose answer was lost, is retried later: every call of the guard may be made twice.
    """
    try:
        yield
    except ClientError as error:
        raise _answer(error) from error
    except ParamValidationError as error:
        # It was never sent, and a retry would not send it either.
        raise Refused("ParamValidation", str(error)) from error
    except _NO_CREDENTIALS as error:
        raise Expired(str(error)) from error
    except BotoCoreError as error:
        raise RetryLater(str(error)) from error


_NO_CREDENTIALS: Final = (CredentialRetrievalError, NoCredentialsError, SSOError, TokenRetrievalError)
"""botocore's errors where credentials cannot be renewed: of single sign-on, or of another program."""


def _answer(error: ClientError) -> RetryLater | Refused | ChangedMeanwhile:
    """Return the exception for an error; for a cancelled transaction, that of its most lasting reason."""
    message = error.response.get("Error", {}).get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    answers = [answered(code, message, error.operation_name, status) for code in _codes(error)]
    return max(answers, key=lambda answer: _LASTING.index(type(answer)))


_LASTING: Final = (RetryLater, Expired, ChangedMeanwhile, Refused)


def _codes(error: ClientError) -> tuple[str, ...]:
    """Return AWS's names for what went wrong: a transaction gives one for each of its items, or "None"."""
    reasons: Mapping[str, Any] = dict(error.response)
    listed = [str(reason.get("Code", "None")) for reason in reasons.get("CancellationReasons", ())]
    return tuple(code for code in listed if code != "None") or (code_of(error),)


def code_of(error: ClientError) -> str:
    """Return AWS's name for an error."""
    return error.response.get("Error", {}).get("Code", "Unknown")
