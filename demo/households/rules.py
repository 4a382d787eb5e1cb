"""Rules of the demo district: the sample's, with its own yard, and cuts that may be shown at any hour."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.usecases.district.publish_rules import load_sample_rules, publish_rules, sample_document

EFFECTIVE_FROM = "2020-01-02"
"""The day after the sample's, so that this line wins."""


def publish_demo_rules(session: Session, yard: tuple[float, float], *, now: datetime) -> int:
    """Publish the sample rules, then the yard (longitude, latitude) and cut rules without forbidden hours.

    Somebody who tries Curbstop on a Sunday evening would otherwise see every disconnect refused.
    """
    load_sample_rules(session, now=now)
    sample = next(
        line["value"]
        for line in sample_document()["rules"]
        if (line["kind"], line["key"]) == ("cut_rules", "water")
    )
    shown: dict[str, Any] = sample | {
        "forbidden_weekdays": [],
        "holidays": [],
        "day_before_holiday": False,
        "latest_local_time": "23:59",
    }
    document = {
        "note": "Demo: the yard, and cuts on any day and hour",
        "effective_from": EFFECTIVE_FROM,
        "rules": [
            {"kind": "cut_rules", "key": "water", "value": shown},
            {"kind": "setting", "key": "yard", "value": {"lon": yard[0], "lat": yard[1]}},
        ],
    }
    return publish_rules(session, document, now=now)
