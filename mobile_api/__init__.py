"""What a tablet calls besides replication, and the tablet app itself."""

from urllib.parse import urlsplit

from flask import Flask

from mobile_api import bundle
from mobile_api.routes import blueprint as devices_blueprint
from mobile_api.routes import couch_url
from mobile_api.services import services_of
from mobile_api.tablet_files import EXTENSION, read_app, tablet_blueprint
from mobile_api.vendor import vendor_blueprint, vendor_files

__all__ = ["devices_blueprint", "register"]


def register(app: Flask) -> None:
    """Mount the tablet app at `/tablet/` and its packages at `/vendor/`.

    `devices_blueprint` belongs to the API and is registered there. Raises FileNotFoundError when the npm
    packages are not installed.
    """
    couch = urlsplit(couch_url(services_of(app).config))
    origin = f"{couch.scheme}://{couch.netloc}" if couch.netloc else ""
    app.register_blueprint(bundle.blueprint)
    vendor = vendor_files()
    app.register_blueprint(vendor_blueprint(vendor))
    app.extensions[EXTENSION] = read_app(vendor)
    app.register_blueprint(tablet_blueprint(origin))
