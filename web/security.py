"""What every answer carries, and where a form may come from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

from aiohttp import web
from yarl import URL

from errors import CrossSiteError

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
YEAR = 31_536_000

POLICY = "Content-Security-Policy"
HEADERS = {
    POLICY: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'none'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), clipboard-write=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",  # nothing to others; `no-referrer` would hide our own forms' Origin from us
    "Server": "link-pages",  # instead of the library's name and version
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


PUBLIC_URL = web.AppKey("public_url", str)
HEADERS_OF = web.AppKey("headers_of", dict[str, str])


class Middleware(Protocol):
    """What aiohttp takes for one."""

    def __call__(self, request: web.Request, handler: Handler) -> Awaitable[web.StreamResponse]:
        """Answer, with or without the handler."""
        ...


def secure(app: web.Application, *, public_url: str) -> None:
    """Put the security headers on every answer, the library's own errors included."""
    headers = app[HEADERS_OF] = dict(HEADERS)
    if public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = f"max-age={YEAR}"

    async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
        policy = response.headers.get(POLICY, headers[POLICY])
        response.headers.update({**headers, POLICY: policy})

    app.on_response_prepare.append(add_headers)


def let_scripts_ask(response: web.StreamResponse) -> None:
    """Let the scripts of this page send requests to this origin."""
    response.headers[POLICY] = HEADERS[POLICY].replace("connect-src 'none'", "connect-src 'self'")


def same_origin_forms(public_url: str) -> Middleware:
    """Refuse what another site posts, with CrossSiteError."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in SAFE_METHODS and not _is_from(public_url, request.headers):
            raise CrossSiteError
        return await handler(request)

    return check


def _is_from(public_url: str, headers: Mapping[str, str]) -> bool:
    """Whether a page of this origin sent the form: the first of what its browser says that says anything.

    Each of the three comes from the browser, not from the page; some hide the Origin, old ones know no Sec-Fetch-Site.
    """
    if (origin := headers.get("Origin", "null")) != "null":
        return origin == public_url
    if site := headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    try:
        return str(URL(headers.get("Referer", "")).origin()) == public_url
    except (ValueError, IndexError):  # yarl's, of "http://[]@"
        return False
