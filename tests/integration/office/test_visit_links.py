"""The page behind a customer's link says how the visit stands, names nobody, and opens for nobody else."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import jwt
import pytest
from sqlalchemy import select

from mobile_api import keys
from mobile_api.signatures import sign
from server.exports.outgoing import mail_round
from server.pages.visit import looks
from server.visit_tokens import AUDIENCE, BadLinkError, LinkExpiredError, link_key, visit_token
from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.tables import Customer, Order, OutgoingMail, VisitLink
from workorders.usecases.customers.programs import enroll
from workorders.usecases.orders.assignment import assign_order, recall_order
from workorders.usecases.orders.cancel import cancel_order

SECRET = "x" * 40
PUBLIC = "https://field.example.org"


def made(office: Office, number: str) -> str:
    """The path of a fresh link to an order."""
    answer = office.post("carla", f"/csr/orders/{number}/visit-link")
    assert answer.status_code == 303, answer.text
    with office.services.read_sessions() as session:
        query = select(VisitLink).where(VisitLink.order_number == number).order_by(VisitLink.id.desc())
        link = session.scalars(query).first()
        assert link is not None
        return f"/v/{visit_token(SECRET, link.key, link.expires_at)}"


def looked(office: Office, path: str, status: int = 200) -> str:
    answer = office.client().get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


def report(office: Office, kind: str, number: str, *, at: Any = None, **extra: Any) -> None:
    with office.services.sessions() as session:
        order = session.get_one(Order, number)
        document = Tablet(order.technician_id or "t01", counter=next(_COUNTERS)).event(
            kind, order, at=at or morning.CLOCK - timedelta(minutes=4)
        )
        world.take(session, document | extra)
        session.commit()


_COUNTERS = iter(range(700, 900))
THERE = {"position": {"lon": -98.6, "lat": 39.1, "accuracy_m": 8.0}}


def test_a_visit_from_its_plan_to_its_end(office: Office) -> None:
    number = office.numbers["sent"]
    with office.services.sessions.begin() as session:
        order = session.get_one(Order, number)
        order.planned_start = morning.CLOCK + timedelta(minutes=31)
        order.appointment_from, order.appointment_until = morning.CLOCK, morning.CLOCK + timedelta(hours=2)
        address = order.service_point.premise.address
    path = made(office, number)
    text = looked(office, path)
    assert "Your visit is scheduled" in text
    assert address in text
    assert "about 11:35" in text  # in full five minutes
    assert "<svg" not in text
    report(office, "en_route", number, **THERE)
    text = looked(office, path)
    assert "Tess is on the way" in text
    assert "<svg" in text
    assert "Tess at 10:00" in text
    report(office, "on_site", number, at=morning.CLOCK - timedelta(minutes=2))
    text = looked(office, path)
    assert "Tess is there" in text
    assert "<svg" not in text, "the place is shown while driving there only"
    with office.services.sessions() as session:
        tablet = Tablet("t01", counter=next(_COUNTERS))
        world.take(session, tablet.completed(session.get_one(Order, number), answers.reread(3, 145_000)))
        session.commit()
    assert "The visit is over" in looked(office, path)


def test_it_names_nobody_and_is_kept_and_listed_nowhere(office: Office) -> None:
    number = office.numbers["sent"]
    report(office, "en_route", number, **THERE)
    answer = office.client().get(made(office, number))
    with office.services.read_sessions() as session:
        order = session.get_one(Order, number)
        assert order.account is not None
        secrets = [order.account.customer.name, order.account.number, number, "Demo</", "t01", order.type]
        premise = order.service_point.premise
    assert [secret for secret in secrets if secret in answer.text.replace("Tess", "")] == []
    assert f"{premise.position.x:.4f}" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert 'name="robots" content="noindex' in answer.text


def test_what_happens_to_the_order_is_said_plainly(office: Office) -> None:
    number = office.numbers["sent"]
    path = made(office, number)
    with office.services.sessions.begin() as session:
        world_skills = session.get_one(Order, number)
        assign_order(session, number, "t01", route_day=TODAY + timedelta(days=1), now=NOW, actor="dana")
        assert world_skills.epoch == 1
        recall_order(session, number, reason="truck", now=NOW, actor="dana")
    assert "Nobody is assigned to this visit now" in looked(office, path)
    with office.services.sessions.begin() as session:
        assign_order(session, number, "t01", route_day=TODAY, now=NOW, actor="dana")
    assert "given to another technician or day since this link was sent" in looked(office, path)
    with office.services.sessions.begin() as session:
        cancel_order(session, number, reason="paid", now=NOW, actor="carla")
    text = looked(office, path)
    assert "This visit was cancelled" in text
    assert "paid" not in text
    refused = office.post("carla", f"/csr/orders/{number}/visit-link")
    assert refused.status_code == 303
    page = office.client("carla").get(f"/csr/orders/{number}").text
    assert "Make a link" not in page


def test_a_link_opens_its_own_visit_and_is_taken_back(office: Office) -> None:
    sent, second = office.numbers["sent"], office.numbers["second"]
    first_path, second_path = made(office, sent), made(office, second)
    assert first_path != second_path
    assert made(office, sent) == first_path, "asked for again it is the one there is"
    page = office.client("dana").get(f"/csr/orders/{sent}").text
    assert first_path in page
    assert second_path not in page
    with office.services.read_sessions() as session:
        link = session.scalars(select(VisitLink).where(VisitLink.order_number == sent)).one().id
    # Not by way of another order.
    assert office.post("carla", f"/csr/orders/{second}/visit-link/{link}/take-back").status_code == 404
    looked(office, first_path)
    assert office.post("carla", f"/csr/orders/{sent}/visit-link/{link}/take-back").status_code == 303
    assert "does not open a visit" in looked(office, first_path, 410)
    looked(office, second_path)
    assert made(office, sent) != first_path


@pytest.mark.parametrize("name", ["casey", "stan"])
def test_who_does_not_speak_with_customers_makes_no_link(office: Office, name: str) -> None:
    assert office.post(name, f"/csr/orders/{office.numbers['sent']}/visit-link").status_code == 403


def test_a_link_that_was_not_signed_here_opens_nothing(office: Office) -> None:
    path = made(office, office.numbers["sent"])
    token = path.removeprefix("/v/")
    head, body, signature = token.split(".")
    with office.services.read_sessions() as session:
        key = session.scalars(select(VisitLink.key)).one()
    good = {"aud": AUDIENCE, "jti": key, "exp": 4_000_000_000}
    forged = [
        "nonsense",
        f"{head}.{body}.{signature[:-2]}AA",
        f"{head}.{body}.",
        jwt.encode(good, "y" * 40, "HS256"),
        jwt.encode(good, SECRET, "HS256"),  # the secret itself is no key
        jwt.encode(good, "", "none"),
        sign(good, SECRET),  # the tablets' key
    ]
    for one in forged[:4]:
        assert "does not open a visit" in looked(office, f"/v/{one}", 404)
    for one in [*forged, "a" * 5_000]:
        with pytest.raises(BadLinkError):
            link_key(SECRET, one, now=NOW)


def test_its_token_is_none_of_a_tablet(office: Office) -> None:
    """CouchDB believes whatever the tablets' key has signed: a link is signed with another."""
    token = made(office, office.numbers["sent"]).removeprefix("/v/")
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(token, keys.signing_key(SECRET).public_key(), ["ES256"], options={"verify_aud": False})


