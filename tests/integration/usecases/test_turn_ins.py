"""Field money is turned in: blind, by two people, to the cent, on both engines."""

from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.cash_steps import counted, handed_in, paid_at_the_door
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER, take
from workorders.judgement.receipts import receipt_hash
from workorders.ledger import balance, custody
from workorders.problems import Problem
from workorders.queries.custody import receipts_in_custody
from workorders.queries.receipt_numbers import block_lines, blocks_of, missing_numbers, unaccounted
from workorders.queries.verify import verify_ledger
from workorders.tables import CashCount, ReceiptInCustody, TurnIn, WaitingBag
from workorders.usecases.cash.explain_receipt import explain_receipt
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.cash.turn_ins import cancel_turn_in, count_turn_in, open_turn_in, sign_turn_in


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()


def opened(session: Session, *amounts: int) -> TurnIn:
    """A turn-in over receipts of that much."""
    tablet = Tablet()
    numbers = [paid_at_the_door(session, tablet, 4 + place, cents) for place, cents in enumerate(amounts)]
    return open_turn_in(session, "t01", numbers, now=LATER, actor="casey")


def refused(session: Session, act: Any) -> Problem:
    with pytest.raises(Problem) as caught, session.begin_nested():
        act()
    return caught.value


def sign(session: Session, turn_in: TurnIn, actor: str, reason: str = "", supervisor: bool = False) -> TurnIn:
    return sign_turn_in(session, turn_in.id, reason=reason, as_supervisor=supervisor, now=LATER, actor=actor)


def test_two_people_count_and_sign_and_custody_is_empty(session: Session) -> None:
    turn_in = opened(session, 5_000, 7_525)
    assert custody(session)["t01"] == 12_525
    for person, state in (("casey", "open"), ("sam", "counted")):
        assert count_turn_in(session, turn_in.id, counted(12_525), now=LATER, actor=person).state == state
    sign(session, turn_in, "casey")
    assert (custody(session)["t01"], turn_in.state) == (12_525, "counted")
    sign(session, turn_in, "sam")
    assert (custody(session)["t01"], balance(session, "UNDEP"), turn_in.state) == (0, 12_525, "signed")
    assert receipts_in_custody(session, "t01") == []


@pytest.mark.parametrize(("found", "over"), [(12_000, -525), (13_000, 475), (0, -12_525)])
def test_short_and_over_go_to_os_with_a_reason(session: Session, found: int, over: int) -> None:
    turn_in = opened(session, 12_525)
    for person in ("casey", "sam"):
        count_turn_in(session, turn_in.id, counted(found), now=LATER, actor=person)
    assert refused(session, lambda: sign(session, turn_in, "casey")).details["field"] == "reason"
    for person in ("casey", "sam"):
        sign(session, turn_in, person, "wrong change given")
    assert (custody(session)["t01"], balance(session, "UNDEP"), balance(session, "OS")) == (0, found, -over)
    assert turn_in.reason == "wrong change given"


def test_one_person_alone_never_counts_twice_nor_signs_for_two(session: Session) -> None:
    turn_in = opened(session, 5_000)
    for _ in range(2):
        assert count_turn_in(session, turn_in.id, counted(5_000), now=LATER, actor="casey").state == "open"
    assert refused(session, lambda: sign(session, turn_in, "casey")).code == "counts_differ"
    count_turn_in(session, turn_in.id, counted(5_000), now=LATER, actor="sam")
    for _ in range(2):
        assert sign(session, turn_in, "sam").state == "counted"
    assert (
        refused(session, lambda: sign(session, turn_in, "ada", supervisor=True)).code == "signs_who_counted"
    )
    assert custody(session)["t01"] == 5_000


def test_counts_that_differ_are_made_again_and_all_are_kept(session: Session) -> None:
    turn_in = opened(session, 5_000)
    count_turn_in(session, turn_in.id, counted(5_000), now=LATER, actor="casey")
    assert count_turn_in(session, turn_in.id, counted(4_000), now=LATER, actor="sam").state == "open"
    third = refused(session, lambda: count_turn_in(session, turn_in.id, counted(1), now=LATER, actor="ada"))
    assert third.code == "counted_by_two"
    assert count_turn_in(session, turn_in.id, counted(5_000), now=LATER, actor="sam").state == "counted"
    assert len(session.scalars(select(CashCount)).all()) == 3
    later = refused(session, lambda: count_turn_in(session, turn_in.id, counted(1), now=LATER, actor="sam"))
    assert later.code == "cash_closed"


