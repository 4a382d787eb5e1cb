"""`/api/devices`: a tablet asks in, signs in, and asks what the office knows of it."""

import secrets
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import current_app, request
from flask.views import MethodView

from mobile_api import enrolment, session
from mobile_api.enrolment import EnrolRequest
from mobile_api.grants import issue_grant
from mobile_api.schemas import EnrolSchema, ProblemBlueprint, SessionSchema, SignInSchema, TabletSchema
from mobile_api.services import Settings, services
from mobile_api.session import SignIn
from mobile_api.tables import Device, DeviceTechnician
from mobile_api.tokens import access_tokens, bearer
from workorders.problems import Problem

EMBEDDED_COUCH = "/couch/"

blueprint = ProblemBlueprint(
    "devices", __name__, url_prefix="/api/devices", description="Tablets: enrolment and sign-in"
)


@blueprint.route("/enrol")
class Enrol(MethodView):
    """A technician is let onto a tablet."""

    @blueprint.arguments(EnrolSchema)
    @blueprint.response(201, SessionSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Use a one-time code up; the answer is a first session."""
        shared = services()
        now, address = shared.clock(), request.remote_addr or "unknown"
        try:
            with shared.sessions.begin() as db:
                enrolment.check_attempts(db, address, now)
                profile = enrolment.enrol(
                    db, shared.config.secret_key, EnrolRequest(**body), now, secrets.token_bytes
                )
                return _signed_in(profile)
        except Problem as problem:
            if problem.code == "enrolment_code_invalid":
                with shared.sessions.begin() as db:
                    enrolment.record_attempt(db, address, now)
            raise


@blueprint.route("/session")
class Session(MethodView):
    """An enrolled tablet signs in."""

    @blueprint.arguments(SignInSchema)
    @blueprint.response(200, SessionSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Give a fresh access token for a proof that was not used before."""
        shared = services()
        with shared.sessions.begin() as db:
            return _signed_in(session.sign_in(db, SignIn(**body), shared.clock()))


@blueprint.route("/me")
class Me(MethodView):
    """The tablet that asks."""

    @blueprint.response(200, TabletSchema)
    @blueprint.doc(security=[{"bearer": []}])
    def get(self) -> dict[str, Any]:
        """Return what the office knows of the tablet that asks."""
        token = bearer(request)
        if token is None:
            raise Problem("sign_in_required")
        caller = access_tokens(current_app).caller(token)
        with services().read_sessions() as db:
            device = db.get_one(Device, caller.device)
            return {
                "device": device.id,
                "name": device.name,
                "technician": caller.name,
                "enrolled_at": device.enrolled_at,
                "last_seen_at": device.last_seen_at,
                "counter": device.last_counter,
            }


def _signed_in(profile: DeviceTechnician) -> dict[str, Any]:
    shared = services()
    token = access_tokens(current_app).issue(profile.device_id, profile.technician_id)
    return {
        "token": token.token,
        "expires_at": token.expires_at,
        "device": profile.device_id,
        "technician": {"id": profile.technician_id, "name": profile.technician.name},
        "database": profile.technician.database,
        "couch_url": couch_url(shared.config),
        "receipts": {
            "prefix": profile.receipt_prefix,
            "first": profile.block.first,
            "last": profile.block.last,
        },
        "counter": profile.device.last_counter,
        "server_time": shared.clock(),
        "grant": issue_grant(shared.config.secret_key, profile),
    }


def couch_url(settings: Settings) -> str:
    """Where tablets replicate: this server's own endpoint, or the real CouchDB without its credentials."""
    url = settings.public_couch_url or settings.couchdb_url
    if url is None:
        return EMBEDDED_COUCH
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/") + "/", "", ""))
