"""Webhooks as their pages and the worker see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from workorders.policy.webhooks import TEST
from workorders.problems import Problem
from workorders.queries.exports import EXPORTS, record_of
from workorders.tables import Webhook, WebhookDelivery, WebhookKind


@dataclass(frozen=True, slots=True)
class WebhookView:
    """A webhook, the kinds it wants, and how many of its deliveries wait, fail and were given up."""

    webhook: Webhook
    kinds: tuple[str, ...]
    waiting: int
    failing: int
    given_up: int
    delivered_at: datetime | None
    """When something last arrived there."""


def webhooks(session: Session, *, limit: int = 200) -> list[WebhookView]:
    """Every webhook: those that go on first, then the newest."""
    newest = select(Webhook).order_by(Webhook.ended_at.is_not(None), Webhook.id.desc()).limit(limit)
    return _views(session, session.scalars(newest).all())


def webhook_view(session: Session, number: int) -> WebhookView:
    """One of them. Raises Problem `not_found`."""
    return _views(session, [find_webhook(session, number)])[0]


def find_webhook(session: Session, number: int) -> Webhook:
    """A webhook, ended or not. Raises Problem `not_found`."""
    found = session.get(Webhook, number)
    if found is None:
        raise Problem("not_found", what="webhook", key=number)
    return found


def deliveries_of(
    session: Session, number: int, state: str | None, *, limit: int
) -> Sequence[WebhookDelivery]:
    """The newest deliveries of a webhook, of one state or of all; `failing`: those that failed and wait."""
    if state is None:
        # A span and this order are those of one index: asked for the newest of an equal webhook, PostgreSQL
        # may go through those of all webhooks.
        mine = WebhookDelivery.webhook_id.between(number, number)
        newest = (WebhookDelivery.webhook_id.desc(), WebhookDelivery.id.desc())
        return session.scalars(select(WebhookDelivery).where(mine).order_by(*newest).limit(limit)).all()
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == number)
    query = query.where(WebhookDelivery.state == ("waiting" if state == "failing" else state))
    if state == "failing":
        query = query.where(WebhookDelivery.failures > 0)
    return session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit)).all()


def webhooks_with_due(session: Session, *, now: datetime) -> Sequence[int]:
    """Ids of webhooks for which something can be sent now."""
    query = select(WebhookDelivery.webhook_id).where(*_due(now)).distinct()
    return session.scalars(query.order_by(WebhookDelivery.webhook_id)).all()


def due_deliveries(session: Session, webhook: int, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of a webhook's deliveries that can be sent now, the oldest fact first."""
    query = select(WebhookDelivery.id).where(WebhookDelivery.webhook_id == webhook, *_due(now))
    return session.scalars(query.order_by(WebhookDelivery.id).limit(limit)).all()


def record_of_delivery(session: Session, delivery: WebhookDelivery) -> dict[str, object] | None:
    """The row that the delivery is about, as its export gives it; None when it is no fact of that kind."""
    if delivery.kind == TEST:
        return {}
    return record_of(session, EXPORTS[delivery.kind], delivery.fact_id)


@dataclass(frozen=True, slots=True)
class FailingWebhook:
    """A webhook at which something failed and waits for another try."""

    webhook: Webhook
    waiting: int
    """Deliveries that wait, those behind the one that failed too."""
    since: datetime | None
    """When the oldest of them was first tried."""
    oldest: WebhookDelivery
    """The one that all others wait for."""


def failing_webhooks(session: Session) -> list[FailingWebhook]:
    """Webhooks whose receiver does not take what it is sent, the longest first."""
    waits = WebhookDelivery.state == "waiting"
    failed = WebhookDelivery.failures > 0
    query = (
        select(
            WebhookDelivery.webhook_id,
            func.count(),
            func.min(WebhookDelivery.first_tried_at),
            func.min(WebhookDelivery.id).filter(failed),
        )
        .where(waits)
        .group_by(WebhookDelivery.webhook_id)
        .having(func.count().filter(failed) > 0)
    )
    rows = session.execute(query).all()
    if not rows:
        return []
    oldest = {row[3]: row for row in rows}
    named = select(WebhookDelivery, Webhook).join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
    found = [
        FailingWebhook(webhook, oldest[delivery.id][1], oldest[delivery.id][2], delivery)
        for delivery, webhook in session.execute(named.where(WebhookDelivery.id.in_(oldest)))
    ]
    return sorted(found, key=lambda one: (one.since is None, one.since))


def count_waiting_deliveries(session: Session) -> int:
    """How many deliveries wait to be sent, or sent again."""
    query = select(func.count()).select_from(WebhookDelivery)
    return session.scalar(query.where(WebhookDelivery.state == "waiting")) or 0


def _due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    may = or_(WebhookDelivery.next_try_at.is_(None), WebhookDelivery.next_try_at <= now)
    return WebhookDelivery.state == "waiting", may


def _views(session: Session, found: Sequence[Webhook]) -> list[WebhookView]:
    ids = [one.id for one in found]
    kinds: dict[int, list[str]] = {number: [] for number in ids}
    wanted = select(WebhookKind).where(WebhookKind.webhook_id.in_(ids)).order_by(WebhookKind.kind)
    for row in session.scalars(wanted):
        kinds[row.webhook_id].append(row.kind)
    failed = func.count().filter(WebhookDelivery.failures > 0)
    counted = (
        select(WebhookDelivery.webhook_id, WebhookDelivery.state, func.count(), failed)
        .where(WebhookDelivery.state.in_(("waiting", "given_up")), WebhookDelivery.webhook_id.in_(ids))
        .group_by(WebhookDelivery.webhook_id, WebhookDelivery.state)
    )
    counts = {(webhook, state): (many, bad) for webhook, state, many, bad in session.execute(counted)}
    arrived = (
        select(WebhookDelivery.webhook_id, func.max(WebhookDelivery.last_tried_at))
        .where(WebhookDelivery.state == "delivered", WebhookDelivery.webhook_id.in_(ids))
        .group_by(WebhookDelivery.webhook_id)
    )
    last = dict(session.execute(arrived).all())
    return [
        WebhookView(
            one,
            tuple(kinds[one.id]),
            *counts.get((one.id, "waiting"), (0, 0)),
            counts.get((one.id, "given_up"), (0, 0))[0],
            last.get(one.id),
        )
        for one in found
    ]
