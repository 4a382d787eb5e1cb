"""Webhooks: begun, ended, tried out; and what became of each delivery."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.policy.webhooks import KINDS, TEST, is_given_up, wait_after
from workorders.problems import Problem
from workorders.queries.webhooks import find_webhook
from workorders.tables import Webhook, WebhookDelivery, WebhookKind
from workorders.usecases.administration.audit import note_change

NAME_MAX = 80
ANSWER_MAX = 200
KEPT = timedelta(days=90)
"""How long deliveries that need nothing more are kept."""


def add_webhook(
    session: Session,
    *,
    name: str,
    address: str,
    sealed_secret: str,
    kinds: Sequence[str],
    now: datetime,
    actor: str,
) -> Webhook:
    """Send facts of `kinds` to `address`, which the caller has checked, from now on.

    Raises Problem `bad_input` for fields `name` and `kinds`.
    """
    chosen = [one for one in KINDS if one in kinds]
    if not chosen or len(chosen) != len(set(kinds)):
        raise Problem("bad_input", field="kinds", reason="choose at least one")
    given = checked_line(name, field="name", longest=NAME_MAX)
    if not given:
        raise Problem("bad_input", field="name", reason="is needed")
    made = Webhook(name=given, address=address, secret=sealed_secret, created_at=now, created_by=actor[:80])
    session.add(made)
    session.flush()
    session.add_all(WebhookKind(webhook_id=made.id, kind=one) for one in chosen)
    session.flush()
    changes = {"name": (None, given), "web_address": (None, address), "kinds": (None, chosen)}
    note_change(session, f"webhook:{made.id}", "webhook_added", now=now, actor=actor, changes=changes)
    return made


def end_webhook(session: Session, number: int, *, now: datetime, actor: str) -> Webhook:
    """Send nothing there any more, also not what waits. Raises Problem `not_found`."""
    found = _going_on(session, number)
    found.ended_at, found.ended_by = now, actor[:80]
    waits = (WebhookDelivery.webhook_id == number, WebhookDelivery.state == "waiting")
    session.execute(update(WebhookDelivery).where(*waits).values(state="dropped", last_tried_at=now))
    changes = {"name": (found.name, None), "web_address": (found.address, None)}
    note_change(session, f"webhook:{number}", "webhook_ended", now=now, actor=actor, changes=changes)
    return found


def send_test(session: Session, number: int) -> WebhookDelivery:
    """Send a delivery of kind `test` that is about nothing. Raises Problem `not_found`."""
    _going_on(session, number)
    tests = (WebhookDelivery.webhook_id == number, WebhookDelivery.kind == TEST)
    last = session.scalar(select(func.max(WebhookDelivery.fact_id)).where(*tests)) or 0
    made = WebhookDelivery(webhook_id=number, kind=TEST, fact_id=last + 1, key=uuid4().hex)
    session.add(made)
    session.flush()
    return made


def send_again(session: Session, number: int, delivery: int) -> WebhookDelivery:
    """Send a delivery once more, under the id it had, with all its time before it. Raises `not_found`."""
    _going_on(session, number)
    found = session.get(WebhookDelivery, delivery, with_for_update=True)
    if found is None or found.webhook_id != number or found.state == "dropped":
        raise Problem("not_found", what="delivery", key=delivery)
    _begin_anew(found)
    return found


def send_all_again(session: Session, number: int) -> int:
    """Send again at once what fails or was given up; returns how many. Raises Problem `not_found`."""
    _going_on(session, number)
    failed = (WebhookDelivery.state == "waiting") & (WebhookDelivery.failures > 0)
    given_up = WebhookDelivery.state == "given_up"
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == number, failed | given_up)
    found = session.scalars(query.order_by(WebhookDelivery.id).with_for_update()).all()
    for one in found:
        _begin_anew(one)
    return len(found)


def note_try(
    session: Session,
    delivery: int,
    *,
    failure: str | None,
    status: int | None,
    answer: str | None,
    now: datetime,
) -> str | None:
    """What became of a try; `failure` None: it arrived. Returns its state; None when it is gone.

    A receiver that has it once has it, also when a person asked for it again or ended the webhook meanwhile.
    """
    found = session.get(WebhookDelivery, delivery, with_for_update=True, populate_existing=True)
    if found is None or found.state != "waiting":
        return None if found is None else found.state
    found.last_tried_at, found.last_status, found.last_error = now, status, failure
    found.last_answer = answer[:ANSWER_MAX] if answer else None
    found.first_tried_at = found.first_tried_at or now
    if failure is None:
        found.state, found.next_try_at = "delivered", None
        return found.state
    found.failures += 1
    found.next_try_at = now + wait_after(found.failures)
    if is_given_up(found.first_tried_at, now):
        found.state, found.next_try_at = "given_up", None
    return found.state


def drop_delivery(session: Session, delivery: int, *, now: datetime) -> None:
    """It turned out to be no fact of its kind: nothing is sent."""
    found = session.get(WebhookDelivery, delivery, with_for_update=True, populate_existing=True)
    if found is not None and found.state == "waiting":
        found.state, found.last_tried_at = "dropped", now


def purge_deliveries(session: Session, *, now: datetime) -> int:
    """Forget deliveries that arrived or were dropped long ago; what was given up stays. Returns how many."""
    over = (WebhookDelivery.state.in_(("delivered", "dropped")), WebhookDelivery.last_tried_at < now - KEPT)
    return session.execute(delete(WebhookDelivery).where(*over)).rowcount  # type: ignore[attr-defined, no-any-return]


def _begin_anew(delivery: WebhookDelivery) -> None:
    delivery.state, delivery.failures = "waiting", 0
    delivery.first_tried_at = delivery.next_try_at = None


def _going_on(session: Session, number: int) -> Webhook:
    found = find_webhook(session, number)
    session.refresh(found, with_for_update=True)
    if found.ended_at is not None:
        raise Problem("not_found", what="webhook", key=number)
    return found
