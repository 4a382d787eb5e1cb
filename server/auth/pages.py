"""The sign-in page, signing out, and what every template may ask."""

import secrets
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from server.auth.guard import SESSION_LIFE, current_staff, guard
from server.auth.kept_forms import KEPT
from server.auth.roles import allow_staff, public
from server.auth.users import Staff, authenticate, end_session
from server.db import current_session
from server.services import services
from workorders.grammar.texts import is_line
from workorders.problems import Problem

blueprint = Blueprint("auth", __name__)
blueprint.before_app_request(guard)

HOMES = (("dispatcher", "/dispatch/"), ("csr", "/csr/"), ("supervisor", "/office/"), ("cashier", "/office/"))
"""Where a person of each role starts, the first that fits."""


@blueprint.get("/")
@allow_staff
def home() -> ResponseReturnValue:
    """To the page where a person of this role starts."""
    return redirect(_home_of(current_staff()))


@blueprint.get("/sign-in")
@public("the page to sign in")
def sign_in() -> ResponseReturnValue:
    """The form, or onward when already signed in."""
    if g.staff is not None:
        return redirect(_onward(g.staff))
    return _sign_in_form("", None)


@blueprint.post("/sign-in")
@public("checks name and password, with a limit on attempts")
def sign_in_submit() -> ResponseReturnValue:
    """Start a session, or say why not."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    now = services().clock()
    try:
        staff = authenticate(services().sessions, name, password, request.remote_addr or "unknown", now)
    except Problem as problem:
        return _sign_in_form(name, problem), problem.status
    kept = session.get(KEPT)
    session.clear()
    if kept is not None:
        session[KEPT] = kept
    session.permanent = True
    session["staff"] = {
        "id": staff.id,
        "epoch": staff.session_epoch,
        "at": now.timestamp(),
        "session": secrets.token_urlsafe(24),
    }
    return redirect(_onward(staff))


@blueprint.post("/sign-out")
@allow_staff
def sign_out() -> ResponseReturnValue:
    """End this session, also for whoever kept a copy of its cookie; the person's other browsers stay."""
    end_session(current_session(), session["staff"]["session"], now=services().clock(), life=SESSION_LIFE)
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("auth.sign_in"))


def _onward(staff: Staff) -> str:
    wanted = request.args.get("next") or ""
    parts = urlsplit(wanted)
    here = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    if here and not parts.netloc and is_line(wanted):
        return wanted
    return _home_of(staff)


def _home_of(staff: Staff) -> str:
    return next((address for role, address in HOMES if staff.may(role)), "/csr/")


def _sign_in_form(name: str, problem: Problem | None) -> str:
    return render_template("sign_in.html", name=name, problem=problem.as_dict() if problem else None)