def test_it_ends(office: Office) -> None:
    path = made(office, office.numbers["sent"])
    token = path.removeprefix("/v/")
    with office.services.read_sessions() as session:
        link = session.scalars(select(VisitLink)).one()
    assert timedelta(hours=24) < link.expires_at - morning.CLOCK <= timedelta(hours=48)
    assert link_key(SECRET, token, now=link.expires_at - timedelta(seconds=1)) == link.key
    with pytest.raises(LinkExpiredError):
        link_key(SECRET, token, now=link.expires_at)
    # The row decides too: a longer token of the same key opens nothing after its end.
    with office.services.sessions.begin() as session:
        session.scalars(select(VisitLink)).one().expires_at = morning.CLOCK
    looked(office, path, 410)


def test_an_address_looks_only_so_often(office: Office) -> None:
    path = made(office, office.numbers["sent"])
    client = office.client()
    for _ in range(looks.MOST_BAD):
        assert client.get("/v/guess").status_code == 404
    answer = client.get("/v/guess")
    assert answer.status_code == 429
    assert client.get(path).status_code == 200, "who has a link is not shut out by guesses"
    answers_given = {client.get(path).status_code for _ in range(looks.MOST_LOOKS)}
    assert answers_given == {200, 429}
    other = client.get(path, environ_overrides={"REMOTE_ADDR": "198.51.100.7"})
    assert other.status_code == 200


