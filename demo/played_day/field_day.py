"""The field's part of the demo day: pulling, working without signal, coming back with things gone wrong."""

from datetime import UTC, datetime

from demo.played_day import forms
from demo.played_day.day import Day


def pull_and_leave(day: Day) -> None:
    """Every tablet waits for its orders and says that it has them; then the signal is gone."""
    for key in day.technicians:
        mine = {name: stop for name, stop in day.stops.items() if stop.tablet == key}
        wanted = [
            {"_id": f"order:{stop.number}", "state": "dispatched", "epoch": 1} for stop in mine.values()
        ]
        by_id = {document["_id"]: document for document in day.tablets.wait(key, wanted)}
        for name, stop in mine.items():
            day.documents[name] = by_id[f"order:{stop.number}"]
            day.write(key, "acknowledged", stop.number)
    day.wait_for_acks(list(day.technicians))
    day.all_tablets("offline")


def work_offline(day: Day) -> None:
    """The day's work. The cut happens after its customer paid, which nobody here can know."""
    documents = day.documents
    new_serial = day.technicians["exchanger"]["van"][0]
    day.complete("exchange", forms.exchange(documents["exchange"], new_serial), left="on")
    day.complete("turn_on", forms.turn_on(documents["turn_on"]), left="on")
    day.complete("reread", forms.reread(documents["reread"]))
    _collect(day)
    day.complete("meter_test", forms.meter_test(documents["meter_test"], day.today))
    day.complete("cut", forms.cut(documents["cut"]), left="off")
    gate = day.visit("unable")
    day.write(gate.tablet, "unable", gate.number, body=forms.unable(datetime.now(UTC)))
    day.complete("reassigned", forms.reread(documents["reassigned"]))


def _collect(day: Day) -> None:
    """The customer pays the whole amount in cash at the door; nothing is cut."""
    document = day.documents["collect"]
    stop = day.visit("collect")
    cash = {
        "account": document["account"]["number"],
        "amount_cents": document["authority"]["avoid_cents"],
        "method": "cash",
    }
    day.receipts.append(day.write(stop.tablet, "payment", stop.number, body=cash))
    day.finish("collect", forms.collected(document), left="on")


def collector_says_everything_twice(day: Day) -> None:
    """The collector is back first, has the reassigned order, and uploads the same things again."""
    key, number = "collector", day.stops["reassigned"].number
    day.tablets.do("online", tablet=key)
    day.tablets.wait(key, [{"_id": f"order:{number}", "state": "dispatched", "epoch": 2}])
    day.wait_for_acks([key])
    day.tablets.do("resend", tablet=key, ids=day.events[key])
    for event in day.receipts:
        day.tablets.do("repost", tablet=key, event=event)
    # A feed is read in its order: when this one is answered, the repeated payment was judged before it.
    day.write(key, "acknowledged", number)
    day.wait_for_acks([key])


def exchanger_loses_an_answer(day: Day) -> None:
    """The upload arrives, but the line breaks before the answer; PouchDB tries again by itself."""
    day.tablets.do("onlineThroughDeadSpot", tablet="exchanger")
    day.wait_for_acks(["exchanger"])
    day.answers_dropped = int(day.tablets.do("dropped"))


def the_others_come_back(day: Day) -> None:
    """The wrongful cut and the work under the old assignment arrive; the collector's order is taken back."""
    for key in ("tester", "driver"):
        day.tablets.do("online", tablet=key)
    day.wait_for_acks(["tester", "driver"])
    number = day.stops["reassigned"].number
    day.tablets.wait("collector", [{"_id": f"order:{number}", "state": "recalled"}])
