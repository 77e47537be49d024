"""Settings: what is left out has its default, and what cannot be read is named."""

from __future__ import annotations

import pytest

from permission_guard.model.finding import Concern
from permission_guard.settings import (
    ALERTS_PER_HOUR,
    NEVER_REPAIRED,
    Mode,
    Settings,
    SettingsError,
    Treatment,
)


def of(region: str = "eu-west-1", **given: str) -> Settings:
    return Settings.of(given, account="123456789012", region=region)


def test_what_is_left_out_has_its_default() -> None:
    settings = of()
    assert settings.mode is Mode.ENFORCE
    assert not settings.repair_existing
    assert settings.alerts_per_hour == ALERTS_PER_HOUR
    assert settings.central_topic_arn == ""
    assert settings.trusted.all_accounts == ("123456789012",)
    assert settings.treatments == {
        Concern.ROLE_CAN_WRITE_LOGS: Treatment.REPAIR,
        Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE: Treatment.REPAIR,
        Concern.FUNCTION_IS_NOT_PUBLIC: Treatment.REPAIR,
        Concern.CROSS_ACCOUNT_ACCESS: Treatment.ALERT,
        Concern.FUNCTION_URL_IS_NOT_PUBLIC: Treatment.ALERT,
        Concern.MANAGEMENT_ACCESS: Treatment.REPAIR,
        Concern.PERMISSION_IS_USABLE: Treatment.ALERT,
        Concern.LAYER_IS_NOT_PUBLIC: Treatment.ALERT,
    }


@pytest.mark.parametrize("concern", Concern)
def test_a_rule_is_reported_only_or_ignored_by_its_id_and_ignore_weighs_more(concern: Concern) -> None:
    default = of().treatments
    both = f" {concern.value} ,"
    assert of(ALERT_ONLY=both).treatments == {**default, concern: Treatment.ALERT}
    assert of(IGNORE=both).treatments == {**default, concern: Treatment.IGNORE}
    assert of(IGNORE=both, ALERT_ONLY=both).treatments == {**default, concern: Treatment.IGNORE}
    assert (default[concern] is Treatment.ALERT) == (concern in NEVER_REPAIRED)


PARTITIONS = {
    "eu-west-1": "aws",
    "cn-north-1": "aws-cn",
    "us-gov-west-1": "aws-us-gov",
    "eusc-de-east-1": "aws-eusc",
}


@pytest.mark.parametrize("region", PARTITIONS)
def test_the_policy_to_attach_is_the_one_of_the_partition(region: str) -> None:
    assert of(region).logging_policy_arn == (
        f"arn:{PARTITIONS[region]}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    )


def test_lists_are_read_with_spaces_and_without_the_empty_and_the_own_account_counts_once() -> None:
    settings = of(
        TRUSTED_ACCOUNTS=" 111122223333 ,,123456789012,444455556666", TRUSTED_ORGANIZATION_IDS="o-abcdefghij"
    )
    assert settings.trusted.all_accounts == ("123456789012", "111122223333", "444455556666")
    assert settings.trusted.organizations == ("o-abcdefghij",)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "often", "10001", "9999999999", "٣", "1e1"])
def test_a_number_out_of_bounds_is_named_with_its_bounds(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        of(ALERTS_PER_HOUR=text)
    assert str(caught.value) == f"ALERTS_PER_HOUR is {text!r}, not a whole number from 1 to 10000"


@pytest.mark.parametrize("text", [" 1 ", "10000"])
def test_a_number_may_be_either_of_its_bounds(text: str) -> None:
    assert of(ALERTS_PER_HOUR=text).alerts_per_hour == int(text)


WRONG = {
    "MODE": ("observe", "MODE is 'observe', not one of Enforce, Observe"),
    "ALERT_ONLY": ("all", "ALERT_ONLY takes rule ids, separated by commas; 'all' is none"),
    "IGNORE": ("role-can-write-logs;x", "IGNORE takes rule ids, separated by commas; "),
    "REPAIR_EXISTING": ("yes", "REPAIR_EXISTING is 'yes', neither true nor false"),
    "TRUSTED_ACCOUNTS": (
        "12345",
        "TRUSTED_ACCOUNTS takes account ids, separated by commas; '12345' is none",
    ),
    "TRUSTED_ORGANIZATION_IDS": ("mine", "TRUSTED_ORGANIZATION_IDS takes organization ids, separated by"),
    "CENTRAL_ALERTS_TOPIC_ARN": (
        "alerts",
        "CENTRAL_ALERTS_TOPIC_ARN is not the ARN of an SNS topic: 'alerts'",
    ),
    "LOGGING_POLICY_ARN": ("AdministratorAccess", "LOGGING_POLICY_ARN is not the ARN of a managed policy"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_setting_that_cannot_be_read_is_named_with_what_it_takes(name: str) -> None:
    value, problem = WRONG[name]
    with pytest.raises(SettingsError) as caught:
        of(**{name: value})
    assert str(caught.value).startswith(problem)
    assert caught.value.name == name


def test_the_topic_of_the_organization_may_be_of_any_partition() -> None:
    topic = "arn:aws-us-gov:sns:us-gov-west-1:999999999999:centre"
    assert of(CENTRAL_ALERTS_TOPIC_ARN=topic).central_topic_arn == topic
