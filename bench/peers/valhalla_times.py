"""Travel times of a Valhalla service (https://valhalla.github.io), to hold ours against."""

import json
import urllib.request

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Rows of longitude and latitude, degrees."""


def seconds(url: str, sources: Points, targets: Points) -> NDArray[np.float64]:
    """Seconds by car from every source to every target; not a number where it knows no way.

    `url`: where the service listens. Raises urllib.error.URLError when nobody answers.
    """
    question = {"sources": _places(sources), "targets": _places(targets), "costing": "auto"}
    request = urllib.request.Request(  # noqa: S310 - the operator named the address
        f"{url.rstrip('/')}/sources_to_targets",
        json.dumps(question).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - the same
        rows = json.load(answer)["sources_to_targets"]
    return np.array([[np.nan if leg["time"] is None else leg["time"] for leg in row] for row in rows])


def _places(points: Points) -> list[dict[str, float]]:
    return [{"lon": lon, "lat": lat} for lon, lat in points.tolist()]
