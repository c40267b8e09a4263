"""The calls: logging in, commands, and what a bot answers to interactions. What is not modelled is refused and kept."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

import orjson
from aiohttp import BodyPartReader, web

from standins.discord import oauth
from standins.discord.standin import STANDIN, Standin
from standins.discord.switches import Fault, Page, Refusal
from standins.discord.world import Interaction, Json, snowflake

API = "/api/v10"
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
ALLOWED = {
    2: {MESSAGE, DEFERRED, FORM},
    3: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, FORM},
    4: {CHOICES},
    5: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
}  # which answers each kind of interaction takes
EPHEMERAL = 64
NO_CONTENT = 204

UNKNOWN_INTERACTION = Refusal(404, 10062, "Unknown interaction")
ACKNOWLEDGED = Refusal(400, 40060, "Interaction has already been acknowledged.")
INVALID = Refusal(400, 50035, "Invalid Form Body")
UNKNOWN_WEBHOOK = Refusal(404, 10015, "Unknown Webhook")
TOO_MANY = Refusal(400, 40094, "This interaction has reached its maximum number of follow up messages")
MOST_ALONE, PRIVATE = 5, 64
NO_ACCESS = Refusal(403, 50001, "Missing Access")
UNKNOWN_MESSAGE = Refusal(404, 10008, "Unknown Message")
UNKNOWN_CHANNEL = Refusal(404, 10003, "Unknown Channel")
NOT_FOUND = Refusal(404, 0, "404: Not Found")
UNAUTHORIZED = Refusal(401, 0, "401: Unauthorized")

Answer = tuple[int, Any]
Handler = Callable[[Standin, web.Request, Any], Awaitable[Answer]]


class RefusedError(Exception):
    """Discord says no."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def _call(handler: Handler, *, token: bool = True) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Every call passes here: kept, and held against Discord's document in both directions."""

    async def called(request: web.Request) -> web.Response:
        standin, path = request.app[STANDIN], request.path.removeprefix(API)
        try:
            _admit(standin, request, token=token)
            body = await _body(request)
            standin.calls.append((request.method, path, copy.deepcopy(body)))
            standin.contract.request(request.method, path, body)
            fault = standin.switches.fault(f"{request.method} {path}")
            await asyncio.sleep(fault.seconds if fault else 0)
            if fault and fault.gate:
                await fault.gate.wait()
            if fault is None or fault.is_done:
                status, answer = await handler(standin, request, body)
                standin.contract.answer(request.method, path, status, answer)
            if fault is not None and (fault.answer or fault.cut):
                return _faulty(request, fault)
        except RefusedError as error:
            return _refused(error.refusal)
        if status == NO_CONTENT:
            return web.Response(status=status)
        # Without a charset: discord.py takes anything else for text.
        return web.Response(status=status, body=orjson.dumps(answer), headers={"Content-Type": "application/json"})

    return called


def _refused(no: Refusal) -> web.Response:
    body = orjson.dumps({"code": no.code, "message": no.message, **no.more})
    return web.Response(status=no.status, body=body, headers={"Content-Type": "application/json", **no.headers})


def _faulty(request: web.Request, fault: Fault) -> web.Response:
    match fault.answer:
        case Refusal():
            return _refused(fault.answer)
        case Page():
            return fault.answer.response()
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _admit(standin: Standin, request: web.Request, *, token: bool) -> None:
    if standin.switches.outage is not None:
        standin.turned_away += 1
        raise RefusedError(Refusal(standin.switches.outage, 0, "outage"))
    if token and request.headers.get("Authorization") != f"Bot {standin.world.token}":
        raise RefusedError(UNAUTHORIZED)


async def _body(request: web.Request) -> Any:
    """The JSON of a call, which a multipart body holds in a part of its own."""
    if not request.content_type.startswith("multipart/"):
        data = await request.read()
        return orjson.loads(data) if data else None
    found = None
    async for part in await request.multipart():
        if cast("BodyPartReader", part).name == "payload_json":
            found = orjson.loads(await cast("BodyPartReader", part).read())
    return found


async def me(standin: Standin, _request: web.Request, _body: Any) -> Answer:
    """The bot itself."""
    return 200, {**standin.world.bot, "mfa_enabled": False, "locale": "en-US"}


async def application(standin: Standin, _request: web.Request, _body: Any) -> Answer:
    """The application."""
    bot = standin.world.bot
    owner = {key: value for key, value in bot.items() if key != "bot"}
    return 200, {
        "id": bot["id"], "name": "Imgur", "icon": None, "description": "", "type": None, "verify_key": "0" * 64,
        "flags": 0, "flags_new": "0", "redirect_uris": [], "interactions_endpoint_url": None,
        "role_connections_verification_url": None, "owner": owner, "approximate_guild_count": 1, "team": None,
        "approximate_user_install_count": 0, "approximate_user_authorization_count": 0, "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [], "bot_public": True, "bot_require_code_grant": False,
    }  # fmt: skip


