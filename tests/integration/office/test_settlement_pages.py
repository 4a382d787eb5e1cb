"""Processors' batches on their pages: what waits, a batch taken in, its deposit and its slip."""

from tests.integration.office.conftest import Office
from tests.integration.usecases.world import TODAY
from workorders.ledger import balance
from workorders.usecases.cash.payments import record_payment

FORM = {"processor": "Demo Pay", "batch": "B-1", "settled_on": TODAY.isoformat(), "fee": "2.40"}


def test_a_batch_is_taken_in_and_goes_to_the_bank(office: Office) -> None:
    with office.services.sessions.begin() as session:
        now = office.services.clock()
        for id_, cents in (("P-w1", 5_000), ("P-w2", 3_000)):
            record_payment(session, id_, "A7", cents, "web", now=now, actor="portal", reference="tok_1")
    casey = office.client("casey")
    page = casey.get("/office/cash/settlements").text
    assert "P-w1" in page
    none = office.post("casey", "/office/cash/settlements", **FORM)
    assert none.status_code == 422
    assert "the batch pays nothing out" in none.text
    assert 'value="Demo Pay"' in none.text
    before = balance_of(office, "UNDEP")
    made = office.post(
        "casey", "/office/cash/settlements", **FORM, payment=["P-w1", "P-w2"], chargebacks="P-w2"
    )
    assert made.headers["Location"] == "/office/cash/settlements/ST-000001"
    assert balance_of(office, "UNDEP") == before - 8_000
    one = casey.get("/office/cash/settlements/ST-000001").text
    assert "$47.60" in one
    assert "Charged back" in one
    slip = casey.get("/office/cash/deposits/DP-000001").text
    assert 'href="/office/cash/settlements/ST-000001"' in slip
    assert casey.get("/office/cash/deposits/DP-000001/slip.pdf").status_code == 200
    assert "$47.60" in casey.get("/reports/deposits").text
    assert office.client("carla").get("/office/cash/settlements").status_code == 403
    assert office.client("dana").get("/office/cash/settlements/ST-000001").status_code == 403
    assert casey.get("/office/cash/settlements/ST-000009").status_code == 404


def balance_of(office: Office, ledger: str) -> int:
    with office.services.read_sessions() as session:
        return balance(session, ledger)


def test_all_that_wait_are_ticked_without_a_script_too(office: Office) -> None:
    now = office.services.clock()
    with office.services.sessions.begin() as session:
        for number in ("web-1", "web-2"):
            record_payment(session, number, "A12", 500, "web", now=now, actor="casey")
    page = office.client("casey").get("/office/cash/settlements").text
    assert 'data-all="payment"' in page
    assert '<noscript><a href="/office/cash/settlements?all=yes">' in page
    assert 'value="web-1" checked' not in page
    page = office.client("casey").get("/office/cash/settlements?all=yes").text
    assert page.count('name="payment"') == page.count('name="payment" value="web-') == 2
    assert page.count('" checked>') == 3, "the box for all of them too"
