"""An office's petty cash fund: its float and its custodian."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.money import text_from_cents
from workorders.grammar.texts import checked_line
from workorders.problems import Problem, Reason
from workorders.queries.offices import office_named
from workorders.queries.vault import standing_count
from workorders.tables import PettyFund
from workorders.usecases.administration.audit import note_change

FUND_MAX_CENTS = 500_000
"""$5,000: more is no petty cash."""


def set_fund(
    session: Session, office: str, float_cents: int, custodian: str, *, now: datetime, actor: str
) -> PettyFund:
    """Open an office's fund, or give it another float or custodian; the cash itself moves by transfers.

    Raises Problem `not_found`, and `bad_input` naming `office`, `float` or `custodian`.
    """
    found = _locked(session, office)
    # The first opening waits for another one; later the fund is locked before its office, as transfers do.
    place = office_named(session, office, lock=found is None)
    found = found or _locked(session, office)
    if not place.active:
        raise Problem("bad_input", field="office", reason="this office is closed")
    if not 0 <= float_cents <= FUND_MAX_CENTS:
        most = text_from_cents(FUND_MAX_CENTS)
        raise Problem("bad_input", field="float", reason=Reason("the most is {most}", most=most))
    keeper = checked_line(custodian, field="custodian", longest=80)
    if not keeper:
        raise Problem("bad_input", field="custodian", reason="say who keeps the box")
    kind = "changed" if found is not None else "added"
    before: dict[str, Any] = {"float_cents": None, "custodian": None}
    if found is None:
        found = PettyFund(office=office, opened_at=now, opened_by=actor[:80])
    else:
        before = {"float_cents": found.float_cents, "custodian": found.custodian}
    found.float_cents, found.custodian = float_cents, keeper
    session.add(found)
    session.flush()
    after = {"float_cents": float_cents, "custodian": keeper}
    changes = {name: (before[name], new) for name, new in after.items() if before[name] != new}
    if changes:
        note_change(session, f"petty_cash:{office}", kind, now=now, actor=actor, changes=changes)
    return found


def fund_for_update(session: Session, office: str, *, still: bool = True) -> PettyFund:
    """The fund, locked; `still`: something goes in or out, so nobody may be counting it.

    Raises Problem `not_found` and `petty_counting`.
    """
    found = _locked(session, office)
    if found is None:
        raise Problem("not_found", what="petty cash", key=office)
    if still and standing_count(session, office, "PETTY") is not None:
        raise Problem("petty_counting", office=office_named(session, office).name)
    return found


def _locked(session: Session, office: str) -> PettyFund | None:
    wanted = select(PettyFund).where(PettyFund.office == office)
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
