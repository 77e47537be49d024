"""Settings: what is left out has its default, and what cannot be read is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from permission_guard.facts import Trusted
from permission_guard.finding import Concern
from permission_guard.settings import NUMBERS, Mode, Settings, SettingsError, Treatment


def of(region: str = "eu-west-1", **given: str) -> Settings:
    return Settings.of(given, account="123456789012", region=region)


def test_what_is_left_out_has_its_default() -> None:
    settings = of()
    assert settings.mode is Mode.ENFORCE
    assert not settings.repair_existing
    assert settings.reminder == timedelta(days=7)
    assert (settings.put_back_limit, settings.put_back_window) == (3, timedelta(hours=24))
    assert settings.retention == timedelta(days=365)
    assert settings.trusted.all_accounts == ("123456789012",)
    assert {concern: settings.treatments[concern] for concern in Concern} == {
        Concern.ROLE_CAN_WRITE_LOGS: Treatment.REPAIR,
        Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE: Treatment.REPAIR,
        Concern.FUNCTION_IS_NOT_PUBLIC: Treatment.REPAIR,
        Concern.CROSS_ACCOUNT_ACCESS: Treatment.ALERT,
        Concern.FUNCTION_URL_IS_NOT_PUBLIC: Treatment.ALERT,
        Concern.MANAGEMENT_ACCESS: Treatment.REPAIR,
        Concern.PERMISSION_IS_USABLE: Treatment.ALERT,
        Concern.LAYER_IS_NOT_PUBLIC: Treatment.ALERT,
    }


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


def test_lists_are_read_with_spaces_and_without_the_empty() -> None:
    settings = of(TRUSTED_ACCOUNTS=" 111122223333 ,,444455556666", TRUSTED_ORGANIZATION_IDS="o-abcdefghij")
    assert settings.trusted.all_accounts == ("123456789012", "111122223333", "444455556666")
    assert settings.trusted.organizations == ("o-abcdefghij",)


def test_the_own_account_among_the_trusted_counts_once() -> None:
    assert of(TRUSTED_ACCOUNTS="123456789012").trusted.all_accounts == ("123456789012",)


def test_numbers_are_read_in_the_unit_that_their_name_says() -> None:
    settings = of(
        REMINDER_DAYS="1", PUT_BACK_LIMIT=" 5 ", PUT_BACK_WINDOW_HOURS="720", JOURNAL_RETENTION_DAYS="30"
    )
    assert settings.reminder == timedelta(days=1)
    assert (settings.put_back_limit, settings.put_back_window) == (5, timedelta(days=30))
    assert settings.retention == timedelta(days=30)


def test_settings_that_are_made_without_numbers_have_the_same_defaults() -> None:
    made = Settings(
        Mode.OBSERVE, {}, repair_existing=False, trusted=Trusted(""), logging_policy_arn="", guard_role_arn=""
    )
    read = of()
    for name in ("reminder", "put_back_limit", "put_back_window", "retention"):
        assert getattr(made, name) == getattr(read, name)


NO_NUMBERS = ["0", "-1", "1.5", "often", "9999999999", "٣", "1e1"]


@pytest.mark.parametrize("text", NO_NUMBERS)
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_out_of_bounds_is_named_with_its_bounds(name: str, text: str) -> None:
    bounds = NUMBERS[name]
    with pytest.raises(SettingsError) as caught:
        of(**{name: text})
    assert str(caught.value) == (
        f"{name} is {text!r}, not a whole number from {bounds.least} to {bounds.most}"
    )


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_may_be_either_of_its_bounds_and_nothing_beyond(name: str) -> None:
    bounds = NUMBERS[name]
    of(**{name: str(bounds.least)})
    of(**{name: str(bounds.most)})
    for beyond in (bounds.least - 1, bounds.most + 1):
        with pytest.raises(SettingsError):
            of(**{name: str(beyond)})


WRONG = {
    "MODE": ("observe", "MODE is 'observe', not one of Enforce, Observe"),
    "ROLE_CAN_WRITE_LOGS": ("Fix", "ROLE_CAN_WRITE_LOGS is 'Fix', not one of Repair, Alert, Off"),
    "CROSS_ACCOUNT_ACCESS": (
        "Repair",
        "CROSS_ACCOUNT_ACCESS is Repair, but this is never repaired: say Alert or Off",
    ),
    "FUNCTION_URL_IS_NOT_PUBLIC": (
        "Repair",
        "FUNCTION_URL_IS_NOT_PUBLIC is Repair, but this is never repaired",
    ),
    "REPAIR_EXISTING": ("yes", "REPAIR_EXISTING is 'yes', neither true nor false"),
    "TRUSTED_ACCOUNTS": (
        "12345",
        "TRUSTED_ACCOUNTS takes account ids with commas between; this is none: '12345'",
    ),
    "TRUSTED_ORGANIZATION_IDS": (
        "mine",
        "TRUSTED_ORGANIZATION_IDS takes organisation ids with commas between",
    ),
    "CENTRAL_ALERTS_TOPIC_ARN": ("alerts", "CENTRAL_ALERTS_TOPIC_ARN is no ARN of a topic: 'alerts'"),
    "ROLE_CHANGE_REGIONS": (
        "eu-west-1,Ireland",
        "ROLE_CHANGE_REGIONS takes regions with commas between; this is none: 'Ireland'",
    ),
    "LOGGING_POLICY_ARN": ("AdministratorAccess", "LOGGING_POLICY_ARN is no ARN of a managed policy"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_setting_that_cannot_be_read_is_named_with_what_it_takes(name: str) -> None:
    value, problem = WRONG[name]
    with pytest.raises(SettingsError) as caught:
        of(**{name: value})
    assert str(caught.value).startswith(problem)
    assert caught.value.name == name


def test_who_else_is_told_is_read() -> None:
    topic = "arn:aws-us-gov:sns:us-gov-west-1:999999999999:centre"
    found = of(CENTRAL_ALERTS_TOPIC_ARN=topic, ROLE_CHANGE_REGIONS="us-gov-west-1, us-gov-east-1")
    assert found.central_topic_arn == topic
    assert found.role_change_regions == ("us-gov-west-1", "us-gov-east-1")
