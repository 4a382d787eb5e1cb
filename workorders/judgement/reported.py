"""What a technician recorded with one event, as titles and values in the order of the form. Pure.

The order type's own fields say what there is; what a form of another version asked is shown by its name, so
that nothing recorded is out of sight. Values are never trusted: a shape that does not fit is shown as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workorders.judgement.descriptors import Field, FieldType, OrderType
from workorders.messages.titles_en import METHODS
from workorders.messages.words import report_title
from workorders.messages.words_en import SERVICE_STATES

TIMES = ("arrived_at", "started_at", "finished_at")
COMMON = ("serial_seen", "read", "left", "seal", "lock", "remarks")
"""Keys of the body beside the answers; each repeats an answer where the form asks for it."""
RECEIPT = ("number", "amount_cents", "method", "check_number", "account", "taken_at")
LONGEST = 2_000
LONGEST_CAPTION, MOST_PHOTOS = 200, 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """One value. `kind`: text, choice (the value is its English title), yes_no, read, cents, instant, date or
    photo (the value is the attachment's name).
    """

    title: str
    kind: str
    value: Any
    unit: str | None = None


def recorded(order_type: OrderType | None, kind: str, body: Mapping[str, Any]) -> tuple[Recorded, ...]:
    """Everything that an event of `kind` with this body reports; `order_type` None: the type is not known."""
    if kind in {"payment", "receipt_void"}:
        return tuple(_receipt(body))
    given = body.get("answers")
    answers = dict(given) if isinstance(given, Mapping) else {}
    found = [*_times(body)]
    shown = set()
    for field in order_type.fields if order_type else ():
        value = answers.pop(field.name, None)
        key = field.means or field.name
        value = body.get(key) if value in (None, "") and key in COMMON else value
        shown.add(key)
        if value not in (None, "", []):
            found.append(_answer(field, value))
    found += [
        _plain(key, body[key]) for key in COMMON if key not in shown and body.get(key) not in (None, "")
    ]
    found += [_plain(str(name), value) for name, value in answers.items() if value not in (None, "")]
    found += _captioned(body)
    cut = body.get("cut")
    if isinstance(cut, Mapping) and cut.get("reason"):
        found.append(_plain("cut_reason", cut["reason"]))
    return tuple(found)


def _times(body: Mapping[str, Any]) -> Iterator[Recorded]:
    for key in TIMES:
        if isinstance(body.get(key), str):
            yield Recorded(report_title(key), "instant", body[key][:40])


def _captioned(body: Mapping[str, Any]) -> Iterator[Recorded]:
    """Photos that no question asked for, by their captions; one without is shown with the others."""
    given = body.get("photos")
    for photo in given[:MOST_PHOTOS] if isinstance(given, list) else ():
        if not isinstance(photo, Mapping):
            continue
        name, caption = photo.get("name"), photo.get("caption")
        if isinstance(name, str) and isinstance(caption, str) and caption.strip():
            yield Recorded(caption.strip()[:LONGEST_CAPTION], "photo", name)


def _receipt(body: Mapping[str, Any]) -> Iterator[Recorded]:
    receipt = body.get("receipt")
    for key in RECEIPT if isinstance(receipt, Mapping) else ():
        value = receipt.get(key) if isinstance(receipt, Mapping) else None
        if value in (None, ""):
            continue
        if key == "method" and value in METHODS:
            yield Recorded(report_title("receipt_method"), "choice", METHODS[value])
            continue
        kind = {"amount_cents": "cents", "taken_at": "instant"}.get(key, "text")
        fits = isinstance(value, int if kind == "cents" else str) and not isinstance(value, bool)
        yield Recorded(
            report_title(f"receipt_{key}"), kind if fits else "text", value if fits else _text(value)
        )
    if body.get("reason"):
        yield _plain("reason", body["reason"])


def _answer(field: Field, value: Any) -> Recorded:
    if field.type is FieldType.YES_NO and isinstance(value, bool | str):
        yes = value in (True, "on")
        return (
            Recorded(field.title, "yes_no", yes)
            if value in (True, False, "on", "off")
            else _as_text(field, value)
        )
    if field.type is FieldType.READ and isinstance(value, int):
        return Recorded(field.title, "read", value, field.unit)
    if field.type is FieldType.PHOTO and isinstance(value, str):
        return Recorded(field.title, "photo", value)
    if field.type is FieldType.FLOWS and isinstance(value, list):
        return Recorded(field.title, "text", "\n".join(_flow(run) for run in value)[:LONGEST])
    return _as_word(field, value)


def _as_word(field: Field, value: Any) -> Recorded:
    """A choice by its title, a day as a day, anything else as text."""
    titles = {choice.value: choice.title for choice in field.choices}
    if field.type is FieldType.CHOICE and str(value) in titles:
        return Recorded(field.title, "choice", titles[str(value)])
    if field.type is FieldType.DATE and isinstance(value, str):
        return Recorded(field.title, "date", value)
    return _as_text(field, value)


def _as_text(field: Field, value: Any) -> Recorded:
    return Recorded(field.title, "text", _text(value), field.unit)


def _plain(key: str, value: Any) -> Recorded:
    if isinstance(value, bool):
        return Recorded(report_title(key), "yes_no", value)
    if key == "left" and isinstance(value, str) and value in SERVICE_STATES:
        return Recorded(report_title(key), "choice", SERVICE_STATES[value])
    return Recorded(report_title(key), "text", _text(value))


def _flow(run: Any) -> str:
    if not isinstance(run, Mapping):
        return _text(run)
    tests = [
        f"{report_title(key)}: {report_title('flow_volumes').format(**volumes)}"
        for key in ("as_found", "as_left")
        if isinstance(volumes := run.get(key), Mapping) and {"meter", "standard"} <= volumes.keys()
    ]
    return f"{_text(run.get('gpm'))} gpm, {'; '.join(tests) or _text(run)}"


def _text(value: Any) -> str:
    return str(value)[:LONGEST]
