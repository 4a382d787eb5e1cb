"""Rules of the demo district: the sample's, except that a cut may be shown on any day and hour."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.rules import load_sample_rules, publish_rules, sample_document

EFFECTIVE_FROM = "2020-01-02"
"""The day after the sample's, so that this line wins."""


def publish_demo_rules(session: Session, *, now: datetime) -> int:
    """Publish the sample rules, then cut rules without forbidden days and hours; answers the version.

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
        "note": "Demo: cuts on any day and hour",
        "effective_from": EFFECTIVE_FROM,
        "rules": [{"kind": "cut_rules", "key": "water", "value": shown}],
    }
    return publish_rules(session, document, now=now)
