"""The document store of a district that outgrew one machine: a real CouchDB 3.x, single or clustered.

Tablets replicate with that CouchDB directly, opened by the same tokens; the server writes orders and
reads events through here. Sequences are CouchDB's own opaque strings.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from couchdb3.exceptions import (
    BadRequestError,
    ConflictError,
    MethodNotAllowedError,
    NotFoundError,
    PreconditionFailedError,
)

from sync.stores.contract import (
    Attachment,
    Change,
    ChangeBatch,
    DatabaseInfo,
    DatabaseMissing,
    StoreUnavailable,
)
from sync.stores.couch import cluster as couch_cluster
from sync.stores.couch.calls import CouchCalls, path_of
from sync.stores.couch.documents import next_revision, plain, purge_portions
from sync.stores.couch.places import QuietPlaces
from sync.stores.guard import GUARD_ID, guard_document, member_roles, security_document

SHARDS = 1
"""A technician's database is small; one shard keeps its feed one ordered list."""
ATTEMPTS = 5
"""Only the server writes these documents; two of its own processes rarely meet more than once."""

PARALLEL_WRITES = 4
DBS_INFO_KEYS = 100
"""CouchDB's default `max_db_number_for_dbs_info_req`."""
BEGINNING = "0"


class CouchStore:
    """`DocumentStore` on CouchDB through couchdb3. Safe to share between threads."""

    def __init__(self, url: str, *, guard: bool = True) -> None:
        """`url` carries admin credentials. `guard` False: the server has no JavaScript and guards itself."""
        self._calls = CouchCalls(url)
        self._guard = guard
        self._places = QuietPlaces()

    @property
    def parallel_writes(self) -> int:
        """CouchDB waits for its disk with each answer, and for every database by itself."""
        return PARALLEL_WRITES

    def close(self) -> None:
        """Close the connections to CouchDB."""
        self._calls.close()

    def ensure_database(self, name: str, *, members: Sequence[str] = ()) -> None:
        """Create the database with one shard when missing; set its guard and its members in any case.

        A new database is closed to all but administrators until it has its guard.
        """
        with self._calls.failures(), suppress(PreconditionFailedError):
            self._calls.call("PUT", path_of(name), q=SHARDS)
        if self._guard:
            self.put_document(name, GUARD_ID, guard_document())
        # Without looking first: of several copies one may answer that missed the last change.
        with self._calls.failures(name):
            self._calls.call("PUT", path_of(name, "_security"), security_document(members))

    def members(self, name: str) -> list[str]:
        """Return the roles that may open the database besides administrators."""
        with self._calls.failures(name):
            return member_roles(self._calls.call("GET", path_of(name, "_security")).json())

    def delete_database(self, name: str) -> None:
        """Remove the database with everything in it; a missing one is no error."""
        with suppress(DatabaseMissing), self._calls.failures(name):
            self._calls.call("DELETE", path_of(name)).json()

    def await_copies(self, name: str) -> None:
        """Return when every copy of the database holds what was confirmed (sync.stores.couch.cluster)."""
        couch_cluster.await_copies(self._calls, name)

    def database_names(self) -> list[str]:
        """Return all names in order, CouchDB's own (with a leading underscore) left out."""
        with self._calls.failures():
            return sorted(name for name in self._calls.server.all_dbs() if not name.startswith("_"))

    def info(self, name: str) -> DatabaseInfo:
        """Return the database's figures."""
        with self._calls.failures(name):
            body = self._calls.call("GET", path_of(name)).json()
        # Not every server of the protocol counts deletions.
        return DatabaseInfo(name, body["doc_count"], body.get("doc_del_count", 0), str(body["update_seq"]))

    def positions(self, names: Sequence[str]) -> dict[str, str]:
        """Return the newest position of each database that exists."""
        found: dict[str, str] = {}
        with self._calls.failures():
            for start in range(0, len(names), DBS_INFO_KEYS):
                found |= self._positions(list(names[start : start + DBS_INFO_KEYS]))
        return found

    def _positions(self, names: list[str]) -> dict[str, str]:
        try:
            rows = self._calls.server.dbs_info(names)
        except (NotFoundError, MethodNotAllowedError, BadRequestError):
            # Not every server has this call or takes as many keys: then each database is asked.
            rows = []
            for name in names:
                with suppress(DatabaseMissing), self._calls.failures(name):
                    rows.append({"key": name, "info": self._calls.call("GET", path_of(name)).json()})
        found = {row["key"]: str(row["info"]["update_seq"]) for row in rows if "info" in row}
        return {name: self._places.reported(name, position) for name, position in found.items()}

    def put_document(
        self,
        db: str,
        doc_id: str,
        body: Mapping[str, Any],
        *,
        attachments: Mapping[str, Attachment] | None = None,
    ) -> str | None:
        """Write the server's own revision on top of the winner; None when nothing changed."""
        path = path_of(db, doc_id)
        with self._calls.failures(db):
            for _ in range(ATTEMPTS):
                current = self._calls.get_json(path)
                document = next_revision(doc_id, body, current, attachments)
                if document is None:
                    return None
                try:
                    answer = self._calls.call("PUT", path, document).json()
                except ConflictError:
                    continue
                return str(answer["rev"])
        raise StoreUnavailable(f"{doc_id} is being written by others all the time.")

    def put_documents(self, db: str, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
        """Write many documents in one request each way, as `put_document` does."""
        database = self._calls.database(db)
        answers: dict[str, str | None] = dict.fromkeys(bodies)
        left = dict(bodies)
        for _ in range(ATTEMPTS):
            if not left:
                return answers
            with self._calls.failures(db):
                current = _current(self._calls, db, list(left))
                edits = [next_revision(id_, body, current.get(id_), None) for id_, body in left.items()]
                changed = [edit for edit in edits if edit is not None]
                rows = database.bulk_docs(changed) if changed else []
            written = {row["id"]: row["rev"] for row in rows if "rev" in row}
            answers |= written
            failed = [row for row in rows if "error" in row]
            if any(row["error"] != "conflict" for row in failed):
                raise StoreUnavailable(f"CouchDB refused {failed[0]['id']}: {failed[0].get('reason')}")
            left = {row["id"]: bodies[row["id"]] for row in failed}
        raise StoreUnavailable(f"{len(left)} documents are being written by others all the time.")

    def remove_document(self, db: str, doc_id: str) -> str | None:
        """Delete every live leaf; None when there was nothing live."""
        database = self._calls.database(db)
        removed = False
        with self._calls.failures(db):
            for _ in range(ATTEMPTS):
                leaves = self._calls.get_json(path_of(db, doc_id), open_revs="all") or []
                live = [row["ok"]["_rev"] for row in leaves if "ok" in row and not row["ok"].get("_deleted")]
                if not live:
                    left = database.changes(doc_ids=[doc_id]) if removed else None
                    return str(left["results"][0]["changes"][0]["rev"]) if left else None
                database.bulk_docs([{"_id": doc_id, "_rev": rev, "_deleted": True} for rev in live])
                removed = True
        raise StoreUnavailable(f"{doc_id} is being written by others all the time.")

    def get_document(self, db: str, doc_id: str, rev: str | None = None) -> dict[str, Any] | None:
        """Return the winner, or the given revision, with stubs; None when missing or deleted."""
        with self._calls.failures(db):
            found: dict[str, Any] | None = self._calls.get_json(path_of(db, doc_id), rev=rev)
        return found

    def get_documents(self, db: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the winners among these by id; no entry for one that is missing or deleted."""
        with self._calls.failures(db):
            return _current(self._calls, db, list(ids))

    def get_attachment(self, db: str, doc_id: str, name: str, rev: str | None = None) -> Attachment | None:
        """Return a file of the winner or of the given revision, or None."""
        document = self.get_document(db, doc_id, rev)
        entry = (document or {}).get("_attachments", {}).get(name)
        if document is None or entry is None:
            return None
        with self._calls.failures(db):
            answer = self._calls.get(path_of(db, doc_id, name), rev=document["_rev"])
        return None if answer is None else Attachment(answer.content, entry["content_type"], entry["digest"])

    def changes(self, db: str, *, since: str, limit: int, include_docs: bool = True) -> ChangeBatch:
        """Return up to `limit` documents changed after `since`, each once, oldest first.

        A position of another store counts as the beginning, as CouchDB itself does with those of a database
        that was made again.
        """
        with self._calls.failures(db):
            try:
                body = self._page(db, since, limit, include_docs)
            except BadRequestError:
                if since == BEGINNING:
                    raise
                since = BEGINNING
                body = self._page(db, since, limit, include_docs)
        rows = [
            Change(
                str(row["seq"]),
                row["id"],
                tuple(leaf["rev"] for leaf in row["changes"]),
                bool(row.get("deleted")),
                row.get("doc"),
            )
            for row in body["results"]
        ]
        # A server that does not count what is left gives a full page while there may be more.
        pending = int(body.get("pending", int(len(rows) >= limit)))
        last = str(body["last_seq"])
        if not rows and not pending:
            last = self._places.nothing_after(db, since, last)
        return ChangeBatch(rows, last, pending)

    def _page(self, db: str, since: str, limit: int, include_docs: bool) -> dict[str, Any]:
        page: dict[str, Any] = self._calls.database(db).changes(
            since=since, limit=limit, include_docs=include_docs, style="all_docs", feed="normal"
        )
        return page

    def read_leaves(self, db: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return every leaf of the documents with its history and files."""
        with self._calls.failures(db):
            known = self._calls.database(db).changes(doc_ids=list(ids), style="all_docs", feed="normal")
            wanted = [
                {"id": row["id"], "rev": leaf["rev"]} for row in known["results"] for leaf in row["changes"]
            ]
            path = path_of(db, "_bulk_get")
            found = self._calls.call("POST", path, {"docs": wanted}, revs=True, attachments=True).json()
        return [one["ok"] for row in found["results"] for one in row["docs"] if "ok" in one]

    def write_leaves(self, db: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Merge leaves read from another store; known ones change nothing."""
        with self._calls.failures(db):
            refused = self._calls.database(db).bulk_docs([dict(d) for d in documents], new_edits=False)
        if refused:
            raise StoreUnavailable(f"CouchDB refused {refused[0].get('id')}: {refused[0].get('reason')}")

    def purge(self, db: str, revs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Forget leaf revisions without a trace in the feed, and return those forgotten."""
        database = self._calls.database(db)
        purged: dict[str, list[str]] = {}
        with self._calls.failures(db):
            for portion in purge_portions(revs):
                for doc_id, of in database.purge(portion)["purged"].items():
                    if of:
                        purged.setdefault(doc_id, []).extend(of)
        return purged

    def get_local(self, db: str, doc_id: str) -> dict[str, Any] | None:
        """Return the server's own `_local/` document without `_` fields."""
        found = self.get_document(db, f"_local/{doc_id}")
        return None if found is None else plain(found)

    def put_local(self, db: str, doc_id: str, body: Mapping[str, Any]) -> None:
        """Write the server's own `_local/` document over what was there."""
        self.put_document(db, f"_local/{doc_id}", body)


def _current(calls: CouchCalls, db: str, ids: list[str]) -> dict[str, dict[str, Any]]:
    """The live winners among `ids`, each with its attachment stubs."""
    answer = calls.call("POST", path_of(db, "_all_docs"), {"keys": ids}, include_docs=True).json()
    return {row["id"]: row["doc"] for row in answer["rows"] if row.get("doc")}
