"""Bank statements on their page: a difference, a returned check, a line by hand, and who may."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from tests.integration.usecases.cash_steps import counted
from tests.integration.usecases.world import TODAY
from workorders.ledger import balance
from workorders.tables import BankLine
from workorders.usecases.cash.bank_statement import StatementLine, take_statement
from workorders.usecases.cash.deposits import make_deposit
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer
from workorders.usecases.cash.drawers import open_drawer
from workorders.usecases.cash.payments import record_payment


@pytest.fixture
def lines(office: Office) -> list[int]:
    """A deposit of 95.00 and a statement with it, a returned check, and two lines nobody knows."""
    with office.services.sessions.begin() as session:
        drawer = open_drawer(session, 0, now=CLOCK, actor="casey")
        for id_, cents, how in (("c1", 4_500, "cash"), ("k1", 5_000, "check")):
            record_payment(
                session,
                id_,
                "A2",
                cents,
                "counter",
                now=CLOCK,
                actor="casey",
                method=how,
                reference="1077",
            )
        count_drawer(session, drawer.id, counted(4_500, {"k1": 5_000}), now=CLOCK, actor="casey")
        close_drawer(session, drawer.id, reason="", now=CLOCK, actor="sam")
        deposit = make_deposit(session, [drawer.id], now=CLOCK, actor="casey")
        some = [
            StatementLine(TODAY, "deposit", 9_400, deposit.id, "B1", None, "COUNTER DEPOSIT"),
            StatementLine(TODAY, "returned", -5_000, "1077", "B2", None, "NSF 1077"),
            StatementLine(TODAY, "deposit", 777, "elsewhere"),
            StatementLine(TODAY, "correction", 55, "elsewhere"),
        ]
        take_statement(session, "import:bank-statement:1", some, now=CLOCK, actor="import:bank-statement:1")
        return list(session.scalars(select(BankLine.id).order_by(BankLine.id)))


def act(office: Office, name: str, line: int, what: str, **form: Any) -> int:
    return int(office.post(name, f"/office/cash/bank/{line}/{what}", **form).status_code)


def page(office: Office, name: str = "casey") -> str:
    answer = office.client(name).get("/office/cash/bank")
    assert answer.status_code == 200
    return str(answer.text)


def test_every_line_is_settled_on_the_page(office: Office, lines: list[int]) -> None:
    first, second, third, fourth = lines
    text = page(office)
    for words in ("$95.00 here, $94.00 at the bank", "Check 1077 · A2", "elsewhere", "NSF 1077"):
        assert words in text
    assert act(office, "casey", first, "correction", reason="a note") == 403
    assert act(office, "sam", first, "correction", reason="") == 422
    assert act(office, "sam", first, "correction", reason="a note missing") == 302
    assert act(office, "sam", first, "correction", reason="a note missing") == 409
    assert act(office, "casey", second, "return", reason="NSF", check="") == 422
    assert act(office, "casey", second, "return", reason="NSF", check="payment:k1") == 302
    assert act(office, "casey", third, "deposit", deposit="DP-000001") == 422
    for line in (third, fourth):
        assert act(office, "casey", line, "aside", reason="") == 422
        assert act(office, "casey", line, "aside", reason="of another office") == 302
    text = page(office)
    for words in (
        "every line is settled",
        "Corrected",
        "Returned",
        "Set aside",
        "of another office",
        "BS-000001",
    ):
        assert words in text
    with office.services.read_sessions() as session:
        assert (balance(session, "BANK"), balance(session, "OS")) == (4_400, 100)


def test_a_line_is_given_a_deposit_by_hand(office: Office, lines: list[int]) -> None:
    first, _, third, _ = lines
    assert act(office, "sam", first, "aside", reason="a mistake of the bank") == 302
    assert "Deposits the bank has not shown" in page(office)
    assert act(office, "casey", third, "deposit", deposit="DP-000001") == 302
    assert "$95.00 here, $7.77 at the bank" in page(office)


def test_the_page_is_for_the_cash_office(office: Office) -> None:
    assert "No bank statement yet." in page(office)
    assert 'href="/office/cash/bank"' in office.client("casey").get("/office/cash/deposits").text
    assert office.client("carla").get("/office/cash/bank").status_code == 403
    assert act(office, "carla", 1, "aside", reason="x") == 403
    assert act(office, "sam", 1, "aside", reason="x") == 404
