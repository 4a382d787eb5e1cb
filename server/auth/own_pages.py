"""The page of one's own sign-in: password, one-time codes, recovery codes and open sessions."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from server.auth import second_factor
from server.auth.guard import SESSION_LIFE, current_staff, owes_second_factor, second_factor_asked_of
from server.auth.pages import blueprint
from server.auth.passwords import MIN_LENGTH
from server.auth.roles import allow_staff
from server.auth.sessions import open_sessions, revoke_session
from server.auth.users import change_password, check_own_password, staff_of, subject_of, user_by_name
from server.db import current_session
from server.services import services
from server.tables import SignInSession, User
from server.viewing import _, problem_view
from workorders.problems import Problem
from workorders.usecases.administration.audit import note_change

NO_STORE = {"Cache-Control": "no-store"}


@blueprint.get("/me")
@allow_staff
def own() -> ResponseReturnValue:
    """One's own sign-in."""
    return _page(None)


@blueprint.post("/me/password")
@allow_staff
def change_own_password() -> ResponseReturnValue:
    """Take another password, after the present one; every other session ends."""
    staff, now, form = current_staff(), services().clock(), request.form
    try:
        _check_present()
        if form.get("password", "") != form.get("again", ""):
            raise Problem("bad_input", field="again", reason="it is not the same as above")
        user = user_by_name(current_session(), staff.name)
        change_password(current_session(), user, form.get("password", ""))
        note_change(current_session(), subject_of(staff.name), "password", now=now, actor=staff.name)
    except Problem as problem:
        return _refused(problem)
    _stay(user)
    flash(_("Your password is changed. Your other sessions have ended."), "good")
    return redirect(url_for("auth.own"))


@blueprint.post("/me/second-factor")
@allow_staff
def begin_second_factor() -> ResponseReturnValue:
    """Make the secret for an authenticator app; the page then shows it and asks for its first code."""
    try:
        _check_present()
        second_factor.begin_enrolment(
            current_session(), current_staff().id, services().config.secret_key, now=services().clock()
        )
    except Problem as problem:
        return _refused(problem)
    return redirect(url_for("auth.own") + "#factor")


@blueprint.post("/me/second-factor/first-code")
@allow_staff
def confirm_second_factor() -> ResponseReturnValue:
    """Take the first code; the recovery codes are in this answer and nowhere else."""
    staff, db = current_staff(), current_session()
    try:
        codes = second_factor.confirm_enrolment(
            db,
            staff.id,
            services().config.secret_key,
            request.form.get("code", ""),
            now=services().clock(),
        )
    except Problem as problem:
        return _refused(problem)
    _stay(user_by_name(db, staff.name))
    return _page(None, codes), 201, NO_STORE


@blueprint.post("/me/recovery-codes")
@allow_staff
def renew_recovery_codes() -> ResponseReturnValue:
    """New recovery codes, in this answer and nowhere else; the old ones open nothing any more."""
    try:
        _check_present()
        codes = second_factor.renew_recovery_codes(
            current_session(), current_staff().id, services().config.secret_key, now=services().clock()
        )
    except Problem as problem:
        return _refused(problem)
    return _page(None, codes), 201, NO_STORE


@blueprint.post("/me/second-factor/end")
@allow_staff
def end_own_second_factor() -> ResponseReturnValue:
    """Be asked for no code any more; refused where the role asks for it."""
    staff = current_staff()
    try:
        if second_factor_asked_of(staff):
            raise Problem("second_factor_required")
        _check_present()
        now = services().clock()
        second_factor.end_second_factor(current_session(), staff.name, now=now, actor=staff.name)
    except Problem as problem:
        return _refused(problem)
    _stay(user_by_name(current_session(), staff.name))
    flash(_("You are asked for no one-time code any more. Your other sessions have ended."), "good")
    return redirect(url_for("auth.own"))


@blueprint.post("/me/sessions/<int:number>/end")
@allow_staff
def end_own_session(number: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    staff, now = current_staff(), services().clock()
    try:
        revoke_session(current_session(), staff.name, number, now=now, actor=staff.name, life=SESSION_LIFE)
    except Problem as problem:
        return _refused(problem)
    flash(_("The session has ended."), "good")
    return redirect(url_for("auth.own"))


def _check_present() -> None:
    """Before anything is written: the check counts in transactions of its own."""
    check_own_password(
        services().sessions,
        current_staff(),
        request.form.get("present", ""),
        session["staff"]["session"],
        services().clock(),
    )


def _stay(user: User) -> None:
    """Keep this one session when the others of the person end."""
    own_session = SignInSession.session_id == session["staff"]["session"]
    current_session().execute(update(SignInSession).where(own_session).values(epoch=user.session_epoch))
    session["staff"] = session["staff"] | {"epoch": user.session_epoch}


def _refused(problem: Problem) -> ResponseReturnValue:
    current_session().rollback()
    return _page(problem), problem.status


def _page(problem: Problem | None, codes: list[str] | None = None) -> str:
    db, config = current_session(), services().config
    user = user_by_name(db, current_staff().name)
    staff = staff_of(user)
    return render_template(
        "own_sign_in.html",
        person=user,
        codes=codes,
        provider=config.oidc_title if current_staff().by_provider else None,
        enrolment=second_factor.enrolment(db, staff, config.secret_key, config.district),
        codes_left=second_factor.recovery_codes_left(db, staff.id) if staff.second_factor else 0,
        owes=owes_second_factor(staff),
        asked=second_factor_asked_of(staff),
        shortest=MIN_LENGTH,
        sessions=open_sessions(db, user, now=services().clock(), life=SESSION_LIFE),
        this_session=session["staff"]["session"],
        problem=problem_view(problem) if problem else None,
    )
