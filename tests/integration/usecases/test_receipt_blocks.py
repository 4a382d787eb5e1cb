"""Whose a receipt number is decides, not who says it first: both orders of arrival, both engines."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, cases, take
from workorders.judgement.receipts import FIRST_PREVIOUS, format_number, receipt_hash
from workorders.ledger import balance, custody
from workorders.messages.words import ENGLISH, say
from workorders.queries.verify import verify_ledger
from workorders.tables import FieldEvent, Order, Receipt, ReceiptBlock
from workorders.usecases.field.decisions import decide_exception


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()


class Stranger(Tablet):
    """A tablet of t02 that numbers from another's block."""

    def __init__(self, prefix: str = "T01", counter: int = 0) -> None:
        super().__init__("t02", counter=counter)
        self.prefix = prefix

    def payment(self, order: Order, cents: int, **given: Any) -> dict[str, Any]:
        """A receipt of the chosen block."""
        document = super().payment(order, cents, **given)
        receipt = document["body"]["receipt"]
        receipt["number"] = format_number(self.prefix, self.receipt)
        about = {k: v for k, v in receipt.items() if k not in {"number", "previous_hash", "hash"}}
        receipt["hash"] = self.chain = receipt_hash(receipt["previous_hash"], receipt["number"], **about)
        return document


def numbers(session: Session) -> dict[str, str]:
    """Who holds which kept number."""
    rows = session.execute(select(Receipt.number, Receipt.technician_id))
    return {row.number: row.technician_id for row in rows}


@pytest.mark.parametrize("stranger_first", [True, False])
def test_the_honest_owner_keeps_the_number_whoever_comes_first(
    session: Session, stranger_first: bool
) -> None:
    cut = world.sent(session, "disconnect_np", 4)
    honest, strange = Tablet().payment(cut, 5_000), Stranger().payment(cut, 7_000)
    for one in (strange, honest) if stranger_first else (honest, strange):
        take(session, one)
    assert numbers(session) == {"T01-000001": "t01", "T01-000001@t02tablet": "t02"}
    held = custody(session)
    assert (held["t01"], held["t02"], balance(session, "AR", "A4")) == (5_000, 7_000, DEBT - 12_000)
    assert cases(session, honest["_id"]) == {}
    found = cases(session, strange["_id"])
    assert set(found) == {"receipt_of_another"}
    detail = found["receipt_of_another"].detail
    assert (detail["blocking"], detail["device"], detail["technician"]) == (True, "t01tablet", None)
    assert "t01tablet" in say(found["receipt_of_another"].message, ENGLISH)
    assert session.get_one(FieldEvent, strange["_id"]).status == "review"


def test_the_owners_chain_is_not_broken_by_a_stranger(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 4)
    tablet, stranger = Tablet(), Stranger()
    first, strange, second = (
        tablet.payment(cut, 1_000),
        stranger.payment(cut, 100),
        tablet.payment(cut, 2_000),
    )
    stranger.payment(cut, 200)
    for one in (strange, second, stranger.written[1], first):
        take(session, one)
    assert cases(session, first["_id"]) == cases(session, second["_id"]) == {}
    assert all(session.scalars(select(Receipt.chain_ok).where(Receipt.technician_id == "t01")))


@pytest.mark.parametrize(("prefix", "serial"), [("ZZ", 0), ("T02", 999), ("T01", 5_000)])
def test_a_number_that_nobody_was_granted_is_a_case_of_its_own(
    session: Session, prefix: str, serial: int
) -> None:
    cut = world.sent(session, "disconnect_np", 4)
    stranger = Stranger(prefix)
    stranger.receipt = serial
    verdict = take(session, stranger.payment(cut, 900))
    assert (verdict.status, verdict.codes) == ("review", ("receipt_not_granted",))
    assert custody(session)["t02"] == 900


def test_on_a_shared_tablet_the_colleagues_block_is_not_mine(session: Session) -> None:
    block = session.scalars(select(ReceiptBlock).where(ReceiptBlock.prefix == "T01")).one()
    block.device_id, block.technician_id = "t02tablet", "t01"
    session.flush()
    cut = world.sent(session, "disconnect_np", 4)
    assert take(session, Stranger().payment(cut, 900)).codes == ("receipt_of_another",)


def test_a_strange_number_said_twice_is_money_once(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 4)
    take(session, Stranger().payment(cut, 900))
    assert take(session, Stranger(counter=5).payment(cut, 900)).codes == ("receipt_repeated",)
    assert take(session, Stranger(counter=9).payment(cut, 901)).codes == ("receipt_conflict",)
    assert custody(session)["t02"] == 900


def test_a_strange_void_spoils_nobodys_number(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 4)
    stranger = Stranger()
    document = stranger.payment(cut, 900)
    receipt = document["body"]["receipt"]
    receipt |= {"amount_cents": 0, "method": "void", "previous_hash": FIRST_PREVIOUS}
    about = {k: v for k, v in receipt.items() if k not in {"number", "previous_hash", "hash"}}
    receipt["hash"] = receipt_hash(FIRST_PREVIOUS, receipt["number"], **about)
    document |= {"event": "receipt_void", "body": {"receipt": receipt, "reason": "spoilt"}}
    assert "receipt_of_another" in take(session, document).codes
    assert take(session, Tablet().payment(cut, 5_000)).status == "posted"
    assert numbers(session)["T01-000001"] == "t01"


def test_the_office_decides_and_the_money_stays_counted(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 4)
    strange = Stranger().payment(cut, 900)
    take(session, strange)
    case = cases(session, strange["_id"])["receipt_of_another"]
    decide_exception(session, case.id, accept=True, words="a slip of the wrong book", now=LATER, actor="s")
    session.commit()
    assert session.get_one(FieldEvent, strange["_id"]).status == "posted"
    assert custody(session)["t02"] == 900


def test_an_assignment_that_was_never_made_is_a_case(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    verdict = take(session, Tablet().completed(cut, answers.cut(1), epoch=cut.epoch + 7))
    assert (verdict.status, verdict.codes) == ("review", ("epoch_not_granted",))
    assert world.point(session, 1).state == "off_np"
