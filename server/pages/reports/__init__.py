"""Reports: a list of them, each as a page, as a file, and sent regularly by e-mail."""

from server.pages.reports import pages, schedules
from server.pages.reports.blueprint import blueprint

__all__ = ["blueprint", "pages", "schedules"]
