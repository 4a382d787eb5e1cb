"""What every request is held against before a view reads it: texts that can be kept, numbers of rows."""

from collections.abc import Iterator

from flask import Flask, request
from werkzeug.routing import IntegerConverter

from workorders.grammar.numbers import ID_MAX, count_from_text
from workorders.grammar.texts import UNPRINTABLE, UNSTORABLE
from workorders.problems import Problem


class RowNumber(IntegerConverter):
    """`<int:…>` of an address: no higher than a row's number can be, else there is nothing there."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{"max": ID_MAX} | options)  # type: ignore[arg-type]  # werkzeug's own options


def register(app: Flask) -> None:
    """Hold every request of the application against these limits."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(refuse_unstorable)


def refuse_unstorable() -> None:
    """Raise Problem bad_input for an address, query or form with a character that no database text holds.

    JSON bodies are held against the same by the parser of the API (mobile_api.schemas).
    """
    for name, value in _texts():
        if UNPRINTABLE.search(value) or UNPRINTABLE.search(name):
            raise Problem("bad_input", field=UNPRINTABLE.sub("?", name)[:80], reason=UNSTORABLE)


def seen_version(text: str, *, field: str) -> int | None:
    """The version of an order that a form saw; None when the form did not say.

    Raises Problem bad_input naming `field` for what is no version.
    """
    return count_from_text(text, field=field) if text else None


def _texts() -> Iterator[tuple[str, str]]:
    yield "address", request.path
    yield from request.args.items(multi=True)
    if not request.path.startswith("/api/"):
        yield from request.form.items(multi=True)
