"""What a supervisor and a cashier see: cases to decide, quarantine, wrongful cuts, custody."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from sync.pipeline.render import render_acks
from tests.integration.office.conftest import Office
from workorders.messages.words import ENGLISH, say
from workorders.tables import ExceptionCase, FieldEvent, Order, Outbox, Quarantine, QuarantineDecision


def page(office: Office, path: str, name: str = "sam") -> str:
    """A page's text."""
    answer = office.client(name).get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def blocking_case(office: Office) -> int:
    """The case that holds the order in review."""
    with office.services.read_sessions() as session:
        query = select(ExceptionCase.id).where(ExceptionCase.code == "serial_mismatch")
        return session.scalars(query).one()


def test_the_queue_shows_what_waits_and_filters_by_kind(shared_office: Office) -> None:
    text = page(shared_office, "/office/")
    assert "The meter seen is SOMETHING" in text
    assert shared_office.numbers["review"] in text
    assert "reported by Tess Demo, 9:00\u00a0AM" in text
    assert "Carry out and complete the order" in text
    assert "Carry out nothing<" in text
    assert "is recorded." in text[text.index("Waits to be carried out") :]
    only = page(shared_office, "/office/?code=serial_mismatch")
    assert only.count('class="card case"') == 1
    assert 'name="decision"' in only
    assert 'name="decision"' not in page(shared_office, "/office/", "casey")


@pytest.mark.parametrize(("decision", "state"), [("accept", "completed"), ("reject", "rejected")])
def test_deciding_moves_the_order_and_answers_the_technician(
    office: Office, decision: str, state: str
) -> None:
    case = blocking_case(office)
    answer = office.post("sam", f"/office/cases/{case}", decision=decision, words="seen on the photo")
    assert answer.status_code == 302
    with office.services.read_sessions() as session:
        assert session.get_one(Order, office.numbers["review"]).state == state
        event = session.get_one(FieldEvent, session.get_one(ExceptionCase, case).source)
        assert say(event.ack, ENGLISH) == "Decided by the office: seen on the photo"
    text = page(office, "/office/")
    assert "Decided lately" in text
    assert "seen on the photo" in text
    again = office.post("sam", f"/office/cases/{case}", decision=decision, words="again")
    assert again.status_code == 409


