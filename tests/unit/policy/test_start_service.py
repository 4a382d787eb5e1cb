"""What is paid before service starts, and whether anybody must drive there: by plain values."""

from datetime import date, timedelta

import pytest

from workorders.facts import AccountFacts
from workorders.policy.adjustments import check_amount, limit_of
from workorders.policy.agreements import TRANSITIONS, AgreementState, Step, moved
from workorders.policy.likely_actions import OrderOffer, ServedPoint, actions_at, actions_of_account
from workorders.policy.rulebook import FeeRow, RulesInForce
from workorders.policy.start_service import (
    DepositRow,
    PointNow,
    Requirement,
    Standing,
    Start,
    StartService,
    Stop,
    deposit_for,
    how_to_start,
    how_to_stop,
    outstanding,
    required,
    start_service_of,
)
from workorders.problems import Problem

DAY = date(2026, 3, 2)
POLICY = StartService(
    application_fee="application",
    read_serves_days=3,
    no_visit_services=("fibre",),
    deposits=(
        DepositRow("*", "*", "good", 0),
        DepositRow("water", "commercial", "*", 200),
        DepositRow("water", "*", "*", 75),
    ),
)
RULES = RulesInForce(
    DAY, 1, fees={"application": FeeRow("application", "Application", DAY, 15, "application")}
)


@pytest.mark.parametrize(
    ("service", "rate_class", "credit", "cents"),
    [
        ("water", "residential", "unknown", 75),
        ("water", "commercial", "poor", 200),
        ("water", "commercial", "good", 0),
        ("electric", "residential", "unknown", 0),
    ],
)
def test_the_first_line_of_the_schedule_that_fits_counts(
    service: str, rate_class: str, credit: str, cents: int
) -> None:
    assert deposit_for(POLICY, service=service, rate_class=rate_class, credit_class=credit) == cents


def test_a_deposit_that_is_held_counts_and_debts_are_the_customers_own() -> None:
    account = AccountFacts("A", deposit_cents=50)
    made = required(
        POLICY, RULES, account, services=["water"], credit_class="unknown", past_due=[("A", 0), ("B", 9)]
    )
    assert [(one.kind, one.total_cents) for one in made] == [("fee", 15), ("deposit", 25), ("past_due", 9)]
    exempt = FeeRow("application", "Application", DAY, 15, "application", ("residential",))
    free = RulesInForce(DAY, 1, fees={"application": exempt})
    assert required(POLICY, free, account, services=[], credit_class="good", past_due=[]) == ()
    assert start_service_of(RulesInForce(DAY, 1)) == StartService()


@pytest.mark.parametrize(
    ("balance", "paid", "other", "left"),
    [
        (90, 0, 0, 90),
        (1, 89, 0, 1),
        (0, 0, 0, 0),
        (-5, 0, 0, 0),
        (200, 90, 0, 0),
        (0, 90, 30, 20),
        (0, 90, 5, 5),
    ],
)
def test_what_is_still_open(balance: int, paid: int, other: int, left: int) -> None:
    wanted = [Requirement("fee", 15), Requirement("deposit", 75)]
    standings = {"A": Standing(balance, paid)}
    if other:
        wanted.append(Requirement("past_due", 20, account="B"))
        standings["B"] = Standing(other, needed_cents=other)
    assert outstanding(wanted, "A", standings) == left


@pytest.mark.parametrize(
    ("point", "start_on", "how"),
    [
        (PointNow("water", "off"), DAY, Start.VISIT),
        (PointNow("water", "off_np", served=True), DAY, Start.VISIT),
        (PointNow("water", "on", served=True), DAY, Start.WITH_STOP),
        (PointNow("water", "on", served=True, cut_in_field=True), DAY, Start.VISIT),
        (PointNow("water", "on"), DAY, Start.VISIT),
        (PointNow("water", "on", read_on=DAY - timedelta(days=3)), DAY, Start.READ),
        (PointNow("water", "on", read_on=DAY - timedelta(days=4)), DAY, Start.VISIT),
        (PointNow("water", "on", served=True, read_on=DAY), DAY + timedelta(days=1), Start.WITH_STOP),
        (PointNow("water", "on", served=True, leaves_on=DAY), DAY + timedelta(days=2), Start.VISIT),
        (PointNow("fibre", "off"), DAY, Start.NO_VISIT),
    ],
)
def test_the_least_that_lets_service_begin(point: PointNow, start_on: date, how: Start) -> None:
    assert how_to_start(point, POLICY, start_on, DAY) is how


