"""Whose language a page speaks: the person's, else the browser's, else the district's."""

from sqlalchemy import select

from server.tables import User
from tests.integration.office.conftest import TOKEN, Office, csrf_of


def lang(html: str) -> str:
    return html.split('<html lang="')[1][:2]


def test_a_person_keeps_the_language(office: Office) -> None:
    answer = office.post("carla", "/language?next=/csr/", language="es")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/csr/")
    with office.services.read_sessions() as session:
        assert session.scalars(select(User.language).where(User.name == "carla")).one() == "es"
    page = office.client("carla").get("/csr/", headers={"Accept-Language": "en-US"}).text
    assert lang(page) == "es"
    assert "Clientes" in page
    assert lang(office.client("dana").get("/csr/").text) == "en"


def test_the_switch_stands_on_every_page_as_a_button(office: Office) -> None:
    for client, path in ((office.client(), "/sign-in"), (office.client("carla"), "/csr/?q=Maria")):
        page = client.get(path).text
        assert '<button type="submit" name="language" value="es" lang="es">Español</button>' in page


def test_before_sign_in_the_browser_decides_until_somebody_chooses(office: Office) -> None:
    client = office.client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es-MX,es;q=0.9,en;q=0.5"
    assert "Contraseña" in client.get("/sign-in").text
    token = csrf_of(client, "/sign-in")
    client.post("/language?next=/sign-in", data={"csrf_token": token, "language": "en"})
    assert "Password" in client.get("/sign-in").text


def test_a_browser_without_a_known_language_gets_the_districts(office: Office) -> None:
    assert lang(office.client().get("/sign-in", headers={"Accept-Language": "fr"}).text) == "en"


def test_a_refusal_is_said_in_the_readers_language(office: Office) -> None:
    office.post("carla", "/language", language="es")
    page = office.client("carla").get("/csr/accounts/nothing")
    assert page.status_code == 404
    assert "No se encuentra la cuenta nothing." in page.text
    program = office.client("carla").get("/api/orders/nothing", headers={"Accept": "application/json"})
    assert (program.json or {})["words"] == "There is no order nothing."


def test_a_field_is_refused_in_the_readers_language(office: Office) -> None:
    office.post("carla", "/language", language="es")
    answer = office.post("carla", "/csr/accounts/A1/payments", amount="45,50", channel="counter")
    assert answer.status_code == 422
    assert "«45,50» no es un monto" in answer.text


def test_no_language_without_a_catalogue_and_no_way_to_another_site(office: Office) -> None:
    assert office.post("carla", "/language", language="xx").status_code == 422
    away = office.post("carla", "/language?next=//evil.example/", language="es")
    assert away.headers["Location"] == "/"
    assert office.client("carla").post("/language", data={"language": "es"}).status_code == 403
    assert TOKEN
