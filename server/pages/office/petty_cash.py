"""Petty cash of an office: vouchers, what fills the box again, its blind count, its float and custodian."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, decides, handles_cash, reads
from server.pages.office.count_form import counting_fields
from server.pages.office.review import tabs
from server.services import services
from server.tables import User
from server.templating import local
from server.viewing import _
from workorders.grammar.cash_count import count_from_form
from workorders.grammar.money import PAYMENT_MAX_CENTS, cents_from_text
from workorders.policy.petty_cash import KINDS, OF_VAULT
from workorders.problems import Problem
from workorders.queries.deposits import waiting_bags
from workorders.queries.offices import office_named, offices
from workorders.queries.petty import petty_funds, petty_view
from workorders.queries.rules_cache import rule_book
from workorders.tables import PettyFund
from workorders.usecases.cash.petty_funds import set_fund
from workorders.usecases.cash.petty_transfers import ask_petty, hand_petty_over, refuse_petty
from workorders.usecases.cash.petty_vouchers import decide_voucher, pay_voucher, return_voucher
from workorders.usecases.cash.vault_counts import close_vault_count, count_vault, set_count_aside

KEEPERS = frozenset({"admin", "cashier", "supervisor"})
"""Roles of who may keep a box."""


@blueprint.get("/cash/petty")
@reads
def all_petty_cash() -> ResponseReturnValue:
    """The petty cash of the only office that has some, else a choice."""
    return _page(None, None)


@blueprint.get("/cash/petty/<office>")
@reads
def petty_cash(office: str) -> ResponseReturnValue:
    """One office's petty cash."""
    return _page(office, None)


@blueprint.post("/cash/petty/<office>")
@decides
def set_petty_fund(office: str) -> ResponseReturnValue:
    """Open the fund, or give it another float or custodian."""
    form = request.form

    def act() -> str:
        custodian = form.get("custodian", "")
        if custodian not in _keepers():
            raise Problem("bad_input", field="custodian", reason="choose a cashier or supervisor")
        cents = cents_from_text(form.get("float", ""), field="float", most=PAYMENT_MAX_CENTS)
        set_fund(
            current_session(), office, cents, custodian, now=services().clock(), actor=current_staff().name
        )
        return url_for("office.petty_cash", office=office)

    return acted(act, lambda problem: _page(office, problem), said=_("Saved."))


