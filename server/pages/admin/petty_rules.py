"""Expense accounts and limits of petty cash: what holds, what was published, and the form that publishes."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.admin.blueprint import administers, blueprint
from server.pages.admin.change_words import in_words
from server.services import services
from server.templating import local
from server.viewing import _
from workorders.grammar.money import PAYMENT_MAX_CENTS, cents_from_text
from workorders.grammar.times import day_from_text
from workorders.policy.petty_cash import petty_rules
from workorders.problems import Problem
from workorders.queries.admin_changes import changes_of
from workorders.queries.petty import petty_rule_history
from workorders.queries.rules_cache import rule_book
from workorders.usecases.administration.petty_rules import SUBJECT, PettyForm, change_petty_rules

NEW_ROWS = 3
"""Accounts that one form adds."""


@blueprint.get("/petty-cash")
@administers
def petty_accounts() -> ResponseReturnValue:
    """The expense accounts and limits of today, all that were published, and who changed them."""
    return _page(None)


@blueprint.post("/petty-cash")
@administers
def publish_petty_accounts() -> ResponseReturnValue:
    """Publish what shall hold from a day on as the next rule set."""
    form = request.form

    def act() -> str:
        change_petty_rules(
            current_session(),
            PettyForm(
                second_person_cents=_cents("second_person"),
                most_cents=_cents("most"),
                accounts=_accounts(),
            ),
            starts_on=day_from_text(form.get("effective_from", ""), field="effective_from"),
            reason=form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("admin.petty_accounts")

    return acted(act, _page, said=_("Published."))


def _cents(name: str) -> int:
    return cents_from_text(request.form.get(name, ""), field=name, most=PAYMENT_MAX_CENTS)


def _accounts() -> tuple[tuple[str, str], ...]:
    """Those that stay with their titles, then the new ones; a row without code and title is none."""
    form = request.form
    kept = [(code, form.get(f"label.{code}", "")) for code in form.getlist("kept")]
    rows = zip(form.getlist("new_code"), form.getlist("new_label"), strict=False)
    return (*kept, *((code, label) for code, label in rows if code.strip() or label.strip()))


def _page(problem: Problem | None) -> str:
    db, today = current_session(), local(services().clock()).date()
    book = rule_book(db)
    history = petty_rule_history(book)
    typed = zip(request.form.getlist("new_code"), request.form.getlist("new_label"), strict=False)
    rows = [*typed] if problem else []
    return render_template(
        "admin/petty_cash.html",
        held=petty_rules(book.in_force(today)),
        history=history,
        in_force=next((one for one in history if one.effective_from <= today), None),
        today=today,
        kept=request.form.getlist("kept"),
        new_rows=[*rows, *[("", "")] * (NEW_ROWS - len(rows))],
        changes=in_words(changes_of(db, SUBJECT)),
        **shown(problem),
    )
