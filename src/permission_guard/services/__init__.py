"""The AWS services that invoke functions through their resource-based policy, one row each."""

from permission_guard.services.service import Region, Sends, Service
from permission_guard.services.table import (
    BY_TOKEN,
    REPLICATORS,
    SERVICES,
    WITHOUT_STATEMENT,
    is_public_topic,
    service_of,
)

__all__ = [
    "BY_TOKEN",
    "REPLICATORS",
    "SERVICES",
    "WITHOUT_STATEMENT",
    "Region",
    "Sends",
    "Service",
    "is_public_topic",
    "service_of",
]
