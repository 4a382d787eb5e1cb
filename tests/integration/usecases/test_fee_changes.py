"""A fee's new amount: published from a day on, and what it would have made of last month's charges."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.ledger.entries import reverse_posted
from workorders.messages.message import typed
from workorders.problems import Problem
from workorders.queries.admin_changes import changes_of
from workorders.queries.fee_preview import last_month, preview_fee
from workorders.queries.rules import latest_version, load_rule_book
from workorders.tables import JournalEntry, Order, Outbox, RuleSet
from workorders.usecases.administration.fees import FEE_MAX_CENTS, change_fee
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.district.adopt_rules import adopt_rules
from workorders.usecases.district.publish_rules import sample_document
from workorders.usecases.orders.assignment import assign_order

SOON = TODAY + timedelta(days=10)
NEXT_MONTH = NOW + timedelta(days=31)


def cuts(session: Session, *households: int) -> list[JournalEntry]:
    """Service cut for non-payment; each visit costs the field visit fee. Its entries."""
    tablet = Tablet("t01")
    for household in households:
        order = world.sent(session, "disconnect_np", household)
        assert world.take(session, tablet.completed(order, answers.cut(household))).status == "posted"
    posted = select(JournalEntry).where(JournalEntry.purpose == "fee_field_visit")
    return list(session.scalars(posted.order_by(JournalEntry.id)))


def test_the_preview_counts_what_stands_of_last_month(session: Session) -> None:
    entries = cuts(session, 1, 2, 3)
    assert len(entries) == 3
    for cents in (4_500, 5_000, 0):
        found = preview_fee(session, "field_visit", cents, now=NEXT_MONTH)
        assert (found.first, found.last) == (date(2026, 3, 1), date(2026, 3, 31))
        assert (found.charges, found.posted_cents, found.would_cents) == (3, 13_500, 3 * cents)
        assert found.difference_cents == 3 * cents - 13_500
    reverse_posted(
        session,
        entries[0].source,
        "fee_field_visit",
        by="correction:1",
        message=typed("charged by mistake"),
        now=NOW,
    )
    assert preview_fee(session, "field_visit", 5_000, now=NEXT_MONTH).would_cents == 10_000
    assert preview_fee(session, "reconnect", 5_000, now=NEXT_MONTH).charges == 0
    assert preview_fee(session, "field_visit", 5_000, now=NOW).charges == 0, "February had none"


def test_the_preview_keeps_to_the_tax_of_the_day(session: Session) -> None:
    tax = {"kind": "setting", "key": "fee_tax", "value": {"basis_points": 825, "codes": ["field_visit"]}}
    document = {"note": "tax", "effective_from": str(TODAY), "rules": [tax]}
    adopt_rules(session, document, now=NOW)
    cuts(session, 1, 2)
    found = preview_fee(session, "field_visit", 5_000, now=NEXT_MONTH)
    # 8.25 % of $45.00 is $3.7125, of $50.00 $4.125: half a cent rounds up.
    assert (found.posted_cents, found.would_cents) == (2 * 4_871, 2 * 5_413)


def test_the_preview_keeps_to_the_cap_of_a_reconnect(session: Session) -> None:
    rules: dict[str, Any] = {
        one["key"]: one["value"] for one in sample_document()["rules"] if one["kind"] == "cut_rules"
    }
    capped = {
        "kind": "cut_rules",
        "key": "water",
        "value": rules["water"] | {"reconnect_fee_cap_cents": 3_700},
    }
    adopt_rules(session, {"note": "cap", "effective_from": str(TODAY), "rules": [capped]}, now=NOW)
    world.off(session, 4, "off_np")
    record_payment(session, "P-4", "A4", world.DEBT, "counter", now=NOW, actor="casey")
    order = session.scalars(select(Order).where(Order.type == "reconnect")).one()
    assign_order(session, order.number, "t01", route_day=TODAY, now=NOW, actor="dana")
    assert world.take(session, Tablet("t01").completed(order, answers.on(4))).status == "posted"
    found = preview_fee(session, "reconnect", 9_900, now=NEXT_MONTH)
    assert (found.charges, found.posted_cents, found.would_cents) == (1, 3_500, 3_700)


def test_a_new_amount_holds_from_its_day_and_reaches_tablets(session: Session) -> None:
    before = latest_version(session)
    version = change_fee(
        session, "field_visit", 5_000, starts_on=SOON, reason=" Resolution 12 ", now=NOW, actor="ada"
    )
    assert version == before + 1
    book = load_rule_book(session)
    assert book.in_force(SOON - timedelta(days=1)).fees["field_visit"].amount_cents == 4_500
    fee = book.in_force(SOON).fees["field_visit"]
    assert (fee.amount_cents, fee.title, fee.trigger) == (5_000, "Field visit", "visit")
    assert fee.exempt_rate_classes == ("municipal",)
    assert session.get_one(RuleSet, version).note == "Resolution 12"
    enqueued = select(Outbox.technician_id).where(Outbox.topic == "ref", Outbox.key == "fees")
    assert set(session.scalars(enqueued)) >= {"t01", "t02"}
    (line,) = changes_of(session, "fee:field_visit")
    assert (line.kind, line.actor, line.at, line.reason) == ("fee", "ada", NOW, "Resolution 12")
    assert line.changes["cents"] == [4_500, 5_000]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"code": "no_such_fee"}, "not_found", None),
        ({"starts_on": TODAY - timedelta(days=1)}, "bad_input", "effective_from"),
        ({"starts_on": TODAY + timedelta(days=4 * 366)}, "bad_input", "effective_from"),
        ({"cents": 4_500}, "bad_input", "amount"),
        ({"cents": FEE_MAX_CENTS + 1}, "bad_input", "amount"),
        ({"reason": "  "}, "bad_input", "reason"),
        ({"reason": "x" * 201}, "bad_input", "reason"),
    ],
)
def test_what_cannot_be_published_is_refused_by_field(
    session: Session, given: dict[str, Any], code: str, field: str | None
) -> None:
    change: dict[str, Any] = {"code": "field_visit", "cents": 5_000, "starts_on": SOON, "reason": "because"}
    change |= given
    before = latest_version(session)
    with pytest.raises(Problem) as refused:
        change_fee(session, change.pop("code"), change.pop("cents"), **change, now=NOW, actor="ada")
    assert (refused.value.code, refused.value.details.get("field")) == (code, field)
    assert latest_version(session) == before


def test_a_day_takes_one_amount(session: Session) -> None:
    change_fee(session, "field_visit", 5_000, starts_on=SOON, reason="one", now=NOW, actor="ada")
    with pytest.raises(Problem) as refused:
        change_fee(session, "field_visit", 5_500, starts_on=SOON, reason="two", now=NOW, actor="ada")
    assert refused.value.details["field"] == "effective_from"
    later = SOON + timedelta(days=1)
    change_fee(session, "field_visit", 5_500, starts_on=later, reason="two", now=NOW, actor="ada")
    assert load_rule_book(session).in_force(later).fees["field_visit"].amount_cents == 5_500


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 1, 31), date(2025, 12, 1), date(2025, 12, 31)),
        (date(2028, 3, 1), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_the_month_before(today: date, first: date, last: date) -> None:
    assert last_month(today) == (first, last)
