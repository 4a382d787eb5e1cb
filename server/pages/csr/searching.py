"""One search box for everything."""

from flask import make_response, render_template, request, session
from flask.typing import ResponseReturnValue

from server.db import current_session
from server.pages.csr.blueprint import MOVING, blueprint, reads
from server.pages.csr.recent import recent
from workorders.queries.search import COUNTED, Found, find

ADDRESSES = {
    "account": "csr.account",
    "order": "csr.order",
    "premise": "csr.premise",
    "meter": "csr.meter",
}
"""Kind of hit → the page that shows it; each takes the hit's key as `number`."""

HITS = ("hits", "everywhere-hits")
"""Places of the answers alone: on the page of the search, and in the box that every page has."""


@blueprint.get("/")
@reads
def home() -> ResponseReturnValue:
    """The box, and its answers; the answers alone when the box itself asks."""
    asked = request.args.get("q", "").strip()
    moving = request.args.get("moving", "").strip()[:40]
    if moving:
        # Whoever is on the phone moves: the premise that is found next starts service for this account.
        session[MOVING] = moving
    found = find(current_session(), asked) if asked else Found([], {})
    page = "csr/_hits.html" if request.headers.get("HX-Target") in HITS else "csr/home.html"
    answer = make_response(
        render_template(
            page,
            moving=moving,
            asked=asked,
            recent=[] if asked else recent(current_session()),
            found=found,
            hits=found.hits,
            counted=COUNTED,
            addresses=ADDRESSES,
        )
    )
    # The address of the box's own question is the page's: neither may be kept in place of the other.
    answer.vary.add("HX-Target")
    answer.headers["Cache-Control"] = "no-store"
    return answer
