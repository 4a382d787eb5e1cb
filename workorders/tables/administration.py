"""What administrators changed: people who sign in, technicians, shifts and fees."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, Json, UtcDateTime


class AdminChange(Base):
    """One change by an administrator, written with it and never changed afterwards."""

    __tablename__ = "admin_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(60), index=True)
    """`person:<sign-in name>`, `token:<id>`, `schedule:<id>`, `technician:<id>` or `fee:<code>`."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    """A sign-in name; `curbstop` for the command line."""
    kind: Mapped[str] = mapped_column(Code)
    """A key of `ADMIN_CHANGES` in workorders/messages/titles_en.py."""
    reason: Mapped[str | None] = mapped_column(String(200))
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Field → [before, after], as plain JSON. Never a password or its hash."""
    hash: Mapped[str] = mapped_column(String(64), server_default="")
    """Of this line's words and the hash of the line before (workorders/policy/audit_chain.py)."""
