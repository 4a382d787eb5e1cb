"""Start service: who, where, from when, and what must be paid first."""

import uuid
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from server.auth.guard import current_staff
from server.auth.kept_forms import typed_before
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.blueprint import MOVING, blueprint
from server.services import services
from server.templating import local
from server.viewing import _, problem_view
from workorders.grammar.times import day_from_text
from workorders.messages.texts import LANGUAGES
from workorders.messages.titles_en import RATE_CLASSES
from workorders.policy.start_service import (
    CREDIT_CLASSES,
    Requirement,
    Start,
    how_to_start,
    start_service_of,
)
from workorders.problems import Problem
from workorders.queries.accounts import find_account
from workorders.queries.applications import requirements
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.queries.service_now import ServiceNow, services_now
from workorders.tables import Account, Application, Premise, ServicePoint
from workorders.usecases.customers.accounts import CustomerForm, open_account
from workorders.usecases.customers.start_service import StartRequest, start_service

moves = allow("csr", "supervisor")
Form = MultiDict[str, str]


@blueprint.get("/customers/new")
@moves
def new_customer() -> ResponseReturnValue:
    """The form of a customer who has no account yet."""
    return _customer_page(MultiDict(typed_before()), None)


@blueprint.post("/customers/new")
@moves
def add_customer() -> ResponseReturnValue:
    """Open an account without service: a landlord, or somebody who applies later."""
    form = request.form
    try:
        account = open_account(
            current_session(),
            customer_form(form),
            rate_class=form.get("rate_class", ""),
            now=services().clock(),
            actor=current_staff().name,
            request_id=form.get("request_id", ""),
        )
    except Problem as problem:
        current_session().rollback()
        return _customer_page(form, problem), problem.status
    flash(_("Account {account} is open.", account=account.number), "good")
    return redirect(url_for("csr.account", number=account.number))


@blueprint.get("/premises/<number>/start")
@moves
def start_form(number: str) -> ResponseReturnValue:
    """The form; filled in by its own button “Show what is required”, or for `?account=`."""
    kept = typed_before()
    return _page(number, MultiDict(kept) if kept else request.args, None)


@blueprint.post("/premises/<number>/start")
@moves
def take_application(number: str) -> ResponseReturnValue:
    """Take the application, of a known account or of a new customer. Sending it twice takes it once."""
    session, form = current_session(), request.form
    try:
        application = _apply(session, form)
    except Problem as problem:
        session.rollback()
        return _page(number, form, problem), problem.status
    cookie.pop(MOVING, None)
    if application.state == "approved":
        flash(_("Application {number} is approved.", number=application.id), "good")
    else:
        words = _(
            "Application {number} is taken. It waits for what must be paid first.", number=application.id
        )
        flash(words, "good")
    return redirect(url_for("csr.account", number=application.account.number))


def customer_form(form: Form) -> CustomerForm:
    """Name and contact as they were typed."""
    parts = ("name", "phone", "email", "language", "mailing_address")
    return CustomerForm(**{part: form.get(part, "") for part in parts})


def _apply(session: Session, form: Form) -> Application:
    now, actor = services().clock(), current_staff().name
    number, request_id = form.get("account", "").strip(), form.get("request_id", "")
    if not number:
        account = open_account(
            session,
            customer_form(form),
            rate_class=form.get("rate_class", ""),
            now=now,
            actor=actor,
            request_id=request_id,
        )
        number = account.number
    asked = StartRequest(
        account_number=number,
        points=tuple(form.getlist("points")),
        start_on=day_from_text(form.get("start_on", ""), field="start_on"),
        credit_class=form.get("credit_class", ""),
        evidence=form.get("evidence", ""),
        replace=form.get("replace") == "yes",
        request_id=request_id or None,
    )
    return start_service(session, asked, now=now, actor=actor)


def _page(number: str, entered: Form, problem: Problem | None) -> str:
    session = current_session()
    premise = session.scalar(select(Premise).where(Premise.number == number))
    if premise is None:
        raise Problem("not_found", what="premise", key=number)
    points = session.scalars(
        select(ServicePoint).where(ServicePoint.premise_id == premise.id).order_by(ServicePoint.number)
    ).all()
    here = services_now(session, points)
    typed = entered.get("account", "").strip()
    account = None
    if typed:
        try:
            account = find_account(session, typed)
        except Problem as missing:
            problem = problem or Problem("bad_input", field="account", reason=missing.words)
    chosen = entered.getlist("points") or [one.point.number for one in here if _open_for(one)]
    credit = entered.get("credit_class") or (account.customer.credit_class if account else None) or "unknown"
    today = local(services().clock()).date()
    return render_template(
        "csr/start.html",
        premise=premise,
        here=list(zip(here, _ways(session, here, entered), strict=True)),
        account=account,
        chosen=chosen,
        credit=credit,
        required=_preview(
            session,
            [one.point for one in here if one.point.number in chosen],
            account,
            credit=credit,
            rate_class=entered.get("rate_class", "residential"),
        ),
        served=[one for one in here if one.serving is not None and one.serving.state == "active"],
        today=today,
        entered=entered,
        request_id=entered.get("request_id") or uuid.uuid4().hex[:32],
        credit_classes=CREDIT_CLASSES,
        **_shown(problem),
    )


def _open_for(one: ServiceNow) -> bool:
    return one.waiting is None and one.point.state not in {"inactive", "unmetered"}


def _ways(session: Session, here: Sequence[ServiceNow], entered: Form) -> list[Start | None]:
    """What will be done at each point, for the day that is entered; None where no day is."""
    today = district_of(session).day_of(services().clock())
    try:
        day = day_from_text(entered.get("start_on", "") or today.isoformat(), field="start_on")
    except Problem:
        return [None for _one in here]
    policy = start_service_of(rule_book(session).in_force(today))
    return [how_to_start(one.facts, policy, day, today) for one in here]


def _preview(
    session: Session,
    points: Sequence[ServicePoint],
    account: Account | None,
    *,
    credit: str,
    rate_class: str,
) -> tuple[Requirement, ...]:
    """What would be required of this account, or of a new one."""
    who = account or Account(number="", customer_id=0, rate_class=rate_class or "residential")
    if account is None:
        who.tax_exempt, who.check_ban = False, False
    return requirements(session, who, points, credit, now=services().clock())


def _customer_page(entered: Form, problem: Problem | None) -> str:
    return render_template(
        "csr/new_customer.html",
        entered=entered,
        request_id=entered.get("request_id") or uuid.uuid4().hex[:32],
        **_shown(problem),
    )


def _shown(problem: Problem | None) -> dict[str, object]:
    """A problem at its field, or above the form; and what both forms choose from."""
    view = problem_view(problem) if problem else None
    field = view["details"].get("field") if view and view["code"] == "bad_input" else None
    return {
        "problem": view if view and field is None else None,
        "at": {field: view["details"]["reason"]} if view and field else {},
        "rate_classes": list(RATE_CLASSES),
        "languages": LANGUAGES,
    }
