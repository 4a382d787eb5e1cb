"""The evidence of one disconnection as a PDF, US letter: what was sent, asked, done, seen and paid."""

import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from PIL import Image, UnidentifiedImageError

from server.exports.footed_paper import FOOT_MM, FootedPaper
from server.exports.letters_pdf import printable
from workorders.catalogue import CATALOGUE
from workorders.judgement.reported import Recorded
from workorders.messages import formats
from workorders.messages.message import Message
from workorders.messages.texts import N_, translate
from workorders.messages.viewer import Viewer
from workorders.messages.words import outcome_title, say, state_title, title
from workorders.policy.phone_codes import RELEASE
from workorders.queries.cut_evidence import CutEvidence
from workorders.queries.field_reports import FieldReport

MARGIN_MM, WIDTH_MM, LABEL_MM, LINE_MM, PHOTO_MM = 16.0, 184.0, 46.0, 4.8, 88.0
PHOTO_PIXELS = 1_000
"""A photo's longer side as it is printed: a dial stays readable."""
TITLE = N_("Evidence of a disconnection")
AUTHORITY, NOTICES, HOLDS = N_("Authority to cut"), N_("Notices"), N_("Holds")
PAYMENTS, CONTACTS, STORY = N_("Payments"), N_("Notes and contacts"), N_("History")
RECORDED, FOLLOWERS = N_("What was recorded"), N_("What followed")
CODES = N_("Codes by telephone")
CODE_GIVEN = N_("given {time} by {person} to {technician}: {reason}")
CODE_ENTERED, CODE_NOT_ENTERED = N_("entered {time}"), N_("not entered")
NOTHING = N_("None on record.")
AS_OF = N_("As of {time}")
FACTS = (N_("Order"), N_("Account"), N_("Premise"), N_("State"), N_("Outcome"))
SENT, AVOIDS, RETURNED = N_("sent {day}"), N_("{money} avoided the cut"), N_("mail returned {day}")
GIVEN, ENDS, ALLOWED, AGAINST = N_("Given"), N_("Ends"), N_("Allowed"), N_("Against")
RECORDED_AT, PLACE, MISSING = N_("recorded {time}"), N_("Place"), N_("The photo is not here.")
YES, NO, UNTIL_LIFTED = N_("yes"), N_("no"), N_("until it is lifted")


