"""Middlewares around the one place where requests are made, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from imgur import AccessToken, ImgurClient, ImgurError, NotFoundError, NotSentError, RateLimitedError
from imgur.chain import Call, Reply, Send
from imgur.errors import OutcomeUnknownError
from tests.conftest import CLIENT_ID, CLIENT_SECRET

AUTH = AccessToken("made-up-token", 7)


class Recorder:
    """Writes down what passes it."""

    def __init__(self, name: str, seen: list[object]) -> None:
        self._name = name
        self._seen = seen

    async def __call__(self, call: Call, send: Send) -> Reply:
        self._seen.append((self._name, call))
        try:
            reply = await send(call)
        except ImgurError as error:
            self._seen.append((self._name, type(error), error.limits and error.limits.client_remaining))
            raise
        self._seen.append((self._name, reply.limits.client_remaining))
        return reply


@pytest.fixture
async def imgur() -> AsyncIterator[tuple[str, dict[str, web.Response]]]:
    """An address, and what is answered there by method and path."""
    answers: dict[str, web.Response] = {}

    async def handle(request: web.Request) -> web.Response:
        await request.read()
        made = answers[f"{request.method} {request.path}"]
        return web.Response(status=made.status, body=made.body, headers={"X-RateLimit-ClientRemaining": "77"})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", answers
    await runner.cleanup()


def done(data: str) -> web.Response:
    return web.Response(text=f'{{"data": {data}, "success": true, "status": 200}}')


async def test_each_call_goes_through_all_of_them_the_first_outermost(imgur) -> None:
    url, answers = imgur
    seen: list[object] = []
    chain = [Recorder("a", seen), Recorder("b", seen)]
    answers["GET /3/account/me/images/count"] = done("12")
    answers["DELETE /3/image/Ab3dE7g"] = done("true")
    answers["POST /oauth2/token"] = web.Response(
        text='{"access_token": "made-up-1", "refresh_token": "made-up-2", "expires_in": 3600}'
    )
    answers["GET /3/image/Ab3dE7g"] = web.Response(status=404, text='{"data": {"error": "Unable to find"}}')
    answers["POST /3/image/Ab3dE7g"] = web.Response(status=429, text='{"errors": [{"code": "429"}]}')
    answers["DELETE /3/image/Xy3dE7g"] = web.Response(status=502, text="<html>")
    async with ClientSession() as session:
        client = ImgurClient(session, CLIENT_ID, CLIENT_SECRET, base_url=url, middlewares=chain)
        assert await client.account_images_count(AUTH) == 12
        read = Call("GET", account_id=7)
        assert seen == [("a", read), ("b", read), ("b", 77), ("a", 77)]
        for call, error in (
            (client.delete_image("Ab3dE7g"), None),
            (client.refresh("made-up-3"), None),
            (client.image("Ab3dE7g"), NotFoundError),
            (client.update_image("Ab3dE7g", title="x"), RateLimitedError),
            (client.delete_image("Xy3dE7g"), OutcomeUnknownError),
        ):
            seen.clear()
            if error is None:
                await call
                assert seen[-1] == ("a", 77)
            else:
                with pytest.raises(error):
                    await call
                assert seen[-1] == ("a", error, 77)
        seen.clear()
        await client.refresh("made-up-3")
        assert seen[0] == ("a", Call("POST", cost=0))


async def test_what_was_not_sent_says_so() -> None:
    seen: list[object] = []
    async with ClientSession() as session:
        client = ImgurClient(session, CLIENT_ID, base_url="http://127.0.0.1:9", middlewares=[Recorder("a", seen)])
        with pytest.raises(NotSentError):
            await client.delete_image("Ab3dE7g")
    assert seen == [("a", Call("DELETE")), ("a", NotSentError, None)]


async def test_what_the_quota_refuses_is_not_tried_again_nor_a_warning() -> None:
    """Whoever refused it has waited as long as there was patience; it is an ordinary thing."""
    asked: list[Call] = []

    async def refuse(call: Call, send: Send) -> Reply:
        asked.append(call)
        raise RateLimitedError("held back", retry_after=0.01)

    async with ClientSession() as session:
        client = ImgurClient(session, CLIENT_ID, base_url="http://127.0.0.1:9", middlewares=[refuse])
        with capture_logs() as said, pytest.raises(RateLimitedError):
            await client.image("Ab3dE7g")
    assert asked == [Call("GET")]
    assert [entry for entry in said if entry["log_level"] != "debug"] == []
