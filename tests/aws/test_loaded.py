"""What the Lambda function loads late, because loading it takes as long as all the rest."""

from __future__ import annotations

from benchmarks.cold_start import CASES, SOURCE, guard

BOTO3 = """
loaded = {name.split(".")[0] for name in sys.modules} & {"boto3", "s3transfer", "urllib3"}
assert not loaded, loaded
"""


def test_a_permission_that_its_event_shows_to_be_bound_needs_no_boto3() -> None:
    here = guard(CASES[0], SOURCE)
    here.code += BOTO3
    assert here.run() == []
