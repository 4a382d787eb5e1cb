"""What a change of rules would have done to last month: asked for here, worked out by the worker."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.admin.blueprint import administers, blueprint
from server.pages.admin.rule_words import rule_name
from server.services import services
from server.viewing import _, current_viewer
from workorders.messages.words import title
from workorders.problems import Problem
from workorders.tables import RulePreview
from workorders.usecases.district.rule_packs import document_of, pack_named, rule_packs
from workorders.usecases.district.rule_previews import WAITING, ask_preview

NOTICE = "notice_"
LOOK_AGAIN_SECONDS = 3
DOCUMENT_MAX = 400_000
"""Characters of a rule document."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of a preview's counts."""

    words: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """How many more under the change; negative: fewer."""
        return self.after - self.before


@blueprint.get("/rules/previews")
@administers
def previews() -> ResponseReturnValue:
    """The form, and the previews that were asked for."""
    return _list(None)


@blueprint.post("/rules/previews")
@administers
def ask_for_preview() -> ResponseReturnValue:
    """Ask for one, of a document or of a pack."""

    def act() -> str:
        name, document = _document()
        now, me = services().clock(), current_staff().name
        made = ask_preview(current_session(), document, name=name, now=now, actor=me)
        return url_for("admin.preview", number=made.id)

    return acted(act, _list)


@blueprint.get("/rules/previews/<int:number>")
@administers
def preview(number: int) -> ResponseReturnValue:
    """One preview; until the worker has it ready, the page looks for itself."""
    found = current_session().get(RulePreview, number)
    if found is None:
        raise Problem("not_found", what="preview", key=number)
    measures = [Measure(_words(what), *counts) for what, *counts in found.found.get("measures", ())]
    page = render_template(
        "admin/preview.html",
        preview=found,
        waits=found.state in WAITING,
        names=[rule_name(line["kind"], line["key"]) for line in found.rules],
        measures=measures,
        differ=[
            (account, _words(what), *(date.fromisoformat(day) if day else None for day in days))
            for account, what, *days in found.found.get("differ", ())
        ],
        more=found.found.get("more", 0),
    )
    answer = make_response(page)
    if found.state in WAITING:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


def _document() -> tuple[str, Any]:
    """The name and the document that were given: a pack's, a file's, or what was typed."""
    code = request.form.get("pack", "")
    if code:
        pack = pack_named(code)
        return pack.title, document_of(pack, date.min)
    file = request.files.get("file")
    text = file.read(DOCUMENT_MAX + 1) if file else request.form.get("document", "").encode()
    if len(text) > DOCUMENT_MAX:
        raise Problem("bad_input", field="document", reason="it is too large")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Problem("bad_input", field="document", reason="it is no JSON document") from None
    note = document.get("note") if isinstance(document, dict) else None
    return str(note or _("Typed rules")), document


def _words(what: str) -> str:
    language = current_viewer().language
    if what.startswith(NOTICE):
        return title("notices", what.removeprefix(NOTICE), language)
    return title("preview_measures", what, language)


def _list(problem: Problem | None) -> str:
    newest = select(RulePreview).order_by(RulePreview.id.desc())
    return render_template(
        "admin/previews.html",
        previews=current_session().scalars(newest).all(),
        packs=rule_packs(),
        chosen=request.form.get("pack") or request.args.get("pack"),
        **shown(problem),
    )
