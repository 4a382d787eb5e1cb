"""A technician at work: takes the next order on the tablet and notes what is done, rightly or wrongly."""

import random
from datetime import timedelta
from typing import Any

from demo.simulation import forms
from demo.simulation.faults import Faults
from demo.simulation.storage import Document
from demo.simulation.tablet import Tablet, instant

UNABLE = ("no_access", "dog", "customer_absent", "wrong_meter", "medical_claim")
AMOUNTS = (500, 2_000, 6_000, 12_850, 25_600)


class Technician:
    """One technician with the tablet in hand; `others` are the prefixes of other tablets' receipts."""

    def __init__(self, name: str, tablet: Tablet, faults: Faults, dice: random.Random) -> None:
        self.name, self.tablet, self.faults, self.dice = name, tablet, faults, dice
        self.others: list[str] = []
        self.serials: list[str] = []
        self.events = 0

    def orders(self) -> list[Document]:
        """What is still to be done according to the tablet, the day's sequence first."""
        kept = self.tablet.kept
        found = [
            document
            for doc_id, document in sorted(kept.docs.items())
            if doc_id.startswith("order:")
            and document["state"] in {"dispatched", "cancelled"}
            and "premise" in document
            and (document["number"], document["epoch"]) not in kept.finished
        ]
        return sorted(
            found, key=lambda one: (one["state"] == "cancelled", one["sequence"] or 0, one["number"])
        )

    def visit(self) -> None:
        """Work one order, if there is one."""
        orders = self.orders()
        if not orders:
            return
        order = orders[0] if self.dice.random() < 0.8 else self.dice.choice(orders)
        if order["state"] == "cancelled" and not self._heeds(order):
            return
        for kind in ("acknowledged", "en_route", "on_site", "started"):
            if self.dice.random() < 0.35:
                self._write(kind, order)
        if order["account"] and self.dice.random() < 0.3:
            self._take_money(order)
        self._finish(order)

    def _heeds(self, order: Document) -> bool:
        """Whether a cancelled order is finished because the work was under way, and not backed out of."""
        choice = "back_out" if self.dice.random() < 0.7 else "finish"
        self._write("cancel_seen", order, {"choice": choice})
        if choice == "back_out":
            self.tablet.kept.finished.add((order["number"], order["epoch"]))
        return choice == "finish"

    def _write(
        self,
        kind: str,
        order: Document | None,
        body: dict[str, Any] | None = None,
        photos: tuple[str, ...] = (),
    ) -> None:
        self.tablet.write(kind, order, body, photos)
        self.events += 1
        if self.faults.happens("double_tap"):
            self.tablet.write(kind, order, body, photos)

    def _take_money(self, order: Document) -> None:
        """At the door: for the order's account, or for a neighbour's, out of one's own block or not."""
        account, cents = order["account"]["number"], self.dice.choice(AMOUNTS)
        if order["balance"] and order["balance"]["cents"] > 0 and self.dice.random() < 0.5:
            cents = order["balance"]["cents"]
        if self.dice.random() < 0.1:
            cents = max(cents - 1, 1)
        if self.faults.happens("other_order"):
            account = f"A{1 + self.dice.randrange(30)}"
        prefix = None
        if self.others and self.faults.happens("foreign_receipts"):
            prefix = self.dice.choice(self.others)
        method = "cash" if self.dice.random() < 0.8 else "check"
        self._write("payment", order, {"receipt": self.tablet.receipt(account, cents, method, prefix=prefix)})
        if self.dice.random() < 0.05:
            void = self.tablet.receipt(account, 0, "void")
            self._write("receipt_void", order, {"receipt": void, "reason": "spoilt"})

    def _finish(self, order: Document) -> None:
        tablet, now = self.tablet, self.tablet.now()
        van = tablet.kept.docs.get("ref:technician", {}).get("van", [])
        serial = self.dice.choice(van)["serial"] if van else "N-UNKNOWN"
        answers = forms.right_answers(order, serial, now.date())
        if answers is None or self.dice.random() < 0.12:
            reason = self.dice.choice(UNABLE)
            body = {"reason": reason, "finished_at": instant(now), "answers": {}}
            self._write("unable", order, body)
        else:
            if order["type"] == "disconnect_np" and self.dice.random() < 0.15:
                answers |= {"contact": "customer", "cut_made": False}
                answers = {
                    k: v for k, v in answers.items() if k not in {"cut_method", "lock", "tag_left", "photo"}
                }
            if self.faults.happens("wrong_answers"):
                answers = forms.wrong_answers(answers, self.dice, self.serials)
            self._write("completed", order, self._body(order, answers), forms.photos_of(answers))
        tablet.kept.finished.add((order["number"], order["epoch"]))

    def _body(self, order: Document, answers: forms.Answers) -> dict[str, Any]:
        now = self.tablet.now()
        left = answers.get("left_on")
        body: dict[str, Any] = {
            "outcome": forms.outcome_of(order["type"], answers),
            "arrived_at": instant(now - timedelta(minutes=10)),
            "started_at": instant(now - timedelta(minutes=8)),
            "finished_at": instant(now),
            "serial_seen": answers.get("serial_seen", answers.get("old_serial")),
            "read": answers.get("read", answers.get("old_read")),
            "left": None if left is None else "on" if left else "off",
            "seal": answers.get("seal"),
            "lock": answers.get("lock"),
            "remarks": None,
            "answers": answers,
        }
        if answers.get("cut_made"):
            body["cut"] = {"checked_at": instant(now), "told": [], "reason": None}
        return body
