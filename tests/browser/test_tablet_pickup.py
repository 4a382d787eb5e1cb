"""A technician raises a pickup without signal; the office decides, and the tablet shows what became of it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from server.db import transaction
from tests.browser.conftest import OpenTablet
from tests.browser.site import Site, png
from tests.browser.tablet_steps import choose, enrol, expect_waiting, open_order
from tests.integration.couchdb.district import eventually
from workorders.tables import Evidence, Order, Pickup
from workorders.usecases.field.pickups import approve_pickup

pytestmark = pytest.mark.browser


def test_found_tampering_goes_to_the_office_and_comes_back_as_an_order(
    site: Site, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    number = site.order("reread", 1)
    context, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    context.set_offline(True)
    page.get_by_role("link", name="Raise it here").click()
    page.get_by_role("button", name="Send to the office").click()
    expect(page.get_by_text("Say what it is.")).to_be_visible()
    choose(page, "What is it?", "Tampering")
    page.get_by_label("What you found").fill("Bypass behind the fence")
    picture = tmp_path / "camera.png"
    picture.write_bytes(png(1200, 900))
    page.get_by_label("Another photo").set_input_files(picture)
    expect(page.get_by_role("img", name="Photo 1, taken")).to_be_visible()
    page.reload()
    page.get_by_label("PIN of").fill("2468")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_label("What you found")).to_have_value("Bypass behind the fence")
    page.get_by_role("button", name="Send to the office").click()
    expect_waiting(page, 1)
    expect(page.locator("[data-fate]")).to_contain_text("waiting")
    context.set_offline(False)
    expect(page.locator("[data-fate]")).to_have_text(
        "Received. The office decides whether it becomes an order.", timeout=30_000
    )

    def pickup() -> int | None:
        with site.session() as session:
            here = select(Evidence.received)
            photo = session.scalar(here)
            return session.scalar(select(Pickup.id)) if photo else None

    eventually(lambda: pickup() is not None)
    with transaction(site.services.sessions) as session:
        now = site.services.clock()
        raised = approve_pickup(
            session, pickup() or 0, service_point="", give_back=True, now=now, actor="dana"
        ).number
    approved = f"Approved by the office: order {raised}."
    expect(page.locator("[data-fate]")).to_have_text(approved, timeout=30_000)
    open_order(page, raised)
    expect(page.get_by_text("Bypass behind the fence").first).to_be_visible()
    with site.session() as session:
        assert session.get_one(Order, number).state == "dispatched"
