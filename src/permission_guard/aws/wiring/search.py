"""One question: what of this service is set up to invoke this function?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from permission_guard.aws.wiring.calls import Calls, Incomplete
from permission_guard.callers import Caller
from permission_guard.facts import Source
from permission_guard.iam import FunctionArn
from permission_guard.iam.arn import Arn, ArnError

_INVOCATION: Final = re.compile(
    r"path/{1,2}[0-9]{4}-[0-9]{2}-[0-9]{2}/functions/(?P<function>.+)"
    r"/(?:invocations|response-streaming-invocations|invoke-async/?)"
)
"""How API Gateway writes "invoke this function", after `arn:P:apigateway:R:lambda:`
(https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html, uri)."""
_VARIABLE: Final = "${"


@dataclass(frozen=True, slots=True)
class Search:
    """The function that is looked for, the calls that may be made, and what is known of the service that is asked.

    `qualifier` is the version or alias whose policy is in question, None for the function itself.
    """

    function: FunctionArn
    qualifier: str | None
    caller: Caller
    calls: Calls

    def target(self, text: str) -> str | None:
        """Return the ARN that is invoked, if the text is the function's or that of one of its versions or aliases."""
        try:
            return text if FunctionArn.parse(text) == self.function else None
        except ArnError:  # the ARN of something else
            return None

    def invoked(self, uri: str) -> str | None:
        """Return the ARN that a URI of an integration or authorizer invokes, if it is the function's.

        Raises Incomplete if it may be the function's, and only a stage's variables would tell.
        """
        text = self._named_in(uri)
        fixed, variable, _ = text.partition(_VARIABLE)
        if not variable:
            return self.target(text)
        mine = f"{self.function}:"
        if mine.startswith(fixed) or fixed.startswith(mine):
            raise Incomplete(f"{uri} invokes what a variable of the stage says")
        return None

    def _named_in(self, uri: str) -> str:
        """Return the function that the URI of a call to Lambda names; any other text as it is."""
        try:
            arn = Arn.parse(uri)
        except ArnError:  # the address of a web server
            return uri
        if (arn.service, arn.account) != ("apigateway", "lambda"):
            return uri
        found = _INVOCATION.fullmatch(arn.resource)
        if found is None:
            raise Incomplete(f"{uri} calls Lambda in a way that is not known")
        return found["function"]

    def source(self, arn: str, target: str, account: str = "") -> Source:
        """Return a source that AWS names by its ARN; without an account of its own it is the function's."""
        try:
            owner = Arn.parse(arn).account
        except ArnError as error:
            raise Incomplete(f"{self.caller.principal} names a resource without its ARN") from error
        return Source(arn, account or owner or self.function.account, target)

    def named(self, name: str, target: str) -> Source:
        """Return a source of the function's own account and region that AWS names by its name alone."""
        account = self.function.account
        arn = self.caller.arn(self.function, account, name=name, region=self.function.region)
        return Source(arn, account, target)
