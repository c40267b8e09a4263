"""What every request passes: the log, holds, faults, who is calling, credits, stale reads."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import CIMultiDict

from standins.imgur.caller import CALLER, Caller, identify
from standins.imgur.credits import UPLOAD_COST
from standins.imgur.faults import CUT_ANSWER, LOST_ANSWER, LOST_REQUEST, Fault
from standins.imgur.shapes import SHAPES, THROTTLED, AnswerError, Shape, refuse
from standins.imgur.standin import SENT, STANDIN, SentRequest, Standin

ADMIN = "/_standin"
_GONE = 499
"""What the log says of a request whose sender left before all of it had come; nobody gets this answer."""
SIGN_IN = "/oauth2/authorize"
_UPLOADS = frozenset({"/3/upload", "/3/image"})


class Stale:
    """Old answers that are given again for a while after a write (the service is eventually consistent)."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[bytes, int]] = {}

    def instead(self, request: web.Request) -> web.Response | None:
        """The old answer to this read, while there is one to give."""
        body, left = self._answers.get(self._key(request), (b"", 0))
        if not left:
            return None
        self._answers[self._key(request)] = (body, left - 1)
        return web.Response(body=body, content_type="application/json")

    def note(self, request: web.Request, response: web.StreamResponse, reads: int) -> None:
        """Keep the answer to a read; after a write, arm what is kept."""
        if request.method == "GET" and isinstance(response, web.Response) and isinstance(response.body, bytes):
            self._answers[self._key(request)] = (response.body, 0)
        elif request.method != "GET":
            self._answers = {key: (body, reads) for key, (body, _) in self._answers.items()}

    @staticmethod
    def _key(request: web.Request) -> str:
        return f"{request.headers.get('Authorization')} {request.path_qs}"


STALE: web.AppKey[Stale] = web.AppKey("stale", Stale)


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log, hold, fail or answer one request."""
    if request.path.startswith(ADMIN):
        return await handler(request)
    standin = request.app[STANDIN]
    sent = _log(standin, request)
    await standin.switches.pass_holds(sent.line, answer=False)
    response = await _respond(standin, request, handler, standin.faults.take(sent.line))
    await standin.switches.pass_holds(sent.line, answer=True)
    sent.status, sent.body_size = response.status, request.content.total_bytes
    return response


def _log(standin: Standin, request: web.Request) -> SentRequest:
    sent = SentRequest(
        request.method, request.path, dict(request.query), CIMultiDict(request.headers), request.content_length
    )
    request[SENT] = sent
    (standin.visits if sent.path == SIGN_IN else standin.requests).append(sent)
    return sent


async def _respond(standin: Standin, request: web.Request, handler: Handler, fault: Fault | None) -> web.StreamResponse:
    if fault is not None and fault.name in SHAPES:
        if not fault.early:
            await request.release()
        response: web.StreamResponse = SHAPES[fault.name].response(request)
        response.headers.extend(_rate_headers(standin, request))
        return response
    if fault is not None and fault.name == LOST_REQUEST:
        _cut(request)
        return web.Response()
    response = await _answer(standin, request, handler)
    if fault is not None and fault.name == CUT_ANSWER:
        await _send_half(request, response)
    if fault is not None and fault.name in {LOST_ANSWER, CUT_ANSWER}:
        _cut(request)
    return response


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _send_half(request: web.Request, response: web.StreamResponse) -> None:
    body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    half = web.StreamResponse(status=response.status, headers={"Content-Type": response.content_type})
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])


async def _answer(standin: Standin, request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        if not request.path.startswith("/3/"):
            return await handler(request)
        response = await _api_answer(standin, request, handler)
    except AnswerError as refused:
        await request.release()
        response = refused.shape.response(request)
    except web.HTTPNotFound:
        response = refuse(404, "Not Found").shape.response(request)
    except ConnectionError:
        return web.Response(status=_GONE)
    response.headers.extend(_rate_headers(standin, request))
    return response


async def _api_answer(standin: Standin, request: web.Request, handler: Handler) -> web.StreamResponse:
    caller = request[CALLER] = identify(request)
    poster = _poster(request)
    cost = UPLOAD_COST if poster and request.path in _UPLOADS else 1
    if not standin.world.credits.charge(caller.user, caller.client_id, cost, poster=poster):
        raise AnswerError(_throttle(standin, caller, cost))
    stale = request.app[STALE]
    reads = standin.switches.stale_reads
    old = stale.instead(request) if reads and request.method == "GET" else None
    if old is not None:
        return old
    response = await handler(request)
    if reads:
        stale.note(request, response, reads)
    return response


def _poster(request: web.Request) -> str | None:
    """The address that POSTs are counted for, None for other requests."""
    return (request.remote or "unknown") if request.method == "POST" else None


def _throttle(standin: Standin, caller: Caller, cost: int) -> Shape:
    if standin.switches.era != "classic":
        return THROTTLED
    if standin.world.credits.client_left(caller.client_id) < cost:
        return SHAPES["daily-limit-429"]
    return SHAPES["too-fast-400" if cost == UPLOAD_COST else "too-many-requests-429"]


def _rate_headers(standin: Standin, request: web.Request) -> dict[str, str]:
    caller = request.get(CALLER)
    if not request.path.startswith("/3/"):
        return {}
    user, client_id = (caller.user, caller.client_id) if caller else (request.remote or "unknown", "")
    return standin.world.credits.headers(user, client_id, poster=_poster(request))
