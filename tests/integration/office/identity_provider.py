"""A small OpenID Connect provider on this machine, which says what a test lets it say."""

import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
from flask import Flask, request
from flask.typing import ResponseReturnValue
from joserfc import jwk, jwt
from werkzeug.serving import make_server

CLIENT, SECRET = "curbstop field", "s3cret:with+signs"
Key = jwk.RSAKey | jwk.ECKey


def rsa(kid: str) -> Key:
    """A key for RS256."""
    return jwk.RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def ec(kid: str) -> Key:
    """A key for ES256."""
    return jwk.ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


FIRST = rsa("first")
"""Made once: that takes longer than a sign-in."""


@dataclass
class Person:
    """Who sits before the browser at the provider."""

    subject: str
    claims: dict[str, Any] = field(default_factory=dict)


@dataclass
class IdentityProvider:
    """Codes given out, keys published, and what a test makes of the tokens."""

    now: Callable[[], float]
    issuer: str = ""
    key: Key = field(default_factory=lambda: FIRST)
    algorithm: str = "RS256"
    published: list[Key] = field(default_factory=list)
    person: Person = field(default_factory=lambda: Person("sub-carla", {"preferred_username": "carla"}))
    user_info: dict[str, Any] | None = None
    claims_changed: Callable[[dict[str, Any]], None] = lambda _claims: None
    token_made: Callable[[dict[str, Any]], str] | None = None
    described: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    up: bool = True
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def signed_in(self, address: str) -> dict[str, str]:
        """The person signs in at `address`; the query that the browser comes back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert (query["client_id"], query["response_type"]) == (CLIENT, "code")
        assert (query["code_challenge_method"], "openid" in query["scope"].split()) == ("S256", True)
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def app(self) -> Flask:
        """The provider's addresses."""
        app = Flask("identity provider")

        @app.before_request
        def counted() -> ResponseReturnValue | None:
            self.asked[request.path] = self.asked.get(request.path, 0) + 1
            return None if self.up else ("down", 502)

        @app.get("/.well-known/openid-configuration")
        def description() -> dict[str, Any]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                **({"userinfo_endpoint": f"{self.issuer}/me"} if self.user_info else {}),
                **self.described,
            }

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            published = self.published or [self.key]
            return {"keys": [one.as_dict(private=False) for one in published] + [{"kty": "OKP?"}]}

        @app.get("/me")
        def me() -> ResponseReturnValue:
            assert request.headers["Authorization"] == "Bearer access"
            return self.user_info or {}

        app.post("/token")(self._token)
        return app

    def _token(self) -> ResponseReturnValue:
        given = b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        name, _, secret = given.partition(":")
        begun = self._codes.pop(request.form["code"], None)
        challenge = urlsafe_b64encode(sha256(request.form["code_verifier"].encode()).digest())
        if (unquote(name), unquote(secret)) != (CLIENT, SECRET) or begun is None:
            return {"error": "invalid_client"}, 401
        right = challenge.rstrip(b"=").decode() == begun["code_challenge"]
        if not right or request.form["redirect_uri"] != begun["redirect_uri"]:
            return {"error": "invalid_grant"}, 400
        at = int(self.now())
        claims = {
            "iss": self.issuer,
            "sub": self.person.subject,
            "aud": CLIENT,
            "iat": at,
            "exp": at + 300,
            "nonce": begun["nonce"],
            **self.person.claims,
        }
        self.claims_changed(claims)
        return {"access_token": "access", "token_type": "Bearer", "id_token": self._id_token(claims)}

    def _id_token(self, claims: dict[str, Any]) -> str:
        if self.token_made is not None:
            return self.token_made(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def signing_input(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """The part of a token that its signature is made over (RFC 7515)."""
    parts = [orjson.dumps(one) for one in (header, claims)]
    return ".".join(urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts)


def unsigned(claims: dict[str, Any]) -> str:
    """A token of the algorithm `none`."""
    return signing_input({"alg": "none"}, claims) + "."


@contextmanager
def served(now: Callable[[], float]) -> Iterator[IdentityProvider]:
    """The provider, answering on a port of this machine."""
    provider = IdentityProvider(now)
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
