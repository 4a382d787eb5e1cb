"""Tables of the embedded document store.

They have a metadata of their own, because the store also runs without the rest of the product. Bodies and
revision trees are bytes: the hot path splices them into answers without parsing.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
    text,
)

sync_metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer(), "sqlite")
# Ids are compared byte by byte, as the protocol orders them, whatever the database's language.
_Ordered = Text().with_variant(Text(collation="C"), "postgresql")


def _database_id(*, checked: bool = False) -> Column[int]:
    reference = [ForeignKey("sync_database.id", ondelete="CASCADE")] if checked else []
    return Column("db_id", _Id, *reference, primary_key=True)


sync_database = Table(
    "sync_database",
    sync_metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("name", _Ordered, nullable=False, unique=True),
    Column("uuid", Text, nullable=False, comment="32 hex digits; new when a database is made again"),
    Column("update_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("doc_count", BigInteger, nullable=False, server_default=text("0")),
    Column("doc_del_count", BigInteger, nullable=False, server_default=text("0")),
    Column("purge_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("revs_limit", Integer, nullable=False, server_default=text("1000")),
    Column("security", LargeBinary, nullable=False, comment="JSON of _security"),
    sqlite_autoincrement=True,
    comment="One replicated database; its row is locked by every writer, so sequences appear in order",
)

sync_document = Table(
    "sync_document",
    sync_metadata,
    _database_id(checked=True),
    Column("doc_id", _Ordered, primary_key=True),
    Column("seq", BigInteger, nullable=False, comment="position in the feed, moved by every change"),
    Column("rev", Text, nullable=False, comment="winning revision"),
    Column("deleted", Boolean, nullable=False, comment="whether the winner is a deletion"),
    Column("others", LargeBinary, comment="JSON [[rev, deleted], …] of the other leaves, null when none"),
    Column("tree", LargeBinary, nullable=False, comment="revision tree as sync.protocol.revtree dumps it"),
    Index("uq_sync_document_db_id_seq", "db_id", "seq", unique=True),
    comment="A document's place in the feed and its revision tree",
)

sync_revision = Table(
    "sync_revision",
    sync_metadata,
    _database_id(),
    Column("doc_id", _Ordered, primary_key=True),
    Column("rev", Text, primary_key=True),
    Column("deleted", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False, comment="JSON object without fields that start with _"),
    Column("files", LargeBinary, comment="JSON of _attachments as stubs, null when none"),
    comment="The body of one revision; ancestors lose theirs at compaction",
)

sync_attachment = Table(
    "sync_attachment",
    sync_metadata,
    _database_id(),
    Column("doc_id", _Ordered, primary_key=True),
    Column("rev", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sha256", LargeBinary, nullable=False),
    Index("ix_sync_attachment_db_id_sha256", "db_id", "sha256"),
    comment="Which stored bytes a revision's attachment is",
)

sync_blob = Table(
    "sync_blob",
    sync_metadata,
    _database_id(),
    Column("sha256", LargeBinary, primary_key=True),
    Column("content", LargeBinary, nullable=False, comment="as stored: gzip for compressible types"),
    comment="Attachment bytes by content, once per database",
)

sync_local = Table(
    "sync_local",
    sync_metadata,
    _database_id(checked=True),
    Column(
        "owner", Text, primary_key=True, comment="namespace: empty for the server, device:<id> for a tablet"
    ),
    Column("doc_id", _Ordered, primary_key=True, comment="without _local/"),
    Column("rev", BigInteger, nullable=False, comment="N of 0-N"),
    Column("body", LargeBinary, nullable=False),
    comment="Checkpoints and other documents that never replicate",
)

UNPACKED = (
    "ALTER TABLE sync_revision SET (toast_tuple_target = 8160)",
    "ALTER TABLE sync_blob ALTER COLUMN content SET STORAGE EXTERNAL",
)
"""Storage settings for PostgreSQL. An order of 3 KB stays in its row, where two of them fill a page;
by itself PostgreSQL would pack it, at a fifth of what storing it costs, to save disk for a week. Photos and
what the endpoint has packed itself do not get smaller."""
PACKED = (
    "ALTER TABLE sync_revision RESET (toast_tuple_target)",
    "ALTER TABLE sync_blob ALTER COLUMN content SET STORAGE EXTENDED",
)
"""The way back."""
for _table, _statement in zip((sync_revision, sync_blob), UNPACKED, strict=True):
    _unpack = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    event.listen(_table, "after_create", _unpack.execute_if(dialect="postgresql"))
