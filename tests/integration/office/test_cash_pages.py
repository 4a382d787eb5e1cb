"""The cash office on its pages: a turn-in by two people, a lost tablet, a drawer's day, a deposit."""

from typing import Any

from sqlalchemy import select

from mobile_api.tables import Device
from server.auth.users import set_active
from tests.integration.office.conftest import Office
from workorders.grammar.cash_count import cash_field
from workorders.ledger import balance, custody
from workorders.queries.verify import verify_ledger
from workorders.tables import Deposit, Drawer, Receipt, ReceiptBlock, TurnIn

FIFTY = {cash_field(2_000): "2", cash_field(1_000): "1"}


def act(office: Office, name: str, path: str, **form: Any) -> Any:
    return office.post(name, f"/office/cash/{path}", **form)


def page(office: Office, name: str, path: str) -> str:
    answer = office.client(name).get(f"/office/cash/{path}")
    assert answer.status_code == 200
    return str(answer.text).replace(">$50.00</label>", "")


def ids(office: Office, table: Any) -> list[str]:
    with office.services.read_sessions() as session:
        return list(session.scalars(select(table.id).order_by(table.id)))


def test_a_turn_in_is_blind_and_takes_two(office: Office) -> None:
    assert "Tess Demo" in page(office, "casey", "turn-ins")
    assert "$50.00" in office.client("casey").get("/office/money").text
    assert act(office, "casey", "turn-ins", technician="t01", receipt="T01-000001").status_code == 302
    assert "$50.00" not in page(office, "casey", "turn-ins/TI-000001")
    assert "being counted" in office.client("casey").get("/office/money").text
    for path in ("days", "receipts?block=T01", "turn-ins"):
        assert "$50.00" not in page(office, "casey", path)
    odd = act(office, "casey", "turn-ins/TI-000001/count", **{cash_field(100): "two"})
    assert odd.status_code == 422
    assert 'value="two"' in odd.text
    assert act(office, "casey", "turn-ins/TI-000001/count", **FIFTY).status_code == 302
    again = page(office, "sam", "turn-ins/TI-000001")
    assert "1 of 2 people have counted" in again
    assert "$50.00</dd>" not in again
    assert act(office, "casey", "turn-ins/TI-000001/signature").status_code == 409
    act(office, "sam", "turn-ins/TI-000001/count", **FIFTY)
    for name in ("casey", "sam"):
        assert "Sign for $50.00" in page(office, name, "turn-ins/TI-000001")
        assert act(office, name, "turn-ins/TI-000001/signature").status_code == 302
    with office.services.read_sessions() as session:
        assert custody(session)["t01"] == 0
        assert verify_ledger(session).differences == ()
    assert act(office, "sam", "turn-ins/TI-000001/cancellation", reason="x").status_code == 409


def test_a_turn_in_may_be_given_up(office: Office) -> None:
    act(office, "casey", "turn-ins", technician="t01", receipt="T01-000001")
    assert act(office, "casey", "turn-ins/TI-000001/cancellation", reason=" ").status_code == 422
    assert act(office, "casey", "turn-ins/TI-000001/cancellation", reason="wrong bag").status_code == 302
    assert "Given up" in page(office, "casey", "turn-ins")
    assert office.client("casey").get("/office/cash/turn-ins/TI-9").status_code == 404


def test_a_lost_tablet_is_settled_by_a_supervisor(office: Office) -> None:
    with office.services.sessions.begin() as session:
        lost = Device(id="t01table", name="Truck 9", enrolled_at=office.services.clock())
        session.add(lost)
        device = session.scalars(select(Receipt.device_id)).first()
    known = {"technician": "t01", "device": "t01table"}
    assert act(office, "sam", "lost-tablets", **known).status_code == 409
    assert act(office, "casey", "lost-tablets", **known).status_code == 403
    assert device == "t01tablet"


