"""What a technician fills in: the required questions of the form that the tablet has for the type. Pure."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from demo.played_day import forms

Document = dict[str, Any]


def filled(form: Document, given: dict[str, Any], order: Document, today: date) -> dict[str, Any]:
    """`given`, and an answer to every other required question that the form asks after those."""
    answers: dict[str, Any] = {}
    for field in form["fields"]:
        name, only = field["name"], field.get("only_if")
        if only is not None and answers.get(only["field"]) != only["equals"]:
            continue
        if name in given:
            answers[name] = given[name]
        elif field["required"]:
            answers[name] = _usual(field, order, today)
    return answers


def body_of(form: Document, answers: dict[str, Any], at: datetime) -> Document:
    """The completion's body: what every completion repeats, and the outcome that the answers amount to."""
    meant = {field["means"]: answers.get(field["name"]) for field in form["fields"] if field.get("means")}
    left = meant.get("left")
    body = forms.completion(answers, at, left=None if left is None else "on" if left else "off")
    body["outcome"] = _outcome(form, answers)
    return body | {name: meant[name] for name in ("serial_seen", "read", "lock", "seal") if name in meant}


def _outcome(form: Document, answers: dict[str, Any]) -> str:
    fits = (
        one["value"]
        for one in form["outcomes"]
        if "needs" not in one or answers.get(one["needs"]["field"]) == one["needs"]["equals"]
    )
    return str(next(fits))


def _usual(field: Document, order: Document, today: date) -> Any:
    meter = order["meter"]
    usual: dict[str, Callable[[], Any]] = {
        "photo": lambda: f"{field['name']}.jpg",
        "choice": lambda: field["choices"][0]["value"],
        "read": lambda: forms.likely_read(order),
        "serial": lambda: meter["serial"] if meter else "unknown",
        "date": (today - timedelta(days=30)).isoformat,
        "number": lambda: field.get("min", 1),
        "yes_no": lambda: False,
        "text": lambda: "demo",
    }
    return usual[field["type"]]()


def flows(profile: Document, rng: random.Random, *, fast: bool) -> list[Document]:
    """A meter test at every flow of the profile: within its limits, or well above them."""
    found = []
    for flow in profile["flows"]:
        low, high = flow["low_percent"], flow["high_percent"]
        percent = high + 2.5 if fast else rng.uniform(low + 0.4, high - 0.4)
        volume = 10.0 if flow["gpm"] < 1 else 50.0
        found.append(
            {
                "gpm": flow["gpm"],
                "as_found": {"meter": round(volume * percent / 100, 3), "standard": volume},
                "as_left": None,
            }
        )
    return found
