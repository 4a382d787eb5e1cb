"""Returned mail, late fees, the agency and liens in their pages, each by who does it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from tests.integration.usecases.world import TODAY
from workorders.tables import Account, AgencyPlacement, LateFee, Lien, Notice, ReturnedMail, ServiceAgreement
from workorders.usecases.collections.bills import BillRequest, record_bill
from workorders.usecases.collections.returned_mail import notice_number
from workorders.usecases.district.publish_rules import publish_rules

PAGES = "/office/collections"
DAY = timedelta(days=1)


@pytest.fixture
def indebted(office: Office) -> Office:
    """A9 owes a bill that was due a hundred days ago; billing charges late fees."""
    with office.services.sessions.begin() as session:
        asked = BillRequest(
            reference="B-9",
            account_number="A9",
            service="water",
            billed_on=TODAY - 121 * DAY,
            due_on=TODAY - 100 * DAY,
            cents=20_000,
        )
        record_bill(session, asked, now=CLOCK, actor="billing")
        late = {"fee_code": "late_charge", "after_due_days": 20, "minimum_cents": 1_000}
        line = {"kind": "setting", "key": "late_fee", "value": late}
        publish_rules(session, {"note": "t", "effective_from": "2020-01-02", "rules": [line]}, now=CLOCK)
    return office


def account_id(office: Office, number: str) -> int:
    with office.services.read_sessions() as session:
        return session.scalars(sa.select(Account.id).where(Account.number == number)).one()


def count(office: Office, table: type[object]) -> int:
    with office.services.read_sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_letter_is_scanned_and_followed_up(office: Office) -> None:
    with office.services.read_sessions() as session:
        notice = session.scalars(sa.select(Notice).where(Notice.state == "sent").order_by(Notice.id)).first()
        assert notice is not None
        number, account = notice.id, session.get_one(Account, notice.account_id).number
    form = {"scanned": notice_number(number), "returned_on": str(TODAY), "reason": "moved"}
    assert office.post("casey", f"{PAGES}/returned", **form).status_code == 403
    wrong = office.post("carla", f"{PAGES}/returned", **(form | {"scanned": ""}))
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    assert office.post("carla", f"{PAGES}/returned", **form).status_code == 302
    assert office.post("carla", f"{PAGES}/returned", **form).status_code == 409
    assert "Mail came back on" in office.client("carla").get(f"/csr/accounts/{account}").text
    text = office.client("carla").get(f"{PAGES}/returned").text
    assert "Moved" in text
    with office.services.read_sessions() as session:
        mail = session.scalars(sa.select(ReturnedMail.id)).one()
    page = f"{PAGES}/returned/{mail}"
    assert office.post("carla", page, resolution="reached", note="").status_code == 422
    assert office.post("carla", page, resolution="new_address", note="by phone").status_code == 422
    done = office.post("carla", page, resolution="new_address", note="by phone", new_address="PO Box 4")
    assert done.status_code == 302
    assert "No mail waits." in office.client("carla").get(f"{PAGES}/returned").text
    assert "PO Box 4" in office.client("carla").get(f"/csr/accounts/{account}").text


def test_the_number_under_the_letter_is_printed(office: Office) -> None:
    office.post("dana", f"{PAGES}/notices", day=str(TODAY))
    with office.services.read_sessions() as session:
        found = session.execute(
            sa.select(Notice.batch_id, Notice.id).where(Notice.batch_id.is_not(None))
        ).first()
    if found is None:
        pytest.skip("nobody is due a notice that morning")
    answer = office.client("dana").get(f"{PAGES}/notices/{found[0]}.pdf")
    assert answer.data.startswith(b"%PDF")


def test_late_fees_are_handed_to_billing_by_a_supervisor_once(indebted: Office) -> None:
    text = indebted.client("carla").get(f"{PAGES}/late-fees").text
    assert "B-9" in text
    assert "Hand over to billing" not in text
    assert indebted.post("carla", f"{PAGES}/late-fees").status_code == 403
    assert indebted.post("sam", f"{PAGES}/late-fees").status_code == 302
    assert indebted.post("sam", f"{PAGES}/late-fees").status_code == 409
    assert count(indebted, LateFee) == 1
    assert "No bill is late enough." in indebted.client("carla").get(f"{PAGES}/late-fees").text
    assert indebted.post("sam", "/office/exports/late_fees").status_code == 302
    lines = indebted.client("sam").get("/office/exports/late_fees/1.csv").text.splitlines()
    assert lines[1].startswith("1,A9,B-9,")


def test_a_debt_goes_to_the_agency_and_comes_back(indebted: Office) -> None:
    with indebted.services.sessions.begin() as session:
        gone = session.scalars(
            sa.select(ServiceAgreement).where(ServiceAgreement.account_id == account_id(indebted, "A9"))
        ).one()
        gone.state, gone.end_on = "final_billed", TODAY - 120 * DAY
        session.add(
            Notice(
                account_id=gone.account_id,
                kind="pre_collection",
                sent_on=TODAY - 40 * DAY,
                valid_until=TODAY + 90 * DAY,
                amount_cents=20_000,
            )
        )
    text = indebted.client("carla").get(f"{PAGES}/agency").text
    assert "May be handed over" in text
    assert "Hand the chosen over" not in text
    assert indebted.post("carla", f"{PAGES}/agency", account="A9").status_code == 403
    assert indebted.post("sam", f"{PAGES}/agency").status_code == 422
    assert indebted.post("sam", f"{PAGES}/agency", account="A1").status_code == 409
    assert indebted.post("sam", f"{PAGES}/agency", account="A9").status_code == 302
    assert "At Sample collection agency" in indebted.client("carla").get("/csr/accounts/A9").text
    with indebted.services.read_sessions() as session:
        placement = session.scalars(sa.select(AgencyPlacement.id)).one()
    recall = f"{PAGES}/agency/{placement}/recall"
    assert indebted.post("sam", recall, reason="").status_code == 422
    assert indebted.post("sam", f"{PAGES}/agency/changes").status_code == 302
    assert indebted.post("sam", recall, reason="bankruptcy").status_code == 302
    assert "The agency has nothing." in indebted.client("carla").get(f"{PAGES}/agency").text
    assert indebted.post("sam", "/office/exports/agency").status_code == 302
    lines = indebted.client("sam").get("/office/exports/agency/1.csv").text.splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["placed", "recalled"]


def test_a_lien_is_noted_and_released_and_both_pages_show_it(indebted: Office) -> None:
    form = {"account": "A9", "premise": "P-9", "filed_on": str(TODAY), "reference": "2026-77"}
    assert indebted.post("carla", f"{PAGES}/liens", **form).status_code == 403
    assert indebted.post("sam", f"{PAGES}/liens", **(form | {"premise": "P-1"})).status_code == 422
    future = indebted.post("sam", f"{PAGES}/liens", **(form | {"filed_on": str(TODAY + DAY)}))
    assert future.status_code == 422
    assert 'aria-invalid="true"' in future.text
    assert indebted.post("sam", f"{PAGES}/liens", **form).status_code == 302
    assert indebted.post("sam", f"{PAGES}/liens", **form).status_code == 409
    assert "2026-77" in indebted.client("carla").get("/csr/accounts/A9").text
    assert "2026-77" in indebted.client("carla").get("/csr/premises/P-9").text
    with indebted.services.read_sessions() as session:
        lien = session.scalars(sa.select(Lien.id)).one()
    page = f"{PAGES}/liens/{lien}/release"
    assert indebted.post("sam", page, released_on=str(TODAY), release_reference="").status_code == 422
    assert indebted.post("sam", page, released_on=str(TODAY), release_reference="R-1").status_code == 302
    assert "2026-77" not in indebted.client("carla").get("/csr/accounts/A9").text
    assert "Released" in indebted.client("carla").get("/csr/premises/P-9").text
