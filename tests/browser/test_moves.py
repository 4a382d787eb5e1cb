"""Customers in and out, driven by a CSR and a supervisor in a browser; the visits come as real reports."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from tests.browser.test_office_pages import Running, browser, complaints, open_page, pytestmark, running
from tests.integration.office.morning import CLOCK
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.tables import Order, ServiceAgreement, ServicePoint
from workorders.usecases.orders.assignment import assign_order

__all__ = ["browser", "complaints", "pytestmark", "running"]

TABLET = Tablet("t01", counter=500)


def start(page: Page, premise: str, *, account: str = "", name: str = "", leaves: bool = True) -> None:
    """From the page of a premise to the application."""
    page.goto(f"/csr/premises/{premise}")
    page.get_by_role("link", name="Start service").click()
    if account:
        expect(page.get_by_label("Account")).to_have_value(account)
    else:
        page.get_by_label("Name").fill(name)
        page.get_by_label("Phone").fill("555-010-3434")
    if leaves:
        page.get_by_label("The customer there leaves that day").check()
    page.get_by_role("button", name="Take the application").click()
    expect(page.locator("#messages")).to_contain_text("It waits for what must be paid first.")


def pay(page: Page, amount: str) -> None:
    page.get_by_label("Amount in dollars").first.fill(amount)
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator("#messages")).to_contain_text(f"Payment of ${amount} recorded.")


def visit(running: Running, point: str, **answers: Any) -> str:
    """The order under way at a point is sent, done and reported; its type."""
    with running.app.extensions["curbstop"].sessions() as session:
        order = session.scalars(
            select(Order)
            .join(ServicePoint, ServicePoint.id == Order.service_point_id)
            .where(
                ServicePoint.number == point,
                Order.type.in_(("turn_on", "turn_off")),
                Order.state == "approved",
            )
        ).one()
        kind = str(order.type)
        assign_order(session, order.number, "t01", route_day=TODAY, now=CLOCK, actor="dana")
        serial = f"M{point.removeprefix('SP-')}"
        given = {"serial_seen": serial, "read": 149_000, **answers}
        world.take(session, TABLET.completed(order, given, at=NOW + timedelta(hours=2)))
        return kind


def agreement_card(page: Page) -> Any:
    return page.locator("section", has=page.get_by_role("heading", name="Service agreements"))


def test_start_service_with_fee_and_deposit_where_a_disconnect_is_open(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    """The newer customer supersedes the cut; the debt stays with the old account."""
    with running.app.extensions["curbstop"].sessions.begin() as session:
        cut = world.order(session, "disconnect_np", 1).number
    page = open_page(browser, running, "carla", complaints)
    start(page, "P-1", name="Nadia Newcomer")
    card = agreement_card(page)
    expect(card).to_contain_text("Application for service")
    expect(card).to_contain_text("$90.00")
    account = page.url
    pay(page, "90.00")
    expect(agreement_card(page)).to_contain_text("begins with the final read of the customer before")
    page.goto(f"/csr/orders/{cut}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Replaced by a newer order")
    assert visit(running, "SP-1", left_on=True) == "turn_off"
    page.goto(account)
    expect(agreement_card(page)).to_contain_text("Active")
    expect(page.locator(".balance")).to_contain_text("$0.00")
    page.goto("/csr/accounts/A1")
    expect(agreement_card(page)).to_contain_text("Stopped")
    expect(page.locator(".balance")).to_contain_text("$128.50")
    assert complaints == []


def test_stop_service_with_forwarding_and_the_final_bill(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "carla", complaints)
    page.goto("/csr/accounts/A2")
    page.locator("#actions").locator("xpath=../..").get_by_role("link", name="Stop service").click()
    page.get_by_label("Forwarding address").fill("9 Oak Street, Elsewhere")
    page.get_by_role("button", name="Stop service").click()
    expect(agreement_card(page)).to_contain_text("forward to 9 Oak Street, Elsewhere")
    assert visit(running, "SP-2", left_on=False, lock="L2") == "turn_off"
    page.goto("/csr/final-bills")
    row = page.get_by_role("row", name="Demo customer 2")
    expect(row).to_contain_text("9 Oak Street, Elsewhere")
    expect(row).to_contain_text("149,000")
    page.get_by_role("button", name="Hand over to billing").click()
    expect(page.get_by_text("Nobody waits for a final bill.")).to_be_visible()
    assert complaints == []


def test_a_customer_moves_with_a_debt_that_is_paid_first(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    with running.app.extensions["curbstop"].sessions.begin() as session:
        gone = session.scalars(
            select(ServiceAgreement)
            .join(ServicePoint, ServicePoint.id == ServiceAgreement.service_point_id)
            .where(ServicePoint.number == "SP-7")
        ).one()
        gone.state, gone.end_on = "closed", TODAY - timedelta(days=9)
        world.off(session, 7)
    page = open_page(browser, running, "carla", complaints)
    page.goto("/csr/accounts/A12")
    page.get_by_role("link", name="Move to another address").click()
    start(page, "P-7", account="A12", leaves=False)
    expect(agreement_card(page)).to_contain_text("Past due on account A12")
    expect(agreement_card(page)).to_contain_text("$218.50")
    pay(page, "90.00")
    expect(agreement_card(page)).to_contain_text("Waits for payment")
    pay(page, "128.50")
    expect(agreement_card(page)).to_contain_text("turns the service on")
    assert visit(running, "SP-7", dial_moving=False, left_on=True) == "turn_on"
    page.reload()
    expect(agreement_card(page).locator(".pill", has_text="Active")).to_have_count(2)
    assert complaints == []
