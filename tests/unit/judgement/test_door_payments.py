"""Money taken at the door."""

import pytest

from tests.unit.situations import cases, event, of, rule, sample_book, situation
from workorders.catalogue import judge
from workorders.facts import EventFacts
from workorders.judgement.consequences import Judgement, Post
from workorders.judgement.receipts import FIRST_PREVIOUS, receipt_hash
from workorders.messages.message import Message
from workorders.messages.words import ENGLISH, say
from workorders.problems import Problem


def receipt(**changes: object) -> dict[str, object]:
    """A whole first receipt of its block."""
    made: dict[str, object] = {
        "number": "AB-000001",
        "account": "A1",
        "amount_cents": 5000,
        "method": "cash",
        "check_number": None,
        "taken_at": "2026-03-02T16:00:00.000Z",
        "previous_hash": FIRST_PREVIOUS,
    } | changes
    if "hash" not in made:
        made["hash"] = receipt_hash(**made)  # type: ignore[arg-type]  # some tests change the types
    return made


def payment(**changes: object) -> EventFacts:
    return event("payment", {"receipt": receipt(**changes)})


def paid(**changes: object) -> Judgement:
    return judge(situation("disconnect_np"), payment(**changes))


def test_cash_is_in_custody_and_credits_the_customer() -> None:
    judgement = paid()
    assert judgement.consequences == (
        Post("payment", Message.of("entry.receipt", receipt="AB-000001"), (("CASH-T", "AR", 5000),)),
    )
    assert (judgement.outcome, judgement.command) == ("", None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"hash": "0" * 64}, "receipt_chain_broken"),
        ({"previous_hash": "1" * 64}, "receipt_chain_broken"),
        ({"number": "12"}, "receipt_number_odd"),
        ({"method": "card_slip"}, "method_not_allowed"),
    ],
)
def test_a_doubtful_receipt_is_reported_and_the_money_stays_counted(
    changes: dict[str, object], code: str
) -> None:
    judgement = paid(**changes)
    assert not cases(judgement)[code].blocking
    assert of(judgement, Post)[0].lines == (("CASH-T", "AR", 5000),)


def test_a_receipt_for_another_account_goes_to_suspense() -> None:
    judgement = paid(account="A2")
    assert of(judgement, Post)[0].lines == (("CASH-T", "SUSP", 5000),)
    assert "receipt_other_account" in cases(judgement)


def test_a_check_from_a_banned_account_is_reported() -> None:
    banned = situation("disconnect_np", account_check_ban=True)
    assert "check_while_banned" in cases(judge(banned, payment(method="check", check_number="17")))


def test_the_policy_of_the_day_decides_what_is_taken() -> None:
    forbidden = rule(
        "payment_policy", "default", {"policy": "forbidden", "methods": ["cash"], "floor_cents": 0}
    )
    world = situation("disconnect_np", book=sample_book(forbidden))
    assert "method_not_allowed" in cases(judge(world, payment()))


@pytest.mark.parametrize(
    "broken",
    [
        {"amount_cents": 0},
        {"amount_cents": -5},
        {"amount_cents": 1.5},
        {"amount_cents": "5000"},
        {"method": "void"},
        {"taken_at": "yesterday"},
        {"hash": "x"},
        {"account": None},
    ],
)
def test_a_receipt_of_another_shape_is_a_problem_naming_the_field(broken: dict[str, object]) -> None:
    made = receipt() | broken
    with pytest.raises(Problem) as found:
        judge(situation("disconnect_np"), event("payment", {"receipt": made}))
    assert found.value.details["field"].startswith("body.receipt.")


def test_no_receipt_at_all_is_a_problem() -> None:
    with pytest.raises(Problem):
        judge(situation("disconnect_np"), event("payment", {}))


def test_a_voided_number_is_explained_and_posts_nothing() -> None:
    void = event("receipt_void", {"receipt": receipt(amount_cents=0, method="void"), "reason": "smudged"})
    judgement = judge(situation("disconnect_np"), void)
    assert "smudged" in say(cases(judgement)["receipt_void"].message, ENGLISH)
    assert not of(judgement, Post)


def test_a_payment_does_not_decide_the_order() -> None:
    assert (paid().outcome, paid().command) == ("", None)


@pytest.mark.parametrize(("cents", "held_up"), [(250_000, False), (250_001, True), (9_999_999_900, True)])
def test_a_receipt_above_the_limit_of_the_field_posts_and_waits_for_a_second_person(
    cents: int, held_up: bool
) -> None:
    judgement = paid(amount_cents=cents)
    assert of(judgement, Post)[0].lines == (("CASH-T", "AR", cents),)
    found = cases(judgement).get("receipt_large")
    assert (found is not None and found.blocking) is held_up


@pytest.mark.parametrize(
    "cents", [-500, 0, 12.5, True, "45", 10**11 + 1, 2**53 - 1, 9_200_000_000_000_000_000]
)
def test_an_amount_that_no_receipt_can_name_is_malformed(cents: object) -> None:
    with pytest.raises(Problem) as refusal:
        paid(amount_cents=cents)
    assert refusal.value.code == "bad_input"


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-02T16:00:00", "noon"]
)
def test_a_time_that_no_receipt_can_carry_is_malformed(at: str) -> None:
    with pytest.raises(Problem) as refusal:
        paid(taken_at=at)
    assert refusal.value.details["field"] == "body.receipt.taken_at"
