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
from server.auth.users import Staff, authenticate, checked_language, end_session, set_language
from server.db import current_session
from server.services import services
from server.viewing import CHOSEN, _, problem_view
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
    kept = {name: session[name] for name in (KEPT, CHOSEN) if name in session}
    session.clear()
    session.update(kept)
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
    flash(_("You are signed out."))
    return redirect(url_for("auth.sign_in"))


@blueprint.post("/language")
@public("chooses the language of the pages, before and after signing in")
def choose_language() -> ResponseReturnValue:
    """Keep the language: with the person who is signed in, else in this browser's session."""
    language = checked_language(request.form.get("language", ""))
    session[CHOSEN] = language
    if g.staff is not None:
        set_language(current_session(), g.staff.id, language)
    wanted = request.args.get("next") or "/"
    return redirect(wanted if _is_here(wanted) else "/", 303)


def _onward(staff: Staff) -> str:
    wanted = request.args.get("next") or ""
    return wanted if _is_here(wanted) else _home_of(staff)


def _is_here(address: str) -> bool:
    """An address of this site: nobody is sent elsewhere by a link that looks like ours."""
    here = address.startswith("/") and not address.startswith(("//", "/\\"))
    return here and not urlsplit(address).netloc and is_line(address)


def _home_of(staff: Staff) -> str:
    return next((address for role, address in HOMES if staff.may(role)), "/csr/")


def _sign_in_form(name: str, problem: Problem | None) -> str:
    return render_template("sign_in.html", name=name, problem=problem_view(problem) if problem else None)
