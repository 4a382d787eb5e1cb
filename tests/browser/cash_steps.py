"""What cashiers and supervisors do in their browsers: take, count, close, sign, deposit."""

import re
from collections.abc import Mapping

from playwright.sync_api import Page, expect

from tests.integration.usecases.cash_steps import counted
from workorders.grammar.cash_count import cash_field
from workorders.grammar.money import text_from_cents


def open_drawer(page: Page, float_cents: int) -> str:
    """Open one's own drawer of today; its number."""
    page.goto("/office/cash/drawers")
    page.get_by_label("Starting cash").fill(dollars(float_cents))
    page.get_by_role("button", name="Open the drawer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Drawer DR-")
    return page.url.rpartition("/")[2]


def take(page: Page, account: str, cents: int, *, tendered: int = 0, check: str = "") -> str:
    """Take a payment at the counter, in cash with change or by check; the receipt's number."""
    page.goto("/office/counter")
    page.get_by_label("Account number, typed or scanned").fill(account)
    page.keyboard.press("Enter")
    page.get_by_label("To be paid").fill(dollars(cents))
    page.locator("#tender-1").select_option("check" if check else "cash")
    page.locator("#tendered-1").fill(dollars(tendered or cents))
    page.locator("#reference-1").fill(check)
    page.get_by_role("button", name="Show change and what it settles").click()
    expect(page.locator(".change")).to_contain_text(text_from_cents(max(tendered - cents, 0)))
    page.get_by_role("button", name=f"Take {text_from_cents(cents)}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt C-")
    return page.url.rpartition("/")[2]


def void(page: Page, number: str, why: str) -> None:
    """Void a counter receipt of today."""
    page.goto(f"/office/counter/receipts/{number}")
    page.get_by_label("Reason").fill(why)
    page.get_by_role("button", name="Void the receipt").click()
    expect(page.get_by_text(f"{number} is void.")).to_be_visible()


def count(page: Page, path: str, cash: int, checks: Mapping[str, int] | None = None) -> None:
    """Count cash by pieces, and checks by the words that name them, for the first time or again."""
    page.goto(path)
    for denomination, pieces in counted(cash).cash.items():
        page.locator(f'[name="{cash_field(denomination)}"]').fill(str(pieces))
    for words, cents in (checks or {}).items():
        page.get_by_label(re.compile(words)).fill(dollars(cents))
    page.get_by_role("button", name=re.compile("This is what I counted|Count again")).click()
    expect(page.get_by_text("Your count is kept.")).to_be_visible()


def close_drawer(page: Page, drawer: str, why: str = "") -> None:
    """Close somebody else's counted drawer."""
    page.goto(f"/office/cash/drawers/{drawer}")
    if why:
        page.get_by_label("Why it is over or short").fill(why)
    page.get_by_role("button", name="Close the drawer for ever").click()
    expect(page.get_by_text(f"{drawer} is closed.")).to_be_visible()


def begin_turn_in(page: Page, technician: str) -> str:
    """Open a turn-in over everything that a technician holds; its number."""
    page.goto("/office/cash/turn-ins")
    card = page.locator("section.card", has=page.get_by_role("heading", name=technician, exact=True))
    card.get_by_role("button", name="Begin the turn-in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Turn-in TI-")
    return page.url.rpartition("/")[2]


def sign(page: Page, turn_in: str, cents: int, why: str = "") -> None:
    """Sign for what two counted."""
    page.goto(f"/office/cash/turn-ins/{turn_in}")
    if why:
        page.get_by_label("Why it is over or short").fill(why)
    page.get_by_role("button", name=f"Sign for {text_from_cents(cents)}").click()
    expect(page.get_by_text("You have signed.")).to_be_visible()


def hand_in(
    people: tuple[Page, Page],
    technician: str,
    cash: int,
    checks: Mapping[str, int] | None = None,
) -> str:
    """A turn-in from its beginning to the second signature; its number."""
    first, second = people
    number = begin_turn_in(first, technician)
    for page in people:
        count(page, f"/office/cash/turn-ins/{number}", cash, checks)
    cents = cash + sum((checks or {}).values())
    sign(first, number, cents)
    sign(second, number, cents)
    return number


def deposit(page: Page, cents: int) -> str:
    """Take all that waits to the bank; the slip's number."""
    page.goto("/office/cash/deposits")
    page.get_by_role("button", name="Make the deposit slip").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Deposit slip")
    expect(page.get_by_role("row", name="Total deposit")).to_contain_text(text_from_cents(cents))
    return page.url.rpartition("/")[2]


def dollars(cents: int) -> str:
    """As it is typed."""
    return f"{cents / 100:.2f}"
