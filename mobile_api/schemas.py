"""What tablets send and get, as marshmallow schemas; a bad body is a Problem `bad_input` naming the field."""

from typing import Any, NoReturn

from flask_smorest import Api, Blueprint
from marshmallow import Schema, ValidationError, fields, validate
from webargs.flaskparser import FlaskParser

from workorders.grammar.texts import UNPRINTABLE, UNSTORABLE, storable
from workorders.problems import Problem

NUMBER_MAX = 2**53
"""Whole numbers up to here are exact in every JSON implementation."""

_JWT = validate.Length(min=20, max=4096)


class ProblemParser(FlaskParser):
    """Turns a schema's complaints into the first Problem a person can act on."""

    def load_json(self, req: Any, schema: Any) -> Any:
        """The body as JSON. Raises Problem bad_input for one too deep, or with a value that no row holds."""
        try:
            body = super().load_json(req, schema)
            refuse_unstorable(body)
        except RecursionError:
            raise Problem("bad_input", field="body", reason="it is nested too deeply") from None
        return body

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise Problem bad_input for the first field that is wrong."""
        field, reason = _first(error.messages, "")
        raise Problem("bad_input", field=field or "body", reason=reason) from error

    def _handle_invalid_json_error(self, error: Any, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise Problem("bad_input", field="body", reason="it is not JSON") from error


class ProblemSchema(Schema):
    """A refusal: what clients match, what people read, what they can do, and what it is about."""

    code = fields.String(required=True, metadata={"example": "bad_input"})
    words = fields.String(required=True)
    advice = fields.String(required=True)
    details = fields.Dict(required=True)


class ProblemApi(Api):
    """An API that describes its refusals as they are."""

    ERROR_SCHEMA = ProblemSchema


class ProblemBlueprint(Blueprint):
    """A blueprint whose bodies are refused as Problems."""

    ARGUMENTS_PARSER = ProblemParser()


def refuse_unstorable(value: Any, path: str = "") -> None:
    """Raise Problem bad_input naming the first value of a JSON document that no database column holds."""
    if isinstance(value, str) and UNPRINTABLE.search(value):
        raise Problem("bad_input", field=path or "body", reason=UNSTORABLE)
    if isinstance(value, int | float) and not -NUMBER_MAX <= value <= NUMBER_MAX:
        raise Problem("bad_input", field=path or "body", reason="is no number that can be kept")
    if isinstance(value, dict):
        for name, part in value.items():
            refuse_unstorable(name, f"{path}.{storable(name)[:40]}".strip("."))
            refuse_unstorable(part, f"{path}.{name[:40]}".strip("."))
    if isinstance(value, list):
        for place, part in enumerate(value):
            refuse_unstorable(part, f"{path}.{place}".strip("."))


def _first(messages: Any, path: str) -> tuple[str, str]:
    if isinstance(messages, dict) and messages:
        name, inner = next(iter(messages.items()))
        step = "" if name in {"json", "_schema"} else str(name)
        return _first(inner, f"{path}.{step}".strip("."))
    if isinstance(messages, list) and messages:
        return _first(messages[0], path)
    return path, str(messages)


class EnrolSchema(Schema):
    """A tablet asks in with the code that the office gave its technician."""

    code = fields.String(required=True, validate=validate.Length(max=40), metadata={"example": "7K3M-9QXT"})
    public_jwk = fields.Dict(
        required=True, metadata={"description": "Public P-256 key made on the tablet (RFC 7517)."}
    )
    proof = fields.String(
        required=True,
        validate=_JWT,
        metadata={"description": "ES256 JWT by that key: aud curbstop:enrol, iat, jti, code without dashes."},
    )
    name = fields.String(
        load_default="Tablet", validate=validate.Length(min=1, max=80), metadata={"example": "Truck 12"}
    )
    app_version = fields.String(required=True, validate=validate.Length(min=1, max=20))
    device = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(equal=8),
        metadata={"description": "The tablet's id, when it is enrolled already for another technician."},
    )
    vouched = fields.String(
        load_default=None,
        allow_none=True,
        validate=_JWT,
        metadata={
            "description": "Then also: ES256 JWT by a key on it, aud curbstop:join, iss, sub, iat, jti, code."
        },
    )
    grant = fields.String(
        load_default=None,
        allow_none=True,
        validate=_JWT,
        metadata={
            "description": "And the grant of that key, by which a tablet is known again after the office's "
            "records were put back from a backup."
        },
    )


class SignInSchema(Schema):
    """A tablet proves its key and asks for a token."""

    assertion = fields.String(
        required=True,
        validate=_JWT,
        metadata={
            "description": "ES256 JWT by the enrolled key: aud curbstop:session, iss, sub, iat, jti (once)."
        },
    )
    counter = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=99_999_999),
        metadata={"description": "Highest event counter the tablet has given out."},
    )
    app_version = fields.String(required=True, validate=validate.Length(min=1, max=20))


class TechnicianSchema(Schema):
    """The person signed in."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class ReceiptBlockSchema(Schema):
    """Receipt numbers the profile may use: `<prefix>-<six digits>`, first to last."""

    prefix = fields.String(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)


class SessionSchema(Schema):
    """A signed-in profile: its token, and where to replicate with it."""

    token = fields.String(required=True, metadata={"description": "Bearer token for couch_url and /api."})
    expires_at = fields.AwareDateTime(required=True)
    device = fields.String(required=True)
    technician = fields.Nested(TechnicianSchema, required=True)
    database = fields.String(required=True, metadata={"example": "tech-t01"})
    couch_url = fields.String(required=True, metadata={"description": "Absolute, or a path on this server."})
    receipts = fields.Nested(ReceiptBlockSchema, required=True)
    counter = fields.Integer(
        required=True, metadata={"description": "The next event counter must be above it."}
    )
    server_time = fields.AwareDateTime(required=True)
    grant = fields.String(
        required=True,
        metadata={"description": "To be kept, and shown when the office does not know the tablet any more."},
    )


class TabletSchema(Schema):
    """What the office knows of the tablet that asks."""

    device = fields.String(required=True)
    name = fields.String(required=True)
    technician = fields.String(required=True)
    enrolled_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True, allow_none=True)
    counter = fields.Integer(required=True)
