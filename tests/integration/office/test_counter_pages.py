"""The counter on its pages: shown before saving, change, a receipt, a void, and a batch."""

from sqlalchemy import select

from tests.integration.office.conftest import Office
from tests.integration.usecases.world import DEBT
from workorders.ledger import balance
from workorders.tables import CounterReceipt

PAID = {
    "account": "A7",
    "amount": "80",
    "tender-0": "cash",
    "tendered-0": "50",
    "tender-1": "check",
    "tendered-1": "40",
    "reference-1": "1042",
    "request_id": "CR-1",
}


def owes(office: Office, account: str) -> int:
    with office.services.read_sessions() as session:
        return balance(session, "AR", account)


def test_a_payment_is_shown_then_taken_then_voided(office: Office) -> None:
    found = office.client("casey").get("/office/counter?account=A7").text
    assert "What it settles" in found
    seen = office.post("casey", "/office/counter", **PAID, step="check")
    assert seen.status_code == 200
    assert "Change <strong>$10.00" in seen.text
    assert owes(office, "A7") == DEBT
    taken = office.post("casey", "/office/counter", **PAID, step="take")
    assert taken.headers["Location"].endswith("/office/counter/receipts/C-000001")
    assert owes(office, "A7") == DEBT - 8_000
    office.post("casey", "/office/counter", **PAID, step="take")
    assert owes(office, "A7") == DEBT - 8_000
    slip = office.client("sam").get("/office/counter/receipts/C-000001").text
    assert "$50.00" in slip
    assert "1042" in slip
    bare = office.post("casey", "/office/counter/receipts/C-000001/void", reason="")
    assert bare.status_code == 422
    assert office.post("casey", "/office/counter/receipts/C-000001/void", reason="slip").status_code == 302
    assert owes(office, "A7") == DEBT


def test_what_is_wrong_is_said_and_what_was_typed_stays(office: Office) -> None:
    card = PAID | {"tender-1": "card", "reference-1": "4111 1111 1111 1111"}
    for step in ("check", "take"):
        answer = office.post("casey", "/office/counter", **card, step=step)
        assert "looks like a card number" in answer.text
        assert 'value="40"' in answer.text
    assert "no account" in office.client("casey").get("/office/counter?account=nobody").text
    assert office.client("carla").get("/office/counter").status_code == 403
    with office.services.read_sessions() as session:
        assert session.scalars(select(CounterReceipt)).all() == []


def test_a_batch_is_keyed_and_closed(office: Office) -> None:
    opened = office.post(
        "casey", "/office/counter/batches", channel="mail", control_count="2", control_amount="30.00"
    )
    address = opened.headers["Location"]
    for place, (account, amount) in enumerate((("A7", "10"), ("A8", "20"))):
        item = {"account": account, "amount": amount, "tender": "check", "reference": f"20{place}"}
        assert office.post("casey", address, **item, request_id=f"CR-{place}").status_code == 302
        if place == 0:
            early = office.post("casey", f"{address}/closing", reason="")
            assert early.status_code == 409
            assert "$20.00 away" in early.text
    wrong = office.post("casey", address, account="nobody", amount="1", tender="cash", request_id="CR-9")
    assert wrong.status_code == 404
    assert 'value="nobody"' in wrong.text
    assert office.post("casey", f"{address}/closing", reason="").status_code == 302
    assert "Closed" in office.client("sam").get("/office/counter/batches").text
