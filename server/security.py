"""Response headers that hold for every page: only our own origin, no framing, no guessed types, no copies."""

from flask import Flask, Response, request

from server.auth.guard import guarded_elsewhere

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}


def register(app: Flask) -> None:
    """Add the headers where a view did not set its own.

    Everything behind a sign-in may name a customer: no browser or proxy keeps it. A view that knows better
    says so itself.
    """

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers and not guarded_elsewhere(request.path):
            response.headers["Cache-Control"] = "no-store"
        return response
