"""Dated rules and fees: figures an operator edits, each with the day it starts to hold."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, false
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, Json, UtcDateTime


class RuleSet(Base):
    """A published version of rules and fees; tablets carry its number with every event."""

    __tablename__ = "rule_set"

    version: Mapped[int] = mapped_column(primary_key=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(200))


class Rule(Base):
    """One dated rule: `kind` and `key` say which, `value` holds its figures (policy.rule_schemas)."""

    __tablename__ = "rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    """cut_rules | payment_policy | meter_test_profile | high_low | geofence | setting | notice_text."""
    key: Mapped[str] = mapped_column(String(60))
    effective_from: Mapped[date]
    value: Mapped[dict[str, Any]] = mapped_column(Json)
    rule_set: Mapped[int] = mapped_column(ForeignKey("rule_set.version"))

    __table_args__ = (Index("uq_rule_dated", "kind", "key", "effective_from", unique=True),)


class Fee(Base):
    """One dated line of the fee schedule."""

    __tablename__ = "fee"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Code)
    title: Mapped[str] = mapped_column(String(120))
    effective_from: Mapped[date]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    trigger: Mapped[str] = mapped_column(Code)
    """dispatch | visit | cut | completion | returned_item | notice | application."""
    exempt_rate_classes: Mapped[list[str]] = mapped_column(Json, default=list)
    rule_set: Mapped[int] = mapped_column(ForeignKey("rule_set.version"))

    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount"),
        Index("uq_fee_dated", "code", "effective_from", unique=True),
    )


class Forecast(Base):
    """The forecast low of a day. Later forecasts of a day are rows of their own: a cut is judged by what was
    known when it was made.
    """

    __tablename__ = "forecast"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    """The district's calendar day."""
    known_from: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was imported."""
    low_c: Mapped[float]
    """Degrees Celsius."""
    heat_alert: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The weather service has issued, or announced, a heat-related alert for the day."""

    __table_args__ = (Index("uq_forecast_known", "day", "known_from", unique=True),)


class Notice(Base):
    """A collection notice: what was sent, when, and until when a cut may rest on it."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """past_due | second_past_due | final | door_tag."""
    sent_on: Mapped[date]
    valid_until: Mapped[date]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    """What avoids the cut."""
    state: Mapped[str] = mapped_column(Code, default="sent", server_default="sent")
    """printed (does not count yet) | sent | returned (does not count any more) | dropped (never counted)."""
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("notice_batch.id"), index=True)
    """The run that made it; None: it was sent before Curbstop, or came by import."""
    language: Mapped[str] = mapped_column(String(8), default="en", server_default="en")
    text: Mapped[str | None] = mapped_column(Text)
    """What the customer reads, as it was printed."""
    reference: Mapped[str | None] = mapped_column(Code, unique=True)
    """The number another system gave it: the same notice is never taken in twice."""
    order_number: Mapped[str | None] = mapped_column(ForeignKey("work_order.number"), index=True)
    """The order that posts it at the door; None: it goes by mail."""
    returned_on: Mapped[date | None]
    """The day its mail came back."""
    returned_by: Mapped[str | None] = mapped_column(String(80))
    contacted_on: Mapped[date | None]
    """The day the customer was reached after the mail had come back; None: contact is still open."""
    contact_note: Mapped[str | None] = mapped_column(String(200))
    contacted_by: Mapped[str | None] = mapped_column(String(80))
    delivered_as: Mapped[str | None] = mapped_column(Code)
    """mail | office | email: how it reached the customer after its order had not posted it."""
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When that was noted, or the notice was dropped."""
    settled_by: Mapped[str | None] = mapped_column(String(80))
    settled_note: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        Index(
            "ix_notice_at_the_door",
            "order_number",
            sqlite_where=sql_text("state = 'printed' AND order_number IS NOT NULL"),
            postgresql_where=sql_text("state = 'printed' AND order_number IS NOT NULL"),
        ),
    )


class Hold(Base):
    """A protection that forbids a cut while it lasts."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """medical | arrangement | dispute | bankruptcy | pledge | moratorium."""
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(80))
