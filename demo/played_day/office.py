"""The office's side of the demo day: the REST API with a user's name and password."""

import base64
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from demo.signins import DemoSignIns, SignIn
from workorders.problems import Problem

PATIENCE_SECONDS = 60.0
"""Longer than any request takes, shorter than a person waits for a demonstration."""


class Office:
    """People of the office on one server."""

    def __init__(self, url: str, signs: DemoSignIns) -> None:
        self._url = url.rstrip("/")
        self._signs = signs

    def ask(self, role: str, path: str, **query: Any) -> Any:
        """GET as the demo user with that role. Raises Problem server_refused or server_unreachable."""
        return self._send(role, "GET", f"{path}?{urlencode(query)}" if query else path)

    def send(self, role: str, path: str, body: dict[str, Any], *, version: int | None = None) -> Any:
        """POST as the demo user with that role; `version` is what was seen of an order. Raises as `ask`."""
        return self._send(role, "POST", path, body, version)

    def _send(
        self,
        role: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        version: int | None = None,
    ) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
            f"{self._url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers=_headers(self._signs.of(role), version),
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - as above
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Problem("server_refused", path=path, status=error.code, words=_words(error)) from error
        except (urllib.error.URLError, OSError) as error:
            raise Problem("server_unreachable", url=self._url, reason=str(error)) from error


def _headers(user: SignIn, version: int | None) -> dict[str, str]:
    secret = base64.b64encode(f"{user.name}:{user.password}".encode()).decode()
    headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/json"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return headers


def _words(error: urllib.error.HTTPError) -> str:
    """What the server said against it: a Problem's words, else the bare reason."""
    try:
        answer = json.loads(error.read())
    except ValueError:
        return str(error.reason)
    return str(answer.get("words", error.reason)) if isinstance(answer, dict) else str(error.reason)
