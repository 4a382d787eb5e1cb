"""The letter that carries a link to a visit, in the customer's language."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.config import Config
from server.exports.mail_message import Content
from server.visit_tokens import visit_token
from workorders.judgement.visit_stages import OVER, STAGES, first_name
from workorders.messages import formats
from workorders.messages.texts import N_, translate
from workorders.messages.viewer import Viewer
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.visits import link_by_key, visited_order
from workorders.tables import Order, OutgoingMail, VisitLink

COMES = N_("Your visit, {district}")
ON_THE_WAY = N_("{name} is on the way, {district}")
FOLLOW = N_("See how it stands, without a sign-in, until {time}:")
AGREED = N_("Agreed: {since} to {until}")
DAY = N_("Day: {value}")
DRIVING = N_("{name} has set out for {place}.")
VISIT = N_("We are going to visit {place}.")


class NobodyComesError(Exception):
    """The visit is over or its link was taken back before the letter was written: it is not sent any more."""


def visit_address(config: Config, link: VisitLink) -> str:
    """The whole address for letters. Raises Problem bad_setting while CURBSTOP_PUBLIC_URL is not set."""
    if not config.public_url:
        raise Problem("bad_setting", name="CURBSTOP_PUBLIC_URL", reason="letters with links need it")
    return f"{config.public_url.rstrip('/')}/v/{visit_token(config.secret_key, link.key, link.expires_at)}"


def visit_letter(session: Session, letter: OutgoingMail, config: Config, *, now: datetime) -> Content:
    """The letter. Raises NobodyComesError, and what `visit_address` raises."""
    link = link_by_key(session, letter.details["link"])
    if link is None or link.revoked_at is not None or link.expires_at <= now:
        raise NobodyComesError
    order = visited_order(session, link)
    if STAGES[order.state] in OVER:
        raise NobodyComesError
    district, language = district_of(session), letter.language
    viewer = Viewer(language, district.timezone, formats.locale_of(language, district.locale), district.units)
    subject, first = _about(order, district.name, language)
    lines = [district.name, "", first, *_when(order, viewer), ""]
    lines += [
        translate(FOLLOW, language, time=formats.instant(link.expires_at, viewer)),
        visit_address(config, link),
        "",
    ]
    return Content(subject, "\n".join(lines))


def _about(order: Order, district: str, language: str) -> tuple[str, str]:
    place = order.service_point.premise.address
    if STAGES[order.state] == "on_the_way" and order.technician is not None:
        name = first_name(order.technician.name)
        subject = translate(ON_THE_WAY, language, name=name, district=district)
        return subject, translate(DRIVING, language, name=name, place=place)
    return translate(COMES, language, district=district), translate(VISIT, language, place=place)


def _when(order: Order, viewer: Viewer) -> list[str]:
    if order.appointment_from is not None and order.appointment_until is not None:
        since, until = formats.instant(order.appointment_from, viewer), order.appointment_until
        times = {"since": since, "until": formats.local_time(until, viewer)}
        return [translate(AGREED, viewer.language, **times)]
    if order.route_day is not None and order.technician_id is not None:
        return [translate(DAY, viewer.language, value=formats.day(order.route_day, viewer))]
    return []
