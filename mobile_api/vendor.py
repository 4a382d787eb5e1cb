"""Browser packages served from node_modules by an allow-list; nothing else of that folder can be reached.

Addresses carry the package's version (`/vendor/lit-html@3.3.1/lit-html.js`), so browsers keep them for good.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from mobile_api.packed import packed_response

NODE_MODULES = Path(__file__).resolve().parent.parent / "node_modules"

JAVASCRIPT = "text/javascript; charset=utf-8"
TYPES = {".css": "text/css; charset=utf-8", ".wasm": "application/wasm"}
"""By suffix; anything else is JavaScript."""

ALLOWED: dict[str, tuple[str, ...]] = {
    "pouchdb": ("dist/pouchdb.min.js",),
    "lit-html": (
        "lit-html.js",
        "directive.js",
        "directive-helpers.js",
        "async-directive.js",
        "directives/live.js",
        "directives/ref.js",
        "directives/repeat.js",
    ),
    "maplibre-gl": (
        "dist/maplibre-gl.mjs",
        "dist/maplibre-gl-shared.mjs",
        "dist/maplibre-gl-worker.mjs",
        "dist/maplibre-gl.css",
    ),
    "pmtiles": ("dist/pmtiles.js",),
    "barcode-detector": ("dist/es/ponyfill.js", "dist/es/zxing-exported.js"),
    "zxing-wasm": ("dist/reader/zxing_reader.wasm",),
}
"""Package → files that may be served; a lit-html module imports its siblings by these relative paths."""

DEFERRED = frozenset({"barcode-detector", "zxing-wasm"})
"""Packages that only some tablets need: kept when the app first asks for them, not at installation."""


@dataclass(frozen=True)
class VendorFile:
    """One file of a package: its address under `/vendor/`, and where it lies."""

    package: str
    version: str
    name: str
    path: Path

    @property
    def url(self) -> str:
        """The address, with the version in it."""
        return f"/vendor/{self.package}@{self.version}/{self.name}"

    @cached_property
    def data(self) -> bytes:
        """The file's bytes without the pointer to a source map that is not served."""
        if self.name.endswith(".wasm"):
            return self.path.read_bytes()
        lines = self.path.read_bytes().rstrip().splitlines(keepends=True)
        if lines and lines[-1].startswith(b"//# sourceMappingURL="):
            lines.pop()
        return b"".join(lines)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes served, hex."""
        return hashlib.sha256(self.data).hexdigest()


def vendor_files(node_modules: Path = NODE_MODULES) -> dict[str, VendorFile]:
    """Every allowed file by its address. Raises FileNotFoundError when the packages are not installed."""
    found = {}
    for package, names in ALLOWED.items():
        root = node_modules / package
        version = json.loads((root / "package.json").read_text())["version"]
        for name in names:
            file = VendorFile(package, version, name, root / name)
            found[file.url] = file
    return found


def vendor_blueprint(files: dict[str, VendorFile]) -> Blueprint:
    """Serve `/vendor/…` from the allow-list."""
    blueprint = Blueprint("vendor", __name__, url_prefix="/vendor")

    @blueprint.get("/<path:name>")
    def vendor_file(name: str) -> Response:
        """One allowed file, for good."""
        file = files.get(f"/vendor/{name}")
        if file is None:
            raise NotFound
        content_type = TYPES.get(file.path.suffix, JAVASCRIPT)
        answer = packed_response(request, file.data, content_type, file.digest[:32])
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer

    return blueprint
