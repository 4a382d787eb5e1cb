"""Photos and signatures that tablets sent, shown as they came, and the evidence of one disconnection."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from server.auth.roles import allow
from server.db import current_session
from server.exports.cut_evidence_pdf import EvidencePack
from server.pages.csr.blueprint import blueprint, reads
from server.services import services
from server.viewing import _, current_viewer, people
from sync.pipeline.evidence import EvidenceFiles
from workorders.problems import Problem
from workorders.queries.cut_evidence import cut_evidence
from workorders.tables import Evidence

SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Types a browser only draws. Anything else is offered as a download and never rendered."""


@blueprint.get("/evidence/<int:number>")
@reads
def evidence(number: int) -> ResponseReturnValue:
    """One file by its number in the records."""
    row = current_session().get(Evidence, number)
    if row is None:
        raise Problem("not_found", what="photo", key=number)
    if row.sha256 is None:
        abort(404, _("This photo has not arrived yet."))
    data = EvidenceFiles(services().config.data_dir / "evidence").get(row.sha256)
    if data is None:
        abort(404, _("This photo's file is missing or damaged."))
    shown = row.content_type in SHOWN
    answer = Response(data, content_type=row.content_type if shown else "application/octet-stream")
    answer.headers["Content-Disposition"] = "inline" if shown else "attachment"
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


@blueprint.get("/orders/<number>/evidence.pdf")
@allow("csr", "supervisor")
def cut_evidence_file(number: str) -> ResponseReturnValue:
    """All that is on record about a disconnection, as one PDF."""
    kept = services()
    found = cut_evidence(current_session(), number)
    pack = EvidencePack(
        found,
        current_viewer(),
        people(),
        EvidenceFiles(kept.config.data_dir / "evidence").get,
        district=kept.config.district,
        now=kept.clock(),
    )
    answer = Response(pack.pdf(), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="evidence-{found.order.number}.pdf"'
    return answer
