"""Release and recall codes from the page of an order, by whoever answers the technician's call."""

import re
from datetime import timedelta

from sqlalchemy import select, update

from server.pages.dispatch.called_off import called_off
from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.office.test_meter_pages import page
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, NOW, TODAY
from workorders.policy.phone_codes import digest_of, usable
from workorders.tables import CutAuthority, Order, PhoneCode, Premise
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.field.events import ingest_event

LETTERS = re.compile(r'class="mono letters">([0-9A-Z-]{14})<')


def given(office: Office) -> list[PhoneCode]:
    with office.services.read_sessions() as session:
        return list(session.scalars(select(PhoneCode).order_by(PhoneCode.id)))


def paths(office: Office) -> tuple[str, str]:
    number = office.numbers["silent_cut"]
    return f"/csr/orders/{number}", f"/csr/orders/{number}/codes"


def test_a_recall_code_is_given_once_shown_once_and_takes_the_order_back(office: Office) -> None:
    order, codes = paths(office)
    assert f'href="{codes}"' in page(office, order, "carla")
    before = page(office, codes, "carla")
    assert "On the telephone with the technician" in before
    assert "Owed now" in before
    assert "$128.50" in before
    answer = office.post("carla", f"{codes}/recall", reason="Paid at the bank", given="0")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert "Recall code for <strong>Tess Demo</strong>: do not cut." in answer.text
    [letters] = LETTERS.findall(answer.text)
    [row] = given(office)
    code = usable(letters)
    assert code is not None
    assert row.digest == digest_of(code)
    assert (row.kind, row.given_by, row.technician_id, row.reason) == (
        "recall",
        "carla",
        "t01",
        "Paid at the bank",
    )
    after = page(office, codes, "carla")
    assert not LETTERS.findall(after)
    assert letters not in after
    story = page(office, order, "carla")
    assert letters not in story
    assert "Carla CSR gave Tess Demo a recall code by telephone: Paid at the bank." in story
    assert "not heard of yet" in after
    with office.services.read_sessions() as session:
        assert session.get_one(Order, office.numbers["silent_cut"]).state == "recalled"
    twice = office.post("carla", f"{codes}/recall", reason="Paid at the bank", given="0")
    assert twice.status_code == 409
    assert len(given(office)) == 1


def test_a_release_code_says_until_when_and_leaves_the_order_where_it_is(office: Office) -> None:
    _order, codes = paths(office)
    assert "Every rule permits the cut now. The code lets the tablet cut until 1:00" in page(
        office, codes, "dana"
    )
    answer = office.post("dana", f"{codes}/release", reason="Nothing was paid", given="0")
    assert answer.status_code == 201
    assert "Until 1:00" in answer.text
    assert len(LETTERS.findall(answer.text)) == 1
    [row] = given(office)
    assert row.expires_at == morning.CLOCK + timedelta(hours=2)
    assert row.evidence["allowed"] is True
    with office.services.read_sessions() as session:
        assert session.get_one(Order, office.numbers["silent_cut"]).state == "dispatched"


def test_where_the_rules_forbid_the_cut_the_page_says_why_and_gives_no_release(office: Office) -> None:
    _order, codes = paths(office)
    with office.services.sessions.begin() as session:
        session.execute(update(Premise).values(medical=True))
    shown = page(office, codes, "carla")
    assert "No release code can be given. Tell the technician to leave the service on." in shown
    assert "The premise is flagged: someone depends on the service." in shown
    assert "Give a release code" not in shown
    assert "Give a recall code" in shown
    answer = office.post("carla", f"{codes}/release", reason="He says so", given="0")
    assert answer.status_code == 409
    assert "No code can be given: The premise is flagged" in answer.text
    assert given(office) == []


def test_a_form_without_a_reason_names_the_field_and_keeps_nothing(office: Office) -> None:
    _order, codes = paths(office)
    for kind, words in (("recall", "recall-reason"), ("release", "code-release-reason")):
        answer = office.post("carla", f"{codes}/{kind}", reason=" ", given="0")
        assert answer.status_code == 422
        assert f'id="{words}-problem">say why the code is given' in answer.text
        assert answer.text.count('-problem">say why') == 1
    for epoch in ("77", "x", "-1"):
        assert office.post("carla", f"{codes}/recall", reason="Paid", epoch=epoch).status_code == 422
    assert given(office) == []


def test_who_may_give_a_code(office: Office) -> None:
    order, codes = paths(office)
    for name in ("casey", "stan"):
        for kind in ("recall", "release"):
            assert office.post(name, f"{codes}/{kind}", reason="Paid", given="0").status_code == 403
        assert office.client(name).get(codes).status_code == 403
        assert f'href="{codes}"' not in office.client(name).get(order).text
    assert given(office) == []


def test_a_tablet_whose_technician_entered_the_recall_code_knows_of_the_cancel(office: Office) -> None:
    order, codes = paths(office)
    number = office.numbers["silent_cut"]
    doubt = "The tablet may not know yet that this was cancelled."
    with office.services.sessions.begin() as session:
        record_payment(session, "web-5", "A5", DEBT, "web", now=morning.CLOCK, actor="web shop")
    assert doubt in page(office, order, "carla")
    with office.services.read_sessions() as session:
        assert number in [one.number for one in called_off(session, TODAY)]
    answer = office.post("carla", f"{codes}/recall", reason="Paid", given="0")
    [letters] = LETTERS.findall(answer.text)
    at = morning.CLOCK + timedelta(minutes=2)
    with office.services.sessions.begin() as session:
        cut = session.get_one(Order, number)
        entered = Tablet("t01", counter=70).event(
            "office_code", cut, {"code": letters, "kind": "recall"}, at=at
        )
        ingest_event(session, entered, database="tech-t01", revision="1-a", received_at=at)
    assert doubt not in page(office, order, "carla")
    with office.services.read_sessions() as session:
        assert number not in [one.number for one in called_off(session, TODAY)]


def test_an_order_that_cuts_nothing_has_no_codes(office: Office) -> None:
    order = f"/csr/orders/{office.numbers['sent']}"
    assert "On the telephone" not in page(office, order, "carla")
    client = office.client("carla")
    assert client.get(f"{order}/codes").headers["Location"] == order
    assert "none can be given" in client.get(order).text


def test_codes_that_were_given_are_a_report(office: Office) -> None:
    _order, codes = paths(office)
    office.post("carla", f"{codes}/release", reason="Nothing was paid", given="0")
    shown = page(office, "/reports/phone-codes?from=2026-03-02&until=2026-03-02", "sam")
    for words in ("Release code", "Tess Demo", "Carla CSR", "Nothing was paid", "Not heard of yet"):
        assert words in shown
    with office.services.sessions.begin() as session:
        session.execute(update(PhoneCode).values(expires_at=NOW))
    assert "Not entered" in page(office, "/reports/phone-codes?state=not_entered", "sam")


def test_the_evidence_of_the_dispatch_is_not_changed_by_a_code(office: Office) -> None:
    _order, codes = paths(office)
    office.post("carla", f"{codes}/release", reason="Nothing was paid", given="0")
    with office.services.read_sessions() as session:
        number = office.numbers["silent_cut"]
        found = session.scalars(select(CutAuthority).where(CutAuthority.order_number == number)).all()
    assert len(found) == 1
