"""Which expense accounts petty cash has, as an administrator publishes them."""

from typing import Any

import pytest

from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from tests.integration.office.test_petty_pages import PETTY, STAMPS, box

__all__ = ["box"]
PAGE = "/admin/petty-cash"
TODAY = CLOCK.date().isoformat()


def form(**given: Any) -> dict[str, Any]:
    """What is published at first, and one account more."""
    kept = ["6110", "6120", "6240", "6310", "6390"]
    labels = ("Postage", "Office supplies", "Small tools", "Fuel and parking", "Meals at emergencies")
    fields: dict[str, Any] = {f"label.{code}": label for code, label in zip(kept, labels, strict=True)}
    fields |= {"kept": kept, "new_code": ["6400", ""], "new_label": ["Keys", ""]}
    fields |= {"second_person": "60", "most": "150", "effective_from": TODAY, "reason": "Resolution 7"}
    return fields | given


def test_accounts_and_limits_hold_from_their_day(box: Office) -> None:
    page = box.client("ada").get(PAGE).text
    assert all(words in page for words in ("6110", "Postage", 'value="50.00"', 'value="200.00"'))
    assert box.client("sam").get(PAGE).status_code == 403
    assert box.post("sam", PAGE, **form()).status_code == 403
    keys = STAMPS | {"account": "6400"}
    assert box.post("casey", f"{PETTY}/vouchers", amount="55", **keys).status_code == 422
    assert box.post("ada", PAGE, **form(kept=["6110", "6240"])).status_code == 302
    assert "6400" in box.client("casey").get(PETTY).text
    assert box.post("casey", f"{PETTY}/vouchers", amount="55", **keys).status_code == 302
    assert "$45.00" in box.client("casey").get(PETTY).text
    gone = box.post("casey", f"{PETTY}/vouchers", amount="1", **(STAMPS | {"account": "6120"}))
    assert gone.status_code == 422
    shown = box.client("ada").get(PAGE).text
    assert all(words in shown for words in ("Resolution 7", "$60.00", "6400 Keys", "In force today", "Past"))
    audit = box.client("ada").get("/admin/audit?q=Resolution").text
    assert all(words in audit for words in ("Second person from", "$50.00", "$60.00"))


def test_what_is_to_come_does_not_hold_yet(box: Office) -> None:
    later = CLOCK.replace(year=CLOCK.year + 1).date().isoformat()
    assert box.post("ada", PAGE, **form(effective_from=later)).status_code == 302
    assert "To come" in box.client("ada").get(PAGE).text
    assert "6400" not in box.client("casey").get(PETTY).text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"new_code": ["64 00"]}, "letters, digits, dots and dashes"),
        ({"new_label": [" "]}, "say what 6400 is for"),
        ({"new_code": ["6110"]}, "stands there twice"),
        ({"kept": [], "new_code": [], "new_label": []}, "keep at least one account"),
        ({"second_person": "0"}, "more than $0.00"),
        ({"most": "ten"}, "ten"),
        ({"effective_from": "2020-01-01"}, "lies in the past"),
        ({"effective_from": "2099-01-01"}, "three years"),
        ({"reason": " "}, "needed"),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_stays(
    office: Office, given: dict[str, Any], words: str
) -> None:
    answer = office.post("ada", PAGE, **form(**given))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert given.get("reason", "Resolution 7") in answer.text


def test_the_same_again_is_refused(office: Office) -> None:
    assert office.post("ada", PAGE, **form()).status_code == 302
    again = form(kept=[*form()["kept"], "6400"], new_code=[], new_label=[], **{"label.6400": "Keys"})
    answer = office.post("ada", PAGE, **again)
    assert (answer.status_code, "holds on that day already" in answer.text) == (422, True)