@pytest.mark.parametrize(
    "form", [{"decision": "accept", "words": " "}, {"decision": "maybe", "words": "x"}, {}]
)
def test_a_decision_needs_a_verdict_and_words(office: Office, form: dict[str, str]) -> None:
    case = blocking_case(office)
    answer = office.post("sam", f"/office/cases/{case}", **form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    with office.services.read_sessions() as session:
        assert session.get_one(ExceptionCase, case).state == "open"


def test_quarantine_keeps_the_document_and_the_reason(shared_office: Office) -> None:
    text = page(shared_office, "/office/quarantine")
    assert "no_such_event" in text
    assert "Tess Demo" in text


def kept_aside(office: Office) -> Quarantine:
    """The one document in quarantine."""
    with office.services.read_sessions() as session:
        return session.scalars(select(Quarantine)).one()


def test_a_document_is_settled_with_words_that_the_technician_reads(office: Office) -> None:
    kept = kept_aside(office)
    silent = office.post("sam", f"/office/quarantine/{kept.id}", what="settle", words=" ")
    assert silent.status_code == 422
    assert kept_aside(office).decision is None
    done = office.post("sam", f"/office/quarantine/{kept.id}", what="settle", words="Entered by hand")
    assert done.status_code == 302
    decision = kept_aside(office).decision
    assert decision is not None
    assert (decision.decided_by, say(decision.message, ENGLISH)) == ("sam", "Entered by hand")
    assert "Quarantine is empty" in page(office, "/office/quarantine")
    with office.services.read_sessions() as session:
        enqueued = session.scalars(
            select(Outbox.key).where(Outbox.topic == "ack", Outbox.published_at.is_(None))
        )
        assert kept.document_id in enqueued.all()
        technician = kept.database.removeprefix("tech-")
        ack = render_acks(session, technician, [kept.document_id])[f"ack:{kept.document_id}"]
    assert ack["words"] == "Decided by the office: Entered by hand"
    again = office.post("sam", f"/office/quarantine/{kept.id}", what="again")
    assert again.status_code == 409
    with office.services.sessions() as session, pytest.raises(IntegrityError, match="append_only"):
        session.execute(delete(QuarantineDecision))


def test_a_document_judged_again_stays_while_it_cannot_be_understood(office: Office) -> None:
    kept = kept_aside(office)
    assert office.post("sam", f"/office/quarantine/{kept.id}", what="again").status_code == 302
    assert kept_aside(office).decision is None


def test_a_document_judged_again_is_taken_in_once_it_is_understood(office: Office) -> None:
    kept = kept_aside(office)
    with office.services.sessions.begin() as session:
        # As before an upgrade that knows the kind: readable now, though it was kept aside.
        readable = kept.body | {"event": "acknowledged", "body": {}}
        columns = {"database": kept.database, "document_id": kept.document_id, "code": kept.code}
        later = Quarantine(
            **columns, revision="2-b", body=readable, params=kept.params, received_at=kept.received_at
        )
        session.add(later)
        session.flush()
        number = later.id
    assert office.post("sam", f"/office/quarantine/{number}", what="again").status_code == 302
    with office.services.read_sessions() as session:
        decision = session.get_one(QuarantineDecision, number)
    assert decision.decided_by == "sam"
    assert say(decision.message, ENGLISH).startswith("Reprocessed")
    with office.services.read_sessions() as session:
        assert session.get_one(FieldEvent, kept.document_id).status == "posted"


def test_a_cashier_reads_quarantine_and_decides_nothing(office: Office) -> None:
    kept = kept_aside(office)
    assert ">Settle<" not in page(office, "/office/quarantine", "casey")
    assert office.post("casey", f"/office/quarantine/{kept.id}", what="again").status_code == 403


def test_a_wrongful_cut_is_counted_with_what_restores_it(shared_office: Office) -> None:
    text = page(shared_office, "/office/cuts")
    assert shared_office.numbers["late"] in text
    assert "Done after the order was cancelled" in text
    assert "Reconnect" in text
    assert "Off for non-payment" in text


def test_a_cut_judged_not_wrongful_leaves_the_list_with_its_decision(office: Office) -> None:
    with office.services.read_sessions() as session:
        case = session.scalars(select(ExceptionCase.id).where(ExceptionCase.code == "wrongful_cut")).one()
    assert "It was not wrongful" in page(office, "/office/?code=wrongful_cut")
    assert "Judged not wrongful" not in page(office, "/office/cuts")
    form = {"decision": "reject", "words": "the payment was for another account"}
    assert office.post("sam", f"/office/cases/{case}", **form).status_code == 302
    text = page(office, "/office/cuts")
    assert "No wrongful cut." in text
    assert "the payment was for another account" in text[text.index("Judged not wrongful") :]


def test_several_cases_are_noted_with_one_reason(office: Office) -> None:
    case = blocking_case(office)
    refused = office.post("sam", "/office/cases/noted", case=str(case), words="seen")
    assert refused.status_code == 422
    assert "is decided by itself" in refused.text
    assert office.post("casey", "/office/cases/noted", case="1", words="seen").status_code == 403
    for number in ("9" * 26, "²", "-1", "x"):
        assert office.post("sam", "/office/cases/noted", case=number, words="seen").status_code == 422


def test_custody_receipts_and_the_trial_balance(shared_office: Office) -> None:
    text = page(shared_office, "/office/money", "casey")
    assert "T01-000001" in text
    assert "balances" in text
    custody = text.split("In custody now")[1].split("</table>")[0]
    assert custody.count("$50.00") == 2
    other = page(shared_office, "/office/money?day=2026-03-01", "casey")
    assert "No receipt that day" in other
    assert "$50.00" in other.split("In custody now")[1].split("</table>")[0], (
        "cash stays in custody overnight"
    )
    assert shared_office.client("casey").get("/office/money?day=never").status_code == 422
