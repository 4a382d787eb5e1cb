"""What a decision about a case does to the order, and what it says beforehand."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from workorders.catalogue import CATALOGUE
from workorders.judgement.consequences import (
    Consequence,
    InstallMeter,
    MoveAgreement,
    OpenException,
    PlaceHold,
    Post,
    RaiseOrder,
    Recall,
    RecordMeterTest,
    RecordRead,
    RecordRegisterRead,
    RegisterBackflow,
    RemoveMeter,
    Reverse,
    SetServicePoint,
    TagPosted,
    UseCode,
)
from workorders.judgement.decided import after_last_decision, charged_cents, effect_of, is_unworked
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import Command, State, move
from workorders.judgement.unable import UNABLE_RULES
from workorders.messages.message import Message
from workorders.messages.viewer import Viewer
from workorders.messages.words import UNKNOWN, say

AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
WHY = Message("follow.leak")
FEE = Message.of("entry.fee", title="Reconnect fee")
EFFECTS: tuple[Consequence, ...] = (
    SetServicePoint("off_np", AT),
    SetServicePoint("on", AT, service_point="S7"),
    RecordRead("M1", 1_234, "actual", AT),
    RecordRegisterRead("M1", "low", 34, "actual", AT),
    RemoveMeter("M1", 1_234, AT),
    InstallMeter("M2", 5, AT),
    Post("fee", FEE, (("AR", "REV", 4_500),)),
    Post("adjustment", FEE, (("REV", "AR", 1_200), ("TAX", "AR", 96))),
    Post("receipt", FEE, (("CASH-T", "SVC", 700),)),
    Reverse("event:1", "fee", FEE),
    RaiseOrder("investigate", "leak", WHY),
    RaiseOrder("reconnect", "wrongful_cut", WHY, no_charge=True),
    Recall("t01", WHY),
    OpenException("unsafe_site"),
    RecordMeterTest("M1", "AWWA", (), 98.5, "pass", AT),
    PlaceHold("medical", 15),
    TagPosted(AT),
    RegisterBackflow("B1", "RP", "2", AT, 365),
    MoveAgreement("start", AT),
    MoveAgreement("stop", AT),
    UseCode(7, AT),
)
TITLES = {code: known.title for code, known in CATALOGUE.items()}


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_consequence_is_said_in_full(language: str) -> None:
    said = [say(effect_of(effect, TITLES), Viewer(language)) for effect in EFFECTS]
    assert {type(effect) for effect in EFFECTS} == set(get_args(Consequence))
    assert len(set(said)) == len(said)
    assert [text for text in said if UNKNOWN in text or "effect." in text or "_" in text] == []


def test_the_money_is_what_the_customer_owes_more() -> None:
    assert charged_cents(EFFECTS) == 4_500 - 1_296
    assert charged_cents(EFFECTS[8:]) == 0
    said = [say(effect_of(effect, TITLES), Viewer()) for effect in EFFECTS[6:9]]
    assert said == [
        "The customer is charged $45.00: Reconnect fee.",
        "The customer is credited $12.96: Reconnect fee.",
        "$7.00 is posted: Reconnect fee.",
    ]


@pytest.mark.parametrize("reason", sorted(UNABLE_RULES))
def test_work_that_could_not_be_done_is_still_wanted(reason: str) -> None:
    """But for a cut whose amount the customer has shown to be paid."""
    assert is_unworked("unable", reason) is (reason != "proof_of_payment_shown")


@pytest.mark.parametrize("known", CATALOGUE.values(), ids=CATALOGUE)
def test_no_outcome_of_work_done_reads_as_not_done(known: OrderType) -> None:
    assert [outcome.value for outcome in known.outcomes if is_unworked("completed", outcome.value)] == []


@pytest.mark.parametrize("rejected", [True, False])
@pytest.mark.parametrize(
    ("unworked", "service_owed", "called_off", "back"),
    [
        (True, False, False, True),
        (False, True, False, True),
        (True, True, True, False),
        (False, False, False, False),
    ],
)
def test_what_is_still_wanted_goes_back_whatever_is_decided(
    *, rejected: bool, unworked: bool, service_owed: bool, called_off: bool, back: bool
) -> None:
    how = after_last_decision(
        rejected=rejected, unworked=unworked, service_owed=service_owed, called_off=called_off
    )
    decided = Command.REJECT if rejected else Command.ACCEPT
    assert how is (Command.APPROVE if back else decided)
    assert move(State.EXCEPTION, how) in {State.APPROVED, State.REJECTED, State.COMPLETED}
