"""The tablet app's files: complete on the tablet, from the allow-list only, under a strict policy."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from posixpath import dirname, join, normpath
from types import SimpleNamespace
from urllib.parse import urljoin

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

import mobile_api
from mobile_api.tablet_files import EXTENSION, TABLET, TabletApp, precache, read_app
from mobile_api.vendor import vendor_files
from server.config import Config

WITHOUT_MAP_BYTES, WITH_MAP_BYTES = 350_000, 700_000
"""Most that a first installation may send; the barcode reader comes after it, where a tablet needs one."""
IMPORT = re.compile(r"""(?:from|import)\s+"([^"]+)";""")
INLINE = re.compile(r"""\sstyle=|\son[a-z]+="|innerHTML|unsafeHTML|javascript:""")
LINKED = re.compile(r"""(?:href|src)="([^"#]+)\"""")


@pytest.fixture(scope="module")
def app() -> Flask:
    """The tablet app mounted alone."""
    made = Flask("tests")
    config = Config(couchdb_url="http://admin:secret@couch.example.org:5984")
    made.extensions["curbstop"] = SimpleNamespace(config=config)
    mobile_api.register(made)
    return made


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    """A client of it."""
    return app.test_client()


@pytest.fixture(scope="module")
def tablet(app: Flask) -> TabletApp:
    """The files as served."""
    found = app.extensions[EXTENSION]
    assert isinstance(found, TabletApp)
    return found


def kept_on_tablet(tablet: TabletApp) -> set[str]:
    """Every address that the service worker fetches at installation."""
    line = precache(tablet).decode().splitlines()[1]
    listed: dict[str, str] = json.loads(line.removeprefix("const FILES = ").removesuffix(";"))
    return {address if address.startswith("/") else normpath(join("/tablet", address)) for address in listed}


def test_everything_the_app_refers_to_is_kept_on_the_tablet(tablet: TabletApp) -> None:
    kept = kept_on_tablet(tablet)
    for name, data in tablet.files.items():
        if not name.endswith((".js", ".html")) or name == "worker.js":
            continue
        pattern = IMPORT if name.endswith(".js") else LINKED
        wanted = pattern.findall(data.decode())
        for address in wanted:
            place = address if address.startswith("/") else normpath(join("/tablet", dirname(name), address))
            assert place in kept, f"{name} refers to {address}"


def test_every_kept_address_is_served(client: FlaskClient, tablet: TabletApp) -> None:
    for address in kept_on_tablet(tablet):
        answer = client.get("/tablet/" if address == "/tablet" else address)
        assert answer.status_code == 200, address


def test_every_kept_address_has_the_hash_of_what_is_served(client: FlaskClient, tablet: TabletApp) -> None:
    line = precache(tablet).decode().splitlines()[1]
    for address, digest in json.loads(line.removeprefix("const FILES = ").removesuffix(";")).items():
        answer = client.get(urljoin("/tablet/", address))
        assert hashlib.sha256(answer.data).hexdigest() == digest, address


def test_packages_import_only_what_is_allowed(client: FlaskClient) -> None:
    for url, file in vendor_files().items():
        for address in re.findall(rb"""(?:from|import)"([^"]+)\"""", file.data):
            found = client.get(normpath(join(dirname(url), address.decode())))
            assert found.status_code == 200, f"{url} imports {address.decode()}"


def test_no_file_has_inline_script_or_style(tablet: TabletApp) -> None:
    page = tablet.files["index.html"].decode()
    assert not re.search(r"<script(?![^>]*src=)", page)
    for name, data in tablet.files.items():
        if name.endswith((".js", ".html")):
            assert not re.search(r"\sstyle=|\son[a-z]+=\"|innerHTML|unsafeHTML|javascript:", data.decode()), (
                name
            )


def test_the_policy_names_the_couchdb_and_nothing_else(client: FlaskClient) -> None:
    policy = client.get("/tablet/").headers["Content-Security-Policy"]
    assert "connect-src 'self' http://couch.example.org:5984;" in policy
    assert "secret" not in policy
    assert "default-src 'none'" in policy


def test_a_changed_byte_is_a_new_version(tmp_path: Path) -> None:
    for name in ("index.html", "worker.js"):
        (tmp_path / name).write_bytes((TABLET / name).read_bytes())
    first = read_app({}, tmp_path)
    assert read_app({}, tmp_path) == first
    (tmp_path / "worker.js").write_bytes(b"// changed")
    assert read_app({}, tmp_path).version != first.version
    assert f'"{first.version}"'.encode() in precache(first)
    assert precache(replace(first, version="x")) != precache(first)


@pytest.mark.parametrize(
    "address",
    [
        "/vendor/pouchdb/package.json",
        "/vendor/pouchdb@9.0.0/package.json",
        "/vendor/pouchdb@9.0.0/../../pyproject.toml",
        "/vendor/..%2f..%2fpyproject.toml",
        "/vendor/lit-html/lit-html.js",
        "/tablet/../tables.py",
        "/tablet/..%2ftables.py",
        "/tablet/nothing.js",
    ],
)
def test_nothing_else_can_be_reached(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_packages_are_kept_for_good_and_the_app_is_asked_about(client: FlaskClient) -> None:
    url = next(iter(vendor_files()))
    package = client.get(url)
    assert package.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert package.content_type == "text/javascript; charset=utf-8"
    page = client.get("/tablet/app.js")
    assert page.headers["Cache-Control"] == "no-cache"
    for address, answer in ((url, package), ("/tablet/app.js", page)):
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "coding", "unpack"),
    [
        ("gzip", "gzip", gzip.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
    ],
)
def test_what_is_sent_compressed_is_the_same(
    client: FlaskClient, tablet: TabletApp, accepted: str, coding: str, unpack: Callable[[bytes], bytes]
) -> None:
    takes = {"Accept-Encoding": accepted}
    for address in ("/tablet/app.js", *(url for url in vendor_files() if url.endswith((".wasm", ".css")))):
        plain, packed = client.get(address), client.get(address, headers=takes)
        assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == (coding, "Accept-Encoding")
        assert unpack(packed.data) == plain.data
        assert packed.headers["ETag"] != plain.headers["ETag"]
        again = client.get(address, headers=takes | {"If-None-Match": packed.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in client.get("/tablet/icons/icon-192.png", headers=takes).headers


def test_a_first_installation_is_small_over_the_wire(client: FlaskClient, tablet: TabletApp) -> None:
    later = json.loads(precache(tablet).decode().splitlines()[2].removeprefix("const LATER = ").rstrip(";"))
    assert {dirname(url).split("@")[0] for url in later} == {"/vendor/barcode-detector", "/vendor/zxing-wasm"}
    own, with_map = 0, 0
    for address in kept_on_tablet(tablet) - set(later):
        place = "/tablet/" if address == "/tablet" else address
        size = len(client.get(place, headers={"Accept-Encoding": "gzip, deflate, br, zstd"}).data)
        with_map += size
        own += 0 if "maplibre" in address or "pmtiles" in address else size
    assert own <= WITHOUT_MAP_BYTES
    assert with_map <= WITH_MAP_BYTES


def test_the_manifest_makes_the_app_installable(client: FlaskClient) -> None:
    manifest = json.loads(client.get("/tablet/app.webmanifest").data)
    assert (manifest["display"], manifest["start_url"]) == ("standalone", "./")
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes
    for icon in manifest["icons"]:
        answer = client.get(f"/tablet/{icon['src']}")
        assert answer.content_type.startswith(icon["type"])
