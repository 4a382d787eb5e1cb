"""A filled form becomes the same extra input as an API call would carry, for every order type."""

import pytest

from server.pages.csr import order_form
from workorders.catalogue import CATALOGUE
from workorders.judgement.answers import check_extra
from workorders.judgement.descriptors import Field, FieldType
from workorders.problems import Problem

ZONE = "America/Chicago"
FILLED = {
    FieldType.TEXT: "abc",
    FieldType.NUMBER: "3",
    FieldType.READ: "104233",
    FieldType.SERIAL: "CB100",
    FieldType.YES_NO: "yes",
    FieldType.DATE: "2026-03-05",
    FieldType.CENTS: "45.50",
    FieldType.INSTANT: "2026-03-05T10:00",
}


def typed(field: Field) -> str:
    """What a person would put into a field."""
    return field.choices[0].value if field.type is FieldType.CHOICE else FILLED[field.type]


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_type_can_be_raised_from_its_form(code: str) -> None:
    order_type = CATALOGUE[code]
    form = {f"extra.{field.name}": typed(field) for field in order_form.asked(order_type)}
    extra = order_form.extra_from_form(order_type, form, ZONE)
    kept = check_extra(order_type, extra)
    assert {name for name, value in kept.items() if value is not None} == set(extra)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_required_field_is_asked_or_worked_out(code: str) -> None:
    order_type = CATALOGUE[code]
    asked = {field.name for field in order_form.asked(order_type)}
    for field in order_type.extra:
        assert not field.required or field.name in asked, field.name


def test_money_and_times_are_as_the_district_means_them() -> None:
    reconnect = CATALOGUE["reconnect"]
    form = {
        "extra.promise_by": "2026-07-01T15:30",
        "extra.deposit_cents": "$1,020",
        "extra.payment_satisfied": "no",
    }
    extra = order_form.extra_from_form(reconnect, form, ZONE)
    assert extra == {
        "promise_by": "2026-07-01T15:30:00-05:00",
        "deposit_cents": 102_000,
        "payment_satisfied": False,
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [("extra.promise_by", "noon"), ("extra.deposit_cents", "a lot"), ("extra.deposit_cents", "1e400")],
)
def test_a_text_that_means_nothing_is_a_problem_at_its_field(name: str, text: str) -> None:
    with pytest.raises(Problem) as refused:
        order_form.extra_from_form(CATALOGUE["reconnect"], {name: text}, ZONE)
    assert refused.value.details["field"] == name


def test_an_hour_that_summer_time_skips_moves_on() -> None:
    skipped = order_form.instant_from_form("2026-03-08T02:30", ZONE, "due")
    assert skipped is not None
    assert skipped.isoformat() == "2026-03-08T03:30:00-05:00"
    assert order_form.instant_from_form("  ", ZONE, "due") is None
    assert order_form.end_of_day("", ZONE, "due") is None
