"""What a demonstration needs over HTTP: a cast, enrolment codes, and a run's records. For admins only."""

import secrets
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_smorest import Api

from demo.played_day import cast, figures
from demo.played_day.schemas import (
    CastQuerySchema,
    CastSchema,
    CodeQuerySchema,
    CodeSchema,
    MarkSchema,
    RunQuerySchema,
    RunSchema,
)
from mobile_api import enrolment
from mobile_api.schemas import ProblemBlueprint
from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.services import services

blueprint = ProblemBlueprint("demo", __name__, url_prefix="/api/demo", description="Playing a demo day")


def register(api: Api) -> None:
    """Add the addresses to the REST API."""
    api.register_blueprint(blueprint)


@blueprint.route("/enrolment-codes", methods=["POST"])
@allow("admin")
@blueprint.arguments(CodeQuerySchema)
@blueprint.response(201, CodeSchema)
def code(asked: dict[str, str]) -> dict[str, Any]:
    """Issue a one-time code that lets a technician onto a tablet."""
    shared = services()
    now, life = shared.clock(), timedelta(minutes=shared.config.enrolment_minutes)
    made = enrolment.issue_code(
        current_session(),
        shared.config.secret_key,
        asked["technician"],
        issued_by=current_staff().name,
        now=now,
        life=life,
        random=secrets.token_bytes(5),
    )
    return {"code": made, "technician": asked["technician"], "expires_at": now + life}


@blueprint.route("/cast", methods=["GET"])
@allow("admin")
@blueprint.arguments(CastQuerySchema, location="query")
@blueprint.response(200, CastSchema)
def who_and_what(asked: dict[str, str]) -> dict[str, Any]:
    """Technicians, and places where orders of the wanted types may be raised now."""
    now = services().clock()
    wanted = {name: int(count) for name, count in (part.split(":") for part in asked["wanted"].split(","))}
    return {
        "day": now.astimezone(ZoneInfo(services().config.timezone)).date(),
        "technicians": cast.technicians(current_session()),
        "cases": cast.cases(current_session(), wanted, now=now),
    }


@blueprint.route("/mark", methods=["GET"])
@allow("admin")
@blueprint.response(200, MarkSchema)
def mark() -> dict[str, int]:
    """Where the records stand now, to be given with the question about a run."""
    return figures.mark(current_session())


@blueprint.route("/run", methods=["GET"])
@allow("admin")
@blueprint.arguments(RunQuerySchema, location="query")
@blueprint.response(200, RunSchema)
def run(asked: dict[str, Any]) -> dict[str, Any]:
    """What the records say of a run's orders, tablets and payments."""
    named = {
        name: [part for part in asked[name].split(",") if part] for name in ("orders", "devices", "payments")
    }
    wanted = figures.Run(**named, entry=asked["entry"], duplicates=asked["duplicates"])
    return figures.figures(current_session(), wanted)
