"""A CouchDB that is away, busy, broken or none at all is unavailable, and says so without its password."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from werkzeug.wrappers import Request, Response

from sync.stores.contract import StoreUnavailable
from sync.stores.couch.calls import CouchCalls
from sync.stores.couch.store import CouchStore
from tests.contract.couch_servers import serving
from tests.postgres import free_port

Ask = Callable[[CouchStore], object]
ASKS: dict[str, Ask] = {
    "names": lambda store: store.database_names(),
    "ensure": lambda store: store.ensure_database("tech-a", members=["tech-a"]),
    "delete": lambda store: store.delete_database("tech-a"),
    "settle": lambda store: store.await_copies("tech-a"),
    "info": lambda store: store.info("tech-a"),
    "positions": lambda store: store.positions(["tech-a"]),
    "put": lambda store: store.put_document("tech-a", "order:1", {}),
    "put many": lambda store: store.put_documents("tech-a", {"order:1": {}}),
    "remove": lambda store: store.remove_document("tech-a", "order:1"),
    "get": lambda store: store.get_document("tech-a", "order:1"),
    "file": lambda store: store.get_attachment("tech-a", "order:1", "p.jpg"),
    "changes": lambda store: store.changes("tech-a", since="0", limit=1),
    "read leaves": lambda store: store.read_leaves("tech-a", ["order:1"]),
    "write leaves": lambda store: store.write_leaves("tech-a", [{"_id": "a", "_rev": "1-a"}]),
    "purge": lambda store: store.purge("tech-a", {"a": ["1-a"]}),
    "get local": lambda store: store.get_local("tech-a", "a"),
    "put local": lambda store: store.put_local("tech-a", "a", {}),
}


@contextmanager
def answering(status: int, body: str, kind: str) -> Iterator[str]:
    """Serve one answer to everything; yields the address."""

    @Request.application
    def app(request: Request) -> Response:
        request.get_data()
        return Response(body, status, content_type=kind)

    with serving(app) as address:
        yield address


def refused(store: CouchStore, ask: Ask) -> str:
    with pytest.raises(StoreUnavailable) as caught:
        ask(store)
    return str(caught.value)


@pytest.mark.parametrize("name", ASKS)
def test_nobody_answers(name: str) -> None:
    store = CouchStore(f"http://admin:very-secret@127.0.0.1:{free_port()}")
    words = refused(store, ASKS[name])
    assert "does not answer" in words
    assert "secret" not in words
    store.close()


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (503, '{"error":"timeout","reason":"busy"}', "application/json", "answers 503"),
        (429, "{}", "application/json", "answers 429"),
        (502, "<html>Bad gateway</html>", "text/html", "answers 502"),
        (500, '{"error":"badmatch"}', "application/json", "does not answer"),
        (401, '{"error":"unauthorized"}', "application/json", "refuses the credentials"),
        (403, '{"error":"forbidden"}', "application/json", "refuses the credentials"),
        (412, '{"error":"missing_stub"}', "application/json", "have not caught up"),
        (404, "<html>Not found</html>", "text/html", "as a CouchDB does"),
        (200, "<html>Welcome to the hotel</html>", "text/html", "as a CouchDB does"),
    ],
)
def test_somebody_answers_otherwise(status: int, body: str, kind: str, words: str) -> None:
    with answering(status, body, kind) as address:
        store = CouchStore(f"http://admin:very-secret@{address}")
        for name, ask in ASKS.items():
            refusal = refused(store, ask)
            assert words in refusal, name
            assert address in refusal
            assert "secret" not in refusal
        store.close()


def test_an_address_may_have_a_path_and_awkward_credentials() -> None:
    seen = []

    @Request.application
    def app(request: Request) -> Response:
        seen.append((request.path, request.authorization and request.authorization.password))
        return Response('{"ok":true,"results":[],"last_seq":"0","rows":[],"purged":{}}', 200)

    with serving(app) as address:
        store = CouchStore(f"http://ad%40min:p%2Fw%3Aä@{address}/couch/")
        store.get_document("tech-a", "order:1")
        store.changes("tech-a", since="0", limit=1)
        store.put_documents("tech-a", {"a": {}})
        store.purge("tech-a", {"a": ["1-a"]})
        store.close()
    paths = [path for path, _ in seen]
    assert paths[:2] == ["/couch/tech-a/order:1", "/couch/tech-a/_changes"]
    assert all(path.startswith("/couch/tech-a/") for path in paths)
    assert {password for _, password in seen} == {"p/w:ä"}
    assert CouchCalls("http://a:b@[::1]:5984").server.url == "http://[::1]:5984"