async def gateway(standin: Standin, _request: web.Request, _body: Any) -> Answer:
    """Where to connect, and how often."""
    switches = standin.switches
    limits = {"total": 1000, "remaining": switches.starts_left, "reset_after": switches.starts_again_after,
              "max_concurrency": switches.max_concurrency}  # fmt: skip
    return 200, {"url": "wss://gateway.discord.gg", "shards": switches.shards, "session_start_limit": limits}


async def commands(standin: Standin, _request: web.Request, body: Any) -> Answer:
    """The commands, replaced all at once."""
    added = {"application_id": standin.world.bot["id"], "version": snowflake(), "default_member_permissions": None}
    standin.world.commands = [{"description": "", "type": 1, **added, **one, "id": snowflake()} for one in body]
    return 200, standin.world.commands


# --- interactions ------------------------------------------------------------------------------------------------


def _interaction(standin: Standin, request: web.Request, missing: Refusal) -> Interaction:
    interaction = standin.world.interactions.get(request.match_info["token"])
    if interaction is None:
        raise RefusedError(missing)
    return interaction


async def callback(standin: Standin, request: web.Request, body: Json) -> Answer:
    """The acknowledgement: one, within a few seconds."""
    interaction = _interaction(standin, request, UNKNOWN_INTERACTION)
    try:
        _acknowledge(standin, interaction, body)
    except RefusedError as error:
        interaction.refused.append(error.refusal.code)
        raise
    kind, message = body["type"], interaction.original
    answer: Json = {"interaction": {"id": interaction.id, "type": interaction.kind, "response_message_ephemeral": True}}
    if kind in {MESSAGE, UPDATE}:
        interaction.finished.set()
        answer["resource"] = {"type": kind, "message": message}
    elif kind in {CHOICES, FORM}:
        interaction.finished.set()
    elif message is not None:
        answer["interaction"]["response_message_id"] = message["id"]
    return 200, answer


def _acknowledge(standin: Standin, interaction: Interaction, body: Json) -> None:
    if interaction.callbacks:
        raise RefusedError(ACKNOWLEDGED)
    if time.monotonic() - interaction.sent_at > standin.switches.acknowledge_within:
        raise RefusedError(UNKNOWN_INTERACTION)
    kind, data = body["type"], body.get("data") or {}
    pressed = interaction.payload.get("message")
    if kind not in ALLOWED[interaction.kind] or (kind in {DEFERRED_UPDATE, UPDATE} and pressed is None):
        raise RefusedError(INVALID)
    interaction.callbacks.append(body)
    channel = interaction.payload["channel_id"]
    if kind in {MESSAGE, DEFERRED}:
        interaction.original = standin.world.new_message(data, channel)
    elif pressed is not None:
        interaction.original = pressed
        if kind == UPDATE:
            standin.world.change_message(pressed, data)


async def edit_original(standin: Standin, request: web.Request, body: Json) -> Answer:
    """The message that answers an interaction."""
    interaction = _interaction(standin, request, UNKNOWN_WEBHOOK)
    if interaction.original is None:
        raise RefusedError(UNKNOWN_MESSAGE)
    interaction.edits.append(body)
    interaction.finished.set()
    return 200, standin.world.change_message(interaction.original, body)


async def get_original(standin: Standin, request: web.Request, _body: Any) -> Answer:
    """Read it."""
    original = _interaction(standin, request, UNKNOWN_WEBHOOK).original
    if original is None:
        raise RefusedError(UNKNOWN_MESSAGE)
    return 200, original


async def follow_up(standin: Standin, request: web.Request, body: Json) -> Answer:
    """Another message; the first one after a deferral is taken for its edit."""
    interaction = _interaction(standin, request, UNKNOWN_WEBHOOK)
    if interaction.acknowledgement is None:
        raise RefusedError(UNKNOWN_WEBHOOK)
    if interaction.acknowledgement == DEFERRED and not interaction.finished.is_set() and interaction.original:
        interaction.finished.set()
        return 200, standin.world.change_message(interaction.original, body)
    if standin.switches.alone and len(interaction.followups) == MOST_ALONE:
        raise RefusedError(TOO_MANY)
    if standin.switches.forced_private:
        body = body | {"flags": body.get("flags", 0) | PRIVATE}
    message = standin.world.new_message(body, interaction.payload["channel_id"])
    interaction.followups.append(message)
    interaction.finished.set()
    return 200, message


