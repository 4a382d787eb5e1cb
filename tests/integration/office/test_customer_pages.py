"""What a CSR reads and does: search, account, premise, order, raising, cancelling, payments."""

import re

import pytest
from sqlalchemy import func, select

from server.auth.csrf import _unmasked
from server.db import transaction
from sync.pipeline.evidence import EvidenceFiles
from tests.integration.office.conftest import TOKEN, Office, csrf_of
from tests.integration.office.morning import CLOCK
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT
from workorders.catalogue import CATALOGUE
from workorders.ledger import balance
from workorders.tables import Evidence, Meter, Order, Payment, Technician
from workorders.usecases.orders.assignment import assign_order


def read(office: Office, path: str, name: str = "carla") -> str:
    """A page's text, as a person of the staff gets it."""
    answer = office.client(name).get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_search_answers_while_typing_and_as_a_page(shared_office: Office) -> None:
    whole = read(shared_office, "/csr/?q=brien")
    assert "Maria O&#39;Brien" in whole
    assert "<html" in whole
    typed = shared_office.client("carla").get("/csr/?q=brien", headers={"HX-Target": "hits"}).text
    assert "Maria O&#39;Brien" in typed
    assert "<html" not in typed
    assert "Nothing fits “zzzz”" in read(shared_office, "/csr/?q=zzzz")
    assert "Start typing" in read(shared_office, "/csr/")


def test_an_address_leads_to_the_customer_who_lives_there(shared_office: Office) -> None:
    assert 'href="/csr/accounts/A1"' in read(shared_office, "/csr/?q=101 alder")


def test_an_account_page_has_all_a_call_needs(shared_office: Office) -> None:
    text = read(shared_office, "/csr/accounts/A1")
    for said in (
        "Maria O&#39;Brien",
        "$128.50",
        "as of 11:00",
        "Water at 101 Alder Street",
        "M1",
        shared_office.numbers["waiting"],
        "Final notice",
        "Usage between reads",
        "Record a payment",
    ):
        assert said in text, said
    assert "Record a payment" not in read(shared_office, "/csr/accounts/A1", "dana")


def test_a_premise_and_a_meter_lead_to_each_other(shared_office: Office) -> None:
    assert 'href="/csr/accounts/A3"' in read(shared_office, "/csr/premises/P-3")
    assert 'href="/csr/premises/P-3"' in read(shared_office, "/csr/meters/M3")
    with shared_office.services.read_sessions() as session:
        serial = session.scalars(select(Meter.serial).where(Meter.status == "in_van").limit(1)).one()
    assert "never installed" in read(shared_office, f"/csr/meters/{serial}")


@pytest.mark.parametrize(
    "path", ["accounts/A999", "orders/W999999", "premises/P-999", "meters/NONE", "evidence/99"]
)
def test_what_is_not_there_is_said_so(shared_office: Office, path: str) -> None:
    answer = shared_office.client("carla").get(f"/csr/{path}")
    assert answer.status_code == 404
    assert "There is no" in answer.text


def test_the_story_of_a_wrongful_cut(shared_office: Office) -> None:
    text = read(shared_office, f"/csr/orders/{shared_office.numbers['late']}")
    story = [
        "Requested by csr.",
        "Sent to Tess Demo’s tablet.",
        "Cancelled by Carla CSR: paid (P-1).",
        "Payment of $128.50 received (counter).",
        "Tess Demo reported: done after the order was cancelled.",
        "Heard of at 10:00\u00a0AM.",
        "The customer had paid Mon, Mar 2, 2026, 8:05\u00a0AM; "
        "the cut was made Mon, Mar 2, 2026, 9:00\u00a0AM.",
    ]
    places = [text.index(line) for line in story]
    assert places == sorted(places)


def test_everything_recorded_at_the_door_is_on_the_order_s_page(shared_office: Office) -> None:
    text = read(shared_office, f"/csr/orders/{shared_office.numbers['late']}")
    form = CATALOGUE["disconnect_np"]
    card = text[text.index('class="card report"') :]
    for name, value in answers.cut(11).items():
        assert form.field(name).title in card, name
        if isinstance(value, int) and not isinstance(value, bool):
            assert f">{value}<" in card, name
    for value in ("M11", "L11", "on its way"):
        assert value in card


