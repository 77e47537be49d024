"""The page about who has access: the model of callers, made from the tables of `permission_guard.access`."""

from __future__ import annotations

from typing import Final

from permission_guard.access.key_table import ROWS
from permission_guard.access.meter import BUDGET
from permission_guard.services import BY_TOKEN, SERVICES, WITHOUT_STATEMENT

_SITE: Final = "https://docs.aws.amazon.com/"

_INTRODUCTION: Final = f"""\
For each Allow statement the guard asks: does a request exist that comes from outside the zone of trust, that the
statement allows, and that no Deny refuses? It searches all requests of the model below; it does not try samples.

| answer | meaning | reported as |
|---|---|---|
| open | an untrusted request is allowed; the finding shows one | fail |
| open, named | the same, but only for accounts or organizations that the policy names in full | fail |
| closed | no untrusted request of the model is allowed | pass |
| dead | nobody can use the statement | low |
| unknown | it depends on facts that cannot be known beforehand; the finding names the keys | unknown |
| too complex | {BUDGET:,} steps, well under a second, were not enough | unknown |

A fact is *sure* if the caller can make it so or AWS documents it. It is *unsure* if it cannot be known beforehand, or if
AWS documents that it is not so and a proof must not depend on that. "Open" depends on sure facts only. "Closed" means that
no request is allowed even with unsure facts."""

_CALLERS: Final = """\
| caller | admitted by | condition keys of its calls |
|---|---|---|
| role session | its account, its role, its session, `*` | aws:PrincipalArn is the role's ARN; aws:userid ends with the session's name |
| user, root user, federated user | the same | aws:username for users only |
| anonymous | `*` only | through a function URL without authentication only |
| a service that the policy names | its name, `*` | an account for which it calls, or none |
| any other service | `*`, NotPrincipal | a name that ends like a service's; any source |

Accounts are any twelve digits, organizations any id, Regions any name of the usual form. The account in aws:SourceArn is
aws:SourceAccount, the account in aws:PrincipalArn is aws:PrincipalAccount, and aws:PrincipalOrgPaths begins with
aws:PrincipalOrgID. No request has different values in them."""

_LIMITS: Final = """\
- Identity policies, service control policies and session policies of the caller are not considered: an untrusted account
  sets its own.
- A statement for invoking that is limited to a named network (a VPC or endpoint that is written in full, an address range
  of /8 or narrower, /32 for IPv6) is closed, with a remark. For managing and reading no network is enough. Ranges that
  together are half of all addresses limit nobody.
- A unique id in aws:userid belongs to one principal, but its account is not known: unknown.
- What a date in the future allows is unknown. What only a past date allowed is closed.
- Any id of the right form counts as an id that somebody has: `12345678901?` stands for ten accounts.
- The organization and the account are independent of each other, and so are aws:TagKeys and aws:RequestTag. Names can have any
  length. This can turn "closed" into "open", never the reverse.
- aws:CalledVia is absent unless aws:ViaAWSService is true. A chain of several services, and a service that does not support
  aws:CalledVia, are unknown if the policy mentions two of these keys.
- A policy variable whose value is not known may stand for any text. A service has no tags, so for it the variable of a tag is absent.
  If a tag that the caller can choose makes the request allowed, the answer is open.
- An operator that is not made for the key's type (NumericEquals on an account), and a key that is not in the table, are unknown.
  Where all values of such a key have the same answer, this is the answer.
- The table of services never makes a pass. It distinguishes open from unknown, and dead from closed."""


def access_page(note: str) -> str:
    """Return the page, with this note below its title."""
    lines = [
        "# Who has access",
        note,
        "",
        _INTRODUCTION,
        "",
        "## Callers",
        "",
        _CALLERS,
        "",
        "## Condition keys",
        "",
    ]
    lines += ["| keys | value | page |", "|---|---|---|"]
    lines += [f"| {_keys(row.keys)} | {row.meaning} | {_link(row.page)} |" for row in ROWS]
    lines += [
        "",
        "## Services",
        "",
        "| principal | resource of its SourceArn | sends SourceArn | sends SourceAccount | page |",
    ]
    lines += ["|---|---|---|---|---|"]
    for one in SERVICES:
        forms = ", ".join(f"`{one.namespace}` `{form}`" for form in one.forms)
        lines.append(
            f"| {one.principal} | {forms} | {one.arn.name.lower()} | {one.account.name.lower()} | {_link(one.page)} |"
        )
    lines += ["", f"By `lambda:EventSourceToken` alone: {', '.join(sorted(BY_TOKEN))}.", ""]
    lines += [
        "These invoke with a role, or Lambda reads from them itself; a statement for them does nothing:",
        "",
    ]
    lines += [f"- {principal} ({_link(page)})" for principal, page in WITHOUT_STATEMENT.items()]
    return "\n".join([*lines, "", "## Limits", "", _LIMITS, ""])


def _keys(keys: tuple[str, ...]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _link(page: str) -> str:
    return f"[{page.rsplit('/', 1)[-1].removesuffix('.html')}]({_SITE}{page})"
