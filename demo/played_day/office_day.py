"""The office's part of the demo day: choosing who and what, raising, dispatching, and changing its mind."""

import secrets
from datetime import date
from typing import Any

from demo.played_day.day import Day, Stop
from demo.played_day.office import Office
from demo.played_day.tablets import Tablets

WANTED = {"exchange": 1, "turn_on": 1, "reread": 2, "disconnect_np": 2, "meter_test": 1, "turn_off": 1}
"""Places a day needs, by order type."""

Case = dict[str, Any]


def cast_day(office: Office, tablets: Tablets) -> tuple[Day, list[Case]]:
    """Choose four technicians and the places. Raises Problem not_found when too little is left."""
    wanted = ",".join(f"{code}:{count}" for code, count in WANTED.items())
    cast = office.ask("admin", "/api/demo/cast", wanted=wanted)
    people = sorted(cast["technicians"], key=lambda one: -len(one["van"]))
    tester = next(one for one in people if "meter_test" in one["skills"])
    people.remove(tester)
    technicians = {
        "exchanger": people[0],
        "collector": people[1],
        "driver": people[2],
        "tester": tester,
    }
    return Day(office, tablets, date.fromisoformat(cast["day"]), technicians), cast["cases"]


def enrol_tablets(day: Day) -> None:
    """Let each technician onto a new tablet with a one-time code, and go online."""
    actions = []
    for place, (key, technician) in enumerate(day.technicians.items(), start=1):
        asked = {"technician": technician["id"]}
        code = day.office.send("admin", "/api/demo/enrolment-codes", asked)["code"]
        name = f"Demo truck {place}"
        actions.append({"do": "enrol", "tablet": key, "name": name, "code": code})
    for key, made in zip(day.technicians, day.tablets.all(actions), strict=True):
        day.devices[key] = made["device"]
        day.events[key] = []
    day.all_tablets("online")


def raise_and_dispatch(day: Day, cases: list[Case]) -> None:
    """The CSR raises the orders, the dispatcher sends them."""
    today = day.today.isoformat()
    plan: dict[str, tuple[str, str, dict[str, Any]]] = {
        "exchange": ("exchange", "exchanger", {"reason": "age"}),
        "turn_on": ("turn_on", "exchanger", {"start_date": today, "fees_paid": True}),
        "reread": ("reread", "collector", {"flag_reason": "complaint"}),
        "collect": ("disconnect_np", "collector", {}),
        "cut": ("disconnect_np", "tester", {}),
        "meter_test": ("meter_test", "tester", {"kind": "program"}),
        "unable": ("turn_off", "driver", {"stop_date": today}),
        "reassigned": ("reread", "driver", {"flag_reason": "high"}),
    }
    left = {code: [case for case in cases if case["type"] == code] for code in WANTED}
    for name, (code, tablet, extra) in plan.items():
        place = left[code].pop()["service_point"]
        body = {"type": code, "service_point": place, "extra": extra, "instructions": "Demo day"}
        order = day.office.send("csr", "/api/orders", body)
        day.stops[name] = Stop(order["number"], tablet)
        day.assign(order["number"], tablet, order["version"])


def change_the_day(day: Day) -> None:
    """While the tablets have no signal: the customer of the cut pays, and a reread goes to somebody else."""
    document = day.documents["cut"]
    payment = f"demo-{secrets.token_hex(6)}"
    body = {
        "id": payment,
        "account": document["account"]["number"],
        "amount_cents": document["authority"]["avoid_cents"],
        "channel": "counter",
    }
    day.office.send("cashier", "/api/payments", body)
    day.payments.append(payment)
    number = day.stops["reassigned"].number
    version = day.office.ask("dispatcher", f"/api/orders/{number}")["version"]
    day.assign(number, "collector", version)
