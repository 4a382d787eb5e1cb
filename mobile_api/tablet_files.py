"""The tablet app's own files, and the list by which its service worker keeps it on the tablet.

The app's version is a hash of everything it consists of: a changed byte is a new version, and an unchanged
app is never fetched again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from mobile_api.packed import packed_response
from mobile_api.vendor import DEFERRED, VendorFile

TABLET = Path(__file__).resolve().parent / "tablet"

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

WORKER = "worker.js"
PAGE = "index.html"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self' {couch}",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""Nothing inline, nothing from elsewhere, and data only to this server and the CouchDB it names.

WebAssembly is the barcode reader's; it gives scripts no more than they have."""


@dataclass(frozen=True)
class TabletApp:
    """Every file of the app by its name below `/tablet/`, the packages it uses, and its version."""

    files: Mapping[str, bytes]
    vendor: Mapping[str, VendorFile]
    version: str


def read_app(vendor: Mapping[str, VendorFile], folder: Path = TABLET) -> TabletApp:
    """Read the app into memory; it is small, and every request is then answered without a disk."""
    files = {
        path.relative_to(folder).as_posix(): _pinned(path.read_bytes(), vendor)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in TYPES
    }
    digest = hashlib.sha256()
    for name, data in files.items():
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    for url, file in sorted(vendor.items()):
        digest.update(f"{url}\0{file.digest}".encode())
    return TabletApp(files, vendor, digest.hexdigest()[:16])


def _pinned(data: bytes, vendor: Mapping[str, VendorFile]) -> bytes:
    """Replace `"/vendor/<package>/<file>"` in a source by the address with the installed version.

    An import map would do the same in the browser, but it must stand inline, which the policy forbids.
    """
    for url, file in vendor.items():
        data = data.replace(f'"/vendor/{file.package}/{file.name}"'.encode(), f'"{url}"'.encode())
    return data


def precache(app: TabletApp) -> bytes:
    """The lines put before the service worker: its version, the SHA-256 (hex) of everything it keeps.

    `LATER` is what of it is fetched only once the app asks.

    Addresses are relative to `/tablet/` unless they begin with a slash. What arrives with another hash is a
    portal's page, a proxy's, or another version's file, and is not kept.
    """
    own = {name: hashlib.sha256(data).hexdigest() for name, data in app.files.items() if name != WORKER}
    page = own.pop(PAGE, None)
    kept = ({"./": page} if page else {}) | own | {url: file.digest for url, file in app.vendor.items()}
    listed = json.dumps(dict(sorted(kept.items())))
    later = json.dumps(sorted(url for url, file in app.vendor.items() if file.package in DEFERRED))
    version = json.dumps(app.version)
    return f"const VERSION = {version};\nconst FILES = {listed};\nconst LATER = {later};\n".encode()


EXTENSION = "curbstop_tablet"
"""Where the Flask application keeps its TabletApp."""


def tablet_blueprint(couch_origin: str = "") -> Blueprint:
    """Serve `/tablet/` from the application's TabletApp.

    `couch_origin`: origin of a CouchDB elsewhere that the app may talk to, or empty.
    """
    blueprint = Blueprint("tablet", __name__, url_prefix="/tablet")
    policy = POLICY.format(couch=couch_origin).replace(" ;", ";")

    @blueprint.get("")
    def bare() -> BaseResponse:
        """Relative addresses in the page need the slash."""
        return redirect(url_for("tablet.tablet_file"), 308)

    @blueprint.get("/")
    @blueprint.get("/<path:name>")
    def tablet_file(name: str = PAGE) -> Response:
        """One file of the app; always asked about again, because the service worker does the keeping."""
        app: TabletApp = current_app.extensions[EXTENSION]
        data = app.files.get(name)
        if data is None:
            raise NotFound
        if name == WORKER:
            data = precache(app) + data
        digest = hashlib.sha256(data).hexdigest()[:32]
        answer = packed_response(request, data, TYPES[Path(name).suffix], digest)
        answer.headers["Cache-Control"] = "no-cache"
        answer.headers["Content-Security-Policy"] = policy
        answer.headers["Permissions-Policy"] = "camera=(self), geolocation=(self)"
        return answer

    return blueprint
