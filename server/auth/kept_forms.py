"""A form that was sent after its session had ended: kept in the browser's cookie until the person is back.

The page that the form belongs to shows it filled again; nothing is carried out before it is sent again.
"""

from urllib.parse import urlsplit

import orjson
from flask import Request, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from server.auth.csrf import FIELD
from server.viewing import _

KEPT = "kept_form"
KEPT_BYTES = 2_500
"""More does not fit into a cookie beside the rest."""
PAGES = {
    "csr.pay": "csr.account",
    "csr.raise_new_order": "csr.new_order",
    "csr.cancel": "csr.order",
    "csr.add_customer": "csr.new_customer",
    "csr.take_application": "csr.start_form",
    "csr.stop": "csr.stop_form",
    "csr.release": "csr.order",
    "csr.write_correction": "csr.correct",
    "csr.write_register_correction": "csr.correct_register",
    "collections.settle_tags": "collections.undone",
    "office.decide": "office.case",
    "office.decide_document": "office.document",
}
"""The view that takes a form → the view that shows it filled again."""


def keep_and_sign_in(request: Request) -> ResponseReturnValue | None:
    """Keep what was typed and ask the person to sign in; None when no page could show it again.

    Only what our own pages sent is kept: another site must not put words into a form.
    """
    page = PAGES.get(request.endpoint or "")
    if page is None or not _from_here(request):
        return None
    typed = {name: value for name, value in request.form.items() if name != FIELD}
    back = url_for(page, **request.view_args or {})
    kept = {"page": back, "form": typed}
    session.clear()
    if len(orjson.dumps(kept)) <= KEPT_BYTES:
        session[KEPT] = kept
        flash(
            _("Your session had ended, so nothing was done. Sign in: the form comes back as you filled it.")
        )
    else:
        flash(_("Your session had ended, so nothing was done. The text was too long to keep."), "bad")
    return redirect(url_for("auth.sign_in", next=back), 303)


def typed_before() -> dict[str, str]:
    """What was typed into this page's form before its session ended; empty otherwise. Given once."""
    kept = session.get(KEPT)
    if kept is None or kept["page"] != request.path:
        return {}
    del session[KEPT]
    flash(_("This is what you had typed when your session ended. Nothing of it was sent."))
    return dict(kept["form"])


def _from_here(request: Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    return origin.netloc == request.host
