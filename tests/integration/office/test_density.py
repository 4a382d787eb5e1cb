"""Dense and comfortable pages: chosen on any page, kept by the browser, nothing else accepted."""

from tests.integration.office.conftest import TOKEN, Office


def test_the_choice_is_kept_by_the_browser_and_goes_back_to_the_page(office: Office) -> None:
    client = office.client("carla")
    assert 'data-density="comfortable"' in client.get("/csr/").text
    answer = client.post("/density?next=/csr/", data={"csrf_token": TOKEN, "density": "dense"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/csr/")
    page = client.get("/csr/").text
    assert 'data-density="dense"' in page
    assert 'name="density" value="comfortable"' in page
    client.post("/density", data={"csrf_token": TOKEN, "density": "comfortable"})
    assert 'data-density="comfortable"' in client.get("/csr/").text


def test_it_holds_before_signing_in_and_for_pages_of_problems(office: Office) -> None:
    client = office.client()
    client.set_cookie("curbstop_density", "dense")
    assert 'data-density="dense"' in client.get("/sign-in").text
    assert 'data-density="dense"' in client.get("/csr/nowhere").text
    client.set_cookie("curbstop_density", '"><script>')
    assert 'data-density="comfortable"' in client.get("/sign-in").text


def test_another_density_is_refused_and_nobody_is_sent_elsewhere(office: Office) -> None:
    refused = office.post("carla", "/density", density="tiny")
    assert refused.status_code == 422
    assert "Set-Cookie" not in refused.headers or "curbstop_density" not in refused.headers["Set-Cookie"]
    away = office.post("carla", "/density?next=//evil.example/", density="dense")
    assert away.headers["Location"] == "/"
