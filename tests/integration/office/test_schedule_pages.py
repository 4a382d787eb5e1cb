"""The schedule of billing cycles in its pages: made, changed, followed, handed out as a file."""

from sqlalchemy import select

from tests.integration.office.conftest import Office
from workorders.tables import AdminChange, CyclePeriod, CyclePremise, CycleStep

SCHEDULE = "/office/collections/schedule"


def made(office: Office) -> None:
    assert office.post("sam", SCHEDULE, year="2026").status_code == 302


def test_a_supervisor_makes_a_year_and_others_read_it(office: Office) -> None:
    text = office.client("carla").get(SCHEDULE).text
    assert "There is no billing cycle yet." in text
    assert "Make the days" not in text
    assert office.post("carla", SCHEDULE, year="2026").status_code == 403
    made(office)
    text = office.client("carla").get(f"{SCHEDULE}?year=2026").text
    assert text.count("/office/collections/schedule/0") >= 4
    assert "Mar 2026" not in text or "Next read" in text
    with office.services.read_sessions() as session:
        assert len(session.scalars(select(CyclePeriod)).all()) == 48
    assert "2026-12" in office.client("carla").get(f"{SCHEDULE}/01/2026").text
    assert office.client("carla").get(f"{SCHEDULE}/99/2026").status_code == 404
    refused = office.post("sam", SCHEDULE, year="soon")
    assert refused.status_code == 422


def test_a_day_is_changed_with_a_reason_and_the_change_is_shown(office: Office) -> None:
    made(office)
    page = f"{SCHEDULE}/01/2026/3"
    form = {
        "read_on": "2026-03-04",
        "bill_on": "2026-03-06",
        "due_on": "2026-03-27",
        "past_due_on": "2026-04-04",
        "cut_on": "2026-05-05",
        "reason": "the readers' holiday",
    }
    assert office.post("carla", page, **form).status_code == 403
    early = office.post("sam", page, **(form | {"cut_on": "2026-03-20"}))
    assert early.status_code == 422
    assert 'aria-invalid="true"' in early.text
    assert office.post("sam", page, **form).status_code == 302
    text = office.client("sam").get(page).text
    assert "the readers&#39; holiday" in text or "the readers’ holiday" in text or "holiday" in text
    assert "The office does not work that day." in text, "April 4 is a Saturday"
    with office.services.read_sessions() as session:
        line = session.scalars(select(AdminChange).where(AdminChange.kind == "cycle_days")).one()
        assert (line.actor, line.reason) == ("sam", "the readers' holiday")
        assert line.changes["final_on"][1] is None


def test_steps_that_are_due_show_on_the_offices_pages_until_they_are_closed(office: Office) -> None:
    made(office)
    text = office.client("carla").get(SCHEDULE).text
    assert "Due and not done" in text
    with office.services.read_sessions() as session:
        waiting = session.scalars(
            select(CycleStep).where(CycleStep.done_at.is_(None)).order_by(CycleStep.on_day, CycleStep.id)
        ).all()
        count = sum(step.on_day.isoformat() <= "2026-03-02" for step in waiting)
        first = waiting[0].id
    assert count > 0
    assert f'Collections <span class="count">{count}</span>' in office.client("sam").get("/office/").text
    assert office.post("carla", f"{SCHEDULE}/steps/{first}", note="").status_code == 422
    assert office.post("carla", f"{SCHEDULE}/steps/{first}", note="sent before").status_code == 302
    assert f'Collections <span class="count">{count - 1}</span>' in office.client("sam").get("/office/").text
    assert office.post("casey", f"{SCHEDULE}/check").status_code == 403
    assert office.post("carla", f"{SCHEDULE}/check").status_code == 302
    assert "Every step is done." in office.client("carla").get(SCHEDULE).text, "nobody is in a cycle yet"


def test_premises_are_put_into_a_cycle_and_their_page_says_so(office: Office) -> None:
    made(office)
    page = f"{SCHEDULE}/premises"
    assert office.post("sam", page, cycle="01").status_code == 422
    assert office.post("sam", page, cycle="", premise="P-1").status_code == 422
    assert office.post("sam", page, cycle="01", premise="P-99").status_code == 404
    assert office.post("sam", page, cycle="02", premise="P-1").status_code == 302
    assert office.post("sam", page, cycle="01", zone="all").status_code == 302
    with office.services.read_sessions() as session:
        assert len(session.scalars(select(CyclePremise)).all()) == 12
    text = office.client("carla").get("/csr/premises/P-1").text
    assert "Billing cycle 02" in text
    assert "next read" in text


def test_the_year_leaves_as_a_file(office: Office) -> None:
    made(office)
    answer = office.client("carla").get(f"{SCHEDULE}/2026.csv")
    lines = answer.text.splitlines()
    assert len(lines) == 49
    assert lines[0].startswith("cycle,year,period,read_on")
    assert lines[1].startswith("01,2026,1,")