@pytest.mark.parametrize("how", ["completed", "unable"])
def test_an_order_says_who_did_the_work_after_it_went_to_somebody_else(office: Office, how: str) -> None:
    with transaction(office.services.sessions) as session:
        number, tablet = office.numbers["sent"], Tablet("t01", counter=50)
        order = session.get_one(Order, number)
        event = (
            tablet.completed(order, answers.reread(3))
            if how == "completed"
            else tablet.unable(order, "no_access")
        )
        session.get_one(Technician, "t02").skills = ["water"]
        assign_order(session, number, "t02", route_day=world.TODAY, now=CLOCK, actor="dana")
        session.flush()
        world.take(session, event)
    text = read(office, f"/csr/orders/{number}")
    who = text[text.index("<dt>Technician</dt>") :].partition("</dd>")[0]
    assert ("Tess Demo" in who) == (how == "completed")
    assert "nobody" not in who
    assert "t01" not in re.sub(r"<[^>]*>|t01tabl\w*", "", text)


def test_how_far_the_office_lags_is_said(shared_office: Office) -> None:
    cut = read(shared_office, f"/csr/orders/{shared_office.numbers['silent_cut']}")
    assert "Possibly off; tablet last heard 10:42\u00a0AM." in cut
    waiting = read(shared_office, f"/csr/orders/{shared_office.numbers['second']}")
    assert "Waiting to be sent to Tess Demo’s tablet; last heard 10:42\u00a0AM." in waiting
    sent = read(shared_office, f"/csr/orders/{shared_office.numbers['sent']}")
    assert "has not confirmed it; last heard 10:42\u00a0AM." in sent
    untouched = read(shared_office, f"/csr/orders/{shared_office.numbers['waiting']}")
    assert "last heard" not in untouched


FORM = {"service_point": "SP-1", "type": "turn_off", "priority": "80", "due": "2026-03-05"}


def test_raising_an_order_from_its_types_own_form(office: Office) -> None:
    text = read(office, "/csr/orders/new?service_point=SP-1&type=turn_off")
    assert 'name="extra.stop_date"' in text
    assert office.numbers["waiting"] in text, "what is under way is shown before the same is raised again"
    answer = office.post("carla", "/csr/orders/new", **FORM, **{"extra.stop_date": "2026-03-05"})
    assert answer.status_code == 302, answer.text
    number = answer.headers["Location"].rsplit("/", 1)[1]
    with office.services.read_sessions() as session:
        order = session.get_one(Order, number)
        assert (order.type, order.priority, order.requested_by) == ("turn_off", 80, "carla")
        assert order.extra == {"stop_date": "2026-03-05"}
        # The end of the fifth on the district's clocks, six hours behind UTC.
        assert order.due_until is not None
        assert order.due_until.isoformat() == "2026-03-06T05:59:59+00:00"


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"extra.stop_date": ""}, "extra-stop_date"),
        ({"extra.stop_date": "someday"}, "extra-stop_date"),
        ({"due": "2026-99-99", "extra.stop_date": "2026-03-05"}, "due"),
        (
            {
                "extra.stop_date": "2026-03-05",
                "appointment_from": "2026-03-05T10:00",
                "appointment_until": "2026-03-05T09:00",
            },
            "appointment_until",
        ),
    ],
)
def test_a_problem_stands_at_its_field_and_keeps_what_was_typed(
    office: Office, given: dict[str, str], at: str
) -> None:
    before = count_orders(office)
    answer = office.post("carla", "/csr/orders/new", **FORM | {"instructions": "Ring twice"} | given)
    assert answer.status_code == 422
    assert f'id="{at}-problem"' in answer.text
    assert "Ring twice" in answer.text
    assert count_orders(office) == before


def test_a_cut_that_is_not_allowed_says_why(office: Office) -> None:
    answer = office.post(
        "carla", "/csr/orders/new", service_point="SP-5", type="disconnect_np", priority="50", due=""
    )
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def test_cancelling_needs_a_reason_and_the_version_seen(office: Office) -> None:
    number = office.numbers["waiting"]
    path = f"/csr/orders/{number}/cancel"
    with office.services.read_sessions() as session:
        version = session.get_one(Order, number).version
    without = office.post("carla", path, reason=" ", version=version)
    assert without.status_code == 422
    assert 'id="reason-problem"' in without.text
    stale = office.post("carla", path, reason="moved", version=version + 1)
    assert stale.status_code == 409
    assert "changed by someone else" in stale.text
    assert office.post("carla", path, reason="customer moved", version=version).status_code == 302
    assert "Cancelled by Carla CSR: customer moved." in read(office, f"/csr/orders/{number}")


def test_a_held_order_is_released(office: Office) -> None:
    number = office.numbers["held"]
    assert "Release to the dispatcher" in read(office, f"/csr/orders/{number}")
    path = f"/csr/orders/{number}/approve"
    refused = office.post("carla", path, reason="the customer says so")
    assert (refused.status_code, "account A6 owes" in refused.text) == (409, True)
    paid = office.post(
        "casey", "/csr/accounts/A6/payments", payment_id="P-6", amount="128.50", channel="counter"
    )
    assert paid.status_code == 302
    assert office.post("carla", path, reason="fees are in").status_code == 302
    assert "Ready for the dispatcher: fees are in." in read(office, f"/csr/orders/{number}")