# --- messages without an interaction --------------------------------------------------------------------------------


async def open_direct(standin: Standin, _request: web.Request, body: Json) -> Answer:
    """A channel for direct messages."""
    number, recipient = body["recipient_id"], standin.world.people.get(str(body["recipient_id"]))
    if recipient is None:
        raise RefusedError(UNKNOWN_CHANNEL)
    return 200, {"id": f"{int(number) + 1}", "type": 1, "flags": 0, "recipients": [recipient], "last_message_id": None}


async def post(standin: Standin, request: web.Request, body: Json) -> Answer:
    """A message in a channel; another one with the same nonce is that one."""
    channel, nonce = request.match_info["channel"], body.get("nonce")
    for known in standin.world.messages.values():
        if nonce and body.get("enforce_nonce") and (known["channel_id"], known.get("nonce")) == (channel, nonce):
            return 200, known
    return 200, standin.world.new_message(body, channel)


async def delete(standin: Standin, request: web.Request, _body: Any) -> Answer:
    """Take a message away; in a server, as a member of it, else by an interaction's token."""
    if standin.switches.alone and "token" not in request.match_info:
        raise RefusedError(NO_ACCESS)
    if standin.world.messages.pop(request.match_info["message"], None) is None:
        raise RefusedError(UNKNOWN_MESSAGE)
    return NO_CONTENT, None


async def edit(standin: Standin, request: web.Request, body: Json) -> Answer:
    """Change a message in a channel."""
    message = standin.world.messages.get(request.match_info["message"])
    if message is None:
        raise RefusedError(UNKNOWN_MESSAGE)
    return 200, standin.world.change_message(message, body)


async def unknown(standin: Standin, request: web.Request, _body: Any) -> Answer:
    """Everything else."""
    standin.unknown.append(f"{request.method} {request.path}")
    raise RefusedError(NOT_FOUND)


async def file(request: web.Request) -> web.StreamResponse:
    """The CDN. It hands nothing out without the signature."""
    standin = request.app[STANDIN]
    data, content_type = standin.world.files.get(request.path, (None, ""))
    if data is None or "hm" not in request.query:
        raise web.HTTPNotFound
    await asyncio.sleep(standin.switches.slow_files)
    if "Range" in request.headers:
        part = request.http_range
        span = {"Content-Range": f"bytes {part.start}-{min(part.stop, len(data)) - 1}/{len(data)}"}
        return web.Response(body=data[part], status=206, content_type=content_type, headers=span)
    return web.Response(body=data, content_type=content_type)


def _call_or_login(bots: Callable[[web.Request], Awaitable[web.Response]]) -> oauth.Handler:
    """The one path that both bots and people's tokens have."""

    async def called(request: web.Request) -> web.StreamResponse:
        is_login = request.headers.get("Authorization", "").startswith("Bearer ")
        return await oauth.ME(request) if is_login else await bots(request)

    return called


async def copied(request: web.Request) -> web.StreamResponse:
    """The proxies for what stands on other sites. They do not say how large it is."""
    data, content_type = request.app[STANDIN].world.files.get(request.path, (None, ""))
    if data is None:
        raise web.HTTPNotFound
    response = web.StreamResponse(headers={"Content-Type": content_type})
    response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write(data)
    await response.write_eof()
    return response


_WEBHOOK = API + r"/webhooks/{application}/{token}"
ROUTES = [
    web.get(f"{API}/users/@me", _call_or_login(_call(me))),
    web.get(f"{API}/oauth2/applications/@me", _call(application)),
    web.get(f"{API}/gateway/bot", _call(gateway)),
    web.put(API + "/applications/{application}/commands", _call(commands)),
    web.post(API + "/interactions/{id}/{token}/callback", _call(callback, token=False)),
    web.patch(_WEBHOOK + "/messages/@original", _call(edit_original, token=False)),
    web.get(_WEBHOOK + "/messages/@original", _call(get_original, token=False)),
    web.patch(_WEBHOOK + "/messages/{message}", _call(edit, token=False)),
    web.delete(_WEBHOOK + "/messages/{message}", _call(delete, token=False)),
    web.post(_WEBHOOK, _call(follow_up, token=False)),
    web.post(f"{API}/users/@me/channels", _call(open_direct)),
    web.post(API + "/channels/{channel}/messages", _call(post)),
    web.patch(API + "/channels/{channel}/messages/{message}", _call(edit)),
    web.delete(API + "/channels/{channel}/messages/{message}", _call(delete)),
    web.route("*", API + "/{rest:.*}", _call(unknown, token=False)),
    web.get("/ephemeral-attachments/{rest:.*}", file),
    web.get("/external/{rest:.*}", copied),
]
