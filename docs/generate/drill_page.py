"""The page on `drill`, with what the command prints in an account in memory (tests/drilled.py)."""

from __future__ import annotations

from typing import Final

from docs.generate.gallery import ROOT
from tests.drilled import Drilled

POLICY: Final = ROOT / "docs" / "examples" / "drill-policy.json"
_UP: Final = "\x1b["


def drill_page(note: str) -> str:
    """Return the page."""
    plain = Drilled().run().stdout
    lost = Drilled(lost={"CreateFunction"}, is_logging=False).run(width=110).stdout
    *frames, last = lost.split(_UP)
    # A frame begins with what is left of its escape sequences.
    late = [frame.partition("J")[2] if "J" in frame[:4] else "" for frame in frames]
    shown = next(frame for frame in late if "If it does not come" in frame)
    ended = last.partition("J")[2].partition("\n\n")[2]
    return _PAGE.format(note=note, plain=plain, late=shown, ended=ended, policy=POLICY.read_text())


_PAGE: Final = """\
# Prove it: the drill
{note}

`permission-guard drill` proves the deployed guard in the account that your credentials name. It makes two faults on purpose, and watches what the guard does
about them:

1. A role without policies, which only Lambda may assume, and a function that uses it. Both are named `permission-guard-drill-...` and have the tag
   `permission-guard:drill`. The code of the function does nothing, and nothing invokes it.
2. The statement `drill`, which lets `s3.amazonaws.com` invoke the function for any account.

It waits until the policy is attached to the role, until the statement has a condition, and until the journal says that both are reported. Then it deletes the
function. CloudTrail's event of that call wakes the guard once more, which detaches its policy, because no function uses the role any more.

```text
$ permission-guard drill
{plain}```

- The seconds count from the answer to the call until the drill sees the change; it looks every two seconds. The guard leaves a new function alone for 60 seconds.
- **alert sent** means that the journal says so, which it does after SNS has accepted the alert, and that the alert does not wait for the digest. Whether it has
  arrived, only its receiver can see.
- With `Mode=Observe`, or for a rule in `AlertOnly`, it waits for the alert only. If the guard changes something all the same, the exit code is 1. What must happen
  it learns from the same guard, with the settings of the stack, in an account in memory.
- **Everything is removed**, also after Ctrl-C, a refused call or an error. What a killed drill leaves behind, `permission-guard drill --clean-up` finds by name and
  tag and removes; so do not run it while another drill runs in the same Region. The journal keeps its entries, as it does for every function.
- `--json` prints the same for machines, at the end. The exit code is 0 if the guard did all that it must, 1 if it did not or AWS refused a call, 2 if AWS could not
  be reached, 3 if the credentials or the stack were not found, and 130 after Ctrl-C.

## If something does not come

On a terminal the drill is one page. It says what is waited for, and after two minutes what to check:

```text
{late}```

After `--timeout` (15 minutes) it removes everything, and asks the checks of `permission-guard doctor` for the likeliest reason:

```text
{ended}```

## What it says about your account

AWS does not document these, or they differ between Regions:

| line | what it answers |
|---|---|
| its event is ... | the name that CloudTrail gives to the call |
| evaluated ... s after its time | how long CloudTrail, EventBridge and the queue take here; CreateFunction with the 60 seconds |
| PutResourcePolicy is available | if not, the guard adds a statement with another Sid and removes the original |
| has the Sid that it had | whether a stack that removes its permission later finds it |
| changed the RevisionId | whether a write that was planned before it is refused |
| have the same RevisionId | whether a change of the function between the guard's read and its write has the write refused, and made again |
| the event of PutResourcePolicy shows the policy | whether the record says what was written |

The names of CreateFunction's and AddPermission's events are from the journal. The guard makes PutResourcePolicy itself, and ignores the event of it, so its name is
from CloudTrail's event history. That lags by up to 15 minutes: a drill that ends earlier says **Unknown**, with the command that shows it later.

Twelve questions about AWS were left that only a live account can answer. A drill answers one of them, and a part of another:

| question | drill |
|---|---|
| the name of PutResourcePolicy's event, and whether it shows the policy | answers it |
| which statements an account that blocks public policies refuses (PublicPolicyException) | a part: if it refuses a permission for S3 without a source, the drill ends with that |
| which form of `Resource` logs:CreateLogGroup needs; whether `aws:MultiFactorAuthPresent` is in the session of a Lambda role | no: it does not run the function |
| which source keys EventBridge, SNS, VPC Lattice, AppSync, Transfer Family, IoT and Bedrock send; whether an ARN of any API matches those of API Gateway; whether a function's policy admits calls to its versions | no: nothing invokes the function |
| `iam:AttachRolePolicy` in the Serverless Application Repository; web functions; the new Security Hub; deletion of an `AWS::Lambda::Permission` whose Sid is gone | no: it uses none of them |

## What you need

[This policy](examples/drill-policy.json), for a stack with the default name. The guard needs no further right for a drill. If something does not come, the likeliest
reason needs the rights of [doctor](operations.md#what-you-need-for-the-doctor) as well; without them the drill says what is missing, and no reason.

```json
{policy}```

## What it was tried on

- The whole command, in memory, against the guard's own handler and queue: this page, and a Ctrl-C or a refusal at each of its calls (`tests/cli/test_drill.py`, `tests/cli/test_drill_removes.py`).
- `make demo` runs it with the policy above and no other, in an emulator that enforces IAM.
- Not on AWS: how long CloudTrail takes, how long a new role takes to reach Lambda, and whether `PutResourcePolicy` is there. The first drill in your account shows
  the first and the third. The emulator does not check `iam:PassRole` and the rights to tag.
- An account that blocks public resource policies may refuse the statement. Then the drill says so, and proves nothing.
"""
