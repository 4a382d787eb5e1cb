"""Cash that brings an office's petty cash to its float: the custodian asks, another person hands it over."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.money import text_from_cents
from workorders.ledger import balance, post
from workorders.messages.message import Message
from workorders.policy.petty_cash import KINDS, OF_DRAWER, OF_VAULT, petty_lines, transfer_cents
from workorders.problems import Problem, Reason
from workorders.queries.drawers import cash_in_drawer, open_drawer_of
from workorders.queries.offices import office_named
from workorders.queries.petty import asked_transfer, open_vouchers
from workorders.tables import DrawerMove, PettyFund, PettyTransfer, PettyTransferVoucher, PettyVoucher
from workorders.usecases.cash.drawers import drawer_for_update
from workorders.usecases.cash.petty_funds import fund_for_update
from workorders.usecases.cash.vault_transfers import check_bag, forget_empty, ready_vault
from workorders.usecases.history import count as next_value


def ask_petty(
    session: Session, office: str, kind: str, *, now: datetime, actor: str, subject: str | None = None
) -> PettyTransfer:
    """Ask for what brings the box to its float, as its custodian; it names the vouchers that it fills up.

    `subject`: the bag of `from_bag`. Raises Problem `not_found`, `petty_custodian`, `petty_counting`,
    `petty_asked` while one waits, `no_vault`, `petty_full`, and `bad_input` naming `kind` or `subject`.
    """
    fund = fund_for_update(session, office)
    place = office_named(session, office)
    if fund.custodian != actor[:80]:
        raise Problem("petty_custodian", office=place.name)
    if kind not in KINDS:
        raise Problem("bad_input", field="kind", reason=Reason("one of {known}", known=", ".join(KINDS)))
    waiting = asked_transfer(session, office)
    if waiting is not None:
        raise Problem("petty_asked", key=waiting.id)
    if kind in OF_VAULT and not place.has_vault:
        raise Problem("no_vault", office=place.name)
    cents = transfer_cents(kind, fund.float_cents, balance(session, "PETTY", office))
    if cents <= 0:
        raise Problem("petty_full", office=place.name)
    if kind == "from_bag":
        check_bag(session, subject, cents)
    transfer = PettyTransfer(
        id=f"PT-{next_value(session, 'petty_transfer'):06d}",
        office=office,
        kind=kind,
        amount_cents=cents,
        subject=subject if kind == "from_bag" else None,
        state="asked",
        asked_at=now,
        asked_by=actor[:80],
    )
    session.add(transfer)
    session.flush()
    if kind.startswith("from_"):
        vouchers = open_vouchers(session, office)
        session.add_all(PettyTransferVoucher(transfer_id=transfer.id, voucher_id=one.id) for one in vouchers)
        session.flush()
    return transfer


def hand_petty_over(
    session: Session, transfer_id: str, *, now: datetime, actor: str, office: str | None = None
) -> PettyTransfer:
    """Hand over what the custodian asked for, and post it; a drawer's is that of who hands it over.

    Raises Problem `not_found`, `cash_closed`, `other_person_needed`, `petty_counting`, `petty_changed` when
    the box needs less by now, `petty_drawer` without a drawer that holds as much, `vault_counting`,
    `vault_lacks`, and `bad_input` when the bag holds less.
    """
    fund, transfer = _asked(session, transfer_id, office, still=True)
    if transfer.asked_by == actor[:80]:
        raise Problem("other_person_needed", key=transfer_id)
    cents, kind = transfer.amount_cents, transfer.kind
    if transfer_cents(kind, fund.float_cents, balance(session, "PETTY", fund.office)) < cents:
        raise Problem("petty_changed", key=transfer_id)
    subject = transfer.subject
    if kind in OF_DRAWER:
        subject = _through_drawer(session, fund, transfer, now=now, actor=actor)
    elif kind in OF_VAULT:
        ready_vault(session, fund.office, out=kind == "from_vault", cents=cents)
    elif kind == "from_bag":
        check_bag(session, subject, cents)
    transfer.subject = subject
    transfer.state, transfer.decided_at, transfer.decided_by = "done", now, actor[:80]
    session.flush()
    post(
        session,
        source=f"petty_transfer:{transfer.id}",
        purpose="petty_transfer",
        message=Message.of("entry.petty_transfer", kind=kind, office=fund.office),
        lines=petty_lines(kind, cents),
        parties={"office": fund.office},
        effective_at=now,
        now=now,
    )
    if kind == "from_bag":
        forget_empty(session, str(subject))
    named = select(PettyTransferVoucher.voucher_id).where(PettyTransferVoucher.transfer_id == transfer.id)
    for voucher in session.scalars(select(PettyVoucher).where(PettyVoucher.id.in_(named))):
        voucher.state = "filled"
    session.flush()
    return transfer


def refuse_petty(
    session: Session, transfer_id: str, *, now: datetime, actor: str, office: str | None = None
) -> PettyTransfer:
    """Refuse what was asked, or take it back oneself. Raises Problem `not_found` and `cash_closed`."""
    _fund, transfer = _asked(session, transfer_id, office)
    transfer.state, transfer.decided_at, transfer.decided_by = "refused", now, actor[:80]
    session.flush()
    return transfer


def _through_drawer(
    session: Session, fund: PettyFund, transfer: PettyTransfer, *, now: datetime, actor: str
) -> str:
    """Take it out of, or put it into, the drawer that `actor` has open at the fund's office; its id."""
    mine = open_drawer_of(session, actor[:80])
    if mine is None or mine.office != fund.office:
        raise Problem("petty_drawer", amount=text_from_cents(transfer.amount_cents))
    drawer = drawer_for_update(session, mine.id)
    cents = -transfer.amount_cents if transfer.kind == "from_drawer" else transfer.amount_cents
    if drawer.state != "open" or cash_in_drawer(session, drawer) + cents < 0:
        raise Problem("petty_drawer", amount=text_from_cents(transfer.amount_cents))
    session.add(
        DrawerMove(
            drawer_id=drawer.id, amount_cents=cents, reason=transfer.id, moved_at=now, moved_by=actor[:80]
        )
    )
    session.flush()
    return drawer.id


def _asked(
    session: Session, transfer_id: str, office: str | None, *, still: bool = False
) -> tuple[PettyFund, PettyTransfer]:
    """The transfer that waits, with its fund, which is locked first."""
    found = session.get(PettyTransfer, transfer_id)
    if found is None or office not in {None, found.office}:
        raise Problem("not_found", what="petty cash transfer", key=transfer_id)
    fund = fund_for_update(session, found.office, still=still)
    wanted = select(PettyTransfer).where(PettyTransfer.id == transfer_id)
    transfer = session.scalars(wanted.execution_options(populate_existing=True)).one()
    if transfer.state != "asked":
        raise Problem("cash_closed", key=transfer_id)
    return fund, transfer