class EvidencePack:
    """One pack in the making. `photo`: the bytes of a file by its SHA-256, None when it is not here."""

    def __init__(
        self,
        found: CutEvidence,
        viewer: Viewer,
        names: Mapping[str, str],
        photo: Callable[[str], bytes | None],
        *,
        district: str,
        now: datetime,
    ) -> None:
        self._viewer, self._names, self._photo, self._now = viewer, names, photo, now
        self._district = district
        self._heading = f"{self._said(TITLE)} · {found.order.number}"
        self._found = found
        self._paper = FootedPaper(
            self._heading,
            district=district,
            at=now,
            language=viewer.language,
            margin_mm=MARGIN_MM,
            orientation="portrait",
        )
        self._paper.set_auto_page_break(True, margin=MARGIN_MM + FOOT_MM)

    def pdf(self) -> bytes:
        """The whole; the same records give the same bytes."""
        found, paper = self._found, self._paper
        paper.add_page()
        self._line(self._district, size=11)
        self._line(self._heading, size=16, style="B", height=8)
        self._line(self._said(AS_OF, time=formats.instant(self._now, self._viewer)), size=9)
        self._facts(found)
        self._section(AUTHORITY, self._authorities(found))
        self._section(CODES, self._codes(found))
        self._section(NOTICES, self._notices(found))
        self._section(HOLDS, self._holds(found))
        self._section(PAYMENTS, self._payments(found))
        self._section(CONTACTS, self._contacts(found))
        self._section(STORY, self._story(found))
        for report in found.reports:
            self._report(report)
        self._section(FOLLOWERS, self._followers(found))
        return bytes(paper.output())

    def _facts(self, found: CutEvidence) -> None:
        order, language = found.order, self._viewer.language
        type_ = CATALOGUE[order.type].title if order.type in CATALOGUE else order.type
        account = f"{order.account.number}, {order.account.customer.name}" if order.account else "-"
        values = (
            f"{order.number}, {self._said(type_)}",
            account,
            f"{order.service_point.premise.address}, {order.service_point.number}",
            state_title(order.state, language),
            outcome_title(order.outcome, language) if order.outcome else "-",
        )
        self._paper.ln(2)
        for name, value in zip(FACTS, values, strict=True):
            self._pair(self._said(name), value)

    def _authorities(self, found: CutEvidence) -> Iterable[tuple[str, str]]:
        for one in found.authorities:
            yield self._said(GIVEN), formats.instant(one.granted_at, self._viewer)
            yield self._said(ENDS), formats.instant(one.expires_at, self._viewer)
            yield from self._checks(one.evidence)

    def _codes(self, found: CutEvidence) -> Iterable[tuple[str, str]]:
        for one in found.codes:
            parts = [
                self._said(
                    CODE_GIVEN,
                    time=formats.instant(one.given_at, self._viewer),
                    person=self._names.get(one.given_by, one.given_by),
                    technician=self._names.get(one.technician_id, one.technician_id),
                    reason=one.reason,
                )
            ]
            if one.used_at is not None:
                parts.append(self._said(CODE_ENTERED, time=formats.instant(one.used_at, self._viewer)))
            else:
                parts.append(self._said(CODE_NOT_ENTERED))
            yield title("code_kinds", one.kind, self._viewer.language), "; ".join(parts)
            if one.kind == RELEASE:
                yield self._said(ENDS), formats.instant(one.expires_at, self._viewer)
            yield from self._checks(one.evidence)

    def _checks(self, evidence: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        for check in evidence.get("verdicts", ()):
            name = ALLOWED if check.get("allowed") else AGAINST
            yield self._said(name), self._message(Message.from_json(check.get("message")))

    def _notices(self, found: CutEvidence) -> Iterable[tuple[str, str]]:
        for one in found.notices:
            unsent = one.state in {"printed", "dropped"}
            parts = [
                title("notice_states", one.state, self._viewer.language)
                if unsent
                else self._said(SENT, day=self._day(one.sent_on)),
                self._said(AVOIDS, money=formats.money(one.amount_cents, self._viewer)),
            ]
            if one.delivered_as:
                parts.append(title("notice_deliveries", one.delivered_as, self._viewer.language))
            if one.returned_on:
                parts.append(self._said(RETURNED, day=self._day(one.returned_on)))
            yield title("notices", one.kind, self._viewer.language), "; ".join(parts)

    def _holds(self, found: CutEvidence) -> Iterable[tuple[str, str]]:
        for one in found.holds:
            end = self._day(one.ends_on) if one.ends_on else self._said(UNTIL_LIFTED)
            yield title("holds", one.kind, self._viewer.language), f"{self._day(one.starts_on)} - {end}"

    def _payments(self, found: CutEvidence) -> Iterable[tuple[str, str]]:
        for one in found.payments:
            channel = title("channels", one.channel, self._viewer.language)
            at = formats.instant(one.received_at, self._viewer)
            who = self._names.get(one.recorded_by, one.recorded_by)
            yield formats.money(one.amount_cents, self._viewer), f"{channel}, {at}; {who}"

    def _contacts(self, found: CutEvidence) -> Iterable[tuple[str, str]]:
        for one in found.contacts:
            who = self._names.get(one.actor, one.actor)
            yield formats.instant(one.at, self._viewer), f"{who}: {one.words}"

    def _story(self, found: CutEvidence) -> Iterable[tuple[str, str]]:
        for line in found.story:
            words = line.words(self._viewer, self._names)
            if line.late:
                heard = formats.instant(line.recorded_at, self._viewer)
                words = f"{words} ({self._said(RECORDED_AT, time=heard)})"
            yield formats.instant(line.at, self._viewer), words

    def _followers(self, found: CutEvidence) -> Iterable[tuple[str, str]]:
        for one in found.followers:
            kind = self._said(CATALOGUE[one.type].title) if one.type in CATALOGUE else one.type
            state = state_title(one.state, self._viewer.language)
            at = f", {formats.instant(one.finished_at, self._viewer)}" if one.finished_at else ""
            yield one.number, f"{kind}: {state}{at}"

    def _report(self, report: FieldReport) -> None:
        """What one event recorded, its photos below with the time and the hash of each."""
        at = formats.instant(report.at, self._viewer)
        rows = [(self._said(one.title), self._value(one)) for one in report.values if one.kind != "photo"]
        if report.position is not None:
            lon, lat = report.position
            rows.append((self._said(PLACE), f"{lat:.5f}, {lon:.5f}"))
        self._section(f"{self._said(RECORDED)}: {report.technician}, {at}", rows)
        titles = {one.value: self._said(one.title) for one in report.values if one.kind == "photo"}
        for name, kept in report.photos.items():
            data = self._photo(kept.sha256) if kept.sha256 else None
            self._picture(titles.get(name, name), data, kept.sha256 or "")

    def _picture(self, name: str, data: bytes | None, digest: str) -> None:
        picture = _small(data) if data is not None else None
        if picture is None:
            self._line(f"{name}: {self._said(MISSING)} {digest}", size=9)
            return
        height = PHOTO_MM * picture.height / picture.width
        if self._paper.get_y() + height + 8 > self._paper.h - MARGIN_MM - 2 * FOOT_MM:
            self._paper.add_page()
        self._line(name, size=9, style="B")
        self._paper.image(picture, w=PHOTO_MM, h=height)
        self._line(f"SHA-256 {digest}", size=7)
        self._paper.ln(2)

    def _section(self, name: str, rows: Iterable[tuple[str, str]]) -> None:
        self._paper.ln(3)
        self._line(self._said(name), size=12, style="B", height=7)
        some = list(rows)
        for label, value in some:
            self._pair(label, value)
        if not some:
            self._line(self._said(NOTHING), size=9)

    def _pair(self, label: str, value: str) -> None:
        paper = self._paper
        if paper.get_y() + 2 * LINE_MM > paper.h - MARGIN_MM - FOOT_MM:
            paper.add_page()
        page, top = paper.page_no(), paper.get_y()
        paper.set_font("Helvetica", "B", 9)
        paper.multi_cell(LABEL_MM, LINE_MM, printable(label), align="L", new_x="LMARGIN", new_y="NEXT")
        below = paper.get_y()
        paper.set_xy(MARGIN_MM + LABEL_MM, top)
        paper.set_font("Helvetica", "", 9)
        wide = WIDTH_MM - LABEL_MM
        paper.multi_cell(wide, LINE_MM, printable(value), align="L", new_x="LMARGIN", new_y="NEXT")
        if paper.page_no() == page:
            paper.set_y(max(below, paper.get_y()))

    def _line(self, text: str, *, size: float, style: Literal["", "B"] = "", height: float = LINE_MM) -> None:
        self._paper.set_font("Helvetica", style, size)
        self._paper.multi_cell(WIDTH_MM, height, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _value(self, one: Recorded) -> str:
        value: Any = one.value
        if one.kind == "yes_no":
            return self._said(YES if value else NO)
        if one.kind == "cents" and isinstance(value, int):
            return formats.money(value, self._viewer)
        if one.kind == "instant":
            try:
                return formats.instant(datetime.fromisoformat(str(value)), self._viewer)
            except ValueError:
                return str(value)
        text = self._said(value) if one.kind == "choice" else str(value)
        return f"{text} {self._said(one.unit)}" if one.unit else text

    def _said(self, text: str, **details: str) -> str:
        return translate(text, self._viewer.language, **details)

    def _message(self, message: Message) -> str:
        return say(message, self._viewer, self._names)

    def _day(self, day: date) -> str:
        return formats.day(day, self._viewer)


def _small(data: bytes) -> Image.Image | None:
    """The photo no larger than it is printed; None for what is no picture."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.thumbnail((PHOTO_PIXELS, PHOTO_PIXELS))
            return picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