@blueprint.post("/cash/petty/<office>/vouchers")
@handles_cash
def pay_petty_voucher(office: str) -> ResponseReturnValue:
    """Pay out of the box; what is large or has no receipt waits for a second person."""
    form = request.form

    def act() -> str:
        pay_voucher(
            current_session(),
            office,
            cents_from_text(form.get("amount", ""), field="amount", most=PAYMENT_MAX_CENTS),
            payee=form.get("payee", ""),
            reason=form.get("reason", ""),
            account=form.get("account", ""),
            receipt=form.get("receipt", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.petty_cash", office=office)

    return acted(act, lambda problem: _page(office, problem), said=_("Recorded."))


@blueprint.post("/cash/petty/<office>/vouchers/<voucher_id>")
@handles_cash
def decide_petty_voucher(office: str, voucher_id: str) -> ResponseReturnValue:
    """Let a colleague pay it, or refuse it; one's own may be taken back."""
    pay = request.form.get("decision") == "pay"

    def act() -> str:
        decide_voucher(
            current_session(),
            voucher_id,
            pay=pay,
            office=office,
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.petty_cash", office=office)

    said = _("Approved: it is paid.") if pay else _("Refused.")
    return acted(act, lambda problem: _page(office, problem), said=said)


@blueprint.post("/cash/petty/<office>/vouchers/<voucher_id>/return")
@handles_cash
def return_petty_voucher(office: str, voucher_id: str) -> ResponseReturnValue:
    """The cash of a colleague's voucher is back in the box."""

    def act() -> str:
        return_voucher(
            current_session(),
            voucher_id,
            reason=request.form.get("back", ""),
            office=office,
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.petty_cash", office=office)

    said = _("The cash is back in the box.")
    return acted(act, lambda problem: _page(office, problem), said=said)


@blueprint.post("/cash/petty/<office>/transfers")
@handles_cash
def ask_for_petty_cash(office: str) -> ResponseReturnValue:
    """Ask for what brings the box to its float; somebody else hands it over."""
    form = request.form

    def act() -> str:
        ask_petty(
            current_session(),
            office,
            form.get("kind", ""),
            subject=form.get("subject") or None,
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.petty_cash", office=office)

    said = _("Asked for. Somebody else hands it over.")
    return acted(act, lambda problem: _page(office, problem), said=said)


@blueprint.post("/cash/petty/<office>/transfers/<transfer_id>")
@handles_cash
def decide_petty_transfer(office: str, transfer_id: str) -> ResponseReturnValue:
    """Hand over what the custodian asked for, or refuse it."""
    done = request.form.get("decision") == "done"

    def act() -> str:
        decide = hand_petty_over if done else refuse_petty
        decide(
            current_session(), transfer_id, office=office, now=services().clock(), actor=current_staff().name
        )
        return url_for("office.petty_cash", office=office)

    said = _("Handed over.") if done else _("Not handed over.")
    return acted(act, lambda problem: _page(office, problem), said=said)


@blueprint.post("/cash/petty/<office>/count")
@handles_cash
def count_petty_cash(office: str) -> ResponseReturnValue:
    """Keep what one of two people found."""

    def act() -> str:
        count = count_from_form(request.form, ())
        now, me = services().clock(), current_staff().name
        count_vault(current_session(), office, count, ledger="PETTY", now=now, actor=me)
        return url_for("office.petty_cash", office=office)

    return acted(act, lambda problem: _page(office, problem), said=_("Your count is kept."))


@blueprint.post("/cash/petty/<office>/closing")
@handles_cash
def close_petty_count(office: str) -> ResponseReturnValue:
    """Close a count that two people found alike."""

    def act() -> str:
        now, me = services().clock(), current_staff().name
        reason = request.form.get("short", "")
        close_vault_count(current_session(), office, reason=reason, ledger="PETTY", now=now, actor=me)
        return url_for("office.petty_cash", office=office)

    return acted(act, lambda problem: _page(office, problem), said=_("The count is closed."))


@blueprint.post("/cash/petty/<office>/count/aside")
@decides
def set_petty_count_aside(office: str) -> ResponseReturnValue:
    """End a count that nobody will bring to an end."""

    def act() -> str:
        now, me = services().clock(), current_staff().name
        reason = request.form.get("aside", "")
        set_count_aside(current_session(), office, reason=reason, ledger="PETTY", now=now, actor=me)
        return url_for("office.petty_cash", office=office)

    return acted(act, lambda problem: _page(office, problem), said=_("The count is set aside."))


def _keepers() -> dict[str, str]:
    """Who may keep a box: sign-in name → full name."""
    people = current_session().scalars(select(User).where(User.active).order_by(User.full_name))
    return {one.name: one.full_name for one in people if set(one.roles) & KEEPERS}


def _page(code: str | None, problem: Problem | None) -> str:
    session, me = current_session(), current_staff()
    places = {one.code: one.name for one in offices(session, active=False)}
    funds = petty_funds(session)
    if code is None and (len(funds) == 1 or (len(places) == 1 and not funds)):
        code = funds[0].office if funds else next(iter(places))
    office = office_named(session, code) if code is not None else None
    fund = session.get(PettyFund, office.code) if office is not None else None
    today = local(services().clock()).date()
    view = petty_view(session, office, fund, rule_book(session), today) if office and fund else None
    return render_template(
        "office/petty_cash.html",
        places=places,
        funded={one.office for one in funds},
        office=office,
        view=view,
        keepers=_keepers() if me.may("supervisor") else {},
        own_count=any(one.counted_by == me.name for one in view.counts) if view else False,
        mine=view is not None and view.fund.custodian == me.name,
        ways=[kind for kind in KINDS if view and (view.office.has_vault or kind not in OF_VAULT)],
        bags=[bag for bag in waiting_bags(session) if bag.cash_cents > 0 and bag.kind != "vault"],
        **counting_fields(),
        **shown(problem),
        **tabs(session),
    )
