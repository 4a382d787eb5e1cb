"""The part of a cash day that an office's petty cash adds to the machine."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases.cash_steps import counted
from tests.integration.usecases.vault_machine import OFF, OFFICE, PEOPLE, PICK
from tests.integration.usecases.world import NOW
from workorders.ledger import balance
from workorders.policy.petty_cash import KINDS
from workorders.queries.deposits import waiting_bags
from workorders.queries.petty import open_vouchers
from workorders.queries.vault import standing_count
from workorders.tables import CashCount, PettyFund, PettyTransfer, PettyVoucher, VaultCount
from workorders.usecases.cash.petty_funds import set_fund
from workorders.usecases.cash.petty_transfers import ask_petty, hand_petty_over, refuse_petty
from workorders.usecases.cash.petty_vouchers import decide_voucher, pay_voucher, return_voucher
from workorders.usecases.cash.vault_counts import close_vault_count, count_vault, set_count_aside

EXPENSE = "6110"


class PettyDays:
    """Rules of petty cash; `CashDays` has the session and the rest of the day."""

    session: Session

    def act(self, work: Any, *given: Any, **named: Any) -> None:
        """As CashDays carries commands out."""
        raise NotImplementedError

    def one_of(self, wanted: Any, which: int) -> Any:
        """One of what there is."""
        raise NotImplementedError

    def funds(self) -> None:
        """A fund that casey keeps."""
        set_fund(self.session, OFFICE, 10_000, "casey", now=NOW, actor="sam")

    @rule(cents=st.sampled_from((0, 7_500, 20_000)), custodian=PEOPLE)
    def its_float_or_custodian_is_another(self, cents: int, custodian: str) -> None:
        self.act(set_fund, OFFICE, cents, custodian, actor="sam")

    @rule(actor=PEOPLE, cents=st.sampled_from((1_250, 6_000)), receipt=st.sampled_from(("", "R-1")))
    def petty_cash_is_paid(self, actor: str, cents: int, receipt: str) -> None:
        words = {"payee": "Post office", "reason": "stamps", "account": EXPENSE, "receipt": receipt}
        self.act(pay_voucher, OFFICE, cents, **words, actor=actor)

    @rule(which=PICK, actor=PEOPLE, pay=st.booleans())
    def a_voucher_is_decided(self, which: int, actor: str, pay: bool) -> None:
        found = self.one_of(select(PettyVoucher).order_by(PettyVoucher.id), which)
        if found is not None:
            self.act(decide_voucher, found.id, pay=pay, actor=actor)

    @rule(which=PICK, actor=PEOPLE)
    def petty_cash_comes_back(self, which: int, actor: str) -> None:
        found = self.one_of(select(PettyVoucher).order_by(PettyVoucher.id), which)
        if found is not None:
            self.act(return_voucher, found.id, reason="x", actor=actor)

    @rule(actor=PEOPLE, kind=st.sampled_from(KINDS), which=PICK)
    def petty_cash_is_asked_for(self, actor: str, kind: str, which: int) -> None:
        bags = waiting_bags(self.session)
        subject = bags[which % len(bags)].subject if bags else None
        self.act(ask_petty, OFFICE, kind, subject=subject, actor=actor)

    @rule(which=PICK, actor=PEOPLE, give=st.booleans())
    def petty_cash_is_handed_over(self, which: int, actor: str, give: bool) -> None:
        found = self.one_of(select(PettyTransfer).order_by(PettyTransfer.id), which)
        if found is not None:
            self.act(hand_petty_over if give else refuse_petty, found.id, actor=actor)

    @rule(people=st.permutations(("casey", "carl", "sam")), kind=st.sampled_from(("from_bank", "from_vault")))
    def petty_cash_is_filled_up(self, people: list[str], kind: str) -> None:
        fund = self.session.get_one(PettyFund, OFFICE)
        other = next(one for one in people if one != fund.custodian)
        self.act(ask_petty, OFFICE, kind, actor=fund.custodian)
        found = self.session.scalars(select(PettyTransfer).order_by(PettyTransfer.id.desc())).first()
        if found is not None:
            self.act(hand_petty_over, found.id, actor=other)

    @rule(people=st.lists(PEOPLE, min_size=1, max_size=3), off=OFF)
    def petty_cash_is_counted(self, people: list[str], off: int) -> None:
        cents = max(balance(self.session, "PETTY", OFFICE) + off, 0)
        for person in people:
            self.act(count_vault, OFFICE, counted(cents), ledger="PETTY", actor=person)
        self.act(close_vault_count, OFFICE, reason="x", ledger="PETTY", actor=people[0])

    @rule(actor=PEOPLE)
    def its_petty_count_is_set_aside(self, actor: str) -> None:
        self.act(set_count_aside, OFFICE, reason="x", ledger="PETTY", actor=actor)

    def nobody_did_both_halves_at_petty_cash(self) -> None:
        """Large vouchers and every transfer took two; a box is counted by two; nothing is paid twice."""
        for voucher in self.session.scalars(select(PettyVoucher)):
            paid = voucher.state in {"paid", "filled", "returned"}
            assert not (paid and voucher.second_needed) or voucher.decided_by != voucher.asked_by
        for transfer in self.session.scalars(select(PettyTransfer).where(PettyTransfer.state == "done")):
            assert transfer.asked_by != transfer.decided_by
        closed = select(VaultCount).where(VaultCount.state == "closed", VaultCount.ledger == "PETTY")
        for count in self.session.scalars(closed):
            people = select(CashCount.counted_by).where(CashCount.subject == count.id).distinct()
            assert len(self.session.scalars(people).all()) == 2

    def petty_cash_is_its_float(self) -> None:
        """Nothing is in the box that is not in the books, and while it is counted nothing moves."""
        cash = balance(self.session, "PETTY", OFFICE)
        assert cash >= 0
        assert sum(one.amount_cents for one in open_vouchers(self.session, OFFICE)) >= 0
        standing = standing_count(self.session, OFFICE, "PETTY")
        if standing is not None and standing.expected_cents is not None:
            assert cash == standing.expected_cents
