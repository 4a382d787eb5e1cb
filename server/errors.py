"""Every error leaves as a Problem: JSON for programs, a page for people; never a trace."""

from collections.abc import Mapping

import structlog
from flask import Flask, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException

from server.viewing import current_viewer, problem_view
from sync.stores.contract import StoreUnavailable
from workorders.messages.texts import N_, translate
from workorders.problems import Problem

log = structlog.get_logger()
AWAY = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.PendingRollbackError,
    exc.TimeoutError,
    StoreUnavailable,
)
"""The database does not answer, or the connection was lost on the way; trying again later may work."""
RETRY_SECONDS = "5"
PROGRAM_PATHS = ("/api/", "/couch/", "/readyz", "/healthz", "/metrics")


OUR_WORDS: Mapping[int, tuple[str, str]] = {
    404: (N_("There is nothing at this address."), N_("Check the address, or begin at the start page.")),
    405: (N_("This address does not take {method}."), N_("Begin at the start page.")),
    413: (N_("What was sent is too large."), N_("Send less at once.")),
}
"""Words and advice for what the framework refuses by itself."""
ACCIDENT, TRY_AGAIN = N_("Something went wrong here. Nothing was saved."), N_("Try again.")


def wants_json() -> bool:
    """Programs get JSON: by path, or when HTML is not what they accept best."""
    if request.path.startswith(PROGRAM_PATHS):
        return True
    return not request.accept_mimetypes.accept_html


def answer(body: Mapping[str, object], status: int) -> ResponseReturnValue:
    """One error, in the shape the caller understands."""
    if wants_json():
        return jsonify(body), status
    return render_template("problem.html", problem=body, status=status), status


def register_errors(app: Flask) -> None:
    """Teach the application to answer Problems, HTTP errors and accidents."""

    @app.errorhandler(Problem)
    def problem(error: Problem) -> ResponseReturnValue:
        return answer(_shown(error), error.status)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        # What fails after the view, as a commit may, comes wrapped.
        cause = getattr(error, "original_exception", None)
        if isinstance(cause, AWAY):
            return no_database(cause)
        status = error.code or 500
        if status < 400:
            return error
        words, advice = OUR_WORDS.get(status, (error.description or error.name, ""))
        language = "en" if wants_json() else current_viewer().language
        body: dict[str, object] = {
            "code": error.name.lower().replace(" ", "_"),
            "words": translate(words, language, method=request.method),
            "advice": translate(advice, language),
            "details": {},
        }
        details = getattr(error, "data", None)
        if isinstance(details, dict) and "messages" in details:
            body |= {
                "code": "bad_input",
                "details": details["messages"],
                "words": _first_message(details["messages"]),
            }
        return answer(body, status)

    def no_database(error: Exception) -> ResponseReturnValue:
        log.warning("database_unavailable", path=request.path, method=request.method, reason=str(error))
        away = Problem("database_unavailable")
        response = make_response(answer(_shown(away), away.status))
        response.headers["Retry-After"] = RETRY_SECONDS
        return response

    for kind in AWAY:
        app.register_error_handler(kind, no_database)

    @app.errorhandler(Exception)
    def accident(error: Exception) -> ResponseReturnValue:
        log.error("unexpected_error", path=request.path, method=request.method, exc_info=error)
        language = "en" if wants_json() else current_viewer().language
        body: dict[str, object] = {
            "code": "internal_error",
            "words": translate(ACCIDENT, language),
            "advice": translate(TRY_AGAIN, language),
            "details": {},
        }
        return answer(body, 500)


def _shown(problem: Problem) -> Mapping[str, object]:
    """Programs read English; people their own language."""
    return problem.as_dict() if wants_json() else problem_view(problem)


def _first_message(messages: object, field: str = "") -> str:
    """The first field and reason in a nested tree of schema errors."""
    if isinstance(messages, dict) and messages:
        name, inner = next(iter(messages.items()))
        path = str(name) if name in {"json", "query", "form"} and not field else f"{field}.{name}".lstrip(".")
        return _first_message(inner, "" if path in {"json", "query", "form"} else path)
    if isinstance(messages, list) and messages:
        return f"{field}: {messages[0]}"
    return f"{field}: {messages}"
