"""The vault of an office: what is asked of it and handed over by somebody else, and its blind count."""

from collections.abc import Mapping

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, decides, handles_cash, reads
from server.pages.office.count_form import counting_fields
from server.pages.office.review import tabs
from server.services import services
from server.viewing import _
from workorders.grammar.cash_count import count_from_form
from workorders.grammar.money import AMOUNT_MAX_CENTS, cents_from_text
from workorders.policy.vaults import ASKED
from workorders.problems import Problem
from workorders.queries.deposits import waiting_bags
from workorders.queries.offices import office_named, offices
from workorders.queries.vault import vault_view
from workorders.usecases.cash.vault_counts import close_vault_count, count_vault, set_count_aside
from workorders.usecases.cash.vault_transfers import ask_transfer, hand_over, refuse_transfer


@blueprint.get("/cash/vault")
@reads
def vaults() -> ResponseReturnValue:
    """The vault of the only office that has one, else a choice."""
    return _page(None, None)


@blueprint.get("/cash/vault/<office>")
@reads
def vault(office: str) -> ResponseReturnValue:
    """One vault."""
    return _page(office, None)


@blueprint.post("/cash/vault/<office>/transfers")
@handles_cash
def ask_of_vault(office: str) -> ResponseReturnValue:
    """Ask for cash into or out of the vault; somebody else hands it over."""
    form: Mapping[str, str] = request.form

    def act() -> str:
        ask_transfer(
            current_session(),
            office,
            form.get("kind", ""),
            cents_from_text(form.get("amount", ""), field="amount", most=AMOUNT_MAX_CENTS),
            subject=form.get("subject") or None,
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.vault", office=office)

    said = _("Asked for. Somebody else hands it over.")
    return acted(act, lambda problem: _page(office, problem), said=said)


@blueprint.post("/cash/vault/<office>/transfers/<transfer_id>")
@handles_cash
def decide_vault_transfer(office: str, transfer_id: str) -> ResponseReturnValue:
    """Hand over what a colleague asked for, or refuse it."""
    done = request.form.get("decision") == "done"

    def act() -> str:
        decide = hand_over if done else refuse_transfer
        decide(
            current_session(), transfer_id, office=office, now=services().clock(), actor=current_staff().name
        )
        return url_for("office.vault", office=office)

    said = _("Handed over.") if done else _("Not handed over.")
    return acted(act, lambda problem: _page(office, problem), said=said)


@blueprint.post("/cash/vault/<office>/count")
@handles_cash
def count_one_vault(office: str) -> ResponseReturnValue:
    """Keep what one of two people found."""

    def act() -> str:
        count = count_from_form(request.form, ())
        count_vault(current_session(), office, count, now=services().clock(), actor=current_staff().name)
        return url_for("office.vault", office=office)

    return acted(act, lambda problem: _page(office, problem), said=_("Your count is kept."))


@blueprint.post("/cash/vault/<office>/closing")
@handles_cash
def close_one_vault_count(office: str) -> ResponseReturnValue:
    """Close a count that two people found alike."""

    def act() -> str:
        close_vault_count(
            current_session(),
            office,
            reason=request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.vault", office=office)

    return acted(act, lambda problem: _page(office, problem), said=_("The count is closed."))


@blueprint.post("/cash/vault/<office>/count/aside")
@decides
def set_vault_count_aside(office: str) -> ResponseReturnValue:
    """End a count that nobody will bring to an end."""

    def act() -> str:
        reason = request.form.get("aside", "")
        set_count_aside(
            current_session(), office, reason=reason, now=services().clock(), actor=current_staff().name
        )
        return url_for("office.vault", office=office)

    return acted(act, lambda problem: _page(office, problem), said=_("The count is set aside."))


def _page(code: str | None, problem: Problem | None) -> str:
    session, me = current_session(), current_staff()
    known = [one for one in offices(session) if one.has_vault]
    if code is None and len(known) == 1:
        code = known[0].code
    view = vault_view(session, office_named(session, code)) if code is not None else None
    return render_template(
        "office/vault.html",
        vaults=known,
        view=view,
        own_count=any(one.counted_by == me.name for one in view.counts) if view else False,
        kinds=[kind for kind in ASKED if kind != "from_bag"],
        bags=[bag for bag in waiting_bags(session) if bag.cash_cents > 0 and bag.kind != "vault"],
        **counting_fields(),
        **shown(problem),
        **tabs(session),
    )
