"""Construction meters on their page."""

from tests.integration.office.conftest import Office
from tests.integration.usecases.world import TODAY

FORM = {
    "account": "A1",
    "premise": "P-1",
    "place": "hydrant at the gate",
    "size": "5/8",
    "start_on": "2026-03-02",
    "ends_on": "2026-04-30",
    "request_id": "r-1",
}


def test_a_meter_is_asked_for_extended_and_refused_removal_before_it_stands(office: Office) -> None:
    assert "No construction meter stands" in office.client("carla").get("/csr/construction").text
    wrong = office.post("carla", "/csr/construction", **FORM | {"ends_on": "2029-01-01"})
    assert wrong.status_code == 422
    assert "hydrant at the gate" in wrong.text
    assert office.post("casey", "/csr/construction", **FORM).status_code == 403
    for _ in range(2):
        assert office.post("carla", "/csr/construction", **FORM).status_code == 302
    page = office.client("carla").get("/csr/construction").text
    assert page.count("CM-000001</strong>") == 1
    assert "Waits for its fee and deposit" in page
    longer = office.post(
        "sam", "/csr/construction/CM-000001/extend", ends_on="2026-06-30", reason="Roof is late"
    )
    assert longer.status_code == 302
    assert "Roof is late" in office.client("casey").get("/csr/construction").text
    early = office.post("carla", "/csr/construction/CM-000001/remove")
    assert early.status_code == 409
    past = office.post("carla", "/csr/construction/CM-000001/extend", ends_on=str(TODAY), reason="x")
    assert past.status_code == 422
