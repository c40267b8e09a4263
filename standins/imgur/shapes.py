"""The bodies in which Imgur says no, each as it was seen in the wild, by name.

The names end in the HTTP status. `SHAPES` is what `fail_next` accepts, next to the cut connections of `faults`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True)
class Shape:
    """An answer. `error` goes into Imgur's usual envelope with the request's path and method, `text` as it is."""

    status: int
    error: object = None
    text: str | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    body_status: int | None = None

    def response(self, request: web.BaseRequest) -> web.Response:
        """The answer to this request."""
        text = self.text
        if text is None:
            data = {"error": self.error, "request": request.path, "method": request.method}
            text = json.dumps({"data": data, "success": False, "status": self.body_status or self.status})
        return web.Response(status=self.status, text=text, content_type=self.content_type, headers=self.headers)


class AnswerError(Exception):
    """A handler says no, in this shape."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(f"{shape.status} {shape.error}")
        self.shape = shape


def refuse(status: int, error: object) -> AnswerError:
    """The classic refusal: a text, or an object with code and message, in the usual envelope."""
    return AnswerError(Shape(status, error))


def coded(code: int, message: str, kind: str = "ImgurException") -> dict[str, object]:
    """The error object of uploads."""
    return {"code": code, "message": message, "type": kind, "exception": []}


def _json(status: int, body: object, *, content_type: str = "application/json", **headers: str) -> Shape:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Shape(status, text=json.dumps(body), content_type=content_type, headers=named)


def _edge(status: int, error: str, **headers: str) -> Shape:
    return _json(status, {"data": {"error": error}, "success": False, "status": status}, **headers)


def _html(status: int, body: str) -> Shape:
    return Shape(status, text=f"<!doctype html><html><body>{body}</body></html>", content_type="text/html")


_CAPACITY = "Imgur is temporarily over capacity. Please try again later."
_TOO_FAST = coded(429, "You are uploading too fast. Please wait 59 more minutes.")
_OVERSIZE = {"id": "legacy-api-7cbb4", "code": 413, "detail": "file is over the size limit", "status": "413"}
THROTTLED = _json(
    429,
    {
        "errors": [
            {
                "id": "legacy-api-6d5b9",
                "code": "429",
                "status": "Too Many Requests",
                "detail": "Too Many Requests",
            }
        ]
    },
    content_type="application/vnd.imgur.v1+json",
)
SIGN_IN_DOWN = _html(200, "<h1>Error (1024)</h1>")

SHAPES: dict[str, Shape] = {
    # 1: a text in the envelope
    "unauthorized-403": Shape(403, "Unauthorized"),
    "authentication-required-401": Shape(401, "Authentication required"),
    "invalid-client-403": Shape(403, "Invalid client_id"),
    "malformed-auth-403": Shape(403, "Malformed auth header"),
    "needs-authentication-403": Shape(403, "This method requires authentication"),
    "token-invalid-403": Shape(403, "The access token provided is invalid."),
    "token-invalid-401": Shape(401, "The access token provided is invalid."),
    "not-found-404": Shape(404, "Unable to find an image with the id, fdsfdsfdsa"),
    "no-image-data-400": Shape(400, "No image data was sent to the upload api"),
    "corrupt-400": Shape(400, "Image format not supported, or image is corrupt."),
    "unsupported-400": Shape(400, "We don't support that file type!"),
    "daily-limit-429": Shape(429, "Daily client requests exceeded"),
    "too-many-requests-429": Shape(429, "Too Many Requests"),
    # 2: an object with code and message
    "file-type-400": Shape(400, coded(1003, "File type invalid (1)")),
    "upload-error-415": Shape(415, coded(1003, "File type invalid (1)", "Exception_UploadError")),
    "stripping-500": Shape(500, coded(1001, "Failed stripping metadata")),
    # 3, 4: the upload throttle, a ban
    "too-fast-400": Shape(400, _TOO_FAST),
    "too-fast-429": Shape(429, _TOO_FAST),
    "banned-400": Shape(400, coded(403, "Forbidden")),
    # 5, 6: the edge, which names neither request nor method
    "over-capacity-403": _edge(403, _CAPACITY),
    "over-capacity-429": _edge(429, _CAPACITY),
    "over-capacity-500": _edge(500, _CAPACITY),
    "actions-forbidden-400": _edge(400, "These actions are forbidden.", Retry_After="0", CDN_Error="yes"),
    # 7: the throttle since 2024, without the envelope
    "throttled-429": THROTTLED,
    # 8, 9, 10: too large
    "oversize-413": Shape(413, "file is over the size limit"),
    "oversize-string-413": Shape(413, json.dumps(_OVERSIZE)),
    "oversize-400": Shape(400, coded(1002, "File is over the size limit")),
    # 11, 12: wrong encoding; a status in the body that is none of HTTP's
    "bad-request-400": Shape(400, "Bad Request"),
    "over-capacity-1203-500": Shape(500, "Imgur is over capacity. Please try again.", body_status=1203),
    # 13, 14: oddities
    "data-text-500": _json(500, {"data": "An error occurred", "success": False, "status": 500}),
    "data-false-400": _json(400, {"data": False, "success": False, "status": 400}),
    "declined-200": _json(200, {"data": False, "success": False, "status": 200}),
    "data-empty-200": _json(200, {"data": {}, "success": False, "status": 200}),
    "success-with-error-200": _json(200, {"data": {"error": "Unauthorized"}, "success": True, "status": 200}),
    "ticket-200": _json(200, {"data": {"errorCode": None, "ticket": "e3b0c442"}, "success": True, "status": 200}),
    # 16: no JSON at all
    "html-over-capacity-503": _html(503, "<h1>Imgur is over capacity!</h1>"),
    "html-kittens-200": _html(200, "<h1>Imgur overloaded. Hang in there with kittens</h1>"),
    "varnish-503": _html(503, "<h1>Error 503 first byte timeout</h1><p>Varnish cache server</p>"),
    "html-bad-request-400": _html(400, "<h1>400 Bad request</h1>Your browser sent an invalid request."),
    "sign-in-down-200": SIGN_IN_DOWN,
    "empty-200": Shape(200, text=""),
    "empty-500": Shape(500, text=""),
    "xml-503": Shape(503, text='\r\n <?xml version="1.0" encoding="utf-8"?><html/>', content_type="text/html"),
    # 17: the gateway of the commercial offer
    "gateway-403": _json(403, {"message": "You are not subscribed to this API."}),
}
