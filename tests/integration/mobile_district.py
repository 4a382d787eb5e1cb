"""The devices API on a fresh database, with a clock that the test moves."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from mobile_api import devices_blueprint, enrolment
from server.config import Config
from server.db import session_factory
from server.errors import register_errors
from tests.conftest import NOW
from tests.integration.mobile_tablet import Tablet
from workorders.tables import Technician


class District:
    """The devices API on a fresh database, with a clock the test moves."""

    def __init__(self, engine: Engine, config: Config) -> None:
        self.now = NOW
        self.config = config
        self.sessions: sessionmaker[Session] = session_factory(engine)
        self.app = Flask("tests")
        self.app.extensions["curbstop"] = SimpleNamespace(
            config=config,
            sessions=self.sessions,
            read_sessions=session_factory(engine, read_only=True),
            clock=lambda: self.now,
        )
        self.app.config |= {"API_TITLE": "t", "API_VERSION": "1", "OPENAPI_VERSION": "3.1.0"}
        register_errors(self.app)
        Api(self.app).register_blueprint(devices_blueprint)
        self.client: FlaskClient = self.app.test_client()
        with self.sessions.begin() as session:
            session.add_all([Technician(id="t01", name="Demo One"), Technician(id="t02", name="Demo Two")])

    def code(self, technician: str = "t01", random: bytes = b"\x01\x02\x03\x04\x05") -> str:
        """A fresh enrolment code."""
        with self.sessions.begin() as session:
            return enrolment.issue_code(
                session,
                self.config.secret_key,
                technician,
                issued_by="test",
                now=self.now,
                life=timedelta(minutes=30),
                random=random,
            )

    def enrol(self, technician: str = "t01", random: bytes = b"\x01\x02\x03\x04\x05") -> Tablet:
        """An enrolled tablet."""
        tablet = Tablet()
        answer = self.post("enrol", tablet.enrol_body(self.code(technician, random), self.now))
        assert answer["status"] == 201
        tablet.device, tablet.technician = answer["device"], technician
        return tablet

    def post(self, path: str, body: object) -> dict[str, Any]:
        """The JSON answer of a POST with its status."""
        answer = self.client.post(f"/api/devices/{path}", json=body)
        return dict(answer.get_json()) | {"status": answer.status_code}

    def me(self, token: str) -> dict[str, Any]:
        """The JSON answer of /me with its status."""
        answer = self.client.get("/api/devices/me", headers={"Authorization": f"Bearer {token}"})
        return dict(answer.get_json()) | {"status": answer.status_code}

    def rows(self, table: type[Any]) -> list[Any]:
        """All rows of a table."""
        with self.sessions() as session:
            return list(session.scalars(select(table)))
