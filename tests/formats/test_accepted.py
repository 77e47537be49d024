"""A finding that a person has accepted is marked in every format, with the reason."""

from __future__ import annotations

import json
from dataclasses import replace

from permission_guard.formats import asff, github, ocsf, sarif
from permission_guard.scan.result import Scan
from tests.formats import schemas
from tests.formats.sample import EMPTY, OPEN
from tests.formats.test_csv import rows
from tests.formats.test_junit import read

WHY = "until 2027-02-28 by arn:aws:iam::111122223333:user/ann: the partner calls it, ticket 42"
ACCEPTED: Scan = replace(EMPTY, findings=(replace(OPEN, accepted=WHY),))


def test_asff_archives_it_as_an_importer_cannot_suppress_it() -> None:
    request = json.loads(asff.show(ACCEPTED))
    assert schemas.asff_faults(request) == ""
    (found,) = request["Findings"]
    assert (found["RecordState"], found["Compliance"]["Status"]) == ("ARCHIVED", "FAILED")
    assert found["ProductFields"]["permission-guard/Accepted"] == WHY
    assert (
        json.loads(asff.show(replace(ACCEPTED, findings=(OPEN,))))["Findings"][0]["RecordState"] == "ACTIVE"
    )


def test_ocsf_suppresses_it() -> None:
    found = json.loads(ocsf.show(ACCEPTED))
    assert list(schemas.ocsf("cloud").iter_errors(found)) == []
    assert (found["status_id"], found["status"], found["comment"]) == (3, "Suppressed", WHY)
    assert found["compliance"]["status"] == "Fail"


def test_csv_has_a_column_for_it() -> None:
    (row,) = rows(ACCEPTED)
    assert (row["verdict"], row["accepted"]) == ("FAIL", WHY)


def test_junit_skips_it() -> None:
    suite = read(ACCEPTED)[0]
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    assert [one.get("message") for one in suite.iter("skipped")] == [f"accepted {WHY}"]


def test_sarif_suppresses_it_and_github_leaves_it_out() -> None:
    (result,) = json.loads(sarif.show(ACCEPTED))["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": WHY}]
    assert github.show(ACCEPTED) == ""