def test_a_drawers_day_and_its_deposit(office: Office) -> None:
    assert act(office, "casey", "drawers", float="ten").status_code == 422
    assert act(office, "casey", "drawers", float="100").status_code == 302
    drawer = ids(office, Drawer)[0]
    assert f"Into your drawer {drawer} as" in office.client("casey").get("/csr/accounts/A2").text
    pay = {"amount": "50", "channel": "counter"}
    office.post("casey", "/csr/accounts/A2/payments", payment_id="c1", method="cash", **pay)
    office.post("casey", "/csr/accounts/A2/payments", payment_id="k1", method="check", **pay)
    bad = act(office, "casey", f"drawers/{drawer}/moves", way="out", amount="500", reason="x")
    assert bad.status_code == 422
    act(office, "casey", f"drawers/{drawer}/moves", way="out", amount="5", reason="stamps")
    assert act(office, "sam", f"drawers/{drawer}/count", **FIFTY).status_code == 403
    count = {cash_field(10_000): "1", cash_field(2_000): "2", cash_field(100): "5", "item.k1": "50"}
    assert act(office, "casey", f"drawers/{drawer}/count", **count).status_code == 302
    assert act(office, "casey", f"drawers/{drawer}/closing").status_code == 403
    assert "Balanced" in page(office, "sam", f"drawers/{drawer}")
    assert act(office, "sam", f"drawers/{drawer}/closing").status_code == 302
    assert "1 day not closed" in page(office, "casey", "days")
    assert act(office, "casey", "deposits").status_code == 422
    assert act(office, "casey", "deposits", subject=drawer).status_code == 302
    deposit = ids(office, Deposit)[0]
    slip = page(office, "casey", f"deposits/{deposit}")
    assert "$95.00" in slip
    assert act(office, "casey", f"deposits/{deposit}/correction", amount="94", reason="x").status_code == 403
    assert act(office, "sam", f"deposits/{deposit}/correction", amount="94", reason="note").status_code == 302
    assert "differs by -$1.00" in page(office, "sam", "deposits")
    with office.services.read_sessions() as session:
        assert (balance(session, "BANK"), balance(session, "OS")) == (9_400, 100)


def test_a_missing_number_is_explained_on_its_page(office: Office) -> None:
    with office.services.sessions.begin() as session:
        block = session.scalars(select(ReceiptBlock).where(ReceiptBlock.prefix == "T01")).one()
        block.first = 0
    assert "Why T01-000000 is missing" in page(office, "casey", "receipts?block=T01")
    assert "1 number to be explained" in page(office, "casey", "turn-ins")
    assert act(office, "casey", "receipts/T01-000000/explanation", reason="").status_code == 422
    explained = act(office, "casey", "receipts/T01-000000/explanation?block=T01", reason="spoilt slip")
    assert explained.status_code == 302
    assert "spoilt slip" in page(office, "casey", "receipts?block=T01")


def test_nobody_else_reaches_the_cash_office(office: Office) -> None:
    for path in ("turn-ins", "drawers", "deposits"):
        assert act(office, "carla", path).status_code == 403
    assert ids(office, TurnIn) == []


def test_a_drawer_whose_owner_is_locked_out_is_taken_over(office: Office) -> None:
    act(office, "casey", "drawers", float="0")
    drawer = ids(office, Drawer)[0]
    pay = {"amount": "50", "channel": "counter", "payment_id": "c1", "method": "cash"}
    office.post("casey", "/csr/accounts/A2/payments", **pay)
    with office.services.sessions.begin() as session:
        set_active(session, "casey", False, now=office.services.clock(), actor="ada")
    days = page(office, "sam", "days")
    assert "What keeps days from closing" in days
    assert "A supervisor takes it over" in days
    assert "Take the drawer over" in page(office, "sam", f"drawers/{drawer}")
    assert act(office, "sam", f"drawers/{drawer}/takeover", taken="").status_code == 422
    assert act(office, "sam", f"drawers/{drawer}/takeover", taken="left the district").status_code == 302
    assert "one person counts it, another closes it" in page(office, "ada", "days")
    assert act(office, "ada", f"drawers/{drawer}/count", **FIFTY).status_code == 302
    assert "Somebody else closes it" in page(office, "ada", f"drawers/{drawer}")
    assert act(office, "ada", f"drawers/{drawer}/closing").status_code == 403
    assert "left the district" in page(office, "sam", f"drawers/{drawer}")
    assert act(office, "sam", f"drawers/{drawer}/closing").status_code == 302
    audit = office.client("ada").get("/admin/audit?kind=drawer_taken_over").text
    assert all(words in audit for words in ("left the district", drawer, "Counted by"))
    assert "Drawer taken over" in office.client("sam").get("/reports/overrides").text
