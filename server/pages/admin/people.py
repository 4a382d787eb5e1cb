"""People who sign in: adding them, roles, locking out, new passwords, and their sessions."""

import secrets

from flask import render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.auth import users
from server.auth.guard import SESSION_LIFE, current_staff
from server.auth.passwords import RANDOM_BYTES, readable_password
from server.auth.provider_people import came_from_provider, forget_identity
from server.auth.roles import ROLES
from server.auth.second_factor import end_second_factor
from server.auth.sessions import open_sessions, revoke_session, revoke_sessions
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.admin.blueprint import administers, blueprint
from server.pages.admin.change_words import in_words
from server.services import services
from server.tables import User
from server.viewing import _
from workorders.problems import Problem
from workorders.queries.admin_changes import changes_about, changes_of

NO_STORE = {"Cache-Control": "no-store"}
RECENT = 20
"""Changes below the list of people."""


@blueprint.get("/")
@administers
def people() -> ResponseReturnValue:
    """Everybody who may sign in or could once, and the form that adds somebody."""
    return _list(None)


@blueprint.post("/people")
@administers
def add_person() -> ResponseReturnValue:
    """Add a person. Their password is in this answer and nowhere else: only its hash is kept."""
    form, password = request.form, _password()
    name = form.get("name", "").strip().lower()
    try:
        users.add_user(
            current_session(),
            name,
            form.get("full_name", ""),
            password,
            form.getlist("roles"),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _list(problem), problem.status
    return _one(name, None, password=password), 201, NO_STORE


@blueprint.get("/people/<name>")
@administers
def person(name: str) -> ResponseReturnValue:
    """One person: roles, whether they may sign in, their sessions, and what was changed."""
    return _one(name, None)


@blueprint.post("/people/<name>/roles")
@administers
def change_roles(name: str) -> ResponseReturnValue:
    """Give these roles and no others."""

    def act() -> str:
        users.set_roles(
            current_session(),
            name,
            request.form.getlist("roles"),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("admin.person", name=name)

    return acted(act, lambda problem: _one(name, problem), said=_("The roles hold from the next click on."))


@blueprint.post("/people/<name>/access")
@administers
def change_access(name: str) -> ResponseReturnValue:
    """Lock a person out, or let them in again."""
    active = request.form.get("active") == "yes"

    def act() -> str:
        now = services().clock()
        users.set_active(current_session(), name, active, now=now, actor=current_staff().name)
        return url_for("admin.person", name=name)

    said = _("{name} can sign in again.", name=name) if active else _("{name} is locked out.", name=name)
    return acted(act, lambda problem: _one(name, problem), said=said)


@blueprint.post("/people/<name>/password")
@administers
def new_password(name: str) -> ResponseReturnValue:
    """Replace a password; the new one is in this answer and nowhere else, and open sessions end."""
    password = _password()
    now = services().clock()
    users.set_password(current_session(), name, password, now=now, actor=current_staff().name)
    return _one(name, None, password=password), 201, NO_STORE


@blueprint.post("/people/<name>/second-factor/end")
@administers
def end_factor(name: str) -> ResponseReturnValue:
    """Let somebody who lost both app and recovery codes sign in with the password alone."""

    def act() -> str:
        if name == current_staff().name:
            raise Problem("own_access")
        end_second_factor(current_session(), name, now=services().clock(), actor=current_staff().name)
        return url_for("admin.person", name=name)

    said = _("{name} is asked for no one-time code any more.", name=name)
    return acted(act, lambda problem: _one(name, problem), said=said)


@blueprint.post("/people/<name>/identity/forget")
@administers
def forget_link(name: str) -> ResponseReturnValue:
    """Let a person be recognized anew when they next come from the identity provider."""

    def act() -> str:
        forget_identity(current_session(), name, now=services().clock(), actor=current_staff().name)
        return url_for("admin.person", name=name)

    said = _("{name} is recognized by name at the next sign-in.", name=name)
    return acted(act, lambda problem: _one(name, problem), said=said)


@blueprint.post("/people/<name>/sessions/<int:number>/end")
@administers
def end_one_session(name: str, number: int) -> ResponseReturnValue:
    """End one session."""

    def act() -> str:
        revoke_session(
            current_session(),
            name,
            number,
            now=services().clock(),
            actor=current_staff().name,
            life=SESSION_LIFE,
        )
        return url_for("admin.person", name=name)

    return acted(act, lambda problem: _one(name, problem), said=_("The session has ended."))


@blueprint.post("/people/<name>/sessions/end")
@administers
def end_sessions(name: str) -> ResponseReturnValue:
    """End every session of a person."""

    def act() -> str:
        revoke_sessions(current_session(), name, now=services().clock(), actor=current_staff().name)
        return url_for("admin.person", name=name)

    return acted(act, lambda problem: _one(name, problem), said=_("All their sessions have ended."))


def _password() -> str:
    return readable_password(secrets.token_bytes(RANDOM_BYTES))


def _list(problem: Problem | None) -> str:
    db = current_session()
    return render_template(
        "admin/people.html",
        people=db.scalars(select(User).order_by(User.active.desc(), User.name)).all(),
        roles=ROLES,
        chosen=request.form.getlist("roles"),
        changes=in_words(changes_about(db, "person", most=RECENT)),
        **shown(problem),
    )


def _one(name: str, problem: Problem | None, *, password: str | None = None) -> str:
    db = current_session()
    user = users.user_by_name(db, name)
    return render_template(
        "admin/person.html",
        person=user,
        own=name == current_staff().name,
        linked_at=came_from_provider(db, user),
        password=password,
        roles=ROLES,
        sessions=open_sessions(db, user, now=services().clock(), life=SESSION_LIFE),
        this_session=session["staff"]["session"],
        changes=in_words(changes_of(db, users.subject_of(name))),
        **shown(problem),
    )
