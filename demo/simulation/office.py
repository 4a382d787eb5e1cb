"""The office: customer service, two dispatchers who do not talk, the counter, and a supervisor."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.simulation.clock import START
from demo.simulation.server import Refused, Server, Unknown
from demo.simulation.stage import Stage
from demo.simulation.witness import Paid
from workorders.tables import Account, ExceptionCase, LedgerBalance, Order, ServicePoint
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.orders.assignment import assign_order, recall_order
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.orders import OrderRequest, approve, raise_order

TRIES = 4
KINDS: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("disconnect_np", 40, {}),
    ("exchange", 14, {"reason": "age"}),
    ("reread", 10, {"flag_reason": "high"}),
    ("turn_off", 8, {"stop_date": START.date().isoformat()}),
    ("turn_on", 8, {"start_date": START.date().isoformat(), "fees_paid": True}),
    ("reconnect", 6, {"payment_satisfied": True}),
    ("meter_test", 3, {"kind": "customer_request"}),
    ("verify", 3, {"reason": "survey"}),
    ("investigate", 3, {"complaint": "leak"}),
    ("tamper", 3, {"reason": "report"}),
    ("special_read", 3, {"reading_route": "R12"}),
    ("backflow_locate", 2, {"on_record": "None"}),
    ("removal", 2, {"reason": "demolished"}),
)
OPEN = ("approved", "unable", "recalled")
IN_HAND = ("dispatched", "acknowledged", "en_route", "on_site", "started", "suspended")


class Office:
    """People at desks. What is not answered is tried again with the same id, as a person would."""

    def __init__(self, server: Server, stage: Stage) -> None:
        self.server, self.clock, self.faults = server, stage.clock, stage.faults
        self.trace, self.witness = stage.trace, stage.witness
        self.dice = stage.seeds.of("office")
        self.asked = 0
        points = select(ServicePoint.id, ServicePoint.number).order_by(ServicePoint.id)
        self.points: list[tuple[int, str]] = server.look(
            lambda session: [(row.id, row.number) for row in session.execute(points)]
        )

    def _do(self, who: str, words: str, act: Any) -> Any:
        """One request, again while there is no answer; None when it was refused or never answered."""
        for _ in range(TRIES):
            try:
                answer = self.server.office(act)
            except Refused as refused:
                self.trace.note(who, f"{words}: refused, {refused}")
                return None
            except Unknown as silence:
                self.trace.note(who, f"{words}: {silence}")
                self.clock.tick(30)
                continue
            self.trace.note(who, words)
            return answer
        return None

    def raise_one(self) -> None:
        """Customer service raises an order, or the cuts of an account that owes."""
        kind = self.dice.choices(KINDS, [weight for _, weight, _ in KINDS])[0]
        point, name = self.dice.choice(self.points)
        same = [one for one in self.points if one[1].rstrip("abc") == name.rstrip("abc")]
        chosen = same if kind[0] == "disconnect_np" else [(point, name)]
        for one, number in chosen:
            self.asked += 1
            request = OrderRequest(
                type=kind[0], service_point_id=one, extra=dict(kind[2]), request_id=f"r{self.asked}"
            )
            now = self.clock()

            def act(session: Session, request: OrderRequest = request, now: datetime = now) -> str:
                return raise_order(session, request, now=now, actor="csr").number

            words = f"raises {kind[0]} at {number}"
            made = self._do("csr", words, act)
            if made is not None:
                self.witness.orders[made] = self.clock()
            if self.faults.happens("double_tap"):
                self._do("csr", f"{words} again", act)

    def _orders(self, states: tuple[str, ...]) -> list[str]:
        query = select(Order.number).where(Order.state.in_(states)).order_by(Order.number)
        return self.server.look(lambda session: list(session.scalars(query)))

    def _in_hand(self) -> list[str]:
        """What a dispatcher may think better of; nobody calls off who brings a customer's service back."""
        query = select(Order.number).where(Order.state.in_(IN_HAND), Order.type != "reconnect")
        return self.server.look(lambda session: list(session.scalars(query.order_by(Order.number))))

    def dispatch(self, who: str, technicians: list[str]) -> None:
        """Send out what is open."""
        for number in self._orders(OPEN):
            if self.dice.random() < 0.25:
                continue
            technician = self.dice.choice(technicians)
            self._assign(who, number, technician)
            if self.faults.happens("two_dispatchers"):
                self._assign("dispatcher B", number, self.dice.choice(technicians))

    def _assign(self, who: str, number: str, technician: str) -> None:
        now = self.clock.tick(20)
        day = (now - timedelta(hours=6)).date()
        self._do(
            who,
            f"gives {number} to {technician}",
            lambda session: bool(
                assign_order(session, number, technician, route_day=day, now=now, actor=who)
            ),
        )

    def change_mind(self, who: str, technicians: list[str]) -> None:
        """Take an order back, cancel it, or give it to somebody else, wherever it is."""
        numbers = self._in_hand()
        if not numbers:
            return
        number, now = self.dice.choice(numbers), self.clock()
        how = self.dice.randrange(3)
        if how == 0:
            self._assign(who, number, self.dice.choice(technicians))
            return
        verb, act = (("takes back", recall_order), ("cancels", cancel_order))[how - 1]
        self._do(
            who,
            f"{verb} {number}",
            lambda session: bool(act(session, number, reason="plans changed", now=now, actor=who)),
        )

    def pay(self, account: str, cents: int, *, ago: timedelta = timedelta(0)) -> None:
        """A customer pays at the counter or by web, perhaps reported late."""
        payment, now = f"p{len(self.witness.payments) + 1}x{self.asked}", self.clock()
        self.asked += 1

        def act(session: Session) -> bool:
            record_payment(
                session, payment, account, cents, "web", now=now, received_at=now - ago, actor="cashier"
            )
            return True

        words = f"records {payment}: {cents} cents for {account}"
        if self._do("cashier", words, act):
            self.witness.payments[payment] = Paid(account, cents, self.clock())
            if self.faults.happens("double_tap"):
                self._do("cashier", f"{words} again", act)

    def pay_before_a_cut(self) -> None:
        """Somebody whose service is about to be cut pays all that is owed, or a cent less."""
        self._settle((*OPEN, *IN_HAND), (0, 0, 2, 6), self.dice)

    def pay_after_a_cut(self, dice: random.Random) -> None:
        """Somebody whose service was cut pays, or had paid before and it is heard of only now."""
        self._settle(("completed",), (0, 1, 5, 9, 20), dice)

    def _settle(self, states: tuple[str, ...], hours_ago: tuple[int, ...], dice: random.Random) -> None:
        query = (
            select(Account.number, LedgerBalance.amount_cents)
            .join(Order, Order.account_id == Account.id)
            .join(LedgerBalance, LedgerBalance.party == Account.number)
            .where(Order.type == "disconnect_np", Order.state.in_(states))
            .where(LedgerBalance.ledger == "AR", LedgerBalance.amount_cents > 1)
            .order_by(Order.number)
        )
        owing = self.server.look(lambda session: session.execute(query).all())
        if owing:
            account, cents = dice.choice(list(owing))
            ago = timedelta(hours=dice.choice(hours_ago))
            self.pay(account, cents - (dice.random() < 0.3), ago=ago)

    def take_back(self) -> None:
        """The bank returns a payment, or the cashier voids it."""
        standing = [name for name, paid in self.witness.payments.items() if paid.taken_back is None]
        if not standing:
            return
        payment, now = self.dice.choice(standing), self.clock()
        kind = self.dice.choice(("returned", "void"))
        done = self._do(
            "cashier",
            f"takes {payment} back as {kind}",
            lambda session: bool(
                take_payment_back(
                    session, f"b{payment}", kind=kind, reason="bounced", now=now, actor="x", payment=payment
                )
            ),
        )
        if done:
            self.witness.payments[payment].taken_back = self.clock()

    def decide(self) -> None:
        """The supervisor decides some cases, and releases what waits for approval."""
        query = select(ExceptionCase.id).where(ExceptionCase.state == "open").order_by(ExceptionCase.id)
        for case in self.server.look(lambda session: list(session.scalars(query)))[:6]:
            if self.dice.random() < 0.5:
                accept, now = self.dice.random() < 0.7, self.clock.tick(60)
                self._do(
                    "supervisor",
                    f"{'accepts' if accept else 'rejects'} case {case}",
                    lambda session, case=case, accept=accept, now=now: bool(
                        decide_exception(session, case, accept=accept, words="seen", now=now, actor="s")
                    ),
                )
        for number in self._orders(("held", "requested", "rejected"))[:3]:
            now = self.clock.tick(60)
            self._do(
                "supervisor",
                f"releases {number}",
                lambda session, number=number, now=now: bool(approve(session, number, now=now, actor="s")),
            )
