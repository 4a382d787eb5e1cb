"""One search box for everything."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.csr.blueprint import blueprint, reads
from server.db import current_session
from workorders.search import Hit, search

ADDRESSES = {
    "account": "csr.account",
    "order": "csr.order",
    "premise": "csr.premise",
    "meter": "csr.meter",
}
"""Kind of hit → the page that shows it; each takes the hit's key as `number`."""


@blueprint.get("/")
@reads
def home() -> ResponseReturnValue:
    """The box, and its answers; the answers alone when the box itself asks."""
    asked = request.args.get("q", "").strip()
    hits: list[Hit] = search(current_session(), asked) if asked else []
    page = "csr/_hits.html" if request.headers.get("HX-Target") == "hits" else "csr/home.html"
    return render_template(page, asked=asked, hits=hits, addresses=ADDRESSES)
