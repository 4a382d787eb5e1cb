"""Kiosks and drop boxes: what lies in them is counted blind by two people, then closed like a drawer."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted
from server.pages.office.blueprint import blueprint, decides, handles_cash
from server.pages.office.drawers import drawer_page
from server.services import services
from server.viewing import _
from workorders.grammar.cash_count import count_from_form
from workorders.queries.drawers import payments_in_drawer
from workorders.usecases.cash.containers import count_container, set_container_count_aside


@blueprint.post("/cash/drawers/<drawer_id>/emptied")
@handles_cash
def count_one_container(drawer_id: str) -> ResponseReturnValue:
    """Keep what one of two people found."""
    session = current_session()

    def act() -> str:
        items = [one.payment_id for one in payments_in_drawer(session, drawer_id) if one.method == "check"]
        count = count_from_form(request.form, items)
        count_container(session, drawer_id, count, now=services().clock(), actor=current_staff().name)
        return url_for("office.drawer", drawer_id=drawer_id)

    return acted(act, lambda problem: drawer_page(drawer_id, problem), said=_("Your count is kept."))


@blueprint.post("/cash/drawers/<drawer_id>/emptied/aside")
@decides
def set_container_aside(drawer_id: str) -> ResponseReturnValue:
    """Let others count it anew."""

    def act() -> str:
        reason = request.form.get("aside", "")
        set_container_count_aside(
            current_session(), drawer_id, reason=reason, now=services().clock(), actor=current_staff().name
        )
        return url_for("office.drawer", drawer_id=drawer_id)

    said = _("The counts are set aside. Two people count it anew.")
    return acted(act, lambda problem: drawer_page(drawer_id, problem), said=said)
