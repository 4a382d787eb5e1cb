"""Pages come compressed where the browser takes it, and the form's token never twice in the same letters."""

import gzip

from tests.integration.office.conftest import Office, csrf_of


def test_a_page_is_packed_for_who_takes_it(shared_office: Office) -> None:
    client = shared_office.client("carla")
    plain = client.get("/csr/")
    packed = client.get("/csr/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "<!doctype html>" in gzip.decompress(packed.data).decode()
    assert len(packed.data) < len(plain.data) / 2


def test_each_answer_has_the_token_under_another_mask(office: Office) -> None:
    client = office.client("carla")
    first, second = csrf_of(client, "/csr/"), csrf_of(client, "/csr/")
    assert first != second
    assert client.post("/sign-out", data={"csrf_token": first[:-4] + "AAA="}).status_code == 403
    assert client.post("/sign-out", data={"csrf_token": second}).status_code == 302
