"""What is known of a customer or a premise changed by a person, with the reason kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line, checked_text
from workorders.problems import Problem
from workorders.queries.lookups import account_named
from workorders.tables import Account, Customer, Order, Premise, RecordChange, ServicePoint
from workorders.usecases.customers.accounts import CustomerForm, checked_customer
from workorders.usecases.history import enqueue_in_field, enqueue_orders_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiseForm:
    """What a technician must know on arrival. Empty texts: nothing."""

    access_note: str = ""
    hazard: str = ""
    dog: bool = False
    medical: bool = False


def change_customer(
    session: Session, account_number: str, form: CustomerForm, *, reason: str, now: datetime, actor: str
) -> RecordChange | None:
    """Change name and contact of an account's customer; None when nothing differs.

    Tablets with an order of one of the customer's accounts get it. Raises Problem `not_found`, and
    `bad_input` naming the field.
    """
    customer = account_named(session, account_number).customer
    session.execute(select(Customer.id).where(Customer.id == customer.id).with_for_update())
    wanted = checked_customer(form)
    made = _change(session, customer, f"customer:{customer.id}", wanted, reason=reason, now=now, actor=actor)
    if made is not None:
        ids = session.scalars(select(Account.id).where(Account.customer_id == customer.id)).all()
        enqueue_orders_of(session, ids, now=now)
    return made


def change_premise(
    session: Session, premise_number: str, form: PremiseForm, *, reason: str, now: datetime, actor: str
) -> RecordChange | None:
    """Change what is to be known on arrival; tablets with an order there get it.

    Raises as `change_customer`.
    """
    premise = session.scalar(select(Premise).where(Premise.number == premise_number).with_for_update())
    if premise is None:
        raise Problem("not_found", what="premise", key=premise_number)
    wanted = {
        "access_note": checked_text(form.access_note, field="access_note", longest=400) or None,
        "hazard": checked_line(form.hazard, field="hazard") or None,
        "dog": form.dog,
        "medical": form.medical,
    }
    made = _change(session, premise, f"premise:{premise.id}", wanted, reason=reason, now=now, actor=actor)
    if made is not None:
        points = select(ServicePoint.id).where(ServicePoint.premise_id == premise.id)
        enqueue_in_field(session, Order.service_point_id.in_(points), now=now)
    return made


def _change(
    session: Session,
    row: Customer | Premise,
    subject: str,
    wanted: Mapping[str, Any],
    *,
    reason: str,
    now: datetime,
    actor: str,
) -> RecordChange | None:
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    changes = {
        name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value
    }
    if not changes:
        return None
    for name, (_, value) in changes.items():
        setattr(row, name, value)
    made = RecordChange(subject=subject, at=now, actor=actor[:80], reason=reason, changes=changes)
    session.add(made)
    session.flush()
    return made
