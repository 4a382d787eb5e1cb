"""A district and its tablets on another day: a morning on which service may be cut, and days later."""

from datetime import datetime, timedelta

from playwright.sync_api import BrowserContext

from server.services import utc_now
from tests.integration.usecases.world import NOW

SHIFT = """(() => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length) super(...given);
      else super(Real.now() + %d);
    }
    static now() {
      return Real.now() + %d;
    }
  };
})()"""


class Clock:
    """The district's clock: it begins at NOW and goes on as real time does, or is moved on by hand."""

    def __init__(self) -> None:
        self.ahead = NOW - utc_now()
        """From the machine's clock to the district's."""

    def __call__(self) -> datetime:
        """What time it is in the district."""
        return utc_now() + self.ahead

    def move_on(self, span: timedelta) -> None:
        """Let time pass in the district."""
        self.ahead += span


def set_clock(context: BrowserContext, ahead: timedelta) -> None:
    """Move the tablet's clock by `ahead`, from its next page on and on top of what was set before."""
    milliseconds = round(ahead / timedelta(milliseconds=1))
    context.add_init_script(SHIFT % (milliseconds, milliseconds))
