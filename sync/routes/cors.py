"""Letting the tablet's page call the endpoint from its own origin, with credentials, and no other page."""

from collections.abc import Collection

from flask import Request, Response

_HEADERS = (
    "accept, authorization, content-type, origin, referer, x-csrf-token,"
    " if-match, if-none-match, destination, range"
)
_EXPOSED = "content-type, cache-control, accept-ranges, etag, server, x-couch-request-id, content-range"
_DAY_SECONDS = "86400"


def allow(response: Response, request: Request, origins: Collection[str]) -> Response:
    """Add the headers that let an allowed page read the answer."""
    origin = request.headers.get("Origin")
    if origin is None:
        return response
    response.vary.add("Origin")
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return response


def preflight(request: Request, origins: Collection[str]) -> Response:
    """Answer a browser that asks before it calls: 204, with permission for allowed pages only."""
    response = Response(status=204)
    if request.headers.get("Origin") in origins:
        response.headers["Access-Control-Allow-Methods"] = "GET, PUT, POST, HEAD, DELETE, COPY"
        response.headers["Access-Control-Allow-Headers"] = _HEADERS
        response.headers["Access-Control-Max-Age"] = _DAY_SECONDS
    return allow(response, request, origins)
