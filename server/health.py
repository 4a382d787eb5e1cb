"""Is it alive, is it ready, and what is it doing: for load balancers, people and Prometheus."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from server.migrate import is_current
from server.services import Services, services
from sync.stores.contract import StoreUnavailable
from workorders.queries.pipeline_health import (
    count_delayed,
    count_failed_events,
    delayed_feeds,
    worker_loops,
)
from workorders.tables import ExceptionCase, FieldEvent, Order, Outbox
from workorders.usecases.field.quarantine import undecided_documents

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """200 when database, schema and document store are usable; 503 names what is not."""
    parts = readiness(services())
    ready = all(part["ok"] for part in parts.values())
    return jsonify(status="ready" if ready else "not ready", parts=parts), 200 if ready else 503


def readiness(of: Services) -> dict[str, dict[str, Any]]:
    """Each part the service needs, whether it works, and in plain words why not."""
    parts: dict[str, dict[str, Any]] = {}
    try:
        with of.read_sessions() as session:
            waiting = session.scalar(select(func.count()).select_from(Outbox).where(Outbox.is_waiting()))
        current = is_current(of.engine)
        parts["database"] = {"ok": True}
        parts["schema"] = {"ok": current, "words": "" if current else "Run “curbstop migrate”."}
        parts["outbox"] = {"ok": True, "waiting": waiting}
    except SQLAlchemyError as error:
        parts["database"] = {"ok": False, "words": f"The database does not answer: {type(error).__name__}."}
    try:
        of.store.database_names()
        parts["documents"] = {"ok": True}
    except StoreUnavailable as error:
        parts["documents"] = {
            "ok": False,
            "words": f"Tablets cannot sync now; the outbox keeps everything. {error}",
        }
    except SQLAlchemyError:
        parts["documents"] = {"ok": False, "words": "The document store's database does not answer."}
    return parts


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts that tell an operator whether work flows: by state, waiting, in review."""
    registry = CollectorRegistry()
    orders = Gauge("curbstop_orders", "Orders by state", ["state"], registry=registry)
    events = Gauge("curbstop_field_events", "Field events by verdict", ["status"], registry=registry)
    waiting = Gauge("curbstop_outbox_waiting", "Documents not yet published", registry=registry)
    cases = Gauge("curbstop_exceptions_open", "Exceptions a human must decide", registry=registry)
    held = Gauge("curbstop_quarantined", "Documents in quarantine", registry=registry)
    delayed = Gauge("curbstop_documents_delayed", "Documents that failed", ["state"], registry=registry)
    feeds = Gauge("curbstop_feeds_delayed", "Feeds that could not be read on", registry=registry)
    failures = Gauge("curbstop_worker_failures", "Unexpected errors survived", ["loop"], registry=registry)
    ran = Gauge("curbstop_worker_ran_seconds", "When a loop last ran, Unix time", ["loop"], registry=registry)
    aside = Gauge("curbstop_ingest_failed", "Undecided events on which the program failed", registry=registry)
    with services().read_sessions() as session:
        for state, count in count_delayed(session).items():
            delayed.labels(state).set(count)
        feeds.set(len(delayed_feeds(session)))
        for loop in worker_loops(session):
            failures.labels(loop.name).set(loop.failures)
            if loop.ran_at is not None:
                ran.labels(loop.name).set(loop.ran_at.timestamp())
        aside.set(count_failed_events(session))
        for state, count in session.execute(select(Order.state, func.count()).group_by(Order.state)):
            orders.labels(state).set(count)
        for status, count in session.execute(
            select(FieldEvent.status, func.count()).group_by(FieldEvent.status)
        ):
            events.labels(status).set(count)
        pending = select(func.count()).select_from(Outbox).where(Outbox.is_waiting())
        waiting.set(session.scalar(pending) or 0)
        undecided = select(func.count()).select_from(ExceptionCase).where(ExceptionCase.state == "open")
        cases.set(session.scalar(undecided) or 0)
        held.set(undecided_documents(session))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
