"""Papers of the cash office: the slip that goes to the bank, and everything about one day as one file."""

from datetime import timedelta

import pytest

from server.exports.day_pack_pdf import FIGURES
from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from tests.integration.usecases.cash_steps import counted
from tests.integration.usecases.world import TODAY
from tests.pdf_text import pdf_pages
from workorders.policy.tenders import Tender
from workorders.queries.drawers import payments_in_drawer
from workorders.queries.reports.day_pack import PACK
from workorders.usecases.cash.counter import take_tenders
from workorders.usecases.cash.deposits import correct_deposit, make_deposit
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer
from workorders.usecases.cash.drawers import open_drawer


@pytest.fixture
def deposit(office: Office) -> str:
    """Casey's drawer, one dollar short, in a deposit of 94.00 whose figure the bank then lowered."""
    with office.services.sessions.begin() as session:
        drawer = open_drawer(session, 10_000, now=CLOCK, actor="casey")
        some = [Tender("cash", 4_500), Tender("check", 5_000, "1077")]
        take_tenders(session, "CR-1", "A2", 9_500, some, channel="counter", now=CLOCK, actor="casey")
        check = next(
            one.payment_id for one in payments_in_drawer(session, drawer.id) if one.method == "check"
        )
        count_drawer(session, drawer.id, counted(14_400, {check: 5_000}), now=CLOCK, actor="casey")
        close_drawer(session, drawer.id, reason="wrong change", now=CLOCK, actor="sam")
        made = make_deposit(session, [drawer.id], now=CLOCK, actor="casey")
        correct_deposit(session, made.id, 9_300, "a false note", now=CLOCK, actor="sam")
        return made.id


def pdf(office: Office, path: str, name: str = "casey", language: str = "en") -> tuple[bytes, list[str]]:
    answer = office.client(name).get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/pdf"
    return answer.data, pdf_pages(answer.data)


def test_the_slip_says_what_was_counted_and_lists_each_check(office: Office, deposit: str) -> None:
    path = f"/office/cash/deposits/{deposit}/slip.pdf"
    assert path in office.client("casey").get(f"/office/cash/deposits/{deposit}").text
    data, [page] = pdf(office, path)
    lines = page.split("\n")
    assert f"Deposit slip {deposit}" in lines
    total = lines.index("Total deposit") if "Total deposit" in lines else -1
    # Amounts are set before the words of their line.
    assert lines[total - 3 : total] == ["$44.00", "$50.00", "$94.00"]
    assert "1077 · A2" in lines
    assert "Number of checks: 1" in lines
    assert "$93.00" not in page
    assert data == pdf(office, path)[0]
    [spanish] = pdf(office, path, language="es")[1]
    assert "Número de cheques: 1" in spanish
    assert office.client("casey").get("/office/cash/deposits/DP-9/slip.pdf").status_code == 404
    assert office.client("carla").get(path).status_code == 403


def test_the_pack_holds_everything_of_the_day(office: Office, deposit: str) -> None:
    path = f"/office/cash/days/{TODAY.isoformat()}/pack.pdf"
    assert path in office.client("casey").get("/office/cash/days").text
    data, pages = pdf(office, path)
    cover, rest = pages[0], "\n".join(pages[1:])
    assert "This day is not closed" in cover
    assert "Prepared by" in cover
    for words in ("Drawers: 1", "Turn-ins: none", "Cash over and short: 2", "Receipts of the counter: 2"):
        assert words in cover
    for words in (deposit, "wrong change", "C-000001", "1077", "-$1.00", "$93.00"):
        assert words in rest
    assert data == pdf(office, path)[0]
    assert "Paquete de cierre" in pdf(office, path, language="es")[1][0]
    assert set(FIGURES) == {one.name for one in PACK}


def test_a_day_without_cash_says_so_and_what_is_no_day_is_refused(office: Office) -> None:
    before = TODAY - timedelta(days=400)
    [cover] = pdf(office, f"/office/cash/days/{before.isoformat()}/pack.pdf")[1]
    assert "No cash was taken" in cover
    assert office.client("casey").get("/office/cash/days/yesterday/pack.pdf").status_code == 422
    assert office.client("carla").get(f"/office/cash/days/{TODAY.isoformat()}/pack.pdf").status_code == 403


def test_an_old_day_is_found_too_and_no_paper_breaks_a_blind_count(office: Office) -> None:
    path = f"/office/cash/days/{TODAY.isoformat()}/pack.pdf"
    assert "$50.00" in "\n".join(pdf(office, path)[1])
    office.post("casey", "/office/cash/turn-ins", technician="t01", receipt="T01-000001")
    assert "$50.00" not in "\n".join(pdf(office, path)[1])
