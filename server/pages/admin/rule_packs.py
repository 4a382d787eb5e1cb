"""Sample rule packs: what each holds of its law, and publishing one."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.admin.blueprint import administers, blueprint
from server.services import services
from server.templating import local
from server.viewing import _
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.usecases.district.rule_packs import adopt_pack, pack_named, rule_packs


@blueprint.get("/rules/packs")
@administers
def packs() -> ResponseReturnValue:
    """Every pack."""
    return render_template("admin/packs.html", packs=rule_packs())


@blueprint.get("/rules/packs/<code>")
@administers
def pack(code: str) -> ResponseReturnValue:
    """One pack, sentence by sentence, and a form to publish it."""
    return _pack_page(code, None)


@blueprint.post("/rules/packs/<code>")
@administers
def publish_pack(code: str) -> ResponseReturnValue:
    """Publish it as the next rule set, for somebody who says that counsel was asked."""
    form = request.form

    def act() -> str:
        if not form.get("agreed"):
            raise Problem("bad_input", field="agreed", reason="tick that the district’s counsel was asked")
        adopt_pack(
            current_session(),
            code,
            effective_from=day_from_text(form.get("effective_from", ""), field="effective_from"),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("admin.published")

    said = _("Published. Tablets get it at their next sync.")
    return acted(act, lambda problem: _pack_page(code, problem), said=said)


def _pack_page(code: str, problem: Problem | None) -> str:
    found = pack_named(code)
    today = local(services().clock()).date()
    return render_template("admin/pack.html", pack=found, today=today, **shown(problem))
