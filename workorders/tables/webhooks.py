"""Webhooks: where another system wants to hear of facts, and what is to be sent there."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, UtcDateTime


class Webhook(Base):
    """An address of another system that facts are sent to, until an administrator ends it."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(Text)
    """Signs what is sent; sealed with the installation's secret: a copy of the database opens nothing."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(80))


class WebhookKind(Base):
    """A kind of fact that a webhook wants."""

    __tablename__ = "webhook_kind"

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Code, primary_key=True)
    """One of workorders.policy.webhooks.KINDS."""

    __table_args__ = (Index("ix_webhook_kind_kind", "kind"),)


class WebhookDelivery(Base):
    """A fact for a webhook: written by a trigger in the fact's own transaction, sent by the worker."""

    __tablename__ = "webhook_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    kind: Mapped[str] = mapped_column(Code)
    """As in WebhookKind, or `test`."""
    fact_id: Mapped[int] = mapped_column(BigInteger)
    """The number of its row in the export of that kind."""
    key: Mapped[str] = mapped_column(String(32))
    """What the receiver knows the delivery by; the same with each try."""
    state: Mapped[str] = mapped_column(Code, default="waiting")
    """waiting | delivered | given_up | dropped (the webhook was ended, or it is no fact of that kind)."""
    failures: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """It is given up a stated time after this."""
    last_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: at once."""
    last_status: Mapped[int | None]
    """HTTP status of the last answer; None when there was none."""
    last_error: Mapped[str | None] = mapped_column(Code)
    """Why the last try failed: see workorders.policy.webhooks.FAILURES."""
    last_answer: Mapped[str | None] = mapped_column(String(200))
    """How the last answer began."""

    __table_args__ = (
        Index("uq_webhook_delivery_fact", "webhook_id", "kind", "fact_id", unique=True),
        Index("ix_webhook_delivery_state", "state", "webhook_id", "id"),
        Index("ix_webhook_delivery_webhook", "webhook_id", "id"),
        Index("ix_webhook_delivery_tried", "state", "last_tried_at"),
    )
