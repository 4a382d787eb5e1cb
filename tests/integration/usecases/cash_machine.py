"""A machine of cash days: receipts, turn-ins, drawers, deposits and what comes back, in any order.

Whatever happens: what was taken is in custody, in a drawer, undeposited or at the bank, but for what is over
or short; entries balance; and nobody has done both halves of what needs two people.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.cash_steps import counted
from tests.integration.usecases.petty_machine import EXPENSE, PettyDays
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.vault_machine import CENTS, OFF, OFFICE, PEOPLE, PICK, VaultDays
from tests.integration.usecases.world import NOW, TODAY
from workorders.ledger import balance, custody, trial_balance
from workorders.problems import Problem
from workorders.queries.custody import counts_of, receipts_in_custody
from workorders.queries.deposits import undeposited_cents, waiting_bags
from workorders.queries.drawers import moved_in_drawer, payments_in_drawer
from workorders.queries.settlements import unsettled
from workorders.queries.vault import float_from_vault
from workorders.queries.verify_cash import cash_differences
from workorders.tables import (
    CashCount,
    CashSignature,
    Deposit,
    DepositCorrection,
    Drawer,
    DrawerPayment,
    DrawerTakenOver,
    Order,
    Payment,
    PaymentReversal,
    Receipt,
    SettledPayment,
    TurnIn,
)
from workorders.usecases.cash.deposits import correct_deposit, make_deposit
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer, take_drawer_over
from workorders.usecases.cash.drawers import move_cash, open_drawer
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.settlements import Batch, settle
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.cash.turn_ins import cancel_turn_in, count_turn_in, open_turn_in, sign_turn_in
from workorders.usecases.field.events import ingest_event

TECHNICIANS = st.sampled_from(("t01", "t02"))
LEDGERS = ("UNDEP", "VAULT", "PETTY", "EXPENSE", "BANK", "OS", "SUSP", "PFEE")
"""Where money of the office can be. SUSP is what was put into drawers (credit) and taken out of them (debit)
for other ends, PFEE what processors kept, EXPENSE what petty cash was paid for."""
PARTIES = {"VAULT": OFFICE, "PETTY": OFFICE, "EXPENSE": EXPENSE}


class CashDays(VaultDays, PettyDays, RuleBasedStateMachine):
    """Set `connection` to one with a district in it; each machine's work is rolled back."""

    connection: Connection
    session: Session

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.connection.begin_nested()
        self.session = Session(
            self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self.tablets = {one: Tablet(one) for one in ("t01", "t02")}
        self.orders = {
            one: world.sent(self.session, "disconnect_np", household, one).number
            for household, one in enumerate(self.tablets, start=1)
        }
        self.offices()
        self.funds()
        self.session.flush()
        self.began = {name: _held(self.session, name) for name in LEDGERS}
        self.count = 0

    def act(self, work: Any, *given: Any, **named: Any) -> None:
        """Carry a command out; a refusal leaves nothing behind."""
        try:
            with self.session.begin_nested():
                work(self.session, *given, now=NOW, **named)
        except Problem:
            self.session.expire_all()

    def one_of(self, wanted: Any, which: int) -> Any:
        found = self.session.scalars(wanted).all()
        return found[which % len(found)] if found else None

    def next_id(self) -> str:
        self.count += 1
        return f"id{self.count}"

    @rule(technician=TECHNICIANS, cents=CENTS)
    def a_customer_pays_at_the_door(self, technician: str, cents: int) -> None:
        order = self.session.get_one(Order, self.orders[technician])
        document = self.tablets[technician].payment(order, cents, at=NOW)
        ingest_event(self.session, document, database=f"tech-{technician}", revision="1-a", received_at=NOW)

    @rule(technician=TECHNICIANS, actor=PEOPLE, most=st.integers(1, 3))
    def a_turn_in_is_opened(self, technician: str, actor: str, most: int) -> None:
        held = [one.number for one in receipts_in_custody(self.session, technician)][:most]
        self.act(open_turn_in, technician, held, actor=actor)

    @rule(which=PICK, actor=PEOPLE, off=OFF)
    def a_turn_in_is_counted(self, which: int, actor: str, off: int) -> None:
        found = self.one_of(select(TurnIn).order_by(TurnIn.id), which)
        if found is not None:
            count = counted(max(found.expected_cents + off, 0))
            self.act(count_turn_in, found.id, count, actor=actor)

    @rule(which=PICK, actor=PEOPLE, reason=st.sampled_from(("", "change")))
    def a_turn_in_is_signed(self, which: int, actor: str, reason: str) -> None:
        found = self.one_of(select(TurnIn).order_by(TurnIn.id), which)
        if found is not None:
            self.act(sign_turn_in, found.id, reason=reason, as_supervisor=actor == "sam", actor=actor)

    @rule(which=PICK, off=OFF, people=st.permutations(("casey", "carl", "sam")))
    def a_turn_in_goes_its_way(self, which: int, off: int, people: list[str]) -> None:
        for person in people[:2]:
            self.a_turn_in_is_counted(which, person, off)
        for person in people[:2]:
            self.a_turn_in_is_signed(which, person, "change")

    @rule(which=PICK, actor=PEOPLE)
    def a_turn_in_is_given_up(self, which: int, actor: str) -> None:
        found = self.one_of(select(TurnIn).order_by(TurnIn.id), which)
        if found is not None:
            self.act(cancel_turn_in, found.id, reason="x", actor=actor, as_supervisor=actor == "sam")

    @rule(actor=PEOPLE, cents=st.sampled_from((0, 5_000)))
    def a_drawer_is_opened(self, actor: str, cents: int) -> None:
        self.act(open_drawer, cents, actor=actor)

    @rule(actor=PEOPLE, cents=CENTS, method=st.sampled_from((None, "cash", "check")))
    def a_customer_pays_at_the_counter(self, actor: str, cents: int, method: str | None) -> None:
        self.act(record_payment, self.next_id(), "A3", cents, "counter", method=method, actor=actor)

    @rule(which=PICK, actor=PEOPLE, cents=st.sampled_from((-2_000, 700)))
    def cash_is_moved(self, which: int, actor: str, cents: int) -> None:
        found = self.one_of(select(Drawer).order_by(Drawer.id), which)
        if found is not None:
            self.act(move_cash, found.id, cents, "x", actor=actor)

    @rule(which=PICK, off=OFF, actor=PEOPLE)
    def a_drawer_is_counted(self, which: int, off: int, actor: str) -> None:
        found = self.one_of(_OPEN_PERSONAL, which)
        if found is None:
            return
        inside = payments_in_drawer(self.session, found.id)
        checks = {one.payment_id: one.cents for one in inside if one.method == "check"}
        cash = found.float_cents + sum(one.cents for one in inside if one.method == "cash")
        self.act(count_drawer, found.id, counted(max(cash + off, 0), checks), actor=actor)

    @rule(which=PICK, actor=PEOPLE)
    def a_drawer_is_taken_over(self, which: int, actor: str) -> None:
        found = self.one_of(_OPEN_PERSONAL, which)
        if found is not None:
            self.act(take_drawer_over, found.id, reason="left", actor=actor)

    @rule(which=PICK, actor=PEOPLE)
    def a_drawer_is_closed(self, which: int, actor: str) -> None:
        found = self.one_of(select(Drawer).order_by(Drawer.id), which)
        if found is not None:
            self.act(close_drawer, found.id, reason="x", actor=actor, as_supervisor=actor == "sam")

    @rule(people=st.permutations(("casey", "carl", "sam")), off=OFF, cents=CENTS)
    def a_drawer_goes_its_way(self, people: list[str], off: int, cents: int) -> None:
        owner, other, _ = people
        self.a_drawer_is_opened(owner, 5_000)
        self.a_customer_pays_at_the_counter(owner, cents, "check")
        self.a_drawer_is_counted(0, off, owner)
        self.a_drawer_is_closed(0, other)
        self.a_deposit_is_made(owner, 4)

    @rule(actor=PEOPLE, cents=CENTS, channel=st.sampled_from(("web", "phone")))
    def a_customer_pays_by_web_or_telephone(self, actor: str, cents: int, channel: str) -> None:
        self.act(record_payment, self.next_id(), "A3", cents, channel, actor=actor)

    @rule(actor=PEOPLE, most=st.integers(1, 3), fee=st.sampled_from((0, 30)), back=st.none() | PICK)
    def a_processor_pays_out(self, actor: str, most: int, fee: int, back: int | None) -> None:
        payments = [one.id for one in unsettled(self.session)][:most]
        settled = select(SettledPayment.payment_id).order_by(SettledPayment.payment_id)
        taken = self.one_of(settled, back) if back is not None else None
        batch = Batch("Demo Pay", self.next_id(), TODAY, payments, [taken] if taken else [], fee)
        self.act(settle, batch, actor=actor)

    @rule(actor=PEOPLE, most=st.integers(1, 4))
    def a_deposit_is_made(self, actor: str, most: int) -> None:
        self.act(make_deposit, [one.subject for one in waiting_bags(self.session)][:most], actor=actor)

    @rule(which=PICK, actor=PEOPLE, cents=st.sampled_from((0, 2_575, 10_250)))
    def the_bank_counts_otherwise(self, which: int, actor: str, cents: int) -> None:
        found = self.one_of(select(Deposit).order_by(Deposit.id), which)
        if found is not None:
            self.act(correct_deposit, found.id, cents, "x", actor=actor)

    @rule(which=PICK, actor=PEOPLE, kind=st.sampled_from(("void", "returned")))
    def a_payment_is_taken_back(self, which: int, actor: str, kind: str) -> None:
        found = self.one_of(select(Payment).order_by(Payment.id), which)
        if found is not None:
            self.act(take_payment_back, self.next_id(), payment=found.id, kind=kind, reason="x", actor=actor)

    @invariant()
    def money_is_somewhere(self) -> None:
        session = self.session
        sums = {name: _held(session, name) - before for name, before in self.began.items()}
        taken = sum(session.scalars(select(Receipt.amount_cents)))
        taken += sum(session.scalars(select(Payment.amount_cents)))
        back = sum(session.scalars(select(PaymentReversal.amount_cents)))
        held = sum(custody(session).values())
        assert taken - back == held + sum(sums.values())
        assert sum(trial_balance(session).values()) == 0
        assert all(cents >= 0 for cents in custody(session).values())
        assert sums["VAULT"] >= 0
        self.petty_cash_is_its_float()
        assert list(cash_differences(session)) == []
        self._undeposited(session, sums["UNDEP"])

    def _undeposited(self, session: Session, cents: int) -> None:
        """UNDEP is open drawers, bags that wait, and payments that no drawer or processor's batch knows."""
        open_drawers = sum(
            sum(one.cents for one in payments_in_drawer(session, drawer.id)) + moved
            for drawer, moved in _open_drawers(session)
        )
        loose = session.scalar(
            select(func.coalesce(func.sum(Payment.amount_cents), 0))
            .outerjoin(DrawerPayment, DrawerPayment.payment_id == Payment.id)
            .outerjoin(PaymentReversal, PaymentReversal.source == "payment:" + Payment.id)
            .outerjoin(SettledPayment, SettledPayment.payment_id == Payment.id)
            .where(DrawerPayment.payment_id.is_(None), PaymentReversal.id.is_(None))
            .where(SettledPayment.payment_id.is_(None))
        )
        assert cents == open_drawers + undeposited_cents(session) + int(loose or 0)

    @invariant()
    def nobody_did_both_halves(self) -> None:
        session = self.session
        for turn_in in session.scalars(select(TurnIn).where(TurnIn.state == "signed")):
            for who in (CashCount.counted_by, CashSignature.signed_by):
                people = select(who).where(who.class_.subject == turn_in.id).distinct()
                assert len(session.scalars(people).all()) == 2
        for drawer in session.scalars(select(Drawer).where(Drawer.state == "closed")):
            assert drawer.closed_by != drawer.owner
            counters = {one.counted_by for one in counts_of(session, drawer.id)}
            assert len(counters) == (1 if drawer.kind == "person" else 2)
            if drawer.kind == "person":
                assert drawer.closed_by not in counters
                taken = session.get(DrawerTakenOver, drawer.id)
                assert counters == {drawer.owner} if taken is None else drawer.owner not in counters
        self.nobody_did_both_halves_at_a_vault()
        self.nobody_did_both_halves_at_petty_cash()
        self.no_vault_that_was_given_up_holds_anything()
        for deposit, by in session.execute(
            select(Deposit, DepositCorrection.corrected_by).join(
                DepositCorrection, DepositCorrection.deposit_id == Deposit.id
            )
        ):
            assert deposit.made_by != by

    def teardown(self) -> None:
        self.session.close()
        self.savepoint.rollback()


def _held(session: Session, ledger: str) -> int:
    """Cents on a ledger; a vault and petty cash are their office's."""
    return balance(session, ledger, PARTIES.get(ledger, ""))


_OPEN_PERSONAL = select(Drawer).where(Drawer.state == "open", Drawer.kind == "person").order_by(Drawer.id)


def _open_drawers(session: Session) -> list[tuple[Drawer, int]]:
    """Drawers, kiosks and drop boxes that are not closed, with what was moved and what came from a vault."""
    drawers = session.scalars(select(Drawer).where(Drawer.state != "closed"))
    return [
        (drawer, moved_in_drawer(session, drawer.id) + float_from_vault(session, drawer.id))
        for drawer in drawers
    ]
