"""How much one request, document or attachment may hold."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep one client from exhausting the server. All are positive.

    Bytes unless the name says otherwise. The defaults admit a technician's day with photos and refuse what no
    tablet produces.

    Raises ValueError when a bound is not positive.
    """

    request_bytes: int = 32 * 1024 * 1024
    """Body as received, before decompression, of what stores documents or files."""
    query_bytes: int = 8_000_000
    """Body of what asks only; also after decompression."""
    decompressed_bytes: int = 32 * 1024 * 1024
    """Body after `Content-Encoding: gzip`."""
    json_overhead_bytes: int = 48_000_000
    """What the values of one body may take in memory besides their text. A technician's day takes 5 MB."""
    decompression_ratio: int = 100
    """Decompressed size over received size; ordinary JSON stays under 30."""
    document_bytes: int = 8_000_000
    """One document's JSON without attachments, CouchDB's own default."""
    documents_per_request: int = 10_000
    """Rows of `_bulk_docs`, `_bulk_get`, `_revs_diff` and keys of `_all_docs`."""
    leaves_per_document: int = 1_000
    """Live and deleted leaves; a client that makes more is broken or hostile."""
    revision_chars: int = 128
    """Length of one revision id; CouchDB's have 34 or so."""
    history_revisions: int = 10_000
    """Ancestors listed in one `_revisions`."""
    id_bytes: int = 1_900
    """A document's id; PostgreSQL's indexes hold ids with a revision and a file name beside them."""
    attachment_bytes: int = 16 * 1024 * 1024
    """One attachment, decoded."""
    attachments_per_document: int = 100
    json_depth: int = 100
    """Nesting of objects and arrays."""
    parked_feeds: int = 500
    """Feeds one process holds open; each holds a thread, and threads must be left to do work (`feeds_for`).
    Beyond, the feed is refused with 429, which clients retry, so that calls that move documents never are.
    """
    parked_feeds_per_database: int = 24
    """Of those, the most that technicians' tablets hold in one database; each tablet has two or so."""
    feed_seconds: int = 3_600
    """A parked feed ends after this long and the client asks again."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise ValueError(f"{field.name} must be positive")


FEWEST_THREADS = 2
"""One may wait, one must work."""


def feeds_for(threads: int) -> int:
    """Return how many parked feeds a process with so many threads may hold.

    A sixth of the threads, at least one, stay free for the calls that move documents. Raises ValueError for
    fewer than two threads.
    """
    if threads < FEWEST_THREADS:
        raise ValueError(f"a server of feeds needs {FEWEST_THREADS} threads at least")
    return threads - max(threads // 6, 1)
