"""Signing in as a browser does, with an authenticator app at hand."""

import re
from datetime import datetime

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.integration.office.conftest import Office, csrf_of
from tests.integration.office.morning import PASSWORD

RECOVERY = re.compile(r"<li>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</li>")


class Browser:
    """One browser of somebody at an address."""

    def __init__(self, office: Office, address: str = "10.0.0.1") -> None:
        self.client: FlaskClient = office.client()
        self.client.environ_base["REMOTE_ADDR"] = address

    def send(self, page: str, path: str, **form: str) -> TestResponse:
        """A form of `page`, sent to `path`."""
        return self.client.post(path, data=form | {"csrf_token": csrf_of(self.client, page)})

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        """Name and password."""
        return self.send("/sign-in", "/sign-in", name=name, password=password)

    def give(self, code: str) -> TestResponse:
        """The one-time or recovery code."""
        return self.send("/sign-in/code", "/sign-in/code", code=code)

    def is_in(self) -> bool:
        """Whether the pages open."""
        return self.client.get("/csr/").status_code == 200

    def enrol(self, at: datetime) -> tuple[pyotp.TOTP, list[str]]:
        """Set up an app; answers what the app knows, and the recovery codes."""
        assert self.send("/me", "/me/second-factor", present=PASSWORD).status_code == 302
        page = self.client.get("/me").text
        found = re.search(r'<span class="mono">([A-Z2-7 ]{32,})</span>', page)
        assert found is not None
        app = pyotp.TOTP(found[1].replace(" ", ""))
        answer = self.send("/me", "/me/second-factor/first-code", code=app.at(at))
        assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
        codes = RECOVERY.findall(answer.text)
        assert len(codes) == 10
        return app, codes
