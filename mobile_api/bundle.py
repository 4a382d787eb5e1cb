"""Reference data in few trips: files a tablet keeps offline, each with an ETag and ranges so that it resumes.

`forms.json` holds fees, order-type forms and settings; `meters.tsv.gz` says where every installed meter is,
so that a tablet without signal recognises a wrong meter; the basemap is the district's own.
"""

import gzip
import hashlib
import io
import os
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, abort, current_app, jsonify, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.files import basemap_folder
from mobile_api.services import services
from mobile_api.tokens import access_tokens, bearer
from sync.pipeline.render import render_reference
from workorders.problems import Problem
from workorders.tables import Installation, Meter, Premise, ServicePoint

FORMS, METERS = "forms.json", "meters.tsv.gz"
BASEMAP = ("district.pmtiles", "style-light.json", "style-dark.json")
TYPES = {
    FORMS: "application/json",
    METERS: "application/gzip",
    "district.pmtiles": "application/vnd.pmtiles",
    "style-light.json": "application/json",
    "style-dark.json": "application/json",
}
REFERENCES = ("catalogue", "fees", "settings")

blueprint = Blueprint("bundle", __name__, url_prefix="/api/devices/bundle")


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file: where it is, how long, and the hash that is also its ETag."""

    name: str
    bytes: int
    sha256: str


def build_bundle(session: Session, folder: Path, now: datetime) -> list[BundleFile]:
    """Write forms and meter index; a file whose content did not change keeps its bytes and its ETag."""
    forms = {name: render_reference(session, "", name, now=now) for name in REFERENCES}
    contents = {FORMS: orjson.dumps(forms, option=orjson.OPT_SORT_KEYS), METERS: _meter_index(session)}
    for name, data in contents.items():
        _replace(folder / name, data)
    return [_described(folder / name) for name in contents]


def _meter_index(session: Session) -> bytes:
    """Lines `serial, service point, address` by serial; packed without a time, so that it is comparable."""
    rows = session.execute(
        select(Meter.serial, ServicePoint.number, Premise.house_number, Premise.street)
        .join(Installation, Installation.meter_id == Meter.id)
        .join(ServicePoint, ServicePoint.id == Installation.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(Installation.removed_at.is_(None))
        .execution_options(yield_per=5000)
    )
    lines = sorted(f"{serial}\t{point}\t{house} {street}\n" for serial, point, house, street in rows)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.writelines(line.encode() for line in lines)
    return packed.getvalue()


def _replace(path: Path, data: bytes) -> None:
    """A reader sees the old file or the new one, never half of one."""
    if path.exists() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


_digests: dict[tuple[str, int, int], str] = {}


def _described(path: Path) -> BundleFile:
    """The file's length and hash; the hash is taken once per version of the file and process."""
    stat = path.stat()
    key = (str(path), stat.st_mtime_ns, stat.st_size)
    if key not in _digests:
        with path.open("rb") as file:
            _digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return BundleFile(path.name, stat.st_size, _digests[key])


def _places() -> dict[str, Path]:
    data_dir: Path = services().config.data_dir
    places = {name: data_dir / "bundle" / name for name in (FORMS, METERS)}
    places |= {name: basemap_folder(data_dir) / name for name in BASEMAP}
    return {name: path for name, path in places.items() if path.is_file()}


@blueprint.before_request
def require_tablet() -> None:
    """Only a signed-in tablet: the meter index names addresses."""
    token = bearer(request)
    if token is None:
        raise Problem("sign_in_required")
    access_tokens(current_app).caller(token)


@blueprint.get("")
def manifest() -> ResponseReturnValue:
    """What there is, so that a tablet fetches only what changed."""
    files: list[dict[str, Any]] = [asdict(_described(path)) for path in _places().values()]
    return jsonify(files=[file | {"url": f"{blueprint.url_prefix}/{file['name']}"} for file in files])


@blueprint.get("/<name>")
def bundle_file(name: str) -> Response:
    """One file; `Range` with `If-Range` resumes a download that broke off."""
    path = _places().get(name)
    if path is None:
        abort(404)
    etag = _described(path).sha256
    return send_file(path, mimetype=TYPES[name], conditional=True, etag=etag, max_age=0)
