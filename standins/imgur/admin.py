"""/_standin: the same controls over HTTP, for trying things out by hand. See docs/standin.md."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from aiohttp import web

from standins.imgur.faults import FAULTS
from standins.imgur.gate import ADMIN
from standins.imgur.standin import STANDIN


async def show(request: web.Request) -> web.Response:
    """Switches, accounts, and the names of the faults."""
    standin = request.app[STANDIN]
    return web.json_response(
        {
            "switches": _switches(request),
            "accounts": [account.username for account in standin.world.accounts.values()],
            "images": len(standin.world.images),
            "albums": len(standin.world.albums),
            "requests": [f"{sent.line} {sent.status}" for sent in standin.requests[-50:]],
            "faults": sorted(FAULTS),
        }
    )


async def fail(request: web.Request) -> web.Response:
    """Queue a fault: {"fault": name, "match": "POST /3/upload", "times": 1}."""
    body = await _body(request)
    try:
        request.app[STANDIN].fail_next(str(body["fault"]), str(body.get("match", "*")), int(body.get("times", 1)))
    except (KeyError, TypeError, ValueError) as wrong:
        raise web.HTTPBadRequest(text=str(wrong)) from None
    return web.json_response(True)


async def switch(request: web.Request) -> web.Response:
    """Set switches: {"era": "classic"}; unknown names and values of another type are refused."""
    current, wanted = _switches(request), await _body(request)
    for name, value in wanted.items():
        if name not in current or (current[name] is not None and type(value) is not type(current[name])):
            raise web.HTTPBadRequest(text=f"no switch {name!r} takes {value!r}")
    for name, value in wanted.items():
        setattr(request.app[STANDIN].switches, name, value)
    return web.json_response(_switches(request))


async def kill_tokens(request: web.Request) -> web.Response:
    """End access tokens before their time, all or those of {"username": name}."""
    standin, username = request.app[STANDIN], (await _body(request)).get("username")
    account = standin.world.account_named(str(username)) if username else None
    if username and account is None:
        raise web.HTTPNotFound(text="no such account")
    return web.json_response({"killed": standin.world.tokens.kill_access_tokens(account)})


async def add_account(request: web.Request) -> web.Response:
    """A new fake account: {"username": name}."""
    try:
        account = request.app[STANDIN].world.add_account(str((await _body(request))["username"]))
    except (KeyError, ValueError) as wrong:
        raise web.HTTPBadRequest(text=str(wrong)) from None
    return web.json_response({"id": account.id, "username": account.username})


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="the body must be JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="the body must be a JSON object")
    return body


def _switches(request: web.Request) -> dict[str, Any]:
    """What may be seen and set over the wire: no functions."""
    switches = request.app[STANDIN].switches
    found = {f.name: getattr(switches, f.name) for f in fields(switches) if not f.name.startswith("_")}
    return {name: value for name, value in found.items() if not callable(value)}


ROUTES = (
    web.get(ADMIN, show),
    web.post(f"{ADMIN}/fail", fail),
    web.post(f"{ADMIN}/switches", switch),
    web.post(f"{ADMIN}/kill-tokens", kill_tokens),
    web.post(f"{ADMIN}/accounts", add_account),
)
