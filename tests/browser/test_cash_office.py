"""A technician's money is turned in by two people, each in a browser of their own."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.test_office_pages import Running, browser, complaints, open_page, pytestmark, running

__all__ = ["browser", "complaints", "pytestmark", "running"]


def count(page: Page, running: Running) -> None:
    """Two twenties and a ten, by keyboard."""
    page.goto(f"{running.url}/office/cash/turn-ins/TI-000001")
    page.get_by_label("$20.00").focus()
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your count is kept.")).to_be_visible()


def test_a_turn_in_by_two_people(browser: Browser, running: Running, complaints: list[str]) -> None:
    casey = open_page(browser, running, "casey", complaints)
    sam = open_page(browser, running, "sam", complaints)
    casey.goto(f"{running.url}/office/money")
    casey.get_by_role("link", name="Turn-in").click()
    casey.get_by_role("button", name="Begin the turn-in").click()
    expect(casey.get_by_role("heading", level=1)).to_have_text("Turn-in TI-000001")
    count(casey, running)
    expect(casey.get_by_text("By the receipts")).to_have_count(0)
    count(sam, running)
    expect(sam.get_by_text("By the receipts")).to_be_visible()
    for page in (sam, casey):
        page.goto(f"{running.url}/office/cash/turn-ins/TI-000001")
        page.get_by_role("button", name="Sign for $50.00").click()
        expect(page.get_by_text("You have signed.")).to_be_visible()
    expect(casey.locator("header .pill", has_text="Signed")).to_be_visible()
    casey.goto(f"{running.url}/office/money")
    expect(casey.get_by_role("row", name="Tess Demo").first).to_contain_text("$0.00")
    assert complaints == []