def test_an_order_is_held_and_released_again(office: Office) -> None:
    page = f"/csr/orders/{office.numbers['waiting']}"
    assert "Hold this order" in read(office, page)
    assert office.post("carla", f"{page}/hold", reason="customer is away").status_code == 302
    held = read(office, page)
    assert "On hold: customer is away." in held
    assert "Hold this order" not in held
    assert office.post("carla", f"{page}/approve", reason="back home").status_code == 302
    assert "Hold this order" in read(office, page)


def test_an_order_that_needs_nothing_more_is_closed(office: Office) -> None:
    page = f"/csr/orders/{office.numbers['done']}"
    assert "Close this order" not in read(office, f"/csr/orders/{office.numbers['waiting']}")
    assert office.post("casey", f"{page}/close", reason="letter sent").status_code == 403
    assert office.post("carla", f"{page}/close", reason="letter sent").status_code == 302
    closed = read(office, page)
    assert "Closed: letter sent." in closed
    assert "Close this order" not in closed


def test_a_supervisor_releases_in_spite_of_money_owed_with_a_reason(office: Office) -> None:
    path = f"/csr/orders/{office.numbers['held']}/approve"
    assert office.post("sam", path, reason="").status_code == 409
    assert office.post("sam", path, reason="a newborn in the house").status_code == 302


def test_a_payment_sent_twice_counts_once(office: Office) -> None:
    form = {"payment_id": "P-form-1", "amount": "28.50", "channel": "counter", "reference": "check 12"}
    for _ in range(2):
        assert office.post("casey", "/csr/accounts/A2/payments", **form).status_code == 302
    with office.services.read_sessions() as session:
        assert balance(session, "AR", "A2") == DEBT - 2850
        payment = session.get_one(Payment, "P-form-1")
        assert (payment.recorded_by, payment.reference, payment.received_at) == ("casey", "check 12", CLOCK)
    other = office.post("casey", "/csr/accounts/A2/payments", **form | {"amount": "30"})
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("lots", "not an amount"),
        ("0", "more than $0.00"),
        ("1.005", "not an amount"),
        ("45,50", "not an amount"),
        ("1e3", "not an amount"),
        ("1,000,000.01", "the most is $1,000,000.00"),
    ],
)
def test_an_amount_that_is_none_is_shown_at_the_field(office: Office, amount: str, said: str) -> None:
    answer = office.post(
        "carla", "/csr/accounts/A2/payments", payment_id="P-9", amount=amount, channel="counter"
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert 'id="amount-problem"' in answer.text
    assert f'value="{amount}"' in answer.text
    with office.services.read_sessions() as session:
        assert balance(session, "AR", "A2") == DEBT


def test_evidence_is_never_run_as_a_page(office: Office) -> None:
    files = EvidenceFiles(office.services.config.data_dir / "evidence")
    with office.services.sessions.begin() as session:
        photo, other = session.scalars(select(Evidence).order_by(Evidence.id).limit(2)).all()
        photo.sha256, photo.content_type = files.put(b"a picture"), "image/jpeg"
        other.sha256, other.content_type = files.put(b"<script>alert(1)</script>"), "text/html"
        ids = photo.id, other.id
    client = office.client("carla")
    shown = client.get(f"/csr/evidence/{ids[0]}")
    assert (shown.data, shown.content_type) == (b"a picture", "image/jpeg")
    kept = client.get(f"/csr/evidence/{ids[1]}")
    assert kept.content_type == "application/octet-stream"
    assert kept.headers["Content-Disposition"] == "attachment"
    assert kept.headers["Content-Security-Policy"] == "sandbox"


def test_pages_forbid_inline_scripts_and_carry_none(shared_office: Office) -> None:
    for path in ("/csr/accounts/A1", "/dispatch/", "/office/", "/office/money"):
        answer = shared_office.client("sam").get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        for part in answer.text.split("<script")[1:]:
            assert " src=" in part.split(">")[0]
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text


def count_orders(office: Office) -> int:
    """How many orders there are."""
    with office.services.read_sessions() as session:
        return session.scalar(select(func.count()).select_from(Order)) or 0


def test_the_token_of_the_helper_is_the_one_of_the_pages(shared_office: Office) -> None:
    masked = csrf_of(shared_office.client("carla"), "/csr/accounts/A1")
    assert _unmasked(masked) == TOKEN.encode()
