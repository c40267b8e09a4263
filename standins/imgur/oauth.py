"""/oauth2: the page that asks the user, the redirect back, and the token endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import urlencode

from aiohttp import web
from yarl import URL

from standins.imgur.fields import read_fields, text
from standins.imgur.pages import authorize_page, plain_page
from standins.imgur.shapes import SHAPES, SIGN_IN_DOWN, AnswerError, Shape, refuse
from standins.imgur.standin import STANDIN, Standin
from standins.imgur.tokens import Client, Grant, IssuedTokens, new_token

_COOKIE = "authorize_token"


async def ask(request: web.Request) -> web.StreamResponse:
    """The page with Allow and Deny."""
    standin = request.app[STANDIN]
    client = _client_or_none(request)
    if client is None:
        page = plain_page("Woah there!", "No application is registered under this client id.")
        return web.Response(status=400, text=page, content_type="text/html")
    token = new_token()
    page = authorize_page(client.id, list(standin.world.accounts.values()), token)
    response = web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})
    response.set_cookie(_COOKIE, token, httponly=True, samesite="Lax", path="/oauth2/authorize")
    return response


async def decide(request: web.Request) -> web.StreamResponse:
    """The user's answer, sent back to the registered address and to no other."""
    standin = request.app[STANDIN]
    client = _client_or_none(request)
    form = await read_fields(request)
    pressed = text(form, "allow") or text(form, "deny") or ""
    if client is None or not pressed or not compare_digest(pressed, request.cookies.get(_COOKIE, "")):
        raise AnswerError(SHAPES["unauthorized-403"])
    if text(form, "allow") is None:
        return _denied(request, client)
    account = standin.world.account_named(text(form, "username") or "")
    if account is None:
        raise AnswerError(SHAPES["unauthorized-403"])
    grant = Grant(account, client.id)
    if request.query["response_type"] == "code":
        query = {"state": request.query.get("state", ""), "code": standin.world.tokens.issue_code(grant)}
        return _redirect(client, query, {})
    tokens = _token_fields(standin, standin.world.tokens.issue(grant))
    return _with_state(request, client, {}, {name: str(value) for name, value in tokens.items() if name != "scope"})


def _client_or_none(request: web.Request) -> Client | None:
    """The client that is asking; AnswerError where sign-in is down or parameters are missing."""
    standin = request.app[STANDIN]
    if standin.switches.sign_in != "up":
        raise AnswerError(SIGN_IN_DOWN if standin.switches.sign_in == "1024" else SHAPES["over-capacity-500"])
    if not request.query.get("client_id") or request.query.get("response_type") not in {"token", "code"}:
        raise AnswerError(_missing_parameters(request))
    return standin.world.tokens.clients.get(request.query["client_id"])


def _missing_parameters(request: web.Request) -> Shape:
    error = {
        "error": "client_id and response_type are required",
        "request": "/oauth/authorize",
        "method": request.method,
        "parameters": dict(request.query),
    }
    return Shape(400, text=web.json_response({"data": error, "success": False, "status": 400}).text)


def _denied(request: web.Request, client: Client) -> web.Response:
    place = request.app[STANDIN].switches.deny_in
    error = {"error": "access_denied"}
    if place == "query" or (place == "documented" and request.query["response_type"] == "code"):
        return _with_state(request, client, error, {})
    return _with_state(request, client, {}, error)


def _with_state(
    request: web.Request, client: Client, query: Mapping[str, str], fragment: Mapping[str, str]
) -> web.Response:
    state = {"state": request.query["state"]} if "state" in request.query else {}
    place = request.app[STANDIN].switches.state_in if fragment else "query"
    in_query = state if place in {"query", "both"} else {}
    in_fragment = state if place in {"fragment", "both"} else {}
    return _redirect(client, {**in_query, **query}, {**fragment, **in_fragment})


def _redirect(client: Client, query: Mapping[str, str], fragment: Mapping[str, str]) -> web.Response:
    address = str(URL(client.callback_url).extend_query(query))
    location = f"{address}#{urlencode(fragment)}" if fragment else address
    return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})


async def token(request: web.Request) -> web.Response:
    """Exchange a refresh token or a code; costs no credits, and the answer stands in no envelope."""
    standin = request.app[STANDIN]
    fields = await read_fields(request)
    client = _authenticated(standin, text(fields, "client_id"), text(fields, "client_secret"))
    tokens = standin.world.tokens
    match text(fields, "grant_type"):
        case "refresh_token":
            issued = tokens.exchange_refresh(text(fields, "refresh_token") or "", client.id)
            refusal = _invalid_refresh(standin)
        case "authorization_code":
            issued = tokens.exchange_code(text(fields, "code") or "", client.id)
            refusal = refuse(400, "Invalid Pin")
        case _:
            raise refuse(400, "Invalid grant_type parameter or parameter missing")
    if issued is None:
        raise refusal
    return web.json_response(_token_fields(standin, issued))


def _authenticated(standin: Standin, client_id: str | None, secret: str | None) -> Client:
    client = standin.world.tokens.clients.get(client_id or "")
    if client is None:
        raise AnswerError(SHAPES["invalid-client-403"])
    if not compare_digest(client.secret.encode(), (secret or "").encode()):
        raise refuse(403, "Invalid client_secret")  # what the real service says was never recorded
    return client


def _invalid_refresh(standin: Standin) -> AnswerError:
    classic = standin.switches.era == "classic"
    wording = "Invalid refresh token" if classic else "Refresh token doesn't exist or is invalid for the client"
    return refuse(standin.switches.invalid_refresh_status, wording)


def _token_fields(standin: Standin, issued: IssuedTokens) -> dict[str, object]:
    fields: dict[str, object] = {
        "access_token": issued.access_token,
        "expires_in": standin.switches.expires_in,
        "token_type": "bearer",
        "scope": None if standin.switches.era == "classic" else "",
        "refresh_token": issued.refresh_token,
    }
    if standin.switches.account_in_token_answer:
        fields |= {"account_id": issued.account.id, "account_username": issued.account.username}
    return fields


ROUTES = (
    web.get("/oauth2/authorize", ask),
    web.post("/oauth2/authorize", decide),
    web.post("/oauth2/token", token),
)
