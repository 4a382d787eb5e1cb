"""A form that was sent after its session had ended, or from before the person signed in again: kept in the
browser's cookie until the person is back.

The page that the form belongs to shows it filled again; nothing is carried out before it is sent again.
"""

from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Request, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from server.auth.csrf import FIELD
from server.viewing import _

KEPT = "kept_form"
KEPT_BYTES = 2_500
"""More does not fit into a cookie beside the rest."""
SECRET = frozenset({"password", "again", "present", "secret", "code"})
"""Fields that no cookie may hold."""
PAGES = {
    "csr.raise_new_order": "csr.new_order",
    "csr.add_customer": "csr.new_customer",
    "csr.take_application": "csr.start_form",
    "csr.stop": "csr.stop_form",
    "csr.write_correction": "csr.correct",
    "csr.write_register_correction": "csr.correct_register",
    "collections.settle_tags": "collections.undone",
}
"""The view that takes a form → the view that fills it again by itself, because which fields there are depends
on what was typed. Every other form is filled again by kept.js on the page it was sent from."""


def keep_and_sign_in(request: Request) -> ResponseReturnValue | None:
    """Keep what was typed and ask the person to sign in; None when no page could show it again.

    Only what our own pages sent is kept: another site must not put words into a form.
    """
    kept = _kept(request)
    if kept is None:
        return None
    session.clear()
    if _keep(kept):
        flash(
            _("Your session had ended, so nothing was done. Sign in: the form comes back as you filled it.")
        )
    else:
        flash(_("Your session had ended, so nothing was done. The text was too long to keep."), "bad")
    return redirect(url_for("auth.sign_in", next=kept["page"]), 303)


def keep_and_show_again(request: Request) -> ResponseReturnValue | None:
    """Keep what was typed on a page from before the person signed in again, and lead back to that page;
    None when no page could show it again."""
    kept = _kept(request)
    if kept is None or not _keep(kept):
        return None
    return redirect(kept["page"], 303)


def typed_before() -> dict[str, str]:
    """What was typed into this page's form before its session ended; empty otherwise. Given once."""
    kept = session.get(KEPT)
    if kept is None or not kept["by_page"] or kept["page"] != request.path:
        return {}
    del session[KEPT]
    flash(_("This is what you had typed when your session ended. Nothing of it was sent."))
    return {name: values[0] for name, values in kept["form"].items()}


def form_to_fill() -> dict[str, Any] | None:
    """The form that kept.js fills again on this page: `action` and `form`. Given once."""
    kept = session.get(KEPT)
    if kept is None or kept["by_page"] or kept["page"] != request.full_path.removesuffix("?"):
        return None
    del session[KEPT]
    return {"action": kept["action"], "form": kept["form"]}


def _kept(request: Request) -> dict[str, Any] | None:
    if "HX-Request" in request.headers or not _from_here(request):
        return None
    by_page = request.endpoint in PAGES
    page = (
        url_for(PAGES[request.endpoint or ""], **request.view_args or {}) if by_page else _sent_from(request)
    )
    if page is None:
        return None
    typed = {
        name: values
        for name, values in request.form.to_dict(flat=False).items()
        if name != FIELD and name not in SECRET
    }
    return {"page": page, "by_page": by_page, "action": request.path, "form": typed}


def _keep(kept: dict[str, Any]) -> bool:
    if len(orjson.dumps(kept)) > KEPT_BYTES:
        return False
    session[KEPT] = kept
    return True


def _sent_from(request: Request) -> str | None:
    """The page with the form: where it was sent from; after a refusal, whose address is the form's own, the
    nearest page above it."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc == request.host and _is_page(came.path):
        return f"{came.path}?{came.query}" if came.query else came.path
    above = request.path
    while above != "/":
        if _is_page(above):
            return above
        above = above.rstrip("/").rpartition("/")[0] or "/"
        if above != "/" and _is_page(above + "/"):
            return above + "/"
    return None


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True


def _from_here(request: Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    return origin.netloc == request.host
