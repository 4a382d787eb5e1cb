"""The forms that stand on pages, as a browser would send them."""

from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass(frozen=True)
class Form:
    """Where a form goes, how, and what it would send as it stands: (name, value) in order."""

    action: str
    method: str
    fields: tuple[tuple[str, str], ...]


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._address = address
        self._forms: dict[str, tuple[str, str, list[tuple[str, str]]]] = {}
        self._open = ""
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("id") or f"form {len(self._forms)}"
            action, method = given.get("action") or self._address, given.get("method", "get").upper()
            known = self._forms.get(self._open)
            self._forms[self._open] = (action, method, known[2] if known else [])
        elif tag == "select" and "name" in given:
            self._select, self._options = given["name"], []
        elif tag == "option" and self._select is not None:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag in {"input", "textarea", "button"} and given.get("name"):
            self._keep(given.get("form") or self._open, given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = ""
        elif tag == "select" and self._select is not None:
            chosen = next((value for value, selected in self._options if selected), None)
            first = self._options[0][0] if self._options else ""
            self._keep(self._open, self._select, first if chosen is None else chosen)
            self._select = None

    def _keep(self, form: str, name: str, value: str) -> None:
        if form:
            self._forms.setdefault(form, (self._address, "GET", []))[2].append((name, value))

    def close(self) -> None:
        super().close()
        self.found = [
            Form(action, method, tuple(fields)) for action, method, fields in self._forms.values() if fields
        ]


def forms(html: str, address: str) -> list[Form]:
    """Every form of a page that lies at `address`."""
    reader = _Forms(address)
    reader.feed(html)
    reader.close()
    return reader.found
