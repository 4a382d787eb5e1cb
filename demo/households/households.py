"""Who lives in the demo district: one household a place, each with its story. Pure and seeded.

Everything is plainly invented: “Demo customer 77”, telephone numbers of the range 555-01xx that is kept
free for fiction, meters made by “Demo Meter”.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from demo.town import TownAddress

SIZES = {"5/8": 0.88, "3/4": 0.07, "1": 0.03, "1 1/2": 0.014, "2": 0.006}
"""Meter size and its share."""
STORIES = {
    "steady": 0.77,
    "leak": 0.03,
    "stuck": 0.02,
    "estimated": 0.04,
    "rollover": 0.02,
    "delinquent": 0.06,
    "cut": 0.015,
    "vacant": 0.045,
}
"""What is special about a household, and how often."""
AT_LEAST = 8
"""Households of each special story even in the smallest district, so that every order type has its case."""
LOCATIONS = (
    "left of drive",
    "right of drive",
    "front walk",
    "behind fence",
    "by the alley",
    "under lid at curb",
)
NOTES = ("gate sticks", "knock first", "meter lid is heavy", "park on the side street", "call ahead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """One address with its customer, service point and meter. Gallons are a month's, before the season."""

    number: int
    address: TownAddress
    story: str
    rate_class: str
    size: str
    opened_on: date
    installed_on: date
    monthly_gallons: int
    meter_location: str
    access_note: str | None
    dog: bool
    hazard: str | None
    medical: bool

    @property
    def premise(self) -> str:
        """Number of the premise."""
        return f"P-{self.number:06d}"

    @property
    def service_point(self) -> str:
        """Number of the service point."""
        return f"SP-{self.number:06d}"

    @property
    def account(self) -> str:
        """Number of the account."""
        return f"A{self.number:06d}"

    @property
    def next_account(self) -> str | None:
        """Number of the account of whoever moves into a vacant place."""
        return f"A{500_000 + self.number}" if self.story == "vacant" else None

    @property
    def serial(self) -> str:
        """Serial of the installed meter."""
        return f"CB{100_000 + self.number}"

    @property
    def customer(self) -> str:
        """Name of the customer."""
        return f"Demo customer {self.number}"

    @property
    def phone(self) -> str:
        """A number kept free for fiction."""
        return f"555-01{self.number % 100:02d}"

    @property
    def multiplier(self) -> int:
        """Gallons per step of the last dial: large meters count tens."""
        return 1 if self.size in {"5/8", "3/4"} else 10

    @property
    def state(self) -> str:
        """State of the service point."""
        return {"vacant": "off", "cut": "off_np"}.get(self.story, "on")


def make_households(addresses: Sequence[TownAddress], *, seed: int, today: date) -> list[Household]:
    """A household for every address; the same addresses, seed and day give the same households."""
    rng = random.Random(f"households {seed}")  # noqa: S311 - demo data must repeat
    stories = _stories(len(addresses), rng)
    return [
        _household(number, address, story, rng, today)
        for number, (address, story) in enumerate(zip(addresses, stories, strict=True), start=1)
    ]


def _stories(count: int, rng: random.Random) -> list[str]:
    """Stories in their shares, none of the special ones rarer than AT_LEAST, in a random order."""
    stories: list[str] = []
    for story, share in STORIES.items():
        if story != "steady":
            stories += [story] * max(AT_LEAST, round(count * share))
    stories = stories[:count] + ["steady"] * (count - len(stories))
    rng.shuffle(stories)
    return stories


def _household(number: int, address: TownAddress, story: str, rng: random.Random, today: date) -> Household:
    size = "5/8" if story == "rollover" else rng.choices(list(SIZES), list(SIZES.values()))[0]
    rate_class = (
        "residential" if size in {"5/8", "3/4"} else rng.choice(("commercial", "commercial", "municipal"))
    )
    typical = {"5/8": 4_500, "3/4": 7_000, "1": 20_000, "1 1/2": 60_000, "2": 120_000}[size]
    opened = today - timedelta(days=rng.randint(800, 5_000))
    return Household(
        number=number,
        address=address,
        story=story,
        rate_class=rate_class,
        size=size,
        opened_on=opened,
        installed_on=opened - timedelta(days=rng.randint(0, 400)),
        monthly_gallons=round(typical * rng.lognormvariate(0, 0.35)),
        meter_location=rng.choice(LOCATIONS),
        access_note=rng.choice(NOTES) if rng.random() < 0.1 else None,
        dog=rng.random() < 0.08,
        hazard="low clearance" if rng.random() < 0.01 else None,
        medical=story not in {"delinquent", "cut"} and rng.random() < 0.01,
    )
