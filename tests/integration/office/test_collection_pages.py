"""Notices and the cut list in the office: who sees, who acts, what is said of each account."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from server.exports.letters_pdf import letters_pdf, printable
from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from tests.integration.office.readable import english_left, raw
from tests.integration.usecases.world import TODAY
from workorders.tables import Account, Bill, Customer, Hold, HoldEvent, Notice, NoticeBatch, Order
from workorders.usecases.collections.bills import BillRequest, record_bill

DAY = timedelta(days=1)
COLLECTIONS = "/office/collections"


@pytest.fixture
def owing(office: Office) -> Office:
    """Household 8 is due its second notice: its bill is 21 days late, and no notice was sent of it."""
    with office.services.sessions.begin() as session:
        session.execute(sa.update(Customer).where(Customer.id == 3).values(language="es"))
        session.execute(sa.delete(Notice).where(Notice.account_id == account_id(office, "A3")))
        asked = BillRequest(
            reference="B-3",
            account_number="A3",
            service="water",
            billed_on=TODAY - 40 * DAY,
            due_on=TODAY - 21 * DAY,
            cents=4_000,
        )
        record_bill(session, asked, now=CLOCK, actor="billing")
    return office


def account_id(office: Office, number: str) -> int:
    with office.services.read_sessions() as session:
        return session.scalars(sa.select(Account.id).where(Account.number == number)).one()


def page(office: Office, name: str, path: str) -> str:
    answer = office.client(name).get(path)
    assert answer.status_code == 200, path
    return str(answer.text)


def test_everybody_reads_the_list_and_dispatchers_raise_from_it(office: Office) -> None:
    for name in ("carla", "casey"):
        text = page(office, name, f"{COLLECTIONS}/")
        assert "May be cut on Mar 2, 2026" in text
        assert "Raise disconnects" not in text
        assert office.post(name, f"{COLLECTIONS}/cuts", row="A1|SP-1").status_code == 403
    text = page(office, "dana", f"{COLLECTIONS}/")
    assert "Order " in text
    assert "is under way there." in text
    answer = office.post(
        "dana", f"{COLLECTIONS}/cuts", day=str(TODAY), row=["A1|SP-1", "A5|SP-5", "A99|SP-9"]
    )
    assert answer.status_code == 200
    assert "1 disconnect is raised." in answer.text
    assert answer.text.count("Not raised") == 2
    with office.services.read_sessions() as session:
        cuts = session.scalars(
            sa.select(Order).join(Account).where(Account.number == "A1", Order.type == "disconnect_np")
        ).all()
        assert [(cut.state, cut.requested_by) for cut in cuts] == [("approved", "dana")]


def test_nothing_ticked_and_a_bad_day_or_zone_are_said(office: Office) -> None:
    answer = office.post("sam", f"{COLLECTIONS}/cuts", day=str(TODAY))
    assert answer.status_code == 422
    assert "Chosen accounts" in answer.text
    assert office.client("sam").get(f"{COLLECTIONS}/?day=tomorrow").status_code == 422
    assert office.client("sam").get(f"{COLLECTIONS}/?zone=north").status_code == 422
    zoned = page(office, "sam", f"{COLLECTIONS}/?zone=1")
    assert "North zone" in zoned


def test_a_batch_is_written_printed_mailed_and_sent_back(owing: Office) -> None:
    text = page(owing, "carla", f"{COLLECTIONS}/notices")
    assert "Demo customer 3" in text
    assert "Write the batch" not in text
    assert owing.post("carla", f"{COLLECTIONS}/notices", day=str(TODAY)).status_code == 403
    answer = owing.post("sam", f"{COLLECTIONS}/notices", day=str(TODAY))
    assert answer.status_code == 302
    with owing.services.read_sessions() as session:
        batch = session.scalars(sa.select(NoticeBatch)).one().id
        notice = session.scalars(sa.select(Notice).where(Notice.batch_id == batch)).first()
        assert notice is not None
        number = notice.id
    pdf = owing.client("carla").get(f"{COLLECTIONS}/notices/{batch}.pdf")
    assert (pdf.content_type, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    late = owing.post("sam", f"{COLLECTIONS}/notices/{batch}/mailed", mailed_on=str(TODAY + DAY))
    assert (late.status_code, "from the day it was printed to today" in late.text) == (422, True)
    assert owing.post("sam", f"{COLLECTIONS}/notices/{batch}/mailed", mailed_on=str(TODAY)).status_code == 302
    assert "Mailed Mar 2, 2026" in page(owing, "carla", f"{COLLECTIONS}/notices/{batch}")
    path = f"{COLLECTIONS}/notice/{number}"
    assert owing.post("carla", f"{path}/returned", returned_on=str(TODAY)).status_code == 302
    assert owing.post("carla", f"{path}/reached", reason="").status_code == 422
    assert "The customer was reached" in page(owing, "carla", path)
    assert owing.post("carla", f"{path}/reached", reason="by telephone").status_code == 302
    assert "by telephone" in page(owing, "sam", path)
    for address in (f"{COLLECTIONS}/", f"{COLLECTIONS}/notices", f"{COLLECTIONS}/notices/{batch}", path):
        assert raw(page(owing, "sam", address)) == []
        spanish = owing.client("sam")
        spanish.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es-MX,es;q=0.9"
        assert english_left(spanish.get(address).text, "es") == []


def test_bills_and_holds_by_hand_on_the_page_of_the_account(office: Office) -> None:
    form = {
        "reference": "B-1",
        "service": "water",
        "billed_on": str(TODAY - 30 * DAY),
        "due_on": str(TODAY - 9 * DAY),
        "amount": "64.20",
    }
    assert office.post("carla", "/csr/accounts/A1/bills", **form).status_code == 302
    text = page(office, "carla", "/csr/accounts/A1")
    assert "9 days late" in text
    assert "$64.20" in text
    wrong = office.post("carla", "/csr/accounts/A1/bills", **(form | {"amount": "x"}))
    assert (wrong.status_code, "is not an amount of money" in wrong.text) == (422, True)
    assert office.post("casey", "/csr/accounts/A1/bills", **form).status_code == 403
    soon, later = str(TODAY + 10 * DAY), str(TODAY + 20 * DAY)
    hold = {"kind": "dispute", "starts_on": str(TODAY), "ends_on": soon, "reason": "Disputes the bill"}
    assert office.post("carla", "/csr/accounts/A1/holds", **hold).status_code == 302
    assert office.post("dana", "/csr/accounts/A1/holds", **hold).status_code == 403
    assert office.post("carla", "/csr/accounts/A1/holds", **(hold | {"reason": ""})).status_code == 422
    with office.services.read_sessions() as session:
        number = session.scalars(sa.select(Hold.id).where(Hold.account_id == account_id(office, "A1"))).one()
    path = f"/csr/accounts/A1/holds/{number}"
    longer = {"decision": "extend", "reason": "Open case"}
    assert office.post("carla", path, ends_on=later, **longer).status_code == 302
    assert office.post("carla", path, ends_on=soon, **longer).status_code == 422, "shorter is no extension"
    assert office.post("carla", path, decision="shrug", reason="?").status_code == 422
    assert office.post("sam", path, decision="lift", reason="Settled").status_code == 302
    text = page(office, "carla", "/csr/accounts/A1")
    assert "Nothing protects the account from a cut." in text
    assert raw(text) == []
    with office.services.read_sessions() as session:
        kinds = session.scalars(sa.select(HoldEvent.kind).order_by(HoldEvent.id)).all()
        assert kinds == ["added", "extended", "lifted"]


def test_the_api_takes_a_bill_once(office: Office) -> None:
    client = office.client("carla")
    body = {
        "reference": "B-7",
        "account": "A7",
        "billed_on": str(TODAY - 30 * DAY),
        "due_on": str(TODAY - 9 * DAY),
        "amount_cents": 6_420,
    }
    headers = {"X-CSRF-Token": "the-token-of-this-session", "Accept": "application/json"}
    for _ in range(2):
        answer = client.post("/api/bills", json=body, headers=headers)
        assert (answer.status_code, answer.get_json()["posted"]) == (201, True), answer.text
    with office.services.read_sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Bill)) == 1
    other = client.post("/api/bills", json=body | {"amount_cents": 1}, headers=headers)
    assert (other.status_code, other.get_json()["code"]) == (409, "bill_conflict")


def test_letters_hold_what_the_type_can_print() -> None:
    assert printable("Nguyễn – “Ł” 水 ñ") == 'Nguyen - "?" ? ñ'
    text = "Name\nStreet\nTown\n\nday\n\nTitle\n\nFirst.\n\nSecond."
    made = letters_pdf([text, text], district="Falls", made_at=CLOCK)
    assert made == letters_pdf([text, text], district="Falls", made_at=CLOCK)
    assert made.count(b"/Type /Page\n") == 2 or b"/Count 2" in made
    assert date(2026, 3, 2) == TODAY