def letters(office: Office) -> list[tuple[str, str, str]]:
    """Recipient, subject and text of what lies in the outgoing folder."""
    folder = office.services.config.data_dir / "outgoing"
    found = []
    for file in sorted(folder.glob("*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        found.append((mail["To"], mail["Subject"], mail.get_content()))
    return found


def with_address(office: Office, number: str, language: str | None = None) -> None:
    object.__setattr__(office.services, "config", replace(office.services.config, public_url=PUBLIC))
    with office.services.sessions.begin() as session:
        account = session.get_one(Order, number).account
        assert account is not None
        customer = session.get_one(Customer, account.customer_id)
        customer.email, customer.language = "maria@example.org", language


def opted_in(office: Office, number: str) -> None:
    with office.services.sessions.begin() as session:
        account = session.get_one(Order, number).account
        assert account is not None
        enroll(
            session,
            account.number,
            "visit_notices",
            starts_on=TODAY,
            ends_on=None,
            reason="asked on the phone",
            now=NOW,
            actor="carla",
        )


def test_it_is_mailed_once_in_the_customers_language(office: Office) -> None:
    number = office.numbers["sent"]
    with_address(office, number, "es")
    for _ in range(2):
        assert office.post("dana", f"/csr/orders/{number}/visit-link/mail").status_code == 303
    mail_round(office.services)
    mail_round(office.services)
    (letter,) = letters(office)
    assert letter[0] == "maria@example.org"
    assert letter[1].startswith("Su visita")
    address = next(line for line in letter[2].splitlines() if line.startswith(PUBLIC))
    assert "Your visit is scheduled" in looked(office, address.removeprefix(PUBLIC))
    page = office.client("carla").get(f"/csr/orders/{number}").text
    assert "maria@example.org: sent" in " ".join(page.split())


def test_go_tells_whoever_asked_for_it_once_for_each_journey(office: Office) -> None:
    sent, second = office.numbers["sent"], office.numbers["second"]
    with_address(office, sent)
    opted_in(office, sent)
    mail_round(office.services)
    assert letters(office) == [], "nobody has set out"
    report(office, "en_route", sent)
    report(office, "en_route", second)  # who did not ask
    for _ in range(3):
        mail_round(office.services)
    (letter,) = letters(office)
    assert letter[1].startswith("Tess is on the way")
    assert PUBLIC in letter[2]


def test_nobody_is_told_of_a_journey_that_is_over(office: Office) -> None:
    number = office.numbers["sent"]
    with_address(office, number)
    office.post("dana", f"/csr/orders/{number}/visit-link/mail")
    with office.services.sessions.begin() as session:
        cancel_order(session, number, reason="paid", now=NOW, actor="carla")
    mail_round(office.services)
    assert letters(office) == []
    with office.services.read_sessions() as session:
        assert session.scalars(select(OutgoingMail.state)).all() == ["set_aside"]


def test_without_a_public_address_nothing_is_mailed_by_itself(office: Office) -> None:
    number = office.numbers["sent"]
    with_address(office, number)
    object.__setattr__(office.services, "config", replace(office.services.config, public_url=""))
    opted_in(office, number)
    report(office, "en_route", number)
    mail_round(office.services)
    assert letters(office) == []
    assert "CURBSTOP_PUBLIC_URL" in office.client("carla").get(f"/csr/orders/{number}").text
