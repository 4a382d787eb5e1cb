"""Where a report was made, drawn beside the place that its order is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geo.maps.picture import Picture, picture
from server.networks import road_network, street_lines
from server.services import services
from workorders.grammar.distance import metres_between
from workorders.queries.field_reports import FieldReport
from workorders.tables import Order


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """The drawing, how far it was from the premise, and how exactly that is known."""

    picture: Picture
    metres: float
    halo: float | None
    """Radius of the fix's accuracy, in units of the drawing; None when the tablet did not say."""
    attribution: str


def report_places(order: Order, reports: Iterable[FieldReport]) -> Mapping[str, ReportPlace]:
    """By the report's id; none for a report without a fix. Reads no table."""
    placed = [(one.id, one.position, one.accuracy_m) for one in reports if one.position is not None]
    if not placed:
        return {}
    there = order.service_point.premise.position
    data_dir = services().config.data_dir
    streets, network = street_lines(data_dir).values(), road_network(data_dir)
    attribution = network.attribution if network is not None else ""
    shown = {}
    for id_, fix, accuracy in placed:
        drawn = picture(fix, (there.x, there.y), streets)
        halo = round(accuracy / drawn.metres, 1) if accuracy is not None else None
        shown[id_] = ReportPlace(drawn, metres_between(fix, (there.x, there.y)), halo, attribution)
    return shown
