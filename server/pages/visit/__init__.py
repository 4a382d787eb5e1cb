"""The page behind a link: how a visit stands, for the customer, without a sign-in."""

from server.pages.visit.pages import blueprint

__all__ = ["blueprint"]
