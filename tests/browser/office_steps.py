"""What people of the office do in their browser."""

from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.integration.couchdb.district import eventually


def sign_in(page: Page, site: Site, role: str, path: str) -> None:
    """Sign in as somebody of that role and go on to `path`."""
    name, password = site.staff(role)
    page.goto(f"{site.url}/sign-in?next={path}")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.url}{path}")


def expect_completed_for_csr(page: Page, site: Site, number: str, *, line: str, photos: int) -> None:
    """The CSR's page of an order says that it is done, has `line` in its timeline, and shows the photos."""
    sign_in(page, site, "csr", f"/csr/orders/{number}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Done")
    expect(page.locator(".timeline")).to_contain_text(line)

    def shown() -> bool:
        page.reload()  # photos are kept as evidence a moment after the report is in
        return page.locator(".report img").count() == photos

    eventually(shown)
