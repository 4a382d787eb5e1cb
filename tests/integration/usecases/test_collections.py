"""From the notice to the cut and back: a run, the cut list, a raised cut, a payment, nobody left to cut."""

from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, NOW, TODAY
from workorders.ledger import balance
from workorders.messages.words import ENGLISH, say
from workorders.problems import Problem
from workorders.queries.cut_list import CutRow, cut_list, minutes_of_a_cut
from workorders.queries.notice_run import NotDue, NoticeDue, notice_run
from workorders.queries.verify import verify_ledger
from workorders.tables import (
    Account,
    Customer,
    HoldEvent,
    Notice,
    Order,
    Premise,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
    Shift,
)
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.collections.bills import BillRequest, record_bill
from workorders.usecases.collections.holds import add_hold, extend_hold, lift_hold
from workorders.usecases.collections.mailing import customer_reached, mail_returned, mark_mailed
from workorders.usecases.collections.notices import issue_notices
from workorders.usecases.collections.raise_cuts import Chosen, Raised, raise_cuts
from workorders.usecases.field.events import ingest_event
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.orders import OrderRequest, raise_order

DAY = timedelta(days=1)
BILL = 12_000
BILLED = date(2026, 1, 5)
DUE = date(2026, 1, 26)
"""A Monday; a bill due then is 30 days past due on Wednesday, February 25."""


