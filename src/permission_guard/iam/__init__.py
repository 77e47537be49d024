"""AWS's policy language, and the one question asked of it: do these policies allow this request?

This package knows neither Lambda nor the guard, and imports nothing outside the standard library.
"""

from permission_guard.iam.arn import Arn, ArnError, FunctionArn, LayerVersionArn
from permission_guard.iam.decide import Cited, Decision, EvalDecision, Layer, decide
from permission_guard.iam.policy import Effect, Policy, PolicyError, Statement
from permission_guard.iam.request import (
    ABSENT,
    UNKNOWN,
    Anonymous,
    Context,
    IamPrincipal,
    Principal,
    Request,
    ServicePrincipal,
)
from permission_guard.iam.truth import Truth

__all__ = [
    "ABSENT",
    "UNKNOWN",
    "Anonymous",
    "Arn",
    "ArnError",
    "Cited",
    "Context",
    "Decision",
    "Effect",
    "EvalDecision",
    "FunctionArn",
    "IamPrincipal",
    "Layer",
    "LayerVersionArn",
    "Policy",
    "PolicyError",
    "Principal",
    "Request",
    "ServicePrincipal",
    "Statement",
    "Truth",
    "decide",
]
