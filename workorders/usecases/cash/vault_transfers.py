"""Cash into and out of a vault: one person asks, another hands it over; then it is posted."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.money import AMOUNT_MAX_CENTS, text_from_cents
from workorders.ledger import post
from workorders.messages.message import Message
from workorders.policy.vaults import ASKED, OUT, transfer_lines
from workorders.problems import Problem, Reason
from workorders.queries.deposits import bags_of, closed_named
from workorders.queries.offices import office_named
from workorders.queries.vault import float_from_vault, standing_count, vault_cents
from workorders.tables import CashOffice, Drawer, VaultTransfer, WaitingBag
from workorders.usecases.cash.drawers import FLOAT_MAX_CENTS, open_drawer
from workorders.usecases.history import count as next_value


def ask_transfer(
    session: Session,
    office: str,
    kind: str,
    cents: int,
    *,
    now: datetime,
    actor: str,
    subject: str | None = None,
) -> VaultTransfer:
    """Ask for `cents` into (`from_bank`, `from_bag`) or out of (`float`, `to_bank`) a vault.

    `subject` is the turn-in or drawer of `from_bag`. Raises Problem `not_found`, `no_vault`, and `bad_input`
    naming `kind`, `amount` or `subject`.
    """
    vault = _vault(session, office)
    _check_open(vault, out=kind in OUT)
    if kind not in ASKED:
        raise Problem("bad_input", field="kind", reason=Reason("one of {known}", known=", ".join(ASKED)))
    most = FLOAT_MAX_CENTS if kind == "float" else AMOUNT_MAX_CENTS
    if not 0 < cents <= most:
        reason = Reason("more than $0.00 and at most {most}", most=text_from_cents(most))
        raise Problem("bad_input", field="amount", reason=reason)
    if kind == "from_bag":
        check_bag(session, subject, cents)
    transfer = VaultTransfer(
        id=f"VT-{next_value(session, 'vault_transfer'):06d}",
        office=vault.code,
        kind=kind,
        amount_cents=cents,
        subject=subject if kind == "from_bag" else None,
        state="asked",
        asked_at=now,
        asked_by=actor[:80],
    )
    session.add(transfer)
    session.flush()
    return transfer


def hand_over(
    session: Session, transfer_id: str, *, now: datetime, actor: str, office: str | None = None
) -> VaultTransfer:
    """Hand over what somebody else asked for, and post it; a float opens the asker's drawer.

    `office`: whose vault the person looks at. Raises Problem `not_found`, also for one of another office,
    `cash_closed` when it was decided, `other_person_needed` for who asked, `vault_counting`, `vault_lacks`,
    `drawer_exists`, and `bad_input` when the bag holds less by now or the office is closed.
    """
    transfer = _asked(session, transfer_id, office)
    if transfer.asked_by == actor[:80]:
        raise Problem("other_person_needed", key=transfer_id)
    # A transfer is locked before the vault, so that two hand-overs of one vault wait for each other.
    out = transfer.kind in OUT
    vault = ready_vault(session, transfer.office, out=out, cents=transfer.amount_cents)
    subject = transfer.subject
    if transfer.kind == "float":
        opened = open_drawer(
            session, transfer.amount_cents, now=now, actor=transfer.asked_by, office=vault.code, by_vault=True
        )
        subject = opened.id
    if transfer.kind == "from_bag":
        check_bag(session, subject, transfer.amount_cents)
    transfer.subject = subject
    transfer.state, transfer.decided_at, transfer.decided_by = "done", now, actor[:80]
    if transfer.kind == "to_bank":
        session.add(WaitingBag(subject=transfer.id))
    session.flush()
    _post(session, f"vault_transfer:{transfer.id}", transfer.kind, transfer.amount_cents, vault, now=now)
    if transfer.kind == "from_bag":
        forget_empty(session, str(subject))
    return transfer


def refuse_transfer(
    session: Session, transfer_id: str, *, now: datetime, actor: str, office: str | None = None
) -> VaultTransfer:
    """Refuse what was asked, or take it back oneself. Raises Problem `not_found` and `cash_closed`."""
    transfer = _asked(session, transfer_id, office)
    transfer.state, transfer.decided_at, transfer.decided_by = "refused", now, actor[:80]
    session.flush()
    return transfer


def ready_vault(session: Session, office: str, *, out: bool, cents: int) -> CashOffice:
    """The vault, locked: nobody counts it, and what goes out is there.

    Raises Problem `not_found`, `no_vault`, `vault_counting`, `vault_lacks`, and `bad_input` for cash into the
    vault of a closed office.
    """
    vault = _vault(session, office, lock=True)
    _check_open(vault, out=out)
    _check_still(session, vault)
    if out and vault_cents(session, vault.code) < cents:
        raise Problem("vault_lacks", office=vault.name, amount=text_from_cents(cents))
    return vault


def return_float(session: Session, drawer: Drawer, *, now: datetime) -> None:
    """A drawer that is being closed gives back to the vault what it had from there.

    Raises Problem `vault_counting`: two people count what lies there, and this would lie there too.
    """
    cents = float_from_vault(session, drawer.id)
    if cents:
        vault = office_named(session, drawer.office, lock=True)
        _check_still(session, vault)
        _post(session, f"float_back:{drawer.id}", "float_back", cents, vault, now=now)


def _post(session: Session, source: str, kind: str, cents: int, vault: CashOffice, *, now: datetime) -> None:
    post(
        session,
        source=source,
        purpose="vault_transfer",
        message=Message.of("entry.vault_transfer", kind=kind, office=vault.code),
        lines=transfer_lines(kind, cents),
        parties={"office": vault.code},
        effective_at=now,
        now=now,
    )


def _vault(session: Session, office: str, *, lock: bool = False) -> CashOffice:
    found = office_named(session, office, lock=lock)
    if not found.has_vault:
        raise Problem("no_vault", office=found.name)
    return found


def _check_open(vault: CashOffice, *, out: bool) -> None:
    """Nothing goes into the vault of a closed office; what is left in it may still go out."""
    if not vault.active and not out:
        raise Problem("bad_input", field="office", reason="this office is closed")


def _check_still(session: Session, vault: CashOffice) -> None:
    if standing_count(session, vault.code) is not None:
        raise Problem("vault_counting", office=vault.name)


def _asked(session: Session, transfer_id: str, office: str | None) -> VaultTransfer:
    found = session.scalar(
        select(VaultTransfer)
        .where(VaultTransfer.id == transfer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or office not in {None, found.office}:
        raise Problem("not_found", what="vault transfer", key=transfer_id)
    if found.state != "asked":
        raise Problem("cash_closed", key=transfer_id)
    return found


def check_bag(session: Session, subject: str | None, cents: int) -> None:
    """Hold an amount to the cash of a bag that waits for the bank, which stays locked."""
    waiting = select(WaitingBag.subject).where(WaitingBag.subject == subject).with_for_update()
    if subject is None or session.scalar(waiting) is None or subject.startswith("VT-"):
        raise Problem("bad_input", field="subject", reason="choose what is counted and not deposited")
    [bag] = bags_of(session, closed_named(session, [subject]))
    if cents > bag.cash_cents:
        raise Problem("bad_input", field="amount", reason="there is not that much cash in it")


def forget_empty(session: Session, subject: str) -> None:
    """A bag whose money all went into a vault or petty cash waits for no deposit any more."""
    [bag] = bags_of(session, closed_named(session, [subject]))
    if not bag.cash_cents and not bag.items_cents:
        session.delete(session.get_one(WaitingBag, subject))
        session.flush()
