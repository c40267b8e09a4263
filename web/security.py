"""What every answer carries, and where a form may come from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from aiohttp import web

from errors import CrossSiteError

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
YEAR = 31_536_000

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Server": "link-pages",  # instead of the library's name and version
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


HEADERS_OF = web.AppKey("headers_of", dict[str, str])


class Middleware(Protocol):
    """What aiohttp takes for one."""

    def __call__(self, request: web.Request, handler: Handler) -> Awaitable[web.StreamResponse]:
        """Answer, with or without the handler."""
        ...


def secure(app: web.Application, *, public_url: str, authorize_origin: str) -> None:
    """Put the security headers on every answer, the library's own errors included.

    A form's POST ends in a redirect to `authorize_origin`, and browsers hold `form-action` against that as well.
    """
    headers = app[HEADERS_OF] = {**HEADERS, "Content-Security-Policy": _content_security_policy(authorize_origin)}
    if public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = f"max-age={YEAR}"

    async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)

    app.on_response_prepare.append(add_headers)


def same_origin_forms(public_url: str) -> Middleware:
    """Refuse what another site posts, with CrossSiteError.

    Under `no-referrer` browsers send `Origin: null` with our own forms, so null counts as ours if the browser itself
    says that the form is: no page can forge Sec-Fetch-Site.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        ours = origin == public_url or (origin == "null" and request.headers.get("Sec-Fetch-Site") == "same-origin")
        if request.method not in SAFE_METHODS and not ours:
            raise CrossSiteError
        return await handler(request)

    return check


def _content_security_policy(authorize_origin: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'none'",
            f"form-action 'self' {authorize_origin}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
