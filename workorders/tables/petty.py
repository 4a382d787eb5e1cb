"""Petty cash: an office's fund with its vouchers, and what fills it again. Integer cents.

What was paid, filled up and handed over is never changed: triggers on both engines refuse it.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, UtcDateTime


class PettyFund(Base):
    """An office's petty cash: so much in the box and in vouchers together."""

    __tablename__ = "petty_fund"

    office: Mapped[str] = mapped_column(ForeignKey("cash_office.code"), primary_key=True)
    float_cents: Mapped[int] = mapped_column(BigInteger)
    """0: the fund is given up as soon as its cash is given back."""
    custodian: Mapped[str] = mapped_column(String(80))
    """Sign-in name of who keeps the box and pays out of it."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (CheckConstraint("float_cents >= 0", name="float"),)


class PettyVoucher(Base):
    """Cash paid out of the box, for what, to whom, on which expense account of the general ledger."""

    __tablename__ = "petty_voucher"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """PV-000001."""
    office: Mapped[str] = mapped_column(ForeignKey("petty_fund.office"), index=True)
    payee: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    account: Mapped[str] = mapped_column(String(20))
    """Code of the expense account, as the dated rule `petty_cash` lists it."""
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    receipt: Mapped[str | None] = mapped_column(String(80))
    """Number or words of the payee's receipt; None: there is none."""
    second_needed: Mapped[bool]
    """A second person decides before it is paid."""
    state: Mapped[str] = mapped_column(Code)
    """asked | paid | filled (up again, by a transfer) | refused | returned (the cash is back in the box)."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    asked_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_by: Mapped[str | None] = mapped_column(String(80))
    returned_reason: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("state = 'asked' OR decided_by IS NOT NULL", name="decided"),
        CheckConstraint(
            "state NOT IN ('paid', 'filled', 'returned') OR NOT second_needed OR decided_by <> asked_by",
            name="two_people",
        ),
        CheckConstraint("state <> 'returned' OR returned_by <> asked_by", name="returned_by_another"),
        Index("ix_petty_voucher_state", "state", "office"),
    )


class PettyTransfer(Base):
    """Cash that brings the box to its float: the custodian asks, another hands it over, then it is posted."""

    __tablename__ = "petty_transfer"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """PT-000001."""
    office: Mapped[str] = mapped_column(ForeignKey("petty_fund.office"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """from_drawer | from_bag | from_vault | from_bank | to_drawer | to_vault."""
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str | None] = mapped_column(String(20), index=True)
    """from_bag: the turn-in or closed drawer; of a drawer: whose hands it went through."""
    state: Mapped[str] = mapped_column(Code)
    """asked | done | refused."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    decided_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("state = 'asked' OR decided_by IS NOT NULL", name="decided"),
        CheckConstraint("state <> 'done' OR decided_by <> asked_by", name="two_people"),
        Index("ix_petty_transfer_state", "state", "office"),
    )


class PettyTransferVoucher(Base):
    """A voucher that a transfer fills up; once it is done, the voucher is in no other."""

    __tablename__ = "petty_transfer_voucher"

    transfer_id: Mapped[str] = mapped_column(ForeignKey("petty_transfer.id"), primary_key=True)
    voucher_id: Mapped[str] = mapped_column(ForeignKey("petty_voucher.id"), primary_key=True, index=True)
