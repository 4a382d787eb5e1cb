"""A made-up town for demonstrations and tests: streets, houses, work zones; the same for the same seed.

It lies on open farmland, is called what it is, and its streets are drawn by chance: nobody may take it for
a real place or for anybody's customers.
"""

from .generate import MOST_ACCOUNTS, generate_town
from .values import ATTRIBUTION, Town, TownAddress, TownZone

__all__ = ["ATTRIBUTION", "MOST_ACCOUNTS", "Town", "TownAddress", "TownZone", "generate_town"]
