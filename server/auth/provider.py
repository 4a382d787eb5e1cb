"""The district's identity provider: OpenID Connect's code flow with PKCE, state and nonce.

Sources: OpenID Connect Core 1.0 (section 3.1), Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the
answer), RFC 9700 (best current practice). Only signatures by the provider's own published keys are believed.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from server.auth.provider_http import ProviderHttp
from server.config import Config
from workorders.problems import Problem

log = structlog.get_logger()
ALGORITHMS = frozenset(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"))
"""Signatures with a public key. Neither `none` nor a shared secret signs anybody in."""
SKEW_SECONDS = 60
"""How far the provider's clock may be from ours."""
PENDING_SECONDS = 600
"""How long somebody may take at the provider."""
KNOWN_FOR = timedelta(hours=1)
ROTATION_PAUSE = timedelta(seconds=30)
"""An unknown key's id has the keys read anew, but not more often: anybody could send unknown ones."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in under way, kept in the browser's signed session until the provider sends the person back."""

    state: str
    nonce: str
    verifier: str
    at: float
    """Seconds since 1970."""


class Provider:
    """One provider, its description and keys being kept for an hour in this process."""

    def __init__(
        self, config: Config, clock: Callable[[], datetime], http: ProviderHttp | None = None
    ) -> None:
        self._config = config
        self._clock = clock
        self._http = http or ProviderHttp(config.oidc_client_id, config.oidc_client_secret)
        self._described: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, jwk.KeySet] | None = None

    def begin(self, redirect_uri: str) -> tuple[str, dict[str, Any]]:
        """The provider's address to send a browser to, and a `Pending` to keep meanwhile.

        Raises Problem provider_unreachable.
        """
        pending = Pending(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            at=self._clock().timestamp(),
        )
        address = prepare_grant_uri(
            self._description()["authorization_endpoint"],
            self._config.oidc_client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=self._config.oidc_scopes,
            state=pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
        )
        return str(address), asdict(pending)

    def finish(
        self, answer: Mapping[str, str], kept: dict[str, Any] | None, redirect_uri: str
    ) -> Mapping[str, Any]:
        """The claims about the person whom the provider sent back with `answer`, its query.

        Raises Problem provider_expired when this browser did not begin this sign-in, or too long ago;
        provider_refused, provider_answer_invalid and provider_unreachable.
        """
        pending = self._begun_here(answer, kept)
        described = self._description()
        if answer.get("iss", described["issuer"]) != described["issuer"]:
            raise _invalid("iss", "the answer comes from another issuer")
        if "error" in answer or not answer.get("code"):
            log.warning("provider_refused", error=answer.get("error", "")[:80])
            raise Problem("provider_refused", provider=self._config.oidc_title)
        token = self._http.redeem(described, answer["code"], pending.verifier, redirect_uri)
        claims = self._verified(token, pending.nonce)
        return self._completed(claims, described, token)

    def _begun_here(self, answer: Mapping[str, str], kept: dict[str, Any] | None) -> Pending:
        if kept is None:
            raise Problem("provider_expired")
        pending = Pending(**kept)
        same = secrets.compare_digest(answer.get("state", "").encode(), pending.state.encode())
        if not same or not 0 <= self._clock().timestamp() - pending.at < PENDING_SECONDS:
            raise Problem("provider_expired")
        return pending

    def _verified(self, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        given = token.get("id_token")
        if not isinstance(given, str):
            raise _invalid("id_token", "there is none")
        options = {
            "iss": {"essential": True, "value": self._config.oidc_issuer},
            "aud": {"essential": True, "value": self._config.oidc_client_id},
            "sub": {"essential": True},
        }
        try:
            read = self._decoded(given)
            claims = CodeIDToken(
                read.claims,
                read.header,
                options,
                {
                    "nonce": nonce,
                    "client_id": self._config.oidc_client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(self._clock().timestamp()), leeway=SKEW_SECONDS)
        except (JoseError, ValueError) as error:
            raise _invalid("id_token", str(error)) from error
        return dict(claims)

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            known = self._keys
            if known is not None and self._clock() - known[0] < ROTATION_PAUSE:
                raise
            self._keys = None
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)

    def _completed(
        self, claims: Mapping[str, Any], described: Mapping[str, Any], token: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """With what the provider says only at its user-info address, where the token lacks it."""
        wanted = {self._config.oidc_name_claim}
        if self._config.oidc_roles:
            wanted.add(self._config.oidc_roles_claim)
        if wanted <= claims.keys() or "userinfo_endpoint" not in described or "access_token" not in token:
            return claims
        more = self._http.get(described["userinfo_endpoint"], bearer=str(token["access_token"]))
        # Core 5.3.2: an answer about somebody else must not be used.
        if more.get("sub") != claims["sub"]:
            raise _invalid("userinfo", "it is about somebody else")
        return {**more, **claims}

    def _description(self) -> dict[str, Any]:
        now = self._clock()
        if self._described is None or now - self._described[0] >= KNOWN_FOR:
            issuer = self._config.oidc_issuer
            found = self._http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            self._http.check_description(found, issuer)
            self._described = (now, found)
        return self._described[1]

    def _key_set(self) -> jwk.KeySet:
        now = self._clock()
        if self._keys is None or now - self._keys[0] >= KNOWN_FOR:
            found = self._http.get(self._description()["jwks_uri"])
            keys: Any = found.get("keys")
            try:
                # Keys of kinds that we do not know, or for encryption, are no reason to refuse the others.
                usable = [one for one in keys if one.get("kty") in {"RSA", "EC"} and one.get("use") != "enc"]
                self._keys = (now, jwk.KeySet.import_key_set({"keys": usable}))
            except (JoseError, ValueError, TypeError, AttributeError) as error:
                raise _invalid("jwks", str(error)) from error
        return self._keys[1]


def _invalid(part: str, why: str) -> Problem:
    log.warning("provider_answer_invalid", part=part, why=why[:200])
    return Problem("provider_answer_invalid")