def test_a_check_is_counted_by_what_is_written_on_it(session: Session) -> None:
    tablet = Tablet()
    cut = world.sent(session, "disconnect_np", 4)
    document = tablet.payment(cut, 8_000)
    receipt = document["body"]["receipt"]
    receipt |= {"method": "check", "check_number": "1042"}
    about = {k: v for k, v in receipt.items() if k not in {"number", "previous_hash", "hash"}}
    receipt["hash"] = receipt_hash(receipt["previous_hash"], receipt["number"], **about)
    take(session, document)
    number = receipt["number"]
    turn_in = open_turn_in(session, "t01", [number], now=LATER, actor="casey")
    wrong = counted(0, {"T01-000099": 8_000})
    assert (
        refused(session, lambda: count_turn_in(session, turn_in.id, wrong, now=LATER, actor="casey")).details[
            "field"
        ]
        == "item"
    )
    for person in ("casey", "sam"):
        count_turn_in(session, turn_in.id, counted(0, {number: 8_000}), now=LATER, actor=person)
    again: dict[str, Any] = {
        "receipt": number,
        "kind": "returned",
        "reason": "no funds",
        "now": LATER,
        "actor": "casey",
    }
    assert refused(session, lambda: take_payment_back(session, "r1", **again)).code == "money_counted"
    for person in ("casey", "sam"):
        sign(session, turn_in, person)
    assert (turn_in.counted_cents, balance(session, "UNDEP")) == (8_000, 8_000)
    assert refused(session, lambda: take_payment_back(session, "r1", **again)).code == "money_counted"


def test_a_receipt_is_handed_in_once_and_only_by_who_holds_it(session: Session) -> None:
    turn_in = opened(session, 5_000)
    number = "T01-000001"
    for technician in ("t01", "t02"):
        twice = refused(
            session, lambda t=technician: open_turn_in(session, t, [number], now=LATER, actor="sam")
        )
        assert twice.code == "receipt_not_held"
    cancel_turn_in(session, turn_in.id, reason="the envelope is at the yard", now=LATER, actor="casey")
    assert handed_in(session, [number], 5_000).state == "signed"
    assert (
        refused(session, lambda: open_turn_in(session, "t01", [], now=LATER, actor="sam")).details["field"]
        == "receipt"
    )


def test_a_missing_number_is_explained_before_anybody_signs(session: Session) -> None:
    tablet = Tablet()
    first = paid_at_the_door(session, tablet, 4, 5_000)
    lost = tablet.payment(world.sent(session, "disconnect_np", 5), 100)["body"]["receipt"]["number"]
    third = paid_at_the_door(session, tablet, 6, 900)
    assert missing_numbers(session, ["t01"]) == {"t01": [lost]}
    turn_in = open_turn_in(session, "t01", [first, third], now=LATER, actor="casey")
    for person in ("casey", "sam"):
        count_turn_in(session, turn_in.id, counted(5_900), now=LATER, actor=person)
    waits = refused(session, lambda: sign(session, turn_in, "casey"))
    assert (waits.code, waits.details["numbers"]) == ("numbers_unexplained", lost)
    for number, reason, field in ((lost, " ", "reason"), ("T01-000500", "x", None), ("odd", "x", None)):
        wrong = refused(
            session, lambda n=number, r=reason: explain_receipt(session, n, r, now=LATER, actor="casey")
        )
        assert wrong.details.get("field") == field
    explain_receipt(session, lost, "slip torn in the printer", now=LATER, actor="casey")
    twice = refused(session, lambda: explain_receipt(session, lost, "other", now=LATER, actor="sam"))
    assert twice.code == "number_explained"
    for person in ("casey", "sam"):
        sign(session, turn_in, person)
    block = next(block for block in blocks_of(session) if block.prefix == "T01")
    [lines] = block_lines(session, [block])
    assert [(line.state, line.turn_in) for line in lines.lines] == [
        ("used", turn_in.id),
        ("explained", None),
        ("used", turn_in.id),
    ]
    assert lines.unused == 996


