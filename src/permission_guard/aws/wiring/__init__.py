"""Who is really connected to a function: one small lookup for each service, and only the one in question is asked.

An answer is whole or it is none. A statement that is bound to the sources found here shuts out every other caller of the
service, so a lookup that cannot see everything says NotFound or Unreadable, whatever it has seen (decision 11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final

from permission_guard.aws.clients import Clients
from permission_guard.aws.wiring import apis, calls, iot, occasions, questions
from permission_guard.aws.wiring.calls import CALLS, Calls, Incomplete
from permission_guard.aws.wiring.search import Search
from permission_guard.callers import caller_of
from permission_guard.facts import FunctionFacts, NotFound, Source, Unreadable, Wired, Wiring
from permission_guard.iam import LayerVersionArn
from permission_guard.ports import Refused

PERMISSIONS = (
    *calls.PERMISSIONS,
    *occasions.PERMISSIONS,
    *apis.PERMISSIONS,
    *iot.PERMISSIONS,
    *questions.PERMISSIONS,
)
"""The rights that the lookups need."""

LOOKUPS: Final = MappingProxyType[str, Callable[[Search], Iterator[Source]]](
    {
        "s3.amazonaws.com": occasions.of_s3,
        "sns.amazonaws.com": occasions.of_sns,
        "events.amazonaws.com": occasions.of_events,
        "logs.amazonaws.com": occasions.of_logs,
        "lambda.alarms.cloudwatch.amazonaws.com": occasions.of_alarms,
        "ses.amazonaws.com": occasions.of_ses,
        "iot.amazonaws.com": iot.of_iot,
        "config.amazonaws.com": occasions.of_config,
        "secretsmanager.amazonaws.com": occasions.of_secrets_manager,
        "codecommit.amazonaws.com": occasions.of_codecommit,
        "apigateway.amazonaws.com": apis.of_api_gateway,
        "elasticloadbalancing.amazonaws.com": questions.of_load_balancers,
        "vpc-lattice.amazonaws.com": questions.of_vpc_lattice,
        "cloudfront.amazonaws.com": questions.of_cloudfront,
        "appsync.amazonaws.com": questions.of_appsync,
        "cognito-idp.amazonaws.com": questions.of_cognito_user_pools,
        "cognito-sync.amazonaws.com": questions.of_cognito_sync,
        "transfer.amazonaws.com": questions.of_transfer,
        "bedrock.amazonaws.com": questions.of_bedrock,
        "lexv2.amazonaws.com": questions.of_lex,
        "connect.amazonaws.com": questions.of_connect,
    }
)
"""By the service's principal as in `callers.CALLERS`, what finds its resources that invoke a function."""


def wiring(clients: Clients, facts: FunctionFacts, principal: str, budget: int = CALLS) -> Wiring:
    """Find what a service has set up to invoke the function or one of its versions and aliases.

    A budget is the most calls that may be made. Raises TryAgain if AWS cannot answer now.
    """
    caller = caller_of(principal)
    lookup = LOOKUPS.get(caller.principal) if caller else None
    if caller is None or lookup is None or isinstance(facts.arn, LayerVersionArn):
        return NotFound(f"{principal} has no call that lists what it invokes")
    search = Search(facts.arn, facts.qualifier, caller, Calls(clients, facts.arn.region, budget))
    try:
        sources = tuple(dict.fromkeys(lookup(search)))
    except Incomplete as reason:
        return NotFound(str(reason))
    except Refused as error:
        return Unreadable(f"what {principal} has set up to invoke {facts.arn}", str(error))
    return Wired(sources) if sources else NotFound("nothing is wired")
