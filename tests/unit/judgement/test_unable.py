"""Orders that could not be done: what each reason leads to."""

import pytest

from tests.unit.situations import LAST, NOW, cases, event, of, rule, sample_book, situation
from workorders.catalogue import CATALOGUE, judge
from workorders.facts import PaymentFacts
from workorders.judgement.consequences import (
    Judgement,
    PlaceHold,
    Post,
    RaiseOrder,
    RecordRead,
    SetServicePoint,
)
from workorders.judgement.lifecycle import Command, State, after_fact
from workorders.judgement.unable import UNABLE_RULES
from workorders.messages.words import ENGLISH, say


def unable(type_: str, reason: object, body: dict[str, object] | None = None, **changes: object) -> Judgement:
    return judge(situation(type_, **changes), event("unable", {"reason": reason, **(body or {})}))


@pytest.mark.parametrize(
    "reason", ["no_access", "locked_gate", "dog", "customer_absent", "weather", "time_expired"]
)
def test_most_reasons_send_the_order_back_to_the_dispatcher(reason: str) -> None:
    judgement = unable("turn_on", reason)
    assert (judgement.outcome, judgement.command) == (reason, Command.REPORT_UNABLE)
    assert not of(judgement, RaiseOrder)
    assert after_fact("started", judgement.command or "") is State.UNABLE


def test_a_medical_claim_cuts_nothing_and_protects_the_account() -> None:
    judgement = unable("disconnect_np", "medical_claim")
    assert of(judgement, PlaceHold) == [PlaceHold("medical", 15)]
    assert not of(judgement, SetServicePoint)
    assert "medical_certificate" in cases(judgement)
    assert after_fact("started", judgement.command or "") is State.HELD


def test_a_medical_claim_holds_even_when_somebody_else_has_the_order_by_now() -> None:
    judgement = unable("disconnect_np", "medical_claim", order_epoch=2, order_technician="t02")
    assert judgement.command is Command.HOLD_FROM_FIELD


def test_the_wrong_meter_raises_a_verify_order_and_a_case() -> None:
    judgement = unable("exchange", "wrong_meter", {"serial_seen": "ZZ1"})
    assert judgement.command is Command.COMPLETE_WITH_EXCEPTION
    assert cases(judgement)["serial_mismatch"].detail["seen"] == "ZZ1"
    (follow,) = of(judgement, RaiseOrder)
    assert (follow.type, follow.extra) == ("verify", {"reason": "wrong_meter", "serial_seen": "ZZ1"})


def test_proof_of_payment_closes_the_order_when_the_money_is_here() -> None:
    confirmed = unable(
        "disconnect_np",
        "proof_of_payment_shown",
        account_payments=(PaymentFacts("P", NOW, 12_850, "web"),),
        account_balance_cents=0,
    )
    assert confirmed.command is Command.COMPLETE
    assert not cases(confirmed)
    waiting = unable("disconnect_np", "proof_of_payment_shown")
    assert cases(waiting)["proof_to_confirm"].blocking


def test_a_read_taken_all_the_same_is_kept_when_it_is_of_the_installed_meter() -> None:
    (read,) = of(
        unable("turn_on", "valve_inoperable", {"read": LAST + 10, "serial_seen": "CB100"}), RecordRead
    )
    assert (read.serial, read.kind) == ("CB100", "special")
    assert not of(unable("turn_on", "wrong_meter", {"read": LAST, "serial_seen": "ZZ1"}), RecordRead)
    assert not of(unable("turn_on", "dog", {"read": "many"}), RecordRead)


def test_a_visit_is_charged_only_for_the_reasons_the_rules_name() -> None:
    assert not of(unable("disconnect_np", "no_access"), Post)
    book = sample_book(rule("setting", "visit_fee", {"unable_reasons": ["no_access"]}))
    assert [p.purpose for p in of(unable("disconnect_np", "no_access", book=book), Post)] == [
        "fee_field_visit"
    ]


@pytest.mark.parametrize("reason", ["nonsense", None, 7, ["dog"]])
def test_an_unknown_reason_is_a_case_and_no_error(reason: object) -> None:
    assert cases(unable("turn_on", reason))["outcome_unknown"].blocking


def test_an_unable_after_somebody_completed_the_order_is_a_linked_visit() -> None:
    judgement = unable("turn_on", "dog", order_completed_by="event:cd34:00000001")
    assert (judgement.command, judgement.outcome) == (None, "")


@pytest.mark.parametrize("code", list(CATALOGUE))
@pytest.mark.parametrize("reason", list(UNABLE_RULES))
def test_every_reason_of_every_type_has_an_answer_with_a_place_to_go(code: str, reason: str) -> None:
    judgement = unable(code, reason)
    assert judgement.outcome == reason
    assert after_fact("started", judgement.command or "") in {
        State.UNABLE,
        State.HELD,
        State.EXCEPTION,
        State.COMPLETED,
    }
    assert say(judgement.message, ENGLISH) != judgement.message.code
