"""The part of a cash day that an office with a vault, a kiosk and a drop box adds to the machine."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases.cash_steps import counted
from tests.integration.usecases.world import NOW
from workorders.ledger import balance
from workorders.queries.deposits import waiting_bags
from workorders.queries.drawers import payments_in_drawer
from workorders.queries.vault import standing_count
from workorders.tables import CashCount, CashOffice, Drawer, VaultCount, VaultTransfer
from workorders.usecases.administration.offices import add_office, add_point, change_office
from workorders.usecases.cash.containers import count_container, set_container_count_aside
from workorders.usecases.cash.drawer_closing import close_drawer
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.vault_counts import close_vault_count, count_vault, set_count_aside
from workorders.usecases.cash.vault_transfers import ask_transfer, hand_over, refuse_transfer

PEOPLE = st.sampled_from(("casey", "carl", "sam"))
PICK = st.integers(0, 7)
CENTS = st.sampled_from((1, 2_575, 10_000))
OFF = st.sampled_from((0, 0, 0, -1, 250))
"""What a count is off by: mostly nothing."""
OFFICE = "north"
POINTS = {"lobby": "kiosk", "wall": "drop_box"}


class VaultDays:
    """Rules of an office with a vault; `CashDays` has the session and the rest of the day."""

    session: Session

    def act(self, work: Any, *given: Any, **named: Any) -> None:
        """As CashDays carries commands out."""
        raise NotImplementedError

    def one_of(self, wanted: Any, which: int) -> Any:
        """One of what there is."""
        raise NotImplementedError

    def next_id(self) -> str:
        """An id that nothing has yet."""
        raise NotImplementedError

    def offices(self) -> None:
        """A second office, with a vault, a kiosk and a drop box."""
        add_office(self.session, OFFICE, "North", now=NOW, actor="ada")
        change_office(self.session, OFFICE, "North", has_vault=True, active=True, now=NOW, actor="ada")
        for code, kind in POINTS.items():
            add_point(self.session, code, OFFICE, kind, code, now=NOW, actor="ada")

    @rule(actor=PEOPLE, kind=st.sampled_from(("from_bank", "float", "to_bank")), cents=CENTS)
    def a_transfer_is_asked_for(self, actor: str, kind: str, cents: int) -> None:
        self.act(ask_transfer, OFFICE, kind, cents, actor=actor)

    @rule(actor=PEOPLE, which=PICK, less=st.sampled_from((0, 1)))
    def counted_cash_is_to_go_into_the_vault(self, actor: str, which: int, less: int) -> None:
        bags = waiting_bags(self.session)
        if bags:
            bag = bags[which % len(bags)]
            cents = bag.cash_cents - less
            self.act(ask_transfer, OFFICE, "from_bag", cents, subject=bag.subject, actor=actor)

    @rule(which=PICK, actor=PEOPLE)
    def a_transfer_is_handed_over(self, which: int, actor: str) -> None:
        found = self.one_of(select(VaultTransfer).order_by(VaultTransfer.id), which)
        if found is not None:
            self.act(hand_over, found.id, actor=actor)

    @rule(which=PICK, actor=PEOPLE)
    def a_transfer_is_refused(self, which: int, actor: str) -> None:
        found = self.one_of(select(VaultTransfer).order_by(VaultTransfer.id), which)
        if found is not None:
            self.act(refuse_transfer, found.id, actor=actor)

    @rule(people=st.permutations(("casey", "carl", "sam")), cents=CENTS)
    def the_vault_gives_a_drawer_its_float(self, people: list[str], cents: int) -> None:
        owner, other, _ = people
        for kind in ("from_bank", "float"):
            self.act(ask_transfer, OFFICE, kind, cents, actor=owner)
            found = self.session.scalars(select(VaultTransfer).order_by(VaultTransfer.id.desc())).first()
            if found is not None:
                self.act(hand_over, found.id, actor=other)

    @rule(actor=PEOPLE, off=OFF)
    def the_vault_is_counted(self, actor: str, off: int) -> None:
        cents = max(balance(self.session, "VAULT", OFFICE) + off, 0)
        self.act(count_vault, OFFICE, counted(cents), actor=actor)

    @rule(actor=PEOPLE)
    def its_count_is_closed(self, actor: str) -> None:
        self.act(close_vault_count, OFFICE, reason="x", actor=actor)

    @rule(actor=PEOPLE)
    def its_count_is_set_aside(self, actor: str) -> None:
        self.act(set_count_aside, OFFICE, reason="x", actor=actor)

    @rule(has_vault=st.booleans(), active=st.booleans())
    def the_office_is_changed(self, has_vault: bool, active: bool) -> None:
        self.act(change_office, OFFICE, "North", has_vault=has_vault, active=active, actor="ada")
        if not active:
            # It opens again, so that the day goes on.
            self.act(change_office, OFFICE, "North", has_vault=True, active=True, actor="ada")

    @rule(
        point=st.sampled_from(tuple(POINTS)),
        actor=PEOPLE,
        cents=CENTS,
        method=st.sampled_from(("cash", "check")),
    )
    def money_lies_in_a_kiosk_or_drop_box(self, point: str, actor: str, cents: int, method: str) -> None:
        given = {"method": method, "point": point, "actor": actor}
        self.act(record_payment, self.next_id(), "A3", cents, POINTS[point], **given)

    @rule(which=PICK, people=st.lists(PEOPLE, min_size=1, max_size=3), off=OFF)
    def a_kiosk_or_drop_box_is_emptied(self, which: int, people: list[str], off: int) -> None:
        wanted = select(Drawer).where(Drawer.kind != "person", Drawer.state != "closed").order_by(Drawer.id)
        found = self.one_of(wanted, which)
        if found is None:
            return
        inside = payments_in_drawer(self.session, found.id)
        checks = {one.payment_id: one.cents for one in inside if one.method == "check"}
        cash = sum(one.cents for one in inside if one.method == "cash")
        for person in people:
            self.act(count_container, found.id, counted(max(cash + off, 0), checks), actor=person)
        self.act(close_drawer, found.id, reason="x", actor=people[0])

    @rule(which=PICK, actor=PEOPLE)
    def its_counts_are_set_aside(self, which: int, actor: str) -> None:
        found = self.one_of(select(Drawer).where(Drawer.kind != "person").order_by(Drawer.id), which)
        if found is not None:
            self.act(set_container_count_aside, found.id, reason="x", actor=actor)

    def no_vault_that_was_given_up_holds_anything(self) -> None:
        """Nobody could take it out again."""
        office = self.session.get_one(CashOffice, OFFICE)
        if not (office.has_vault and office.active):
            assert balance(self.session, "VAULT", OFFICE) == 0
        standing = standing_count(self.session, OFFICE)
        if standing is not None and standing.expected_cents is not None:
            assert balance(self.session, "VAULT", OFFICE) == standing.expected_cents, "nothing goes in or out"

    def nobody_did_both_halves_at_a_vault(self) -> None:
        """Who asks does not hand over; who counts is not alone."""
        for transfer in self.session.scalars(select(VaultTransfer).where(VaultTransfer.state == "done")):
            assert transfer.asked_by != transfer.decided_by
        closed = select(VaultCount).where(VaultCount.state == "closed", VaultCount.ledger == "VAULT")
        for count in self.session.scalars(closed):
            people = select(CashCount.counted_by).where(CashCount.subject == count.id).distinct()
            assert len(self.session.scalars(people).all()) == 2
