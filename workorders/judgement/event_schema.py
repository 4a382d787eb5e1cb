"""The strict shape of an event document (docs/documents.md), and older shapes brought up to it."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from marshmallow import Schema, ValidationError, fields, validate

from workorders.grammar.texts import FILE_NAME_MAX
from workorders.messages.message import Message

SCHEMA = 1
"""The event schema this program writes down and understands; older ones are upcast, newer ones wait."""

KINDS = (
    "acknowledged",
    "en_route",
    "on_site",
    "started",
    "suspended",
    "resumed",
    "completed",
    "unable",
    "payment",
    "cancel_seen",
    "receipt_void",
    "backed_out",
    "message",
    "messages_read",
    "day",
    "pickup",
    "office_code",
)
EVENT_ID = re.compile(r"event:(?P<device>[a-z0-9]{4,32}):(?P<counter>\d{8})")


_EXACT = 2**53
"""Whole numbers up to here are exact in every JSON implementation."""
_ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped zero character in JSON; an even number of backslashes before it is a text that names it."""


class Unreadable(Exception):  # noqa: N818 - a verdict on a document, not on the program
    """The document cannot be understood; `message` (`quarantine.<code>`) goes into its quarantine."""

    def __init__(self, code: str, reason: Message | None = None, **params: object) -> None:
        super().__init__(code if reason is None else reason.code)
        given = params if reason is None else {"reason": reason}
        self.code = code
        self.message = Message.of(f"quarantine.{code}", **given)


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment stub: MIME type, digest as the store gives it, bytes."""

    content_type: str
    digest: str
    length: int


@dataclass(frozen=True, slots=True)
class FieldDocument:
    """An event document, understood. `digest` covers what the tablet stated, not files nor revision."""

    id: str
    kind: str
    order: str | None
    epoch: int | None
    seen_seq: int | None
    rule_set: int | None
    technician: str
    device: str
    counter: int
    at: datetime
    clock: Mapping[str, Any]
    position: tuple[float, float] | None
    accuracy_m: float | None
    body: Mapping[str, Any]
    attachments: Mapping[str, Attached]
    digest: str


_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""A tablet whose clock was reset says 1970; beyond these years no calendar arithmetic is safe."""


class _Clock(Schema):
    monotonic_ms = fields.Integer(load_default=None, allow_none=True, strict=True)
    offset_ms = fields.Integer(load_default=None, allow_none=True, strict=True)
    gps_time = fields.AwareDateTime(load_default=None, allow_none=True)


class _Position(Schema):
    lon = fields.Float(required=True, validate=validate.Range(-180, 180))
    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    accuracy_m = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0))


class _Event(Schema):
    kind = fields.String(required=True, validate=validate.Equal("event"))
    schema = fields.Integer(required=True, strict=True, validate=validate.Equal(SCHEMA))
    event = fields.String(required=True, validate=validate.OneOf(KINDS))
    order = fields.String(required=True, allow_none=True, validate=validate.Length(1, 20))
    epoch = fields.Integer(required=True, allow_none=True, strict=True, validate=validate.Range(0, 10**6))
    seen_seq = fields.Integer(required=True, allow_none=True, strict=True, validate=validate.Range(0, 2**53))
    rule_set = fields.Integer(required=True, allow_none=True, strict=True, validate=validate.Range(0, 10**6))
    technician = fields.String(required=True, validate=validate.Length(1, 20))
    device = fields.String(required=True, validate=validate.Length(1, 40))
    counter = fields.Integer(required=True, strict=True, validate=validate.Range(1, 99_999_999))
    app_version = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    at = fields.AwareDateTime(required=True, validate=validate.Range(_EARLIEST, _LATEST))
    clock = fields.Nested(_Clock, required=True)
    position = fields.Nested(_Position, required=True, allow_none=True)
    body = fields.Dict(required=True, keys=fields.String())


_EVENT = _Event()


def _from_unnumbered(document: dict[str, Any]) -> dict[str, Any]:
    """Schema 0: tablets of the trial wrote no `schema`, no clock and no sequence that they had seen."""
    return {"seen_seq": None, "rule_set": None, "clock": {}, "position": None, "epoch": None} | document


_UPCAST: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {0: _from_unnumbered}
"""From each older schema to the next."""


