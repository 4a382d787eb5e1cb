"""The sign-in page, signing out, and what every template may ask."""

import secrets
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.auth.density import keep_density
from server.auth.guard import SESSION_LIFE, current_staff, guard
from server.auth.kept_forms import KEPT
from server.auth.known_browsers import known_browser, remember_browser
from server.auth.roles import allow_staff, public
from server.auth.second_factor import check_code
from server.auth.sessions import begin_session
from server.auth.users import (
    Staff,
    authenticate,
    check_password_is_taken,
    checked_language,
    end_session,
    set_language,
    staff_by_id,
)
from server.db import current_session
from server.services import services
from server.viewing import CHOSEN, _, problem_view
from workorders.grammar.texts import is_line
from workorders.problems import Problem

blueprint = Blueprint("auth", __name__)
blueprint.before_app_request(guard)

HALF_WAY = "half_way"
"""Where the session keeps who gave the right password and owes the code."""
CODE_SECONDS = 600
HOMES = (
    ("dispatcher", "/dispatch/"),
    ("csr", "/csr/"),
    ("supervisor", "/office/"),
    ("cashier", "/office/"),
    ("storekeeper", "/stock/"),
)
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
        return redirect(_onward(g.staff, request.args.get("next")))
    return sign_in_form("", None)


@blueprint.post("/sign-in")
@public("checks name and password, with a limit on attempts")
def sign_in_submit() -> ResponseReturnValue:
    """Start a session, ask for a one-time code, or say why not."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    now = services().clock()
    try:
        check_password_is_taken(services().config, name)
        staff = authenticate(
            services().sessions,
            name,
            password,
            request.remote_addr or "unknown",
            now,
            browser=known_browser(request, name),
        )
    except Problem as problem:
        return sign_in_form(name, problem), problem.status
    if staff.second_factor:
        session[HALF_WAY] = {"id": staff.id, "epoch": staff.session_epoch, "at": now.timestamp()}
        return redirect(url_for("auth.code", next=request.args.get("next")))
    return signed_in(current_session(), staff, onward=request.args.get("next"))


@blueprint.get("/sign-in/code")
@public("asks for the one-time code of whoever has just given the right password")
def code() -> ResponseReturnValue:
    """The form for the code; back to the password when that was too long ago."""
    if _half_way() is None:
        return redirect(url_for("auth.sign_in", next=request.args.get("next")))
    return render_template("sign_in_code.html", problem=None)


@blueprint.post("/sign-in/code")
@public("checks a one-time code, with a limit on attempts")
def code_submit() -> ResponseReturnValue:
    """Start a session, or say why not."""
    user = _half_way()
    if user is None:
        flash(_("Signing in took too long. Begin again."), "bad")
        return redirect(url_for("auth.sign_in", next=request.args.get("next")))
    try:
        staff = check_code(
            services().sessions,
            user.id,
            services().config.secret_key,
            request.form.get("code", ""),
            address=request.remote_addr or "unknown",
            now=services().clock(),
            browser=known_browser(request, user.name),
        )
    except Problem as problem:
        page = render_template("sign_in_code.html", problem=problem_view(problem))
        return page, problem.status
    return signed_in(current_session(), staff, onward=request.args.get("next"))


def _half_way() -> Staff | None:
    """Who gave the right password a moment ago and still owes the code."""
    kept = session.get(HALF_WAY)
    if kept is None or not 0 <= services().clock().timestamp() - kept["at"] < CODE_SECONDS:
        return None
    with services().read_sessions() as db:
        return staff_by_id(db, kept["id"], kept["epoch"], "")


def signed_in(
    db: Session,
    staff: Staff,
    *,
    onward: str | None,
    by_provider: bool = False,
    several_factors: bool = False,
) -> ResponseReturnValue:
    """Begin the session of this person and go on to `onward`, or where their role starts.

    `several_factors`: the identity provider asked for more than a password.
    """
    now = services().clock()
    kept = {name: session[name] for name in (KEPT, CHOSEN) if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    session["staff"] = {
        "id": staff.id,
        "epoch": staff.session_epoch,
        "at": now.timestamp(),
        "session": secrets.token_urlsafe(24),
        "by_provider": by_provider,
        "several_factors": several_factors,
    }
    begin_session(
        db,
        staff,
        session["staff"]["session"],
        address=request.remote_addr or "unknown",
        agent=request.headers.get("User-Agent", ""),
        now=now,
        life=SESSION_LIFE,
    )
    return remember_browser(request, make_response(redirect(_onward(staff, onward))), staff.name)


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
    return redirect(_back(), 303)


@blueprint.post("/density")
@public("chooses how densely this browser sets pages, before and after signing in")
def choose_density() -> ResponseReturnValue:
    """Keep how densely pages are set, with this browser."""
    return keep_density(make_response(redirect(_back(), 303)), request.form.get("density", ""))


def _back() -> str:
    wanted = request.args.get("next") or "/"
    return wanted if _is_here(wanted) else "/"


def _onward(staff: Staff, wanted: str | None) -> str:
    return wanted if wanted and _is_here(wanted) else _home_of(staff)


def _is_here(address: str) -> bool:
    """An address of this site: nobody is sent elsewhere by a link that looks like ours."""
    here = address.startswith("/") and not address.startswith(("//", "/\\"))
    return here and not urlsplit(address).netloc and is_line(address)


def _home_of(staff: Staff) -> str:
    return next((address for role, address in HOMES if staff.may(role)), "/csr/")


def sign_in_form(name: str, problem: Problem | None) -> str:
    """The page to sign in, with what went wrong."""
    return render_template(
        "sign_in.html",
        name=name,
        provider=services().config.oidc_title if services().config.oidc_issuer else None,
        problem=problem_view(problem) if problem else None,
    )
