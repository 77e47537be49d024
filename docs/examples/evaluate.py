"""Evaluates a policy that lets S3 invoke a function for any bucket of any account."""

from permission_guard import (
    Family,
    FunctionArn,
    FunctionFacts,
    Policy,
    PolicyFacts,
    Trusted,
    Verdict,
    evaluate,
    repair_of,
    sentence,
)

ORDERS = FunctionArn.parse("arn:aws:lambda:us-east-1:123456789012:function:orders")
DOCUMENT = """{"Version": "2012-10-17", "Statement": [{"Sid": "s3-may-invoke", "Effect": "Allow",
  "Principal": {"Service": "s3.amazonaws.com"}, "Action": "lambda:InvokeFunction",
  "Resource": "arn:aws:lambda:us-east-1:123456789012:function:orders"}]}"""

policy = Policy.parse(DOCUMENT, name="the resource policy")
facts = FunctionFacts(ORDERS, policy=PolicyFacts(None, policy, None, Family.DOCUMENT))
trusted = Trusted("123456789012")

for finding in evaluate(facts, trusted):
    print(finding.verdict.value, finding.rule, "-", sentence(finding.proof))
    if finding.verdict is Verdict.FAIL:
        step, obstacle = repair_of(finding, facts, trusted)
        print(step.what if step else obstacle)