@pytest.mark.parametrize(
    ("point", "leave_on", "how"),
    [
        (PointNow("water", "on"), False, Stop.VISIT),
        (PointNow("water", "on"), True, Stop.LEFT_ON),
        (PointNow("water", "on", read_on=DAY), True, Stop.READ),
        (PointNow("water", "on", cut_in_field=True), True, Stop.VISIT),
        (PointNow("water", "off_np"), False, Stop.READ),
        (PointNow("fibre", "on"), False, Stop.NO_VISIT),
    ],
)
def test_the_least_that_ends_service(point: PointNow, leave_on: bool, how: Stop) -> None:
    assert how_to_stop(point, POLICY, DAY, DAY, leave_on=leave_on) is how


def test_an_agreement_takes_only_steps_that_are_open_to_it() -> None:
    for state in AgreementState:
        for step in Step:
            if (state, step) in TRANSITIONS:
                assert moved(state, step) is TRANSITIONS[state, step]
            else:
                with pytest.raises(Problem, match="cannot be"):
                    moved(state, step)


def test_likely_actions_are_grey_with_every_reason() -> None:
    offers = [
        OrderOffer("look", "Look", 15, needs_meter=True),
        OrderOffer("back", "Back", 35, False, restores=True),
    ]
    cut = ServedPoint("SP", "off_np", has_meter=False, stopping=True, active=(("look", "W1"),))
    stop, look, back = actions_at(cut, offers, owed_cents=7)
    assert [one.code for one in stop.why_not] == ["action.stopping"]
    assert [one.code for one in look.why_not] == ["action.under_way", "action.no_meter"]
    assert [(one.code, one.params) for one in back.why_not] == [("action.money_owed", {"cents": 7})]
    on = ServedPoint("SP", "on", has_meter=True, stopping=False)
    assert [(one.code, one.fee_cents, one.why_not) for one in actions_at(on, offers, owed_cents=7)] == [
        ("stop", 0, ()),
        ("order:look", 15, ()),
    ]
    figures = {"fee_cents": 15, "deposit_cents": 75}
    start, refund, plan = actions_of_account(balance_cents=0, past_due_cents=0, points=[], **figures)
    assert (start.code, start.fee_cents, start.deposit_cents) == ("start", 15, 75)
    assert all(one.why_not for one in (refund, plan))
    _, refund, plan = actions_of_account(balance_cents=-1, past_due_cents=1, points=[on], **figures)
    assert not refund.why_not + plan.why_not


def test_the_limit_is_the_highest_of_the_roles() -> None:
    rules = RulesInForce(
        DAY, 1, rules={("setting", "money_approval"): {"adjustment_cents": {"csr": 5, "supervisor": 9}}}
    )
    assert [limit_of(roles, rules) for roles in ((), {"csr"}, {"csr", "supervisor"}, {"x"})] == [0, 5, 9, 0]
    assert limit_of({"csr"}, RulesInForce(DAY, 1)) == 0


@pytest.mark.parametrize(
    ("kind", "balance", "refundable", "over", "code"),
    [
        ("refund", -9, 0, False, "no_credit"),
        ("refund_paid", 0, 9, False, "no_credit"),
        ("transfer", 9, 0, False, "not_owed"),
        ("write_off", 9, 0, True, "not_owed"),
        ("write_off", 10, 0, False, "still_served"),
    ],
)
def test_no_more_moves_than_there_is(kind: str, balance: int, refundable: int, over: bool, code: str) -> None:
    with pytest.raises(Problem) as caught:
        check_amount(kind, 10, balance=balance, refundable=refundable, over=over)
    assert caught.value.code == code
    check_amount("credit", 10, balance=0, refundable=0, over=False)
