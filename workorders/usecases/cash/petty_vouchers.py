"""Cash paid out of an office's petty cash: by its custodian, above a limit only with a second person."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.card_numbers import without_card_number
from workorders.grammar.money import text_from_cents
from workorders.grammar.texts import checked_line
from workorders.ledger import balance, post, reverse_posted
from workorders.messages.message import Message
from workorders.policy.petty_cash import PettyRules, needs_second, petty_rules
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.offices import office_named
from workorders.queries.petty import transfer_of_voucher
from workorders.queries.rules_cache import rule_book
from workorders.tables import PettyFund, PettyVoucher
from workorders.usecases.cash.counting import needed_reason
from workorders.usecases.cash.petty_funds import fund_for_update
from workorders.usecases.history import count as next_value

WORDS_MAX = 80


def pay_voucher(
    session: Session,
    office: str,
    cents: int,
    *,
    payee: str,
    reason: str,
    account: str,
    receipt: str,
    now: datetime,
    actor: str,
) -> PettyVoucher:
    """Pay out of the box, as its custodian; what is large or has no receipt waits for a second person.

    Raises Problem `not_found`, `petty_custodian` for anybody else, `petty_counting`, `petty_lacks`, and
    `bad_input` naming `amount`, `payee`, `reason`, `account` or `receipt`.
    """
    fund = fund_for_update(session, office)
    if fund.custodian != actor[:80]:
        raise Problem("petty_custodian", office=office_named(session, office).name)
    rules = petty_rules(rule_book(session).in_force(district_of(session).day_of(now)))
    proof = without_card_number(checked_line(receipt, field="receipt", longest=WORDS_MAX), field="receipt")
    _check(rules, cents, account)
    voucher = PettyVoucher(
        id=f"PV-{next_value(session, 'petty_voucher'):06d}",
        office=fund.office,
        payee=_payee(payee),
        reason=needed_reason(reason),
        account=account,
        amount_cents=cents,
        receipt=proof or None,
        second_needed=needs_second(rules, cents, proof or None),
        state="asked",
        asked_at=now,
        asked_by=actor[:80],
    )
    session.add(voucher)
    session.flush()
    if not voucher.second_needed:
        _pay(session, fund, voucher, now=now, actor=actor)
    return voucher


def decide_voucher(
    session: Session, voucher_id: str, *, pay: bool, now: datetime, actor: str, office: str | None = None
) -> PettyVoucher:
    """A second person lets the custodian pay it, or refuses it; who asked may take it back.

    Raises Problem `not_found`, `cash_closed` when it was decided, `other_person_needed`, `petty_counting` and
    `petty_lacks`.
    """
    fund, voucher = _voucher(session, voucher_id, office, still=pay)
    if voucher.state != "asked":
        raise Problem("cash_closed", key=voucher_id)
    if pay and voucher.asked_by == actor[:80]:
        raise Problem("other_person_needed", key=voucher_id)
    if pay:
        _pay(session, fund, voucher, now=now, actor=actor)
    else:
        voucher.state, voucher.decided_at, voucher.decided_by = "refused", now, actor[:80]
        session.flush()
    return voucher


def return_voucher(
    session: Session, voucher_id: str, *, reason: str, now: datetime, actor: str, office: str | None = None
) -> PettyVoucher:
    """The cash is back in the box: a second person says so, and the entry is reversed.

    Raises Problem `not_found`, `cash_closed` unless it was paid, `other_person_needed` for who paid it,
    `petty_filled` once it was filled up again, `petty_counting`, and `bad_input` naming `back`.
    """
    _fund, voucher = _voucher(session, voucher_id, office)
    transfer = transfer_of_voucher(session, voucher_id)
    if transfer is not None:
        raise Problem("petty_filled", key=voucher_id, transfer=transfer)
    if voucher.state != "paid":
        raise Problem("cash_closed", key=voucher_id)
    if voucher.asked_by == actor[:80]:
        raise Problem("other_person_needed", key=voucher_id)
    why = needed_reason(reason, field="back")
    voucher.state, voucher.returned_at, voucher.returned_by = "returned", now, actor[:80]
    voucher.returned_reason = why
    session.flush()
    reverse_posted(
        session,
        f"petty_voucher:{voucher.id}",
        "petty_voucher",
        by=f"petty_return:{voucher.id}",
        message=Message.of("entry.petty_returned", voucher=voucher.id, reason=why),
        now=now,
    )
    return voucher


def _pay(session: Session, fund: PettyFund, voucher: PettyVoucher, *, now: datetime, actor: str) -> None:
    if balance(session, "PETTY", fund.office) < voucher.amount_cents:
        name = office_named(session, fund.office).name
        raise Problem("petty_lacks", office=name, amount=text_from_cents(voucher.amount_cents))
    voucher.state, voucher.decided_at, voucher.decided_by = "paid", now, actor[:80]
    session.flush()
    post(
        session,
        source=f"petty_voucher:{voucher.id}",
        purpose="petty_voucher",
        message=Message.of("entry.petty_voucher", voucher=voucher.id, reason=voucher.reason),
        lines=[("EXPENSE", "PETTY", voucher.amount_cents)],
        parties={"office": fund.office, "expense": voucher.account},
        effective_at=now,
        now=now,
    )


def _voucher(
    session: Session, voucher_id: str, office: str | None, *, still: bool = True
) -> tuple[PettyFund, PettyVoucher]:
    """The voucher with its fund, which is locked first."""
    found = session.get(PettyVoucher, voucher_id)
    if found is None or office not in {None, found.office}:
        raise Problem("not_found", what="petty cash voucher", key=voucher_id)
    fund = fund_for_update(session, found.office, still=still)
    wanted = select(PettyVoucher).where(PettyVoucher.id == voucher_id)
    return fund, session.scalars(wanted.execution_options(populate_existing=True)).one()


def _check(rules: PettyRules, cents: int, account: str) -> None:
    if not 0 < cents <= rules.most_cents:
        reason = Reason("more than $0.00 and at most {most}", most=text_from_cents(rules.most_cents))
        raise Problem("bad_input", field="amount", reason=reason)
    if account not in rules.accounts:
        raise Problem("bad_input", field="account", reason="choose one of the expense accounts")


def _payee(payee: str) -> str:
    found = checked_line(payee, field="payee", longest=WORDS_MAX)
    if not found:
        raise Problem("bad_input", field="payee", reason="say who was paid")
    return found
