"""Discord's OAuth2 as its documents have it: the page that asks, the redirect back, tokens, and whose they are."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from markupsafe import escape
from yarl import URL

from standins.discord.world import Json, user

ISSUER = "https://discord.com"
FORM = "application/x-www-form-urlencoded"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Code:
    """What a browser is sent back with, and what it was asked for."""

    person: Json = field(repr=False)
    client_id: str
    redirect: str
    scope: str
    challenge: str


@dataclass
class OAuth:
    """Applications, people, and what was given out; what it may be told to do otherwise."""

    clients: dict[str, tuple[str, str]] = field(default_factory=dict)  # by id: secret and redirect
    people: dict[str, Json] = field(default_factory=dict)  # by name, as a browser may be logged in
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Code] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)  # queries of the authorize page
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)  # path and form, in the order of arrival
    issuer: tuple[str, ...] = (ISSUER,)  # as often as it stands in a redirect
    answers: dict[str, Callable[[], web.Response]] = field(default_factory=dict)  # in place of Discord's own, by path
    gate: asyncio.Event | None = None  # before a code is traded in
    url: str = ISSUER

    def person(self, name: str, number: int | None = None) -> Json:
        """Somebody with an account."""
        found = self.people.setdefault(name, user(name))
        if number is not None:
            found["id"] = str(number)
        return found

    def issue(self, name: str, query: dict[str, str]) -> str:
        """A code for what the authorize page was asked for."""
        code = secrets.token_urlsafe(22)
        asked = query["client_id"], query["redirect_uri"], query["scope"], query.get("code_challenge", "")
        self.codes[code] = Code(self.people[name], *asked)
        return code

    def back(self, query: dict[str, str], **answer: str) -> str:
        """Where the browser is sent back to."""
        address = URL(query["redirect_uri"]).extend_query({**answer, "state": query.get("state", "")})
        return str(address.extend_query([("iss", issuer) for issuer in self.issuer]))

    def count(self, path: str) -> int:
        """How many calls there were of this path."""
        return sum(1 for called, _ in self.calls if called == path)


OAUTH = web.AppKey("oauth", OAuth)


def _as_told(handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        told = request.app[OAUTH].answers.get(request.path)
        return told() if told else await handler(request)

    return handle


async def ask(request: web.Request) -> web.Response:
    """The page on which a person says who they are, and yes or no."""
    oauth, query = request.app[OAUTH], dict(request.query)
    secret, redirect = oauth.clients.get(query.get("client_id", ""), ("", ""))
    if not secret or query.get("redirect_uri") != redirect or query.get("response_type") != "code":
        return web.Response(status=400, text="Invalid OAuth2 request")
    oauth.asked.append(query)
    names = "".join(f"<option>{escape(name)}</option>" for name in oauth.people)
    page = (
        "<!doctype html><title>Stand-in Discord</title><h1>An application wants to know who you are</h1>"
        f'<form method="post"><label>Logged in as <select id="user" name="user">{names}</select></label>'
        '<button id="authorize" name="do" value="authorize">Authorize</button>'
        '<button id="cancel" name="do" value="cancel">Cancel</button></form>'
    )
    return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})


async def decide(request: web.Request) -> web.Response:
    """Back to the application."""
    oauth, query, form = request.app[OAUTH], dict(request.query), await request.post()
    if form.get("do") == "authorize":
        address = oauth.back(query, code=oauth.issue(str(form["user"]), query))
    else:
        description = "The resource owner or authorization server denied the request"
        address = oauth.back(query, error="access_denied", error_description=description)
    return web.Response(status=302, headers={"Location": address})


async def token(request: web.Request) -> web.Response:
    """A token for a code, once."""
    oauth = request.app[OAUTH]
    form = await _form(request)
    if oauth.gate:
        await oauth.gate.wait()
    if not _is_client(oauth, form):
        return web.json_response({"error": "invalid_client"}, status=401)
    if form.get("grant_type") != "authorization_code":
        return web.json_response({"error": "unsupported_grant_type"}, status=400)
    code = oauth.codes.get(form.get("code", ""))
    shown = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
    if (
        code is None
        or (code.client_id, code.redirect) != (form["client_id"], form.get("redirect_uri"))
        or (code.challenge and code.challenge != shown.rstrip("="))
    ):
        refusal = {"error": "invalid_grant", "error_description": 'Invalid "code" in request.'}
        return web.json_response(refusal, status=400)
    del oauth.codes[form["code"]]
    issued = secrets.token_urlsafe(22)
    oauth.tokens[issued] = code
    more = {"expires_in": 604800, "refresh_token": secrets.token_urlsafe(22), "scope": code.scope}
    return web.json_response({"access_token": issued, "token_type": "Bearer", **more})


async def revoke(request: web.Request) -> web.Response:
    """End a token."""
    oauth = request.app[OAUTH]
    form = await _form(request)
    if not _is_client(oauth, form):
        return web.json_response({"error": "invalid_client"}, status=401)
    oauth.tokens.pop(form.get("token", ""), None)
    return web.json_response({})


async def me(request: web.Request) -> web.Response:
    """Whose the token is."""
    oauth = request.app[OAUTH]
    oauth.calls.append((request.path, {}))
    code = oauth.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if code is None or "identify" not in code.scope.split():
        return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)
    return web.json_response({**code.person, "mfa_enabled": False, "locale": "en-US"})


async def _form(request: web.Request) -> dict[str, str]:
    """Forms alone: Discord takes no JSON here."""
    found = {name: str(value) for name, value in (await request.post()).items()} if request.content_type == FORM else {}
    request.app[OAUTH].calls.append((request.path, found))
    return found


def _is_client(oauth: OAuth, form: dict[str, str]) -> bool:
    secret, _ = oauth.clients.get(form.get("client_id", ""), ("", ""))
    return bool(secret) and secrets.compare_digest(secret, form.get("client_secret", ""))


ROUTES = (
    web.get("/oauth2/authorize", ask),
    web.post("/oauth2/authorize", decide),
    web.post("/api/oauth2/token", _as_told(token)),
    web.post("/api/oauth2/token/revoke", _as_told(revoke)),
)
ME = _as_told(me)


@asynccontextmanager
async def running(host: str = "localhost") -> AsyncIterator[OAuth]:
    """These pages alone, without TLS: for a browser."""
    app = web.Application()
    oauth = app[OAUTH] = OAuth()
    app.add_routes([*ROUTES, web.get("/api/v10/users/@me", ME)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        oauth.url = f"http://{host}:{runner.addresses[0][1]}"
        yield oauth
    finally:
        if oauth.gate:
            oauth.gate.set()
        await runner.cleanup()