def test_numbers_that_were_accounted_for_are_not_looked_at_again(session: Session) -> None:
    tablet = Tablet()
    first = paid_at_the_door(session, tablet, 4, 5_000)
    assert handed_in(session, [first], 5_000).state == "signed"
    block = next(block for block in blocks_of(session) if block.prefix == "T01")
    assert block.accounted == 1
    assert unaccounted(session, ["t01"]) == []
    lost = tablet.payment(world.sent(session, "disconnect_np", 5), 100)["body"]["receipt"]["number"]
    paid_at_the_door(session, tablet, 6, 900)
    assert [(one.highest, one.missing) for one in unaccounted(session, ["t01"])] == [(3, (lost,))]


def test_the_proof_names_what_waits_without_a_reason_and_what_does_not_wait(session: Session) -> None:
    tablet = Tablet()
    numbers = [paid_at_the_door(session, tablet, 4 + place, 5_000) for place in range(2)]
    turn_in = handed_in(session, numbers[:1], 5_000)
    block = next(block for block in blocks_of(session) if block.prefix == "T01")
    with session.begin_nested() as by_hand:
        session.execute(delete(ReceiptInCustody))
        session.add(ReceiptInCustody(receipt_number=numbers[0]))
        session.execute(delete(WaitingBag))
        session.add(WaitingBag(subject="TI-999999"))
        block.accounted = 3
        session.flush()
        found = {(one.check, one.key) for one in verify_ledger(session).differences}
        by_hand.rollback()
    assert found >= {("receipt_in_custody", number) for number in numbers}
    assert found >= {("waiting_bag", turn_in.id), ("waiting_bag", "TI-999999")}
    assert ("receipt_block", "T01-000003") in found


def test_each_technician_answers_for_the_gaps_of_their_own_blocks(session: Session) -> None:
    for technician, household in (("t01", 1), ("t02", 4)):
        tablet = Tablet(technician)
        paid_at_the_door(session, tablet, household, 5_000)
        order = world.sent(session, "disconnect_np", household + 1, technician)
        tablet.payment(order, 100)
        paid_at_the_door(session, tablet, household + 2, 900)
    assert missing_numbers(session, ["t02", "t01"]) == {"t01": ["T01-000002"], "t02": ["T02-000002"]}
    assert missing_numbers(session, ["t02"]) == {"t02": ["T02-000002"]}
    assert missing_numbers(session, []) == {}


def test_what_was_signed_is_never_changed_by_anybody(session: Session) -> None:
    turn_in = handed_in_once(session)
    for act in (
        lambda: cancel_turn_in(session, turn_in.id, reason="x", now=LATER, actor="casey"),
        lambda: count_turn_in(session, turn_in.id, counted(1), now=LATER, actor="casey"),
        lambda: sign(session, turn_in, "casey"),
    ):
        assert refused(session, act).code == "cash_closed"
    for statement in (
        "UPDATE turn_in SET counted_cents = 1",
        "UPDATE cash_count SET cash_cents = 1",
        "DELETE FROM cash_signature",
        "UPDATE turn_in_receipt SET amount_cents = 1",
    ):
        with pytest.raises(DBAPIError, match="append_only"), session.begin_nested():
            session.execute(text(statement))


def handed_in_once(session: Session) -> TurnIn:
    return handed_in(session, [paid_at_the_door(session, Tablet(), 4, 5_000)], 5_000)


def test_a_lost_tablets_custody_needs_a_supervisor(session: Session) -> None:
    tablet = Tablet()
    number = paid_at_the_door(session, tablet, 4, 5_000)
    owed = balance(session, "AR", "A4")
    turn_in = open_turn_in(session, "t01", [], now=LATER, actor="casey", device_id="t01tablet", lost=True)
    for person in ("casey", "carl"):
        count_turn_in(session, turn_in.id, counted(0), now=LATER, actor=person)
    for person in ("casey", "carl"):
        assert sign(session, turn_in, person, "the tablet and its envelope were stolen").state == "counted"
    sign(session, turn_in, "sam", supervisor=True)
    assert (turn_in.state, custody(session)["t01"], balance(session, "OS")) == ("signed", 0, 5_000)
    assert balance(session, "AR", "A4") == owed, number
