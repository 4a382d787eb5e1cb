"""Webhooks: other systems that facts are sent to, what arrived, what fails and why."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.secrets_kept import sealed
from server.db import current_session
from server.exports.webhook_sending import SECRET
from server.pages.acting import acted, shown
from server.pages.admin.blueprint import administers, blueprint
from server.pages.admin.change_words import in_words
from server.pages.admin.programs import NO_STORE, RECENT
from server.services import services
from server.viewing import _, ngettext
from workorders.grammar.texts import is_line
from workorders.policy.webhooks import KINDS, SECRET_MIN, target_of
from workorders.problems import Problem, Reason
from workorders.queries.admin_changes import changes_about, changes_of
from workorders.queries.webhooks import deliveries_of, find_webhook, webhook_view, webhooks
from workorders.usecases.exchange.webhooks import (
    add_webhook,
    end_webhook,
    send_again,
    send_all_again,
    send_test,
)

LISTED = 100
SECRET_MAX = 200
STATES = ("failing", "given_up", "waiting", "delivered")


@blueprint.get("/webhooks")
@administers
def all_webhooks() -> ResponseReturnValue:
    """Every webhook, and the form that adds one."""
    return _list(None)


@blueprint.post("/webhooks")
@administers
def add_one_webhook() -> ResponseReturnValue:
    """Add a webhook. A secret that was made for it is in this answer and nowhere else."""
    form, config = request.form, services().config
    try:
        address = form.get("address", "").strip()
        target_of(address, config.webhook_networks)
        given = _given_secret(form.get("secret", "").strip())
        secret = given or secrets.token_urlsafe(32)
        add_webhook(
            current_session(),
            name=form.get("name", ""),
            address=address,
            sealed_secret=sealed(config.secret_key, SECRET, secret),
            kinds=form.getlist("kinds"),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _list(problem), problem.status
    return _list(None, secret=secret if given is None else None, added=True), 201, NO_STORE


@blueprint.get("/webhooks/<int:number>")
@administers
def webhook(number: int) -> ResponseReturnValue:
    """One webhook, and its deliveries."""
    return _one(number, None)


@blueprint.post("/webhooks/<int:number>/end")
@administers
def end_one_webhook(number: int) -> ResponseReturnValue:
    """Send nothing there any more."""

    def act() -> str:
        end_webhook(current_session(), number, now=services().clock(), actor=current_staff().name)
        return url_for("admin.webhook", number=number)

    return acted(act, lambda problem: _one(number, problem), said=_("Nothing is sent there any more."))


@blueprint.post("/webhooks/<int:number>/test")
@administers
def test_webhook(number: int) -> ResponseReturnValue:
    """Send something that is about nothing."""

    def act() -> str:
        send_test(current_session(), number)
        return url_for("admin.webhook", number=number)

    said = _("A test is on its way. Load the page again to see what came of it.")
    return acted(act, lambda problem: _one(number, problem), said=said)


@blueprint.post("/webhooks/<int:number>/deliveries/<int:delivery>/again")
@administers
def send_delivery_again(number: int, delivery: int) -> ResponseReturnValue:
    """Send one delivery once more."""

    def act() -> str:
        send_again(current_session(), number, delivery)
        return url_for("admin.webhook", number=number)

    return acted(act, lambda problem: _one(number, problem), said=_("It is sent again now."))


@blueprint.post("/webhooks/<int:number>/again")
@administers
def send_failed_again(number: int) -> ResponseReturnValue:
    """Send again at once what fails or was given up."""
    try:
        many = send_all_again(current_session(), number)
    except Problem as problem:
        current_session().rollback()
        return _one(number, problem), problem.status
    flash(
        ngettext("{count} delivery is sent again now.", "{count} deliveries are sent again now.", many),
        "good",
    )
    return redirect(url_for("admin.webhook", number=number))


def _given_secret(text: str) -> str | None:
    """A secret that somebody brought along; None: one is made. Raises Problem `bad_input`."""
    if not text:
        return None
    if not SECRET_MIN <= len(text) <= SECRET_MAX or not is_line(text):
        reason = Reason("from {low} to {high} characters", low=SECRET_MIN, high=SECRET_MAX)
        raise Problem("bad_input", field="secret", reason=reason)
    return text


def _list(problem: Problem | None, *, secret: str | None = None, added: bool = False) -> str:
    db = current_session()
    return render_template(
        "admin/webhooks.html",
        webhooks=webhooks(db),
        secret=secret,
        added=added,
        kinds=KINDS,
        chosen=() if added else request.form.getlist("kinds"),
        least=SECRET_MIN,
        http_too=bool(services().config.webhook_networks),
        changes=in_words(changes_about(db, "webhook", most=RECENT)),
        **shown(problem),
    )


def _one(number: int, problem: Problem | None) -> str:
    db = current_session()
    if problem is not None and problem.code == "not_found":
        # Raises the same when it is the webhook that is not there.
        find_webhook(db, number)
    wanted = request.args.get("state", "")
    state = wanted if wanted in STATES else None
    return render_template(
        "admin/webhook.html",
        view=webhook_view(db, number),
        deliveries=deliveries_of(db, number, state, limit=LISTED),
        state=state,
        states=STATES,
        most=LISTED,
        changes=in_words(changes_of(db, f"webhook:{number}")),
        **shown(problem),
    )
