"""Browser packages of the office pages, served from node_modules by an allow-list, and our own files.

Addresses carry the package's version, or a hash of our own file, so that browsers may keep them for good.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for

blueprint = Blueprint("assets", __name__, url_prefix="/assets")

NODE_MODULES = Path(__file__).resolve().parent.parent / "node_modules"
STATIC = Path(__file__).resolve().parent / "static"
LONG = 365 * 24 * 3600
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css"}

ALLOWED: dict[str, str] = {
    "htmx.min.js": "htmx.org/dist",
    "maplibre-gl.mjs": "maplibre-gl/dist",
    "maplibre-gl-worker.mjs": "maplibre-gl/dist",
    "maplibre-gl.css": "maplibre-gl/dist",
    "pmtiles.js": "pmtiles/dist",
}
"""File → folder below node_modules. Nothing else of that folder can be reached."""


@blueprint.get("/<version>/<name>")
def package_file(version: str, name: str) -> Response:
    """One allowed file of the installed version; an address of another version is not found."""
    if name not in ALLOWED or version != _version(name):
        abort(404)
    answer = Response(_content(name, version), mimetype=TYPES[Path(name).suffix])
    answer.cache_control.public, answer.cache_control.max_age = True, LONG
    answer.set_etag(version)
    answer.make_conditional(request)
    return answer


def package_url(name: str) -> str:
    """The address of an allowed package file. Raises KeyError for another name."""
    return url_for("assets.package_file", version=_version(name), name=name)


def static_url(name: str) -> str:
    """The address of our own file with a hash of its content, so that a new version is fetched at once."""
    return url_for("static", filename=name, v=_digest(name, (STATIC / name).stat().st_mtime_ns))


@cache
def _version(name: str) -> str:
    package = NODE_MODULES / ALLOWED[name].split("/")[0] / "package.json"
    found: str = json.loads(package.read_text())["version"]
    return found


@cache
def _content(name: str, _version: str) -> bytes:
    """A few files of one megabyte at most: kept, so that a browser that goes away leaves none open."""
    return (NODE_MODULES / ALLOWED[name] / name).read_bytes()


@cache
def _digest(name: str, _modified: int) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def register(app: Flask) -> None:
    """Mount the packages and teach the templates both kinds of address."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(package_url=package_url, static_url=static_url)
