"""Who is calling: an application by its Client-ID, or an account by its access token."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from standins.imgur.records import Account
from standins.imgur.shapes import SHAPES, THROTTLED, AnswerError, Shape
from standins.imgur.standin import STANDIN, Standin


@dataclass(frozen=True)
class Caller:
    """`account` is None for a call under Client-ID. `user` is whose credits it costs: an account or an address."""

    client_id: str
    user: str
    account: Account | None = None


CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)


def identify(request: web.Request) -> Caller:
    """The caller of an API request; AnswerError where the Authorization header does not do."""
    standin = request.app[STANDIN]
    header = request.headers.get("Authorization")
    if not header:
        raise AnswerError(SHAPES["authentication-required-401"])
    scheme, _, value = header.partition(" ")
    if scheme == "Bearer":
        grant = standin.world.tokens.access.get(value)
        if grant is None:
            raise AnswerError(_token_refusal(standin))
        return Caller(grant.client_id, str(grant.account.id), grant.account)
    if scheme != "Client-ID":
        raise AnswerError(SHAPES["malformed-auth-403"])
    if value not in standin.world.tokens.clients:
        raise AnswerError(SHAPES["invalid-client-403"])
    return Caller(value, request.remote or "unknown")


def _token_refusal(standin: Standin) -> Shape:
    status = standin.switches.invalid_token_status or (403 if standin.switches.era == "classic" else 401)
    return THROTTLED if status == THROTTLED.status else SHAPES[f"token-invalid-{status}"]


def require_account(request: web.Request) -> Account:
    """The account that is calling; AnswerError for a call under Client-ID."""
    account = request[CALLER].account
    if account is None:
        classic = request.app[STANDIN].switches.era == "classic"
        raise AnswerError(SHAPES["needs-authentication-403" if classic else "authentication-required-401"])
    return account