def at(day: date, hour: int = 15) -> datetime:
    """Nine in the morning in Chicago."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture
def household(session: Session) -> str:
    """An account that was imported: a place, an agreement, one bill, and not one notice."""
    customer = Customer(name="Nora Newcomer", language="es")
    premise = Premise(
        number="P-N",
        house_number="9",
        street="Birch Street",
        city="Demo Falls",
        postcode="00009",
        position=shapely.Point(-98.6, 39.1),
    )
    session.add_all([customer, premise])
    session.flush()
    account = Account(number="N1", customer_id=customer.id)
    point = ServicePoint(number="SP-N", premise_id=premise.id, size="5/8", state="on")
    session.add_all([account, point])
    session.flush()
    session.add(ServiceAgreement(account_id=account.id, service_point_id=point.id, start_on=BILLED))
    session.add(ServicePointEvent(service_point_id=point.id, state="on", at=at(BILLED), source="import:n"))
    asked = BillRequest(
        reference="B-N", account_number="N1", service="water", billed_on=BILLED, due_on=DUE, cents=BILL
    )
    record_bill(session, asked, now=NOW, actor="billing")
    return "N1"


def found(session: Session, day: date, number: str = "N1") -> NoticeDue | NotDue | None:
    run = notice_run(session, day, now=at(day))
    every: list[NoticeDue | NotDue] = [*run.due, *run.not_due]
    return next((one for one in every if one.debtor.facts.number == number), None)


def due(session: Session, day: date) -> str | None:
    one = found(session, day)
    return one.step.kind if isinstance(one, NoticeDue) else None


def why(session: Session, day: date) -> str:
    one = found(session, day)
    assert isinstance(one, NotDue)
    return one.why.code


def sent(session: Session, day: date) -> Notice:
    """Issue what is due that day and mail it."""
    batch = issue_notices(session, day, now=at(day), actor="sam")
    mark_mailed(session, batch.id, on=day, now=at(day), actor="sam")
    query = select(Notice).join(Account).where(Notice.batch_id == batch.id, Account.number == "N1")
    return session.scalars(query).one()


def listed(session: Session, day: date, number: str = "N1") -> CutRow | None:
    rows = cut_list(session, day, now=at(day)).rows
    return next((row for row in rows if row.debtor.facts.number == number), None)


def noticed(session: Session) -> date:
    """Every notice was sent in its time; the first day on which the cut may be made."""
    for day in (DUE + 5 * DAY, DUE + 20 * DAY, DUE + 25 * DAY):
        assert sent(session, day).state == "sent"
    return date(2026, 3, 3)


def raised(session: Session, day: date, point: str = "SP-N", number: str = "N1") -> Raised:
    [one] = raise_cuts(session, day, [Chosen(number, point)], now=at(day), actor="dana")
    return one


def test_each_notice_comes_in_its_time(session: Session, household: str) -> None:
    assert found(session, DUE) is None, "on its due day a bill is not past due"
    assert why(session, DUE + 4 * DAY) == "notice.later"
    first = sent(session, DUE + 5 * DAY)
    assert (first.kind, first.amount_cents, first.language) == ("past_due", BILL, "es")
    assert first.text is not None
    assert first.text.startswith(
        "Nora Newcomer\n9 Birch Street\nDemo Falls 00009\n\n31 ene 2026 · N1\n\nAviso"
    )
    assert "$120.00" in first.text
    assert "26 ene 2026" in first.text
    assert why(session, DUE + 19 * DAY) == "notice.later"
    second = sent(session, DUE + 20 * DAY)
    assert (second.kind, balance(session, "AR", household)) == ("second_past_due", BILL + 1_000)
    assert due(session, DUE + 24 * DAY) is None
    final = sent(session, DUE + 25 * DAY)
    assert final.kind == "final"
    assert "3 mar 2026" in (final.text or ""), "the seventh business day after it"
    assert due(session, DUE + 32 * DAY) == "door_tag"
    assert verify_ledger(session).differences == ()


def test_a_printed_notice_counts_from_the_day_it_is_mailed(session: Session, household: str) -> None:
    day = DUE + 5 * DAY
    batch = issue_notices(session, day, now=at(day), actor="sam")
    assert why(session, day + 20 * DAY) == "notice.not_mailed"
    with pytest.raises(Problem) as refused:
        mark_mailed(session, batch.id, on=day - DAY, now=at(day), actor="sam")
    assert refused.value.details["field"] == "mailed_on"
    mark_mailed(session, batch.id, on=day + 2 * DAY, now=at(day + 2 * DAY), actor="sam")
    [notice] = session.scalars(select(Notice).join(Account).where(Account.number == household))
    assert (notice.sent_on, notice.valid_until) == (day + 2 * DAY, day + 92 * DAY)
    with pytest.raises(Problem) as refused:
        mark_mailed(session, batch.id, on=day + 3 * DAY, now=at(day + 3 * DAY), actor="sam")
    assert refused.value.code == "already_mailed"
    with pytest.raises(Problem) as refused:
        issue_notices(session, day - DAY, now=at(day), actor="sam")
    assert refused.value.details["field"] == "day"


def test_a_late_charge_spares_who_paid_before_it_was_mailed(session: Session, household: str) -> None:
    sent(session, DUE + 5 * DAY)
    day = DUE + 20 * DAY
    batch = issue_notices(session, day, now=at(day), actor="sam")
    record_payment(session, "P-N", household, BILL, "web", now=at(day, 16), actor="web")
    mark_mailed(session, batch.id, on=day, now=at(day, 20), actor="sam")
    assert balance(session, "AR", household) == 0


def test_a_notice_that_is_sent_anew_charges_nothing_again(session: Session, household: str) -> None:
    sent(session, DUE + 5 * DAY)
    second = sent(session, DUE + 20 * DAY)
    assert balance(session, "AR", household) == BILL + 1_000
    mail_returned(session, second.id, on=DUE + 22 * DAY, now=at(DUE + 22 * DAY), actor="sam")
    customer_reached(session, second.id, note="by telephone", now=at(DUE + 24 * DAY), actor="sam")
    again = sent(session, DUE + 24 * DAY)
    assert (again.kind, again.amount_cents) == ("second_past_due", BILL + 1_000)
    assert balance(session, "AR", household) == BILL + 1_000


def test_a_late_charge_reaches_the_tablet_that_shows_the_balance(session: Session, household: str) -> None:
    sent(session, DUE + 5 * DAY)
    day = DUE + 20 * DAY
    point = session.scalars(select(ServicePoint.id).where(ServicePoint.number == "SP-N")).one()
    asked = OrderRequest(type="reread", service_point_id=point, extra=world.EXTRA["reread"])
    order = raise_order(session, asked, now=at(day), actor="carla")
    assign_order(session, order.number, "t01", route_day=day, now=at(day), actor="dana")
    before = world.last_seq(session, order.number)
    owed = balance(session, "AR", household)
    sent(session, day)
    assert balance(session, "AR", household) > owed
    after = world.last_seq(session, order.number)
    assert before is not None
    assert after is not None
    assert after > before


def test_mail_that_came_back_stops_everything_until_the_customer_is_reached(
    session: Session, household: str
) -> None:
    day = DUE + 5 * DAY
    notice = sent(session, day)
    mail_returned(session, notice.id, on=day + 3 * DAY, now=at(day + 3 * DAY), actor="carla")
    assert why(session, day + 20 * DAY) == "notice.mail_returned"
    with pytest.raises(Problem) as refused:
        customer_reached(session, notice.id, note="", now=at(day + 4 * DAY), actor="carla")
    assert refused.value.details["field"] == "reason"
    customer_reached(session, notice.id, note="telephone, new box", now=at(day + 4 * DAY), actor="carla")
    assert due(session, day + 4 * DAY) == "past_due"
    row = listed(session, day + 4 * DAY)
    assert row is not None
    assert "rule.notice_missing" in [one.code for one in row.why_not]


@pytest.mark.parametrize(
    ("paid", "reason"), [(BILL - 999, "notice.below_minimum"), (BILL, None), (0, "notice.no_address")]
)
def test_who_is_not_due_one_has_a_reason(
    session: Session, household: str, paid: int, reason: str | None
) -> None:
    if paid:
        record_payment(session, "P-N", household, paid, "web", now=at(DUE + 5 * DAY), actor="web")
    else:
        agreement = session.scalars(
            select(ServiceAgreement).join(Account).where(Account.number == household)
        ).one()
        # An account that was never served has no place to write to.
        session.delete(agreement)
        session.flush()
    one = found(session, DUE + 6 * DAY)
    assert (one.why.code if isinstance(one, NotDue) else None) == reason


def test_holds_are_added_extended_and_lifted_with_their_reason(session: Session, household: str) -> None:
    day = noticed(session)
    cut = raised(session, day).order
    hold = add_hold(
        session,
        household,
        "medical",
        starts_on=day,
        ends_on=day + 15 * DAY,
        reason="Oxygen at home",
        evidence="Certificate 77",
        now=at(day),
        actor="carla",
    )
    assert cut is not None
    assert session.get_one(Order, cut).state == "cancelled"
    assert why(session, day) == "rule.hold_until"
    row = listed(session, day)
    assert row is not None
    assert [say(one, ENGLISH) for one in row.why_not] == ["A medical hold lasts until Mar 18, 2026."]
    extend_hold(session, household, hold.id, ends_on=None, reason="Renewed", now=at(day + DAY), actor="carla")
    with pytest.raises(Problem) as shorter:
        extend_hold(
            session, household, hold.id, ends_on=day + 5 * DAY, reason="x", now=at(day + DAY), actor="carla"
        )
    assert shorter.value.details["field"] == "ends_on"
    assert hold.ends_on is None
    lift_hold(session, household, hold.id, reason="Moved out", now=at(day + 2 * DAY), actor="sam")
    again = listed(session, date(2026, 3, 9))
    assert again is not None
    assert again.allowed
    with pytest.raises(Problem) as refused:
        lift_hold(session, household, hold.id, reason="Again", now=at(day + 2 * DAY), actor="sam")
    assert refused.value.code == "hold_ended"
    events = session.scalars(select(HoldEvent).order_by(HoldEvent.id)).all()
    assert [(e.kind, e.actor, e.evidence) for e in events] == [
        ("added", "carla", "Certificate 77"),
        ("extended", "carla", None),
        ("lifted", "sam", None),
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "holiday"}, "kind"),
        ({"reason": " "}, "reason"),
        ({"ends_on": TODAY - DAY}, "ends_on"),
        ({"starts_on": date(1950, 1, 1)}, "starts_on"),
        ({"ends_on": TODAY + 2_000 * DAY}, "ends_on"),
        ({"evidence": "x" * 300}, "evidence"),
    ],
)
def test_a_hold_that_is_none_names_the_field(session: Session, given: dict[str, object], field: str) -> None:
    good = {"kind": "dispute", "starts_on": TODAY, "ends_on": None, "reason": "Disputes the bill"}
    with pytest.raises(Problem) as refused:
        add_hold(session, "A1", now=NOW, actor="carla", **(good | given))  # type: ignore[arg-type]
    assert refused.value.details["field"] == field


def test_the_list_says_why_each_may_not_be_cut(session: Session, household: str) -> None:
    assert listed(session, DUE + 5 * DAY) is not None
    day = noticed(session)
    friday = listed(session, day + 3 * DAY)
    assert friday is not None
    assert [say(one, ENGLISH) for one in friday.why_not] == ["There are no cuts on a Friday."]
    early = listed(session, day - DAY)
    assert early is not None
    assert [say(one, ENGLISH) for one in early.why_not] == [
        "6 business days since the final notice; 7 must pass."
    ]
    row = listed(session, day)
    assert row is not None
    assert (row.allowed, row.owed_cents, row.avoids_cents) == (True, BILL + 1_000, BILL + 1_000)


def test_from_notice_to_cut_to_payment_nobody_stays_on_the_list(session: Session, household: str) -> None:
    day = noticed(session)
    one = raised(session, day)
    assert one.order is not None
    cut = session.get_one(Order, one.order)
    assert (cut.type, cut.state) == ("disconnect_np", "approved")
    assert raised(session, day).why[0].code == "cut_list.under_way"
    record_payment(session, "P-N", household, BILL + 1_000, "counter", now=at(day, 17), actor="casey")
    assert cut.state == "cancelled"
    assert listed(session, day) is None
    assert found(session, day) is None
    assert raised(session, day).why[0].code == "cut_list.not_listed"


def test_a_cut_made_on_the_tablet_then_paid_raises_the_reconnect(session: Session) -> None:
    """The household of the demo world has a meter, so that the tablet can report the cut."""
    one = raised(session, TODAY, "SP-1", "A1")
    assert one.order is not None
    cut = assign_order(session, one.order, "t01", route_day=TODAY, now=at(TODAY), actor="dana")
    done = Tablet().completed(cut, answers.cut(1), at=at(TODAY, 16))
    verdict = ingest_event(session, done, database="tech-t01", revision="1-a", received_at=at(TODAY, 17))
    assert (verdict.status, world.point(session, 1).state) == ("posted", "off_np")
    row = listed(session, TODAY, "A1")
    assert row is not None
    assert row.why_not[0].code == "cut_list.off"
    owed = balance(session, "AR", "A1")
    assert owed > DEBT
    record_payment(session, "P-1", "A1", owed, "web", now=at(TODAY, 18), actor="web")
    query = select(Order).where(Order.follows_number == cut.number, Order.type == "reconnect")
    assert [order.state for order in session.scalars(query)] == ["approved"]
    assert listed(session, TODAY, "A1") is None


def test_no_more_is_raised_than_the_technicians_can_do(session: Session) -> None:
    chosen = [Chosen(f"A{number}", f"SP-{number}") for number in (1, 2, 3)]
    minutes = minutes_of_a_cut()
    start = at(TODAY)
    session.add(
        Shift(
            technician_id="t01",
            day=TODAY,
            starts_at=start,
            ends_at=start + timedelta(minutes=2 * minutes + 30 + 5),
            break_minutes=30,
        )
    )
    session.flush()
    made = raise_cuts(session, TODAY, chosen[:1], now=at(TODAY), actor="dana")
    made += raise_cuts(session, TODAY, chosen[1:], now=at(TODAY), actor="dana")
    assert [one.order is not None for one in made] == [True, True, False], "also by and by"
    assert made[2].why[0].code == "cut_list.no_capacity"


def test_nothing_chosen_and_a_past_day_are_refused(session: Session) -> None:
    for day, chosen, field in ((TODAY, [], "chosen"), (TODAY - DAY, [Chosen("A1", "SP-1")], "day")):
        with pytest.raises(Problem) as refused:
            raise_cuts(session, day, chosen, now=at(TODAY), actor="dana")
        assert refused.value.details["field"] == field
