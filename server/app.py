"""Composition root of the web server: what talks to what is decided here and nowhere else."""

from datetime import timedelta

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

import mobile_api
import server.api
from mobile_api.schemas import ProblemApi
from mobile_api.tokens import token_authenticator
from server import assets, auth, doors, health, maps, packing, security, templating
from server.auth import provider_pages, remembered
from server.config import Config
from server.db import Transactional, bind_request_sessions
from server.demonstration import demo_part
from server.errors import register_errors
from server.logs import configure_logs
from server.pages import (
    admin,
    analysis,
    collections,
    csr,
    dispatch,
    office,
    plans,
    reading,
    reports,
    stock,
    visit,
)
from server.services import Services, open_services
from sync.protocol.limits import Limits, feeds_for
from sync.routes import ReplicationEndpoint
from sync.serving.client_guard import ClientGuard
from sync.stores.sql.store import SqlStore

BODY_BYTES = 2 * 1024 * 1024
"""Largest body outside replication, which has limits of its own."""
SESSION_HOURS = 12
"""A working day: nobody signs in twice, nobody stays signed in overnight."""


PAGES = (dispatch, plans, csr, reading, office, collections, analysis, reports, admin, stock, visit)
PARTS = (health, auth, *PAGES, maps)


def create_app(config: Config | None = None, *, services: Services | None = None) -> Flask:
    """The whole application on the given settings (default: the environment's)."""
    settings = services.config if services else (config or Config.from_env())
    configure_logs(settings.log_level)
    app = Transactional("server")
    app.extensions["curbstop"] = shared = services or open_services(settings)
    _configure(app, settings)
    bind_request_sessions(app)
    register_errors(app)
    security.register(app)
    packing.register(app)
    assets.register(app)
    templating.register(app)
    doors.register(app)
    remembered.register(app)
    provider_pages.register(app)
    for part in PARTS:
        app.register_blueprint(part.blueprint)
    _register_api(app)
    mobile_api.register(app)
    _register_replication(app, shared)
    # Inside what finds the client's address.
    app.wsgi_app = ClientGuard(app.wsgi_app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Config) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="curbstop",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
        # A session counts from its sign-in. Sent again with every answer, the cookie of a request that was
        # under way would take back what a form has just put into it: the words that the next page shows.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=BODY_BYTES,
        API_TITLE="Curbstop",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )


def _register_api(app: Flask) -> None:
    api = ProblemApi(app)
    api.register_blueprint(mobile_api.devices_blueprint)
    server.api.register(api)
    demo_api = demo_part("played_day.api")
    if demo_api is not None:
        demo_api.register(api)
    # flask-smorest answers HTTP errors in a shape of its own; ours carry a code and advice.
    register_errors(app)


def _register_replication(app: Flask, shared: Services) -> None:
    """Serve the embedded store; with a real CouchDB, tablets replicate with it directly."""
    if not isinstance(shared.store, SqlStore):
        return
    endpoint = ReplicationEndpoint(
        shared.store,
        token_authenticator(app),
        limits=Limits(parked_feeds=feeds_for(shared.config.web_threads)),
        cors_origins=shared.config.cors_origins,
        headers=security.HEADERS,
    )
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/couch": endpoint})  # type: ignore[method-assign]
