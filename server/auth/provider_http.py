"""What is asked of an identity provider over HTTPS, with limits on each wait and on the answer's size."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import structlog

from server.provider_settings import is_secure
from workorders.problems import Problem

log = structlog.get_logger()
SECONDS = 10.0
"""Somebody waits for the page meanwhile."""
MOST_BYTES = 1_000_000
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderHttp:
    """Calls of one client of a provider."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._client_id, self._client_secret = client_id, client_secret

    def get(self, address: str, *, bearer: str | None = None) -> dict[str, Any]:
        """A JSON object. Raises Problem provider_unreachable."""
        headers = {"Accept": "application/json"}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        return self._asked("GET", address, headers=headers)

    def redeem(
        self, described: Mapping[str, Any], code: str, verifier: str, redirect_uri: str
    ) -> dict[str, Any]:
        """The tokens for a code. Raises Problem provider_unreachable, also for a code that is refused."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        auth: tuple[str, str] | None = None
        methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not self._client_secret:
            form["client_id"] = self._client_id
        elif "client_secret_basic" in methods:
            # RFC 6749 2.3.1: both are form-encoded before they are joined.
            auth = (quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        headers = {"Accept": "application/json"}
        return self._asked("POST", described["token_endpoint"], data=form, headers=headers, auth=auth)

    def check_description(self, described: Mapping[str, Any], issuer: str) -> None:
        """Hold a provider's description to what we need. Raises Problem provider_unreachable.

        Discovery 1.0, section 4.3: its issuer must be the very one that was asked.
        """
        if described.get("issuer") != issuer:
            raise _unreachable(issuer, "it says that it is another issuer")
        for name in ENDPOINTS:
            if not is_secure(str(described.get(name, ""))):
                raise _unreachable(issuer, f"{name} is missing or not https")
        if described.get("userinfo_endpoint") and not is_secure(str(described["userinfo_endpoint"])):
            raise _unreachable(issuer, "userinfo_endpoint is not https")

    def _asked(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        try:
            with (
                httpx.Client(timeout=SECONDS, follow_redirects=False) as client,
                client.stream(method, address, **more) as answer,
            ):
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise _unreachable(address, "its answer is too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unreachable(address, str(error)) from error
        if answer.status_code != httpx.codes.OK:
            raise _unreachable(address, f"status {answer.status_code}")
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise _unreachable(address, "its answer is no JSON") from error
        if not isinstance(found, dict):
            raise _unreachable(address, "its answer is no JSON object")
        return found


def _unreachable(address: str, why: str) -> Problem:
    log.warning("provider_unreachable", address=address.partition("?")[0], why=why[:200])
    return Problem("provider_unreachable")
