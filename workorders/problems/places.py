"""Refusals about streets, areas and plans."""

from workorders.problems.problem_type import ProblemType

ROWS: dict[str, ProblemType] = {
    "no_streets": ProblemType(
        409,
        "There are no streets to drive on yet.",
        "Import an extract: curbstop import streets FILE.osm.pbf.",
    ),
    "area_file_unreadable": ProblemType(
        422,
        "{file} could not be read as areas: {reason}",
        "Give a GeoJSON, Shapefile or GeoPackage of polygons.",
    ),
    "area_without_projection": ProblemType(
        422, "{file} does not say which projection it uses.", "Put its .prj file beside it or give --epsg."
    ),
    "area_not_in_degrees": ProblemType(
        422,
        "The coordinates of {file} are not degrees: {x}, {y}.",
        "Give its projection with --epsg, for example --epsg 2230 for feet in southern California.",
    ),
    "area_axes_exchanged": ProblemType(
        422,
        "{file} gives latitude before longitude: {x}, {y}.",
        "Save it with longitude first, as GeoJSON wants it.",
    ),
    "replacement_not_confirmed": ProblemType(
        409,
        "The file would become all of the district’s {kind} zones: {effect}. Nothing was changed.",
        "If that is meant, give --replace. The file must hold every zone, not only new ones.",
    ),
    "street_file_unreadable": ProblemType(
        422,
        "{file} could not be read as OpenStreetMap data: {reason}",
        "Give an .osm.pbf extract that covers the district.",
    ),
    "no_roads_in_extract": ProblemType(
        422,
        "{file} holds no road network that a vehicle can drive: {reason}.",
        "Give an extract with streets that covers the district.",
    ),
    "network_file_unreadable": ProblemType(
        500, "The road network {file} cannot be used: {reason}.", "Build it again from the street extract."
    ),
    "basemap_failed": ProblemType(
        500,
        "The map tiles could not be made: {reason}",
        "Look at the reason; free space on the disk is a common one.",
    ),
    "basemap_unreadable": ProblemType(
        500, "The map {file} cannot be used: {reason}.", "Build it again from the street extract."
    ),
    "no_way_between": ProblemType(
        409, "Closed streets leave no way from {start} to {end}.", "Take one of the closures back."
    ),
    "stop_off_network": ProblemType(
        422,
        "{what} lies more than {distance} from any street.",
        "Correct the position, or use a street extract that covers it.",
    ),
    "day_start_off_network": ProblemType(
        422,
        "The place where {technician} begins or refills lies more than {distance} from any street.",
        "Correct the position, or use a street extract that covers it.",
    ),
    "day_start_cut_off": ProblemType(
        422,
        "The place where {technician} begins or refills lies at streets that nothing drivable joins to the "
        "others: an island, or a gap in the map.",
        "Give an extract that holds the bridge or ferry, or correct the position.",
    ),
    "stop_cut_off": ProblemType(
        422,
        "{what} lies at streets that nothing drivable joins to the others: an island, or a gap in the map.",
        "Give an extract that holds the bridge or ferry, or correct the position.",
    ),
}
