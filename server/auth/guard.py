"""Every request passes here: a view nobody marked is refused, a marked one needs the right person.

A person is known by the session cookie; a program that calls /api/ by a token, or by name and password with
HTTP Basic.
"""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

from flask import Request, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from server.auth.csrf import check_csrf, refuse_foreign_site
from server.auth.kept_forms import keep_and_show_again, keep_and_sign_in
from server.auth.remembered import remembered_credentials
from server.auth.roles import Rule, rule_of
from server.auth.scopes import roles_of, scope_of
from server.auth.tokens import authenticate_token
from server.auth.users import Staff, authenticate_program, check_password_is_taken, staff_by_id
from server.db import SAFE_METHODS
from server.errors import wants_json
from server.services import services
from workorders.grammar.texts import checked_line
from workorders.problems import Problem

GUARDED_ELSEWHERE: dict[str, str] = {
    "/api/devices/": "enrolment takes a one-time code, sign-in a signed proof, the rest a tablet's token",
    "/api/openapi.json": "the description of the API; it says nothing about customers",
    "/tablet": "the tablet app's own files; data comes by replication",
    "/vendor/": "published browser packages",
    "/assets/": "published browser packages",
    "/static/": "styles and scripts",
    "/healthz": "says that the process answers",
    "/readyz": "says which part does not work, for load balancers",
    "/metrics": "counts without names, for this machine and whoever has its token",
    "/basemap/": "streets of the public map",
}
"""Address prefixes whose own code decides who may call, and how. Everything else needs a mark."""

SESSION_LIFE = timedelta(hours=12)
"""A working day, counted from the sign-in."""


OWN_SIGN_IN = frozenset(
    ("auth.own", "auth.change_own_password", "auth.begin_second_factor", "auth.confirm_second_factor")
)
"""Views that somebody reaches who must set up one-time codes before anything else."""


def guarded_elsewhere(path: str) -> bool:
    """True for an address that another part of the program looks after."""
    return any(path.startswith(prefix) for prefix in GUARDED_ELSEWHERE)


def guard() -> ResponseReturnValue | None:
    """Refuse or admit the request; sets `g.staff`.

    Raises Problem sign_in_required, not_allowed, second_factor_required, scope_missing, token_needed,
    password_off, form_expired.
    """
    g.staff = None
    if guarded_elsewhere(request.path):
        return None
    if request.endpoint is None:
        # Nothing to protect; whoever is signed in keeps the way to the other pages.
        g.staff = _caller() if request.method in SAFE_METHODS else None
        return None
    rule = rule_of(current_app.view_functions[request.endpoint])
    if rule is None:
        raise Problem("not_allowed")
    g.staff = _caller()
    changes = request.method not in SAFE_METHODS
    if changes and "without_session" not in g:
        if g.staff is None and rule.public is None and (kept := keep_and_sign_in(request)) is not None:
            return kept
        again = _checked(rule)
        if again is not None:
            return again
    return _admit(rule)


def _checked(rule: Rule) -> ResponseReturnValue | None:
    """A form from before the last sign-in leads back to its page. Raises Problem form_expired."""
    try:
        check_csrf(request)
    except Problem:
        again = keep_and_show_again(request) if g.staff is not None and rule.public is None else None
        if again is None:
            raise
        return again
    return None


def _admit(rule: Rule) -> ResponseReturnValue | None:
    if rule.public is not None:
        return None
    if g.staff is None:
        if request.method in SAFE_METHODS and not wants_json() and "HX-Request" not in request.headers:
            return redirect(url_for("auth.sign_in", next=request.full_path.removesuffix("?")))
        raise Problem("sign_in_required")
    if not rule.admits(g.staff.roles):
        raise Problem("not_allowed")
    if owes_second_factor(g.staff) and request.endpoint not in OWN_SIGN_IN | {"auth.sign_out"}:
        if request.method in SAFE_METHODS and not wants_json():
            return redirect(url_for("auth.own"))
        raise Problem("second_factor_required")
    return None


def owes_second_factor(staff: Staff) -> bool:
    """True for a person whose role asks for one-time codes and who has not set them up.

    Whom the provider vouched for by a password alone owes them too, when such a role was given since.
    """
    if staff.program or staff.several_factors:
        return False
    return not staff.second_factor and second_factor_asked_of(staff)


def second_factor_asked_of(staff: Staff) -> bool:
    """True when the settings ask one-time codes of a role of this person."""
    return bool(staff.roles & set(services().config.second_factor_roles))


def _caller() -> Staff | None:
    if request.authorization is not None and request.path.startswith("/api/"):
        return _program_caller(request)
    signed_in = session.get("staff")
    if signed_in is None or "session" not in signed_in:
        return None
    age = services().clock().timestamp() - signed_in["at"]
    if not 0 <= age < SESSION_LIFE.total_seconds():
        session.clear()
        return None
    with services().read_sessions() as db:
        staff = staff_by_id(db, signed_in["id"], signed_in["epoch"], signed_in["session"])
    if staff is None or not signed_in.get("by_provider"):
        return staff
    return replace(staff, by_provider=True, several_factors=signed_in.get("several_factors", False))


def _program_caller(request: Request) -> Staff:
    """Programs on this machine, or over HTTPS, send a token or name and password with each request."""
    given = request.authorization
    address = request.remote_addr or "unknown"
    if given is None or not (request.is_secure or _is_loopback(address)):
        raise Problem("sign_in_required")
    refuse_foreign_site(request)
    g.without_session = True
    if given.type == "bearer" and given.token:
        return _token_caller(given.token, address)
    if given.type != "basic" or given.username is None or given.password is None:
        raise Problem("sign_in_required")
    check_password_is_taken(services().config, given.username)
    staff = authenticate_program(
        services().sessions,
        services().read_sessions,
        remembered_credentials(),
        name=given.username,
        password=given.password,
        address=address,
        now=services().clock(),
    )
    if staff.second_factor or owes_second_factor(staff):
        raise Problem("token_needed")
    return staff


def _token_caller(token: str, address: str) -> Staff:
    """The program, with the roles of the scope that this operation needs and no others."""
    program, scopes = authenticate_token(
        services().sessions,
        services().read_sessions,
        services().config.secret_key,
        token,
        address=address,
        now=services().clock(),
    )
    needed = scope_of(current_app.view_functions[request.endpoint]) if request.endpoint else None
    if needed is None:
        raise Problem("not_allowed")
    if needed not in scopes:
        raise Problem("scope_missing", scope=needed)
    return replace(program, roles=roles_of(needed))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def current_staff() -> Staff:
    """The signed-in person of this request. Raises Problem sign_in_required when there is none."""
    staff: Staff | None = g.get("staff")
    if staff is None:
        raise Problem("sign_in_required")
    return staff


def gate_override(reason: str | None, staff: Staff) -> str | None:
    """A supervisor's reason to let an order go ahead although money is owed; None when none is given.

    Raises Problem not_allowed for anybody else, bad_input naming `override`.
    """
    given = checked_line(reason or "", field="override")
    if given and not staff.may("supervisor"):
        raise Problem("not_allowed")
    return given or None
