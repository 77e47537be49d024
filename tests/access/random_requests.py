"""Random requests that are possible by AWS's pages, written independently of the analysis.

Values are taken from the policy's own constants, with the wildcards filled in, so that many conditions are met.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

from permission_guard.iam import (
    ABSENT,
    Anonymous,
    Context,
    IamPrincipal,
    Policy,
    Principal,
    Request,
    ServicePrincipal,
)
from permission_guard.iam.request import Values
from permission_guard.model.facts import Trusted
from tests.access.random_policies import FUNCTION, OTHER, OURS, OWN, UNTRUSTED

ACTIONS = (
    "lambda:InvokeFunction",
    "lambda:InvokeFunctionUrl",
    "lambda:TagResource",
    "lambda:UpdateFunctionCode",
)
_FILLINGS = ("x", "prod", "deploy", "proddeploy", "a", "ab", "", "9", "us-east-1")


def _texts(policy: Policy, key: str) -> list[str]:
    conditions = (one for statement in policy.statements for one in statement.conditions)
    return [text for one in conditions if one.lower_key == key for text in one.texts]


def _filled(random: Random, text: str) -> str:
    return re.sub(
        r"[*?]", lambda one: random.choice(_FILLINGS) if one[0] == "*" else random.choice("x9a"), text
    )


class Sampler:
    """Draws requests from outside the zone of trust, or from inside."""

    def __init__(self, policy: Policy, trusted: Trusted, now: datetime, random: Random) -> None:
        self._policy = policy
        self._trusted = trusted
        self._now = now
        self._random = random

    def untrusted(self, count: int) -> Iterator[Request]:
        """Yield requests of untrusted accounts outside trusted organizations."""
        for _ in range(count):
            accounts = [one for one in self._accounts() if one not in self._trusted.all_accounts]
            organization = self._random.choice([None, OTHER, "o-abcdefghiz", OURS])
            if organization in self._trusted.organizations:
                organization = None
            yield self._request(self._random.choice(accounts), organization, trusted=False)

    def trusted(self, count: int) -> Iterator[Request]:
        """Yield requests of trusted accounts and organizations that AWS documents."""
        for _ in range(count):
            organization = self._random.choice([None, *self._trusted.organizations])
            account = self._random.choice(self._trusted.all_accounts)
            yield self._request(account, organization, trusted=True)

    def _accounts(self) -> list[str]:
        texts = " ".join(text for one in self._policy.statements for text in self._all_texts(one))
        return [*UNTRUSTED, *re.findall(r"(?<!\d)\d{12}(?!\d)", texts), "123456789019", "911111111123"]

    def _all_texts(self, statement: object) -> Iterator[str]:
        for condition in getattr(statement, "conditions", ()):
            yield from condition.texts
        principals = getattr(statement, "principals", None)
        yield from (one.name for one in principals.named) if principals else ()

    def _request(self, account: str, organization: str | None, *, trusted: bool) -> Request:
        action = self._random.choice(ACTIONS)
        makers: list[Callable[[], tuple[Principal, dict[str, Values]]]] = [
            lambda: self._role(account, organization),
            lambda: self._user(account, organization),
            lambda: self._root(account, organization),
            lambda: self._service(account, organization, trusted=trusted),
            lambda: self._service(account, organization, trusted=trusted),
        ]
        if not trusted:
            makers.append(self._anonymous)
        principal, own = self._random.choice(makers)()
        keys = {**self._shared(action), **own}
        if isinstance(principal, Anonymous):
            action = self._random.choice(ACTIONS[:2])
            keys |= {
                "lambda:functionurlauthtype": ("NONE",) if action == ACTIONS[1] else ABSENT,
                "lambda:invokedviafunctionurl": ("true",) if action == ACTIONS[0] else ABSENT,
                "aws:tagkeys": ABSENT,
                "aws:requesttag/t": ABSENT,
            }
        return Request(action, FUNCTION, principal, Context(keys, ABSENT))

    def _shared(self, action: str) -> dict[str, Values]:
        random = self._random
        tagging = action == "lambda:TagResource"
        url = action == "lambda:InvokeFunctionUrl"
        managing = action in ACTIONS[2:]
        auth: list[Values] = [("NONE",), ("AWS_IAM",), *([ABSENT] if managing else [])]
        return {
            "aws:securetransport": ("true",),
            "aws:resourceaccount": (OWN,),
            "aws:currenttime": (self._now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
            "aws:tagkeys": self._tag_keys() if tagging else ABSENT,
            "aws:requesttag/t": self._free("aws:requesttag/t") if tagging else ABSENT,
            "lambda:functionurlauthtype": random.choice(auth) if url or managing else ABSENT,
            "lambda:invokedviafunctionurl": random.choice((ABSENT, ("true",)))
            if action == ACTIONS[0]
            else ABSENT,
        }

    def _tag_keys(self) -> Values:
        values = [self._free("aws:tagkeys") for _ in range(self._random.choice((0, 1, 1, 2, 3)))]
        return tuple(dict.fromkeys(one[0] for one in values if one and one[0]))

    def _free(self, key: str) -> Values:
        texts = _texts(self._policy, key)
        choices = [ABSENT, ("x",), ("ab",), ("AB",), ("",), ("éa",)]
        choices += [(_filled(self._random, text).replace("$", ""),) for text in texts]
        return self._random.choice(choices)

    def _network(self) -> dict[str, Values]:
        random = self._random
        if random.random() < 0.7:
            return {"aws:sourceip": (random.choice(("8.8.8.8", "198.51.100.7", "2001:db8::1", "100.1.1.1")),)}
        return {
            "aws:sourcevpce": ("vpce-0fff",),
            "aws:sourcevpc": ("vpc-0fff",),
            "aws:vpcsourceip": ("172.16.0.1",),
        }

    def _iam(self, account: str, organization: str | None) -> dict[str, Values]:
        random = self._random
        path = random.choice((f"{organization}/r-ab12/", f"{organization}/r-ab12/ou-1/ou-2/"))
        mfa: list[dict[str, Values]] = [{}, {"aws:multifactorauthpresent": ("false",)}]
        mfa.append(
            {"aws:multifactorauthpresent": ("true",), "aws:multifactorauthage": (random.choice("059") + "0",)}
        )
        return {
            "aws:principalaccount": (account,),
            "aws:principalorgid": (organization,) if organization else ABSENT,
            "aws:principalorgpaths": (path,) if organization else ABSENT,
            "aws:principalisawsservice": ("false",),
            "aws:useragent": self._free("aws:useragent"),
            "aws:viaawsservice": random.choice((ABSENT, ("false",), ("true",))),
            "aws:tokenissuetime": ("2026-08-21T20:00:00Z",),
            **random.choice(mfa),
            **self._network(),
        }

    def _arn(self, account: str, kind: str) -> str:
        named = [arn for arn in _texts(self._policy, "aws:principalarn") if f":{kind}/" in arn]
        names = [_filled(self._random, arn.split("/", 1)[1]) for arn in named]
        name = self._random.choice([*names, "prod", "deploy", "proddeploy", "bob", f"a:{OWN}:b/x", "zz"])
        return f"arn:aws:iam::{account}:{kind}/{name.strip('/') or 'x'}"

    def _role(self, account: str, organization: str | None) -> tuple[Principal, dict[str, Values]]:
        arn = self._arn(account, "role")
        session = self._random.choice(("bob", "session", "x1"))
        assumed = f"arn:aws:sts::{account}:assumed-role/{arn.rsplit('/', 1)[-1]}/{session}"
        own: dict[str, Values] = {
            "aws:principalarn": (arn,),
            "aws:principaltype": ("AssumedRole",),
            "aws:userid": (f"AROAZZZZ:{session}",),
            "aws:sourceidentity": self._random.choice((ABSENT, ("bob",), ("alice",))),
            "aws:principaltag/team": self._free("aws:principaltag/team"),
        }
        return IamPrincipal(arn, account, assumed), {**self._iam(account, organization), **own}

    def _user(self, account: str, organization: str | None) -> tuple[Principal, dict[str, Values]]:
        arn = self._arn(account, "user")
        own: dict[str, Values] = {
            "aws:principalarn": (arn,),
            "aws:principaltype": ("User",),
            "aws:userid": ("AIDAQQQQ",),
            "aws:tokenissuetime": self._random.choice((ABSENT, ("2026-08-21T20:00:00Z",))),
            "aws:username": (arn.rsplit("/", 1)[-1],),
            "aws:principaltag/team": self._free("aws:principaltag/team"),
        }
        return IamPrincipal(arn, account), {**self._iam(account, organization), **own}

    def _root(self, account: str, organization: str | None) -> tuple[Principal, dict[str, Values]]:
        arn = f"arn:aws:iam::{account}:root"
        own: dict[str, Values] = {
            "aws:principalarn": (arn,),
            "aws:principaltype": ("Account",),
            "aws:userid": (account,),
        }
        return IamPrincipal(arn, account), {**self._iam(account, organization), **own}

    def _anonymous(self) -> tuple[Principal, dict[str, Values]]:
        own: dict[str, Values] = {
            "aws:principalaccount": ("anonymous",),
            "aws:principaltype": ("Anonymous",),
            "aws:userid": ("anonymous",),
            "aws:principalisawsservice": ("false",),
            "aws:useragent": self._free("aws:useragent"),
        }
        return Anonymous(), {**own, **self._network()}

    def _service(
        self, account: str, organization: str | None, *, trusted: bool
    ) -> tuple[Principal, dict[str, Values]]:
        random = self._random
        named = [
            one.name
            for statement in self._policy.statements
            if statement.principals
            for one in statement.principals.named
            if one.type == "Service"
        ]
        if trusted and not self._pinned():  # a skill that nobody names belongs to nobody's zone of trust
            named = [one for one in named if not one.startswith("alexa")]
        name = random.choice(
            [*named, *named, "sns.amazonaws.com", "s3.amazonaws.com", "quicksight.amazonaws.com"]
        )
        arn, shown = self._source(name, account, trusted=trusted)
        within = organization if arn or shown else None
        path = random.choice((f"{within}/r-ab12/", f"{within}/r-ab12/ou-1/"))
        keys: dict[str, Values] = {
            "aws:sourcearn": (arn,) if arn else ABSENT,
            "aws:sourceaccount": (account,) if shown else ABSENT,
            "aws:sourceorgid": (within,) if within else ABSENT,
            "aws:sourceorgpaths": (path,) if within else ABSENT,
            "aws:principalisawsservice": ("true",),
            "aws:principalservicename": (name,),
            "aws:principalservicenameslist": (name,),
        }
        if name.startswith("alexa"):
            keys["lambda:eventsourcetoken"] = self._token(trusted=trusted)
        return ServicePrincipal(name), keys

    def _pinned(self) -> list[str]:
        return [one for one in _texts(self._policy, "lambda:eventsourcetoken") if "*" not in one]

    def _token(self, *, trusted: bool) -> Values:
        texts, pinned = _texts(self._policy, "lambda:eventsourcetoken"), self._pinned()
        if trusted:
            return (self._random.choice(pinned),)
        free = [_filled(self._random, one) for one in texts if "*" in one]
        return (self._random.choice([one for one in [*free, "other"] if one and one not in pinned]),)

    def _source(self, service: str, account: str, *, trusted: bool) -> tuple[str, bool]:
        """The ARN in the request, or none, and whether it has the account key."""
        random = self._random
        name = random.choice(("prod-topic", "deploy", "proddeploy", "t", "r", "xprodx", "x"))
        region = random.choice(("us-east-1", "eu-west-3", "ap-south-1"))
        arns = {
            "sns.amazonaws.com": (f"arn:aws:sns:{region}:{account}:{name}", (True, False)),
            "s3.amazonaws.com": (f"arn:aws:s3:::{random.choice(('bucket', name))}", (True,)),
            "events.amazonaws.com": (f"arn:aws:events:{region}:{account}:rule/{name}", (False,)),
            "logs.amazonaws.com": (
                f"arn:aws:logs:{region}:{account}:log-group:{random.choice((name, OWN))}:*",
                (True,),
            ),
            "iot.amazonaws.com": (f"arn:aws:iot:{region}:{account}:rule/{name}", (True, False)),
            "secretsmanager.amazonaws.com": (
                f"arn:aws:secretsmanager:{region}:{account}:secret:{name}",
                (True,),
            ),
        }
        if service.startswith("alexa"):
            return "", False
        own, shown = arns.get(
            service,
            (f"arn:aws:{service.split('.', maxsplit=1)[0]}:{region}:{account}:apps/{name}", (True, False)),
        )
        if trusted:
            return own, random.choice(shown)
        other = f"arn:aws:sns:{region}:{account}:{name}:{OWN}:x"
        bare = f"arn:aws:{random.choice(('sns', 's3', 'foo'))}:::{name}"
        return random.choice((own, own, own, "", other, bare)), random.random() < 0.5
