"""Roads: from an OpenStreetMap extract to travel times, ways and closures.

`build_network` makes one file; `RoadNetwork.open` opens it in well under a second and answers everything.
Knows neither SQL nor Flask.
"""

from .build import OSM_ATTRIBUTION, build_network
from .engine import MAX_STOP_METRES, RoadNetwork
from .matrix import UNREACHABLE, Places
from .profile import ROAD_CLASSES, DrivingProfile
from .values import LeftOutPart, Leg, LonLat, NetworkSummary, Path, Progress, Snap, Step, Street
from .weights import Closure

__all__ = [
    "MAX_STOP_METRES",
    "OSM_ATTRIBUTION",
    "ROAD_CLASSES",
    "UNREACHABLE",
    "Closure",
    "DrivingProfile",
    "LeftOutPart",
    "Leg",
    "LonLat",
    "NetworkSummary",
    "Path",
    "Places",
    "Progress",
    "RoadNetwork",
    "Snap",
    "Step",
    "Street",
    "build_network",
]