def understand(document: Mapping[str, Any], *, database: str) -> FieldDocument:
    """The event of a document from a technician's database.

    Raises Unreadable: `malformed` (naming the fields), `newer_schema`, or `foreign` when the document
    speaks for another technician, device or counter than the place it lies in.
    """
    stated = stated_in(document)
    digest = digest_of(stated)
    try:
        loaded = _EVENT.load(_upcast(stated))
    except ValidationError as error:
        raise Unreadable(
            "malformed",
            Message.of(
                "unreadable.fields",
                fields=", ".join(_paths(error.messages_dict)),
                detail=_named(error.messages_dict),
            ),
        ) from None
    doc_id = str(document.get("_id"))
    _check_place(doc_id, loaded, database)
    position = loaded["position"]
    return FieldDocument(
        id=doc_id,
        kind=loaded["event"],
        order=loaded["order"],
        epoch=loaded["epoch"],
        seen_seq=loaded["seen_seq"],
        rule_set=loaded["rule_set"],
        technician=loaded["technician"],
        device=loaded["device"],
        counter=loaded["counter"],
        at=loaded["at"],
        clock=stated.get("clock", {}),
        position=(position["lon"], position["lat"]) if position else None,
        accuracy_m=position["accuracy_m"] if position else None,
        body=loaded["body"],
        attachments=_attachments(document.get("_attachments")),
        digest=digest,
    )


def stated_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the tablet stated: the document without the fields of the store. `FieldEvent.body` keeps it."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


def event_body(stated: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event's own body inside what `FieldEvent.body` keeps."""
    body = stated.get("body")
    return body if isinstance(body, Mapping) else {}


def digest_of(stated: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON of what a document states, `_` fields left out.

    Raises Unreadable `malformed` for what cannot be kept: a zero character (PostgreSQL has none in text).
    """
    try:
        canonical = orjson.dumps(_alike(stated), option=orjson.OPT_SORT_KEYS)
    except (TypeError, OverflowError) as error:
        raise Unreadable("malformed", Message.of("unreadable.not_json", error=str(error))) from None
    if _ZERO.search(canonical):
        raise Unreadable("malformed", Message("unreadable.zero_character"))
    return hashlib.sha256(canonical).hexdigest()


def _alike(value: Any) -> Any:
    """Numbers in one shape however an engine's JSON column hands them back: 8.0 as 8, 10^300 as 1e300."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        return float(value)
    if isinstance(value, Mapping):
        return {key: _alike(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_alike(part) for part in value]
    return value


def _upcast(stated: dict[str, Any]) -> dict[str, Any]:
    version = stated.get("schema", 0)
    if not isinstance(version, int) or isinstance(version, bool):
        return stated
    if version > SCHEMA:
        raise Unreadable("newer_schema", version=version, known=SCHEMA)
    while version in _UPCAST:
        stated = _UPCAST[version](stated)
        version += 1
        stated["schema"] = version
    return stated


def _check_place(doc_id: str, loaded: Mapping[str, Any], database: str) -> None:
    found = EVENT_ID.fullmatch(doc_id)
    if found is None:
        raise Unreadable("malformed", Message.of("unreadable.event_id", id=doc_id[:80]))
    if found["device"] != loaded["device"] or int(found["counter"]) != loaded["counter"]:
        raise Unreadable("foreign", Message.of("unreadable.other_place", id=doc_id))
    if database != f"tech-{loaded['technician']}":
        whose = Message.of("unreadable.other_technician", technician=loaded["technician"], database=database)
        raise Unreadable("foreign", whose)


def _attachments(stubs: Any) -> dict[str, Attached]:
    if not isinstance(stubs, Mapping):
        return {}
    longest = max(stubs, key=len, default="")
    if len(longest) > FILE_NAME_MAX:
        raise Unreadable("malformed", Message.of("unreadable.attachment_name", name=longest[:80]))
    return {
        name: Attached(
            str(stub.get("content_type", "application/octet-stream")),
            str(stub.get("digest", "")),
            int(stub.get("length", 0)),
        )
        for name, stub in stubs.items()
        if isinstance(stub, Mapping)
    }


def _paths(messages: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The field of every message."""
    for name, message in messages.items():
        if isinstance(message, Mapping) and message:
            yield from _paths(message, f"{path}{name}.")
        else:
            yield f"{path}{name}"


def _named(messages: Mapping[str, Any], path: str = "") -> str:
    """Every message with the path of its field, so that the reason names what is wrong."""
    parts = []
    for name, message in messages.items():
        where = f"{path}{name}"
        inner = message if isinstance(message, Mapping) else None
        parts.append(_named(inner, f"{where}.") if inner else f"{where}: {' '.join(map(str, message))}")
    return " ".join(parts)
