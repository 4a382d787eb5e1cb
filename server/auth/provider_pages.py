"""Signing in by the district's identity provider: there and back."""

from typing import cast

from flask import Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.auth.pages import blueprint, sign_in_form, signed_in
from server.auth.provider import Provider
from server.auth.provider_people import staff_of_claims, used_several_factors
from server.auth.roles import public
from server.services import services
from workorders.problems import Problem
from workorders.usecases.lost_races import in_transaction

PENDING = "provider"
"""Where the session keeps a sign-in that is under way."""
_EXTENSION = "curbstop_provider"


@blueprint.get("/sign-in/provider")
@public("sends the browser to the identity provider")
def to_provider() -> ResponseReturnValue:
    """To the provider, or back to the form with the reason why not."""
    try:
        address, pending = _provider().begin(_redirect_uri())
    except Problem as problem:
        return sign_in_form("", problem), problem.status
    session[PENDING] = pending | {"next": request.args.get("next")}
    return redirect(address)


@blueprint.get("/sign-in/back")
@public("takes a code of the identity provider that this browser was sent to")
def from_provider() -> ResponseReturnValue:
    """Start a session for whom the provider vouches, or say why not."""
    kept = session.pop(PENDING, None)
    onward = kept.pop("next", None) if kept else None
    config, now = services().config, services().clock()
    try:
        claims = _provider().finish(request.args.to_dict(), kept, _redirect_uri())

        # A code is good once: what loses a race begins again after it, not with the page.
        def begin(db: Session) -> ResponseReturnValue:
            staff = staff_of_claims(db, config, claims, now=now)
            several = used_several_factors(claims)
            return signed_in(db, staff, onward=onward, by_provider=True, several_factors=several)

        return in_transaction(services().sessions, begin)
    except Problem as problem:
        return sign_in_form("", problem), problem.status


def register(app: Flask) -> None:
    """Give the application its provider, when the settings name one."""
    shared = app.extensions["curbstop"]
    if shared.config.oidc_issuer:
        app.extensions[_EXTENSION] = Provider(shared.config, shared.clock)


def _provider() -> Provider:
    found = current_app.extensions.get(_EXTENSION)
    if found is None:
        raise Problem("not_found", what="provider", key="–")
    return cast(Provider, found)


def _redirect_uri() -> str:
    return url_for("auth.from_provider", _external=True)
