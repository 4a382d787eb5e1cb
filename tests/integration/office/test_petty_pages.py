"""Petty cash as a supervisor opens it and a cashier keeps it."""

import pytest

from tests.integration.office.conftest import Office
from workorders.ledger import balance
from workorders.queries.verify_cash import cash_differences

PETTY = "/office/cash/petty/main"
STAMPS = {"payee": "Post office", "reason": "stamps", "account": "6110", "receipt": "R-77"}


@pytest.fixture
def box(office: Office) -> Office:
    """The main office's with 100.00 in it, kept by casey."""
    assert "No office has petty cash" not in office.client("sam").get("/office/cash/petty").text
    assert "has no petty cash" in office.client("casey").get("/office/cash/petty").text
    fund = {"float": "100", "custodian": "casey"}
    assert office.post("casey", PETTY, **fund).status_code == 403
    unknown = office.post("sam", PETTY, float="100", custodian="nobody")
    assert (unknown.status_code, "cashier or supervisor" in unknown.text) == (422, True)
    assert office.post("sam", PETTY, **fund).status_code == 302
    assert office.post("casey", f"{PETTY}/transfers", kind="from_bank").status_code == 302
    assert office.post("sam", f"{PETTY}/transfers/PT-000001", decision="done").status_code == 302
    return office


def test_a_week_of_petty_cash(box: Office) -> None:
    assert "Pay out of the box" not in box.client("sam").get(PETTY).text
    assert box.post("casey", f"{PETTY}/vouchers", amount="12.50", **STAMPS).status_code == 302
    large = {**STAMPS, "reason": "pipe wrench", "account": "6240"}
    assert box.post("casey", f"{PETTY}/vouchers", amount="55", **large).status_code == 302
    assert "It may be paid" not in box.client("casey").get(PETTY).text
    alone = box.post("casey", f"{PETTY}/vouchers/PV-000002", decision="pay")
    assert (alone.status_code, "second person" in alone.text) == (403, True)
    assert "pipe wrench" in box.client("sam").get(PETTY).text
    assert box.post("sam", f"{PETTY}/vouchers/PV-000002", decision="pay").status_code == 302
    page = box.client("casey").get(PETTY).text
    assert all(amount in page for amount in ("$100.00", "$32.50", "$67.50"))
    assert box.post("sam", f"{PETTY}/vouchers/PV-000001/return", back="sent back").status_code == 302
    assert box.post("casey", f"{PETTY}/transfers", kind="from_bank").status_code == 302
    assert "$55.00" in box.client("sam").get(PETTY).text
    assert box.post("sam", f"{PETTY}/transfers/PT-000002", decision="done").status_code == 302
    assert "It holds its float" in box.client("casey").get(PETTY).text
    report = box.client("sam").get("/reports/petty-vouchers").text
    assert all(words in report for words in ("pipe wrench", "PT-000002", "Small tools"))
    assert "6240" in box.client("sam").get("/reports/petty-cash.csv").text


def test_the_box_is_counted_by_two(box: Office) -> None:
    ninety = {"pieces.2000": "4", "pieces.1000": "1"}
    assert box.post("casey", f"{PETTY}/count", **ninety).status_code == 302
    counting = box.client("sam").get(PETTY).text
    assert "not shown while it is counted" in counting
    assert "is not closed" not in counting
    stands = box.post("casey", f"{PETTY}/vouchers", amount="1", **STAMPS)
    assert (stands.status_code, "being counted" in stands.text) == (409, True)
    assert "PC-000001" in box.client("sam").get("/office/cash/days").text
    assert box.post("sam", f"{PETTY}/count", **ninety).status_code == 302
    assert box.post("sam", f"{PETTY}/closing").status_code == 422
    assert box.post("sam", f"{PETTY}/closing", short="ten dollars too few").status_code == 302
    with box.services.read_sessions() as session:
        assert (balance(session, "PETTY", "main"), balance(session, "OS")) == (9_000, 1_000)
        assert list(cash_differences(session)) == []
    assert box.post("casey", f"{PETTY}/count", **ninety).status_code == 302
    assert box.post("sam", f"{PETTY}/count/aside", aside="Casey is away").status_code == 302
    assert box.post("casey", f"{PETTY}/vouchers", amount="1", **STAMPS).status_code == 302


def test_what_is_of_another_office_is_not_found(box: Office) -> None:
    assert box.post("casey", f"{PETTY}/vouchers", amount="55", **STAMPS).status_code == 302
    other = "/office/cash/petty/north"
    assert box.post("sam", f"{other}/vouchers/PV-000001", decision="pay").status_code == 404
    assert box.client("sam").get(other).status_code == 404
