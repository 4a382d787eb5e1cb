"""The list of door tags that were not posted: who sees it, who acts, what is said of each."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from tests.integration.office.readable import english_left
from tests.integration.usecases.world import TODAY
from workorders.tables import Account, Notice, Order
from workorders.usecases.collections.bills import BillRequest, record_bill
from workorders.usecases.collections.door_tags import send_out_tags
from workorders.usecases.collections.notices import issue_notices
from workorders.usecases.orders.cancel import cancel_order

DAY = timedelta(days=1)
PAGE = "/office/collections/undone-tags"


@pytest.fixture
def undone(office: Office) -> Office:
    """Accounts A8 and A9 are due their door tags; the orders of these were cancelled."""
    with office.services.sessions.begin() as session:
        for number in (8, 9):
            asked = BillRequest(
                reference=f"B-{number}",
                account_number=f"A{number}",
                service="water",
                billed_on=TODAY - 60 * DAY,
                due_on=TODAY - 40 * DAY,
                cents=4_000,
            )
            record_bill(session, asked, now=CLOCK, actor="billing")
        batch = issue_notices(session, TODAY, now=CLOCK, actor="sam", kinds=["door_tag"])
        for raised in send_out_tags(session, batch.id, now=CLOCK, actor="dana").orders:
            order = session.get_one(Order, raised)
            if order.account is not None and order.account.number in {"A8", "A9"}:
                cancel_order(session, raised, reason="storm", now=CLOCK, actor="dana")
    return office


def tag(office: Office, account: str) -> Notice:
    with office.services.read_sessions() as session:
        query = sa.select(Notice).join(Account).where(Account.number == account, Notice.kind == "door_tag")
        return session.scalars(query).one()


def shown(office: Office, name: str = "carla", path: str = PAGE, language: str = "en") -> str:
    answer = office.client(name).get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_they_are_listed_and_counted_where_work_waits(undone: Office) -> None:
    text = shown(undone)
    for said in ("Demo customer 8", "Demo customer 9", "Cancelled", "/office/collections/notices/"):
        assert said in text, said
    assert "2 notices were not posted at the door" in shown(undone, path="/csr/worklists")
    assert english_left(shown(undone, language="es"), "es") == []


def test_an_empty_list_says_so(office: Office) -> None:
    assert "No door tag was left undone." in shown(office)
    assert "Decide what becomes of them" not in shown(office, path="/csr/worklists")


def test_who_only_reads_sees_no_buttons(undone: Office) -> None:
    assert 'name="act"' not in shown(undone, "casey")
    answer = undone.post("casey", PAGE, tag=str(tag(undone, "A8").id), act="drop", note="x")
    assert answer.status_code == 403


def test_the_chosen_are_sent_out_again(undone: Office) -> None:
    chosen = [str(tag(undone, one).id) for one in ("A8", "A9")]
    answer = undone.post("carla", PAGE, tag=chosen, act="again")
    assert answer.status_code == 302
    assert "Demo customer 8" not in shown(undone)
    again = undone.post("carla", PAGE, tag=chosen, act="again")
    assert again.status_code == 200
    assert again.text.count("does not wait to be decided any more") == 2


def test_one_is_mailed_and_the_other_dropped(undone: Office) -> None:
    one, other = tag(undone, "A8"), tag(undone, "A9")
    form = {"how": "mail", "delivered_on": TODAY.isoformat(), "note": "registered letter"}
    assert undone.post("dana", PAGE, tag=str(one.id), act="deliver", **form).status_code == 302
    assert undone.post("sam", PAGE, tag=str(other.id), act="drop", note="has moved").status_code == 302
    text = shown(undone, path=f"/office/collections/notice/{one.id}")
    for said in ("Sent", "By mail", "registered letter"):
        assert said in text, said
    text = shown(undone, path=f"/office/collections/notice/{other.id}")
    assert "Dropped" in text
    assert "has moved" in text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"act": "drop", "note": "x"}, "tick at least one"),
        ({"tag": "1", "act": "burn"}, "send it again, deliver it or drop it"),
        ({"tag": "one", "act": "again"}, "bad_input"),
        ({"act": "drop", "note": " "}, "it is needed"),
        ({"act": "deliver", "how": "mail", "delivered_on": "soon", "note": "x"}, "delivered_on"),
        ({"act": "deliver", "how": "mail", "delivered_on": "2026-01-01", "note": "kept words"}, "to today"),
    ],
)
def test_what_is_wrong_is_named_and_stays_typed(undone: Office, form: dict[str, str], said: str) -> None:
    number = str(tag(undone, "A8").id)
    given = form if "tag" in form or said == "tick at least one" else form | {"tag": number}
    answer = undone.post("sam", PAGE, **given)
    assert answer.status_code == 422
    if said not in {"bad_input", "delivered_on"}:
        assert said in answer.text
    assert tag(undone, "A8").state == "printed"
    if given.get("tag") == number:
        assert f'value="{number}" checked' in answer.text
        assert 'value="kept words"' in answer.text or form.get("note") != "kept words"


def test_what_was_typed_survives_a_session_that_ended(undone: Office) -> None:
    client = undone.client()
    form = {"act": "drop", "note": "has moved away", "csrf_token": "of the old session"}
    answer = client.post(PAGE, data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    with client.session_transaction() as cookie:
        kept = cookie["kept_form"]
    client = undone.client("carla")
    with client.session_transaction() as cookie:
        cookie["kept_form"] = kept
    assert 'value="has moved away"' in client.get(PAGE).text
