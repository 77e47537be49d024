"""The nodes of single condition keys: who chooses the value, and which values are possible.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html describes the global keys.
A key that the table in key_table.py does not have can make the answer UNKNOWN, never a pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from permission_guard.access import actions, forms, letters, span
from permission_guard.access.letters import Letters
from permission_guard.access.literal import Stance
from permission_guard.access.node import Either, Every, Fixed, Node, Unknown
from permission_guard.access.scene import Scene, Side
from permission_guard.access.shape import Shape
from permission_guard.access.text import Several, Spelled, Variables
from permission_guard.access.word import Need
from permission_guard.frozen import frozen
from permission_guard.iam import ABSENT, UNKNOWN, Context
from permission_guard.iam.request import Values

CLOCK: Final = ("aws:currenttime", "aws:epochtime")
ISSUED: Final = "aws:tokenissuetime"
TIMES: Final = (*CLOCK, ISSUED)
"""Keys whose values depend on when the policy is analyzed."""
MFA: Final = ("aws:multifactorauthpresent", "aws:multifactorauthage")
ENDPOINT: Final = ("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip")
ENDPOINT_ORGANIZATION: Final = ("aws:vpceorgid", "aws:vpceorgpaths")
NETWORK: Final = ("aws:sourceip", *ENDPOINT, "aws:vpceaccount", *ENDPOINT_ORGANIZATION)
RESOURCE_ORGANIZATION: Final = ("aws:resourceorgid", "aws:resourceorgpaths")
AUTH_TYPE: Final = "lambda:functionurlauthtype"
VIA_URL: Final = "lambda:invokedviafunctionurl"
TOKEN: Final = "lambda:eventsourcetoken"  # noqa: S105  # a condition key
CHAIN: Final = ("aws:viaawsservice", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast")
SOURCE_FUNCTION: Final = "lambda:sourcefunctionarn"
_LONGEST_SESSION: Final = 36 * 3600
"""Seconds: no session lasts longer (STS/latest/APIReference/API_GetSessionToken.html)."""

NEVER_SENT: Final = frozenset(
    {
        *("s3", "kms", "sqs", "sns", "dynamodb", "logs", "events", "rds", "secretsmanager"),
        *("elasticloadbalancing", "apigateway", "cloudwatch", "cloudformation", "route53", "states"),
        *("ecr", "elasticfilesystem", "organizations", "ses", "cognito-idp", "acm", "kinesis"),
        *("firehose", "s3-object-lambda", "s3express", "iot", "cloudtrail", "iam", "appsync"),
        *("autoscaling", "backup", "codecommit", "codepipeline", "ram", "servicecatalog"),
    }
)
"""Services whose condition keys no Lambda call has: the keys of a service are for its own actions. Lambda's are listed in
service-authorization/latest/reference/list_awslambda.html."""

NEVER_INVOKING: Final = frozenset(
    {
        *("lambda:principal", "lambda:layer", "lambda:functionarn", "lambda:codesigningconfigarn"),
        *("lambda:vpcids", "lambda:subnetids", "lambda:securitygroupids"),
    }
)
"""Keys that Lambda's page lists for actions other than those that invoke."""


