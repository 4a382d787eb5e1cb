"""Offices, kiosks and drop boxes: added, named and taken out of use. Nothing is deleted."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.ledger import balance
from workorders.problems import Problem, Reason
from workorders.queries.offices import office_named, open_batch_of, point_named
from workorders.queries.petty import asked_transfer
from workorders.queries.vault import standing_count, vault_cents
from workorders.tables import (
    MAIN_OFFICE,
    CashOffice,
    CollectionPoint,
    Drawer,
    PettyFund,
    PettyVoucher,
    VaultTransfer,
)
from workorders.usecases.administration.audit import note_change

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,19}")
NAME_MAX = 80
"""Characters of a name."""
POINT_KINDS = ("kiosk", "drop_box")


def add_office(session: Session, code: str, name: str, *, now: datetime, actor: str) -> CashOffice:
    """Add an office, at first without a vault. Raises Problem `bad_input` naming `code` or `name`."""
    _check_code(session, code)
    made = CashOffice(code=code, name=_name(name), has_vault=False, active=True)
    session.add(made)
    session.flush()
    note_change(session, f"office:{code}", "added", now=now, actor=actor, changes={"name": (None, made.name)})
    return made


def change_office(
    session: Session, code: str, name: str, *, has_vault: bool, active: bool, now: datetime, actor: str
) -> CashOffice:
    """Name an office, give it a vault, or close it.

    Raises Problem `not_found`, and `bad_input` naming `name`, `has_vault` for a vault that is not empty, is
    being counted or has cash out in drawers, and `active` for the main office, or one with drawers that are
    not closed, kiosks and drop boxes that stand, or petty cash.
    """
    office = office_named(session, code, lock=True)
    if not active and code == MAIN_OFFICE:
        raise Problem("bad_input", field="active", reason="the main office stays")
    if not (has_vault and active):
        _check_vault_done(session, code)
    if office.active and not active:
        _check_petty_done(session, code)
        unclosed = select(Drawer.id).where(Drawer.state != "closed", Drawer.office == code)
        if session.scalar(unclosed.limit(1)) is not None:
            raise Problem("bad_input", field="active", reason="close its drawers first")
        standing = select(CollectionPoint.code).where(CollectionPoint.office == code, CollectionPoint.active)
        if session.scalar(standing.limit(1)) is not None:
            raise Problem("bad_input", field="active", reason="take down its kiosks and drop boxes first")
    wanted = {"name": _name(name), "has_vault": has_vault, "active": active}
    _note(session, f"office:{code}", office, wanted, now=now, actor=actor)
    return office


def add_point(
    session: Session, code: str, office: str, kind: str, name: str, *, now: datetime, actor: str
) -> CollectionPoint:
    """Add a kiosk or drop box of an office. Raises Problem `not_found` and `bad_input`."""
    _check_code(session, code)
    if not office_named(session, office, lock=True).active:
        raise Problem("bad_input", field="office", reason="this office is closed")
    if kind not in POINT_KINDS:
        raise Problem(
            "bad_input", field="kind", reason=Reason("one of {known}", known=", ".join(POINT_KINDS))
        )
    made = CollectionPoint(code=code, office=office, kind=kind, name=_name(name), active=True)
    session.add(made)
    session.flush()
    changes: dict[str, tuple[Any, Any]] = {"name": (None, made.name), "office": (None, office)}
    note_change(session, f"point:{code}", "added", now=now, actor=actor, changes=changes)
    return made


def change_point(
    session: Session, code: str, name: str, *, active: bool, now: datetime, actor: str
) -> CollectionPoint:
    """Name a kiosk or drop box, or take it down.

    Raises Problem `not_found`, and `bad_input` naming `name`, or `active` while something lies in it or is
    being keyed out of it.
    """
    point = point_named(session, code)
    if point.active and not active and (batch := open_batch_of(session, code)) is not None:
        reason = Reason("close batch {batch} over it first", batch=batch)
        raise Problem("bad_input", field="active", reason=reason)
    held = select(Drawer.id).where(Drawer.state != "closed", Drawer.owner == code, Drawer.kind == point.kind)
    if point.active and not active and session.scalar(held.limit(1)) is not None:
        raise Problem("bad_input", field="active", reason="empty it and close its count first")
    _note(session, f"point:{code}", point, {"name": _name(name), "active": active}, now=now, actor=actor)
    return point


def _note(
    session: Session, subject: str, row: Any, wanted: dict[str, Any], *, now: datetime, actor: str
) -> None:
    """Write what differs, and a line of the audit over it; nothing when nothing does."""
    changes = {name: (getattr(row, name), new) for name, new in wanted.items() if getattr(row, name) != new}
    if changes:
        for name, (_, new) in changes.items():
            setattr(row, name, new)
        session.flush()
        note_change(session, subject, "changed", now=now, actor=actor, changes=changes)


def _check_vault_done(session: Session, code: str) -> None:
    """Cash that came out of a vault goes back there when its drawer is closed."""
    out = (
        select(Drawer.id)
        .join(VaultTransfer, VaultTransfer.subject == Drawer.id)
        .where(Drawer.office == code, Drawer.state != "closed")
        .where(VaultTransfer.kind == "float", VaultTransfer.state == "done")
    )
    if vault_cents(session, code):
        raise Problem("bad_input", field="has_vault", reason="its vault is not empty")
    if session.scalar(out.limit(1)) is not None:
        raise Problem(
            "bad_input", field="has_vault", reason="close the drawers that have cash of its vault first"
        )
    if standing_count(session, code) is not None:
        raise Problem("bad_input", field="has_vault", reason="close the count of its vault first")


def _check_petty_done(session: Session, code: str) -> None:
    """Nobody could count what lies in the box of a closed office."""
    fund = session.get(PettyFund, code)
    waiting = select(PettyVoucher.id).where(PettyVoucher.state == "asked", PettyVoucher.office == code)
    if fund is None:
        return
    if fund.float_cents or balance(session, "PETTY", code) or standing_count(session, code, "PETTY"):
        raise Problem("bad_input", field="active", reason="give its petty cash up first")
    if session.scalar(waiting.limit(1)) is not None or asked_transfer(session, code) is not None:
        raise Problem("bad_input", field="active", reason="decide what waits at its petty cash first")


def _check_code(session: Session, code: str) -> None:
    """Offices and points share one list of codes: both are names of places where cash lies."""
    taken = session.get(CashOffice, code) is not None or session.get(CollectionPoint, code) is not None
    if not CODE.fullmatch(code):
        raise Problem("bad_input", field="code", reason="2 to 20 lower case letters, digits and dashes")
    if taken:
        raise Problem("bad_input", field="code", reason="this code is taken")


def _name(name: str) -> str:
    found = checked_line(name, field="name", longest=NAME_MAX)
    if not found:
        raise Problem("bad_input", field="name", reason="say what people call it")
    return found
