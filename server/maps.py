"""The district's own map: tiles and styles built from its streets, served with ranges so that they resume."""

from flask import Blueprint, abort, jsonify, send_from_directory
from flask.typing import ResponseReturnValue

from geo.files import basemap_folder
from server.services import services

blueprint = Blueprint("maps", __name__, url_prefix="/basemap")
TYPES = {
    "district.pmtiles": "application/vnd.pmtiles",
    "style-light.json": "application/json",
    "style-dark.json": "application/json",
    "style-print.json": "application/json",
}


@blueprint.get("/")
def available() -> ResponseReturnValue:
    """Which files there are, so that a page can say there is no map yet."""
    folder = basemap_folder(services().config.data_dir)
    return jsonify({name: (folder / name).stat().st_size for name in TYPES if (folder / name).is_file()})


@blueprint.get("/<name>")
def file(name: str) -> ResponseReturnValue:
    """One file, with ETag and Range."""
    if name not in TYPES:
        abort(404)
    folder = basemap_folder(services().config.data_dir)
    return send_from_directory(folder, name, mimetype=TYPES[name], conditional=True, max_age=3600)
