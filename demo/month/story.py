"""The month, day by day: what happens at which hour, and what the worker does in between."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from demo.month import auditor, billing, cash, dispatch, faults, field, paying, protections, review
from demo.month import collections as notices
from demo.month.care import answer_worklists, care
from demo.month.customers import cancel_by_mistake, take_calls
from demo.month.stage import Month
from sync.pipeline.ingest import ingest_all, release_overdue
from sync.pipeline.outbox import purge_published
from sync.pipeline.publish import publish_pending
from workorders.usecases.customers.daily import move_agreements
from workorders.usecases.customers.programs import follow_tax_exemptions
from workorders.usecases.district.adopt_rules import enqueue_rules_of_the_day

Say = Callable[[str, int, int], None]
BATCH = 1_000
OUTBOX_DAYS = 90
NOON, EVENING = 0.55, 1.0
"""Shares of the day's payments outside files that have come by then."""


def play(month: Month, secret: str, say: Say) -> list[auditor.Violation]:
    """Every day from the first to the last, weekends too; what the auditor found at each midnight."""
    found: list[auditor.Violation] = []
    day, last = month.days[0], month.days[-1]
    unread: list[date] = []
    while day <= last:
        month.now = datetime.combine(day, time(0, 10), month.zone)
        _upkeep(month)
        unread.append(day)
        if day in month.days:
            say("working days", month.place, len(month.days))
            _working_day(month, secret, unread)
            unread = []
        if day == last:
            _settle(month)
        month.now = datetime.combine(day, time(23, 59, 30), month.zone)
        with month.sessions() as session:
            found += auditor.customer_truth(session, day, month.zone)
        month.tally["midnights"] += 1
        day += timedelta(days=1)
    say("working days", len(month.days), len(month.days))
    return found


def _working_day(month: Month, secret: str, unread: list[date]) -> None:
    _office_morning(month, unread)
    _field_morning(month, secret)
    _afternoon(month)
    _evening(month)


def _office_morning(month: Month, unread: list[date]) -> None:
    month.now = month.at(6)
    billing.read_and_bill(month, unread)
    billing.final_bills(month)
    month.now = month.at(7)
    cash.open_the_counter(month)
    cash.statement(month)
    paying.payments_of_the_morning(month)
    month.now = month.at(7, 20)
    protections.broken_arrangements(month)
    protections.ask_for_time(month)
    protections.certificates(month)
    notices.returned_mail(month)
    notices.send_notices(month)
    month.now = month.at(7, 40)
    notices.cut_in_bulk(month)
    take_calls(month)
    cancel_by_mistake(month)
    care(month)
    dispatch.decide_returned(month)


def _field_morning(month: Month, secret: str) -> None:
    faults.regain_signal(month)
    month.now = month.at(7, 55)
    crews = dispatch.trucks(month)
    dispatch.give_out(month, crews)
    _worker(month)
    month.now = month.at(8, 10)
    for tablet in month.tablets.values():
        if tablet.signal_on is None:
            field.pull(month, tablet)
    faults.lose_signal(month)
    month.now = month.at(10)
    paying.payments_of_the_hour(month, NOON)
    for tablet in month.tablets.values():
        field.work(month, tablet, month.at(8, 20), month.at(12))
    month.now = month.at(12, 10)
    faults.write_unreadable(month)
    _heard(month)
    faults.lose_tablet(month, secret)
    review.look_at_lists(month)
    cash.decide_lines(month)


def _afternoon(month: Month) -> None:
    month.now = month.at(12, 30)
    dispatch.give_out(month, dispatch.trucks(month, minutes=90), urgent=True)
    _worker(month)
    for tablet in month.tablets.values():
        if tablet.signal_on is None:
            field.pull(month, tablet)
            field.back_out(month, tablet)
    month.now = month.at(13, 30)
    paying.payments_of_the_hour(month, EVENING)
    for tablet in month.tablets.values():
        field.work(month, tablet, month.at(12, 45), month.at(16, 20))
    month.now = month.at(16, 30)
    _heard(month)


def _evening(month: Month) -> None:
    """Who paid today gets their service back today; then the money, and what waits for a person."""
    dispatch.give_out(month, dispatch.trucks(month, minutes=150), urgent=True)
    _worker(month)
    for tablet in month.tablets.values():
        if tablet.signal_on is None:
            field.pull(month, tablet)
            field.back_out(month, tablet)
            field.work(month, tablet, month.at(16, 45), month.at(19, 30))
    month.now = month.at(19, 40)
    _heard(month)
    answer_worklists(month)
    review.decide_cases(month)
    cash.close_the_counter(month)
    cash.turn_ins(month)
    cash.deposit(month)
    _worker(month)


def _settle(month: Month) -> None:
    """The last evening: every tablet is heard, every case decided, every dollar handed in."""
    month.now = month.at(20, 30)
    for tablet in month.tablets.values():
        tablet.signal_on = None
    for round_ in range(4):
        month.now = month.at(20, 30) + timedelta(minutes=42 * round_)
        dispatch.decide_returned(month)
        dispatch.give_out(month, dispatch.trucks(month, minutes=600))
        _worker(month)
        for tablet in month.tablets.values():
            field.pull(month, tablet)
            field.back_out(month, tablet)
            field.work(month, tablet, month.now, month.at(23), quick=True)
        month.now += timedelta(minutes=40)
        _heard(month)
        answer_worklists(month)
        review.decide_cases(month)
    cash.turn_ins(month)
    cash.deposit(month)
    cash.statement(month)
    cash.decide_lines(month)
    _worker(month)
    month.closing = review.look_at_lists(month)


def _heard(month: Month) -> None:
    """Tablets with signal upload, and the worker ingests."""
    for tablet in month.tablets.values():
        if tablet.signal_on is None:
            faults.upload(month, tablet)
    _worker(month)


def _worker(month: Month) -> None:
    """Publish and ingest until nothing waits."""
    while ingest_all(month.sessions, month.store, clock=month.clock, limit=BATCH).reached:
        pass
    release_overdue(month.sessions, now=month.now)
    while publish_pending(month.sessions, month.store, clock=month.clock, limit=BATCH):
        pass
    while ingest_all(month.sessions, month.store, clock=month.clock, limit=BATCH).reached:
        pass


def _upkeep(month: Month) -> None:
    """What the worker does in the night."""
    month.do(lambda session: enqueue_rules_of_the_day(session, now=month.now))
    month.do(lambda session: move_agreements(session, now=month.now))
    month.do(lambda session: follow_tax_exemptions(session, now=month.now))
    month.do(lambda session: purge_published(session, before=month.now - timedelta(days=OUTBOX_DAYS)))