@frozen(slots=False)
class Keys:
    """Builds the nodes of one kind of caller, on one side, for one action. `known` are the values that all its requests have."""

    scene: Scene
    side: Side
    action: str
    known: Context

    def fixed(self, values: Mapping[str, Values]) -> Node:
        """Keys with one value."""
        return Fixed(values, self.known)

    def absent(self, *keys: str) -> Node:
        """Keys that the requests do not have."""
        return Fixed(dict.fromkeys(keys, ABSENT))

    def undocumented(self, key: str) -> Node:
        """A key that AWS does not document for these callers: absent, or unsure and of any value."""
        return self.perhaps(self.unknown(key), key)

    def perhaps(self, node: Node, *keys: str, stance: Stance = Stance.SURE) -> Node:
        """Keys that are absent, or have the values of a node."""
        return Either(((Stance.SURE, self.absent(*keys)), (stance, node)))

    def unknown(self, key: str) -> Node:
        """A key that may be absent or have any values."""
        words = Several(
            key, forms.plain(letters.TEXT, least=0), 1, self.scene.automata, Variables(self.known)
        )
        return Unknown(Fixed({key: UNKNOWN}), (self.absent(key), words, self.fixed({key: ("",)})))

    def word(self, key: str, shape: Shape, standing: tuple[Need, ...] = ()) -> Node:
        """A key whose value is a word of a shape."""
        tracks = {key: 1}
        return Spelled(shape, tracks, self.scene.automata, Variables(self.known, tracks), standing)

    def chosen(self, key: str, alphabet: Letters, *, empty: bool = False) -> Node:
        """A text that the caller chooses, or none. Characters that AWS does not document are unsure."""
        branches = [
            (Stance.SURE, self.absent(key)),
            (Stance.SURE, self.word(key, forms.plain(alphabet))),
            (Stance.SURE if empty else Stance.UNSURE, self.fixed({key: ("",)})),
            (Stance.UNSURE, self.word(key, forms.plain(letters.TEXT))),
        ]
        return Either(tuple(sorted(branches, key=lambda branch: branch[0])))

    def several(self, key: str, alphabet: Letters) -> Node:
        """Any number of texts that the caller chooses, or none."""
        words = Several(key, forms.plain(alphabet), 1, self.scene.automata, Variables(self.known))
        anything = Several(key, forms.plain(letters.TEXT), 1, self.scene.automata, Variables(self.known))
        return Either(((Stance.SURE, self.absent(key)), (Stance.SURE, words), (Stance.UNSURE, anything)))

    def enumerated(self, key: str, *values: str | None) -> Node:
        """A key that has one of these values; None stands for absent."""
        nodes = [self.absent(key) if value is None else self.fixed({key: (value,)}) for value in values]
        return Either(tuple((Stance.SURE, node) for node in nodes))

    def chain(self) -> Node:
        """The services that pass a call on. aws:ViaAWSService is true if there are any, and aws:CalledVia lists them.

        If the policies mention two of these keys, a chain of several services is unsure, and so is a service that does
        not support aws:CalledVia.
        """
        (via, *calls), known = CHAIN, self.known
        direct = Every((self.enumerated(via, "false", None), self.absent(*calls)))
        passed_on, tracks = self.fixed({via: ("true",)}), dict.fromkeys(calls, 1)
        shape = forms.plain(letters.DOTTED)
        one = Spelled(shape, tracks, self.scene.automata, Variables(known, tracks))
        every, first, last = calls
        texts = (self.chosen(key, letters.DOTTED) for key in (first, last))
        apart = Every((passed_on, self.several(every, letters.DOTTED), *texts))
        is_alone = sum(map(self.scene.mentions, CHAIN)) == 1
        ways = ((Stance.SURE, direct), (Stance.SURE, Every((passed_on, one))))
        return Either((*ways, (Stance.SURE if is_alone else Stance.UNSURE, apart)))

    def mentioned(self, prefix: str) -> list[str]:
        """Return the keys with a prefix that the policies mention."""
        return [key for key in self.scene.literals.mentioned if key.startswith(prefix)]

    def rest(self, covered: frozenset[str]) -> Iterator[Node]:
        """Yield the nodes of keys that no row has: keys of other services and other actions are absent, all others unknown."""
        never = NEVER_INVOKING if self.action in actions.INVOKING else frozenset()
        for key in self.scene.literals.mentioned:
            if key not in covered:
                is_sent = key.partition(":")[0] not in NEVER_SENT and key not in never
                yield self.unknown(key) if is_sent else self.absent(key)

    def clock(self) -> Node:
        """The present is sure. A later time is unsure: a caller can wait for it."""
        now = int(self.scene.now.timestamp())
        writings: dict[str, span.Writing] = dict(zip(CLOCK, (span.as_moment, str), strict=True))
        present, later = self.scene.lines(writings, ((now, now + 1),), ((now + 1, span.LAST_SECOND + 1),))
        return Either(((Stance.SURE, present), (Stance.UNSURE, later)))

    def issued(self, *, always: bool) -> Node:
        """aws:TokenIssueTime of a session."""
        now = int(self.scene.now.timestamp())
        writing = {ISSUED: span.as_moment}
        sessions, later = self.scene.lines(
            writing, ((now - _LONGEST_SESSION, now + 1),), ((now + 1, span.LAST_SECOND + 1),)
        )
        branches: list[tuple[Stance, Node]] = [(Stance.SURE, sessions), (Stance.UNSURE, later)]
        if not always:
            branches.insert(0, (Stance.SURE, self.absent(ISSUED)))
        return Either(tuple(branches))

    def mfa(self) -> Node:
        """Whether the caller signed in with a second factor, and how many seconds ago."""
        present, age = MFA
        signed = (
            self.fixed({present: ("true",)}),
            *self.scene.lines({age: str}, ((0, _LONGEST_SESSION + 1),)),
        )
        without = self.fixed({present: ("false",), age: ABSENT})
        nodes = (self.absent(*MFA), without, Every(signed))
        return Either(tuple((Stance.SURE, node) for node in nodes))

    def auth_type(self) -> Node:
        """How the function's URL authenticates."""
        if self.action == actions.INVOKE_URL:
            return self.enumerated(AUTH_TYPE, "AWS_IAM", "NONE")
        if self.action in actions.INVOKING:
            return self.absent(AUTH_TYPE)
        return self.enumerated(AUTH_TYPE, None, "AWS_IAM", "NONE")

    def via_url(self) -> Node:
        """Whether a call of InvokeFunction came through the function's URL."""
        if self.action == actions.INVOKE:
            others = (Stance.UNSURE, self.fixed({VIA_URL: ("false",)}))
            ways = self.enumerated(VIA_URL, None, "true")
            return Either(((Stance.SURE, ways), others))
        return self.undocumented(VIA_URL)

    def token(self, stance: Stance) -> Node:
        """lambda:EventSourceToken, a skill's id. Only its owner knows it, so no untrusted caller sends an id in the policy."""
        named = self.scene.automata.spelled(self.scene.literals.whole(TOKEN))
        if self.side.trusted:
            if stance is not Stance.SURE:
                return self.absent(TOKEN)
            if self.side.name is not None:
                return self.fixed({TOKEN: (self.side.name,)})
            shape = forms.plain(letters.NAME)
            ways = [(Stance.SURE, self.word(TOKEN, shape, (Need(1, one, wanted=True),))) for one in named]
            return Either(tuple(ways))
        needs = tuple(Need(1, one, wanted=False) for one in named if self.side.accounts)
        word = (stance, self.word(TOKEN, forms.plain(letters.TEXT), needs))
        return Either(((Stance.SURE, self.absent(TOKEN)), word))

    def network(self) -> Node:
        """A call over the internet has aws:SourceIp; a call through an endpoint has the keys of its VPC."""
        internet = Every((self._address("aws:sourceip"), self.absent(*NETWORK[1:])))
        parts: list[Node] = [
            self._address("aws:vpcsourceip"),
            self.absent("aws:sourceip"),
            self._endpoint_account(),
        ]
        parts += (self._assigned("aws:sourcevpc", "vpc-"), self._assigned("aws:sourcevpce", "vpce-"))
        if self.scene.mentions(*ENDPOINT_ORGANIZATION):
            parts.append(self.scene.organization(self.side, ENDPOINT_ORGANIZATION, self.known))
        else:
            parts.append(self.absent(*ENDPOINT_ORGANIZATION))
        # For a call that a service passes on, AWS does not say for every service whether it has an address or an endpoint.
        neither = self.absent(*NETWORK)
        ways = ((Stance.SURE, internet), (Stance.SURE, Every(tuple(parts))), (Stance.UNSURE, neither))
        return Either(ways)

    def _address(self, key: str) -> Node:
        named = self.scene.named_networks
        everywhere = span.union(span.V4 + span.V6)
        outside = span.common(everywhere, span.complement(named))
        others, these = self.scene.lines({key: span.as_address}, outside, named)
        return Either(((Stance.SURE, others), (Stance.NETWORK, these)))

    def _assigned(self, key: str, start: str) -> Node:
        """An id that AWS assigns. Only the network that the policy names has the id in the policy."""
        shape = forms.plain(letters.LOWER_DIGIT, start)
        named = self.scene.automata.spelled(self.scene.literals.whole(key))
        others = self.word(key, shape, tuple(Need(1, one, wanted=False) for one in named))
        return Either(((Stance.SURE, others), (Stance.NETWORK, self.word(key, shape))))

    def _endpoint_account(self) -> Node:
        key = "aws:vpceaccount"
        own = self.word(key, forms.digits(), self.scene.account_needs(self.side, 1))
        another = (Stance.NETWORK, self.word(key, forms.digits()))
        return Either(((Stance.SURE, own), (Stance.UNSURE, self.absent(key)), another))
