"""The bare endpoint: one administrator by password or cookie, anybody by token."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from flask.testing import FlaskClient

from sync.bare import WELCOME
from sync.bare_auth import BareAuth, OneAdmin
from sync.routes import ReplicationEndpoint
from sync.stores.sql.store import SqlStore
from tests.replication.served import bare_server

KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
SECRET = "s" * 40


@pytest.fixture
def client(store: SqlStore) -> Iterator[FlaskClient]:
    """A client of the bare endpoint with one technician's database."""
    auth = BareAuth(OneAdmin("admin", "pass:word"), {"ec": PEM, "hs": SECRET})
    app = Flask(__name__, static_folder=None)
    app.wsgi_app = ReplicationEndpoint(store, auth.authenticate, welcome=WELCOME, sessions=auth.admin)  # type: ignore[method-assign]
    store.ensure_database("tech-1")
    with app.test_client() as made:
        yield made


def token(
    key: Any = KEY,
    algorithm: str = "ES256",
    kid: str = "ec",
    *,
    roles: Any = ("tech-1", "device:d1"),
    **claims: Any,
) -> dict[str, str]:
    reply = {"sub": "1", "_couchdb.roles": roles, "exp": int(time.time()) + 60, **claims}
    reply = {name: value for name, value in reply.items() if value is not None}
    return {"Authorization": f"Bearer {jwt.encode(reply, key, algorithm, headers={'kid': kid})}"}


def test_passwords(client: FlaskClient) -> None:
    assert client.get("/_all_dbs", auth=("admin", "pass:word")).json == ["tech-1"]
    for wrong in (("admin", "pass"), ("root", "pass:word"), ("", "")):
        assert client.get("/_all_dbs", auth=wrong).status_code == 401
    assert client.get("/_all_dbs").status_code == 401
    assert (client.get("/").json or {})["couchdb"] == "Welcome"


@pytest.mark.parametrize("as_form", [True, False])
def test_a_replicator_signs_in_for_a_cookie(client: FlaskClient, as_form: bool) -> None:
    reply = {"name": "admin", "password": "pass:word"}
    answer = client.post("/_session", data=reply) if as_form else client.post("/_session", json=reply)
    assert answer.json == {"ok": True, "name": "admin", "roles": ["_admin"]}
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert client.get("/_all_dbs").status_code == 200
    assert (client.get("/_session").json or {})["userCtx"] == {"name": "admin", "roles": ["_admin"]}
    assert client.delete("/_session").status_code == 200
    assert client.get("/_all_dbs").status_code == 401
    assert client.post("/_session", data={**reply, "password": "x"}).status_code == 401
    assert client.post("/_session", json={"name": 1}).status_code == 400


def test_forged_cookies_are_refused(client: FlaskClient) -> None:
    for value in ("", "x", "9999999999.", "9999999999.abc", "1." + "0" * 64):
        client.set_cookie("AuthSession", value)
        assert client.get("/_all_dbs").status_code == 401


def test_tokens(client: FlaskClient) -> None:
    for good in (token(), token(SECRET, "HS256", "hs")):
        assert client.get("/tech-1", headers=good).status_code == 200
        assert client.get("/_all_dbs", headers=good).status_code == 403
        assert client.put("/tech-1/event:d1:1", json={}, headers=good).status_code in {201, 409}
    assert client.get("/_all_dbs", headers=token(roles=["_admin"])).status_code == 200


@pytest.mark.parametrize(
    "bad",
    [
        token(exp=int(time.time()) - 5),
        token(exp=None),
        token(sub=None),
        token(kid="nobody"),
        token(ec.generate_private_key(ec.SECP256R1())),
        token("t" * 40, "HS256", "hs"),
        token(SECRET, "HS256", "ec"),
        token("", "none", "ec"),
        token(roles=7),
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Digest x"},
        {"Authorization": "Basic !!!"},
    ],
)
def test_bad_tokens_are_refused(client: FlaskClient, bad: dict[str, str]) -> None:
    assert client.get("/tech-1", headers=bad).status_code == 401


def test_a_verified_token_still_ends(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ending = token()
    assert client.get("/tech-1", headers=ending).status_code == 200
    later = time.time() + 120
    monkeypatch.setattr("sync.bare_auth.time.time", lambda: later)
    assert client.get("/tech-1", headers=ending).status_code == 401


def test_slashes_in_ids_survive_a_server_that_hides_the_raw_url(database_url: str) -> None:
    with bare_server(database_url, workers=1) as url, httpx.Client(base_url=url) as http:
        assert http.put("/a%2Fb").status_code == 201
        assert http.get("/a%2Fb/").json()["db_name"] == "a/b"
        http.put("/db")
        assert http.put("/db/x%2Fy", json={"_id": "x/y", "v": 1}).status_code == 201
        assert http.get("/db/x%2Fy").json()["v"] == 1
        assert (
            http.put(
                "/db/x%2Fy/f%2Fg.txt",
                content=b"file",
                params={"rev": http.get("/db/x%2Fy").json()["_rev"]},
                headers={"Content-Type": "text/plain"},
            ).status_code
            == 201
        )
        assert http.get("/db/x%2Fy/f/g.txt").content == b"file"
        assert http.get("/db/_all_docs").json()["rows"][0]["id"] == "x/y"
        assert http.post("/a%2Fb/_bulk_docs", json={"docs": [{"_id": "d"}]}).status_code == 201
        assert http.get("/a%2Fb/d").json()["_id"] == "d"
