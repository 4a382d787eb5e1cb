"""What is done about debts beside notices and cuts: mail that came back, late fees, an agency, liens."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, Code, UtcDateTime
from workorders.tables.customers import Account, Premise


class ReturnedMail(Base):
    """A piece of mail that came back. While it is open, the account's address is doubted."""

    __tablename__ = "returned_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), index=True)
    """The notice that was in it; None: a bill or other mail."""
    returned_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Code)
    """moved | unknown | vacant | refused | insufficient | other, as the post marks it."""
    new_address: Mapped[str | None] = mapped_column(String(200))
    """As the post wrote it on the envelope."""
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(Code, index=True)
    """open | resolved."""
    resolution: Mapped[str | None] = mapped_column(Code)
    """new_address | reached | address_right | door."""
    note: Mapped[str | None] = mapped_column(String(200))
    posted_notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), index=True)
    """The notice that is posted at the door in place of the one that came back."""
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str | None] = mapped_column(String(80))

    account: Mapped[Account] = relationship()


class LateFee(Base):
    """A late fee that the billing system is to charge for a bill; Curbstop posts nothing. Never changed."""

    __tablename__ = "late_fee"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    bill_reference: Mapped[str] = mapped_column(Code, unique=True)
    """The bill that is late: one fee for a bill, however often the day is asked."""
    due_on: Mapped[date]
    on_day: Mapped[date]
    """The district's day on which it was handed over."""
    past_due_cents: Mapped[int] = mapped_column(BigInteger)
    """What was open of the bill then."""
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    fee_code: Mapped[str] = mapped_column(Code)
    handed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handed_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount"),)


class AgencyPlacement(Base):
    """The debt of an account that a collection agency has, until it is called back."""

    __tablename__ = "agency_placement"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    agency: Mapped[str] = mapped_column(String(80))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by: Mapped[str] = mapped_column(String(80))
    placed_cents: Mapped[int] = mapped_column(BigInteger)
    """What was owed then."""
    told_cents: Mapped[int] = mapped_column(BigInteger)
    """What the agency was told last that is owed."""
    recalled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recalled_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it was called back."""

    account: Mapped[Account] = relationship()

    __table_args__ = (
        Index(
            "uq_agency_placement_open",
            "account_id",
            unique=True,
            sqlite_where=text("recalled_at IS NULL"),
            postgresql_where=text("recalled_at IS NULL"),
        ),
    )


class AgencyEvent(Base):
    """A line for the agency's file, as it was on its day. Never changed, and exported exactly once."""

    __tablename__ = "agency_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("agency_placement.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """placed | changed | recalled."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    agency: Mapped[str] = mapped_column(String(80))
    account_number: Mapped[str] = mapped_column(String(40))
    customer_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(400))
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(200))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    """What is owed now; 0 of a recall."""


class Lien(Base):
    """A claim recorded against a premise for an account's debt, until it is released."""

    __tablename__ = "lien"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    filed_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    """The recorder's number of it."""
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(80))
    released_on: Mapped[date | None] = mapped_column(index=True)
    release_reference: Mapped[str | None] = mapped_column(String(80))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by: Mapped[str | None] = mapped_column(String(80))

    account: Mapped[Account] = relationship()
    premise: Mapped[Premise] = relationship()

    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount"),)
