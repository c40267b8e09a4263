"""What each method sends and what it makes of a good answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from aiohttp import ClientConnectionError, ClientResponseError, ClientSession, RequestInfo, web
from aiohttp.test_utils import TestServer
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from imgur import (
    FAVORITES_PER_PAGE,
    AccessToken,
    Account,
    Album,
    BadAnswerError,
    ForbiddenError,
    Image,
    ImgurClient,
    ImgurError,
    Kind,
    NotFoundError,
    OutcomeUnknownError,
    OverCapacityError,
    RateLimits,
    RejectedError,
    UnreachableError,
)
from imgur._transport import Request
from tests.imgur.conftest import Imgur
from tests.imgur.samples import ALBUM, API, CLIENT_ID, IMAGE, TOKENS, VIDEO

DELETEHASH = "fakedeletehash1"


def authorization(imgur: Imgur) -> list[str]:
    return [options["headers"]["Authorization"] for _, _, options in imgur.calls]


async def test_account_is_the_one_of_the_token(imgur: Imgur, client: ImgurClient, auth: AccessToken) -> None:
    imgur.gives(
        "GET",
        "/3/account/me",
        {
            "id": 45344,
            "url": "bob_example",
            "bio": None,
            "reputation": 7.0,
            "created": 1229591601,
            "pro_expiration": False,
        },
    )
    assert await client.account(auth) == Account(
        45344, "bob_example", created=datetime(2008, 12, 18, 9, 13, 21, tzinfo=UTC), reputation=7
    )
    assert authorization(imgur) == ["Bearer fake-access-token"]


async def test_account_images_are_a_page_with_deletehashes(
    imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    imgur.gives("GET", "/3/account/me/images/2?perPage=50", [IMAGE | {"deletehash": DELETEHASH}, VIDEO])
    page = await client.account_images(auth, 2)
    assert [image.id for image in page.items] == ["Ab3dE7g", "Vid30ab"]
    assert page.items[0].deletehash == DELETEHASH
    assert page.received == 2


@pytest.mark.parametrize("data", [12, "12"])
async def test_account_images_count_is_a_number(
    data: Any, imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    imgur.gives("GET", "/3/account/me/images/count", data)
    assert await client.account_images_count(auth) == 12


@pytest.mark.parametrize("data", [-1, True, "many", 1.5, None])
async def test_account_images_count_refuses_what_is_no_number(
    data: Any, imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    imgur.gives("GET", "/3/account/me/images/count", data)
    with pytest.raises(BadAnswerError):
        await client.account_images_count(auth)


async def test_account_albums_come_without_images(imgur: Imgur, client: ImgurClient, auth: AccessToken) -> None:
    imgur.gives("GET", "/3/account/me/albums/0?perPage=50", [{k: v for k, v in ALBUM.items() if k != "images"}])
    (album,) = (await client.account_albums(auth)).items
    assert (album.id, album.images, album.images_count) == ("b59dz", (), 2)


async def test_favorites_mix_images_and_albums(imgur: Imgur, client: ImgurClient, auth: AccessToken) -> None:
    items = [ALBUM | {"is_album": True}, IMAGE | {"is_album": False}, ALBUM, VIDEO]
    imgur.gives("GET", "/3/account/me/favorites/1/oldest", items)
    page = await client.favorites(auth, 1, "oldest")
    assert [item.kind for item in page.items] == [Kind.ALBUM, Kind.IMAGE, Kind.ALBUM, Kind.IMAGE]


async def test_all_favorites_end_with_the_first_empty_page(
    imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    full = [IMAGE | {"id": f"page0{number:02}"} for number in range(FAVORITES_PER_PAGE)]
    unreadable = [None] * FAVORITES_PER_PAGE
    for number, items in enumerate([full, unreadable, [VIDEO], []]):
        imgur.gives("GET", f"/3/account/me/favorites/{number}/newest", items)
    ids = [item.id async for item in client.all_favorites(auth)]
    assert ids == [item["id"] for item in full] + ["Vid30ab"]


async def test_image_is_read_as_the_application_or_as_a_user(
    imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    for _ in range(2):
        imgur.gives("GET", "/3/image/Ab3dE7g", IMAGE)
    image = await client.image("Ab3dE7g")
    assert image == await client.image("Ab3dE7g", auth)
    assert image == Image(
        "Ab3dE7g",
        title="A cat",
        created=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        mime_type="image/png",
        width=205,
        height=78,
        size=16532,
        views=3,
        link="https://i.imgur.com/Ab3dE7g.png",
        account_id=45344,
        name="cat",
    )
    assert authorization(imgur) == [f"Client-ID {CLIENT_ID}", "Bearer fake-access-token"]


async def test_album_comes_with_its_images(imgur: Imgur, client: ImgurClient) -> None:
    imgur.gives("GET", "/3/album/b59dz", ALBUM)
    album = await client.album("b59dz")
    assert [image.id for image in album.images] == ["Ab3dE7g", "Vid30ab"]
    assert album == Album(
        "b59dz",
        title="Holiday",
        created=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        cover="Ab3dE7g",
        privacy="private",
        link="https://imgur.com/a/b59dz",
        views=7,
        account_id=45344,
        account_username="bob_example",
        images_count=2,
        images=album.images,
        deletehash=DELETEHASH,
    )


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({"title": "New"}, {"title": "New"}),
        ({"description": ""}, {"description": ""}),
        ({"title": "New", "description": "Words"}, {"title": "New", "description": "Words"}),
    ],
)
async def test_update_image_sends_what_is_given(
    changes: dict[str, str], sent: dict[str, str], imgur: Imgur, client: ImgurClient
) -> None:
    imgur.gives("POST", f"/3/image/{DELETEHASH}", True)
    await client.update_image(DELETEHASH, title=changes.get("title"), description=changes.get("description"))
    assert [options["json"] for _, _, options in imgur.calls] == [sent]


async def test_delete_image_sends_one_delete(imgur: Imgur, client: ImgurClient, auth: AccessToken) -> None:
    imgur.gives("DELETE", "/3/image/Ab3dE7g", True)
    await client.delete_image("Ab3dE7g", auth)
    assert [(method, path) for method, path, _ in imgur.calls] == [("DELETE", "/3/image/Ab3dE7g")]


async def test_write_answered_with_false_is_a_refusal(imgur: Imgur, client: ImgurClient) -> None:
    imgur.gives("DELETE", "/3/image/Ab3dE7g", False)
    with pytest.raises(RejectedError):
        await client.delete_image("Ab3dE7g")


@pytest.mark.parametrize(
    "text", ["", "../account/me", "a b", "Ab3dE7g?x=1", "Ab3dE7g/favorite", "é", "x" * 65, "Ab3dE7g\n"]
)
async def test_text_that_can_be_no_id_is_not_sent(
    text: str, imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: client.image(text),
        lambda: client.album(text),
        lambda: client.update_image(text, title="New"),
        lambda: client.delete_image(text),
        lambda: client.favorite(Kind.IMAGE, text, auth),
        lambda: client.unfavorite(Kind.ALBUM, text, auth),
    ]
    for call in calls:
        with pytest.raises(NotFoundError):
            await call()
    assert imgur.calls == []


@pytest.mark.parametrize("word", [True, 1, None, "liked", [], ["favorited"], {}])
async def test_toggle_answered_with_no_known_word_is_looked_up(
    word: Any, imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    imgur.gives("GET", "/3/image/Ab3dE7g", IMAGE | {"favorite": False})
    imgur.gives("POST", "/3/image/Ab3dE7g/favorite", word)
    imgur.gives("GET", "/3/image/Ab3dE7g", IMAGE | {"favorite": True})
    assert await client.favorite(Kind.IMAGE, "Ab3dE7g", auth)
    assert len(imgur.calls) == 3


async def test_credits_are_asked_for_and_kept(imgur: Imgur, client: ImgurClient, auth: AccessToken) -> None:
    data = {
        "UserLimit": 412,
        "UserRemaining": 382,
        "UserReset": 1700003600,
        "ClientLimit": 10500,
        "ClientRemaining": 9500,
    }
    imgur.gives("GET", "/3/credits", data)
    with time_machine.travel("2023-11-14T22:13:20Z", tick=False):
        left = await client.credits(auth)
    assert left == RateLimits(412, 382, datetime(2023, 11, 14, 23, 13, 20, tzinfo=UTC), 10500, 9500)
    assert client.limits(auth) == left
    assert client.limits() == RateLimits(client_limit=10500, client_remaining=9500)


async def test_credits_in_no_shape_are_a_bad_answer(imgur: Imgur, client: ImgurClient) -> None:
    imgur.gives("GET", "/3/credits", [1])
    with pytest.raises(BadAnswerError):
        await client.credits()


@pytest.mark.parametrize("reset", ["3600", "1700003600", "1700003600.0"])
async def test_rate_headers_are_kept_from_every_answer_in_any_case_and_form(
    reset: str, imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    headers = {
        "X-RATELIMIT-USERLIMIT": "500",
        "x-ratelimit-userremaining": "499",
        "X-RateLimit-UserReset": reset,
        "X-Post-Rate-Limit-Remaining": "1249",
        "X-RateLimit-ClientRemaining": "none",
    }
    imgur.answers("DELETE", "/3/image/Ab3dE7g", {"data": {"error": "Not found"}}, status=404, headers=headers)
    with time_machine.travel("2023-11-14T22:13:20Z", tick=False), pytest.raises(NotFoundError):
        await client.delete_image("Ab3dE7g", auth)
    moment = datetime(2023, 11, 14, 23, 13, 20, tzinfo=UTC)
    assert client.limits(auth) == RateLimits(500, 499, moment, post_remaining=1249)
    assert client.limits(AccessToken("other", 2)) == client.limits() == RateLimits(post_remaining=1249)


@pytest.mark.parametrize(
    "reset", ["9" * 30, "-" + "9" * 30, "9" * 400, "1e300", "soon", "", "0", "-3600", "999999999", "1e15", "1500000000"]
)
async def test_reset_that_makes_no_sense_is_not_known(reset: str, imgur: Imgur, client: ImgurClient) -> None:
    headers = {"X-RateLimit-UserRemaining": "499", "X-RateLimit-UserReset": reset}
    imgur.gives("GET", "/3/image/Ab3dE7g", IMAGE, headers=headers)
    await client.image("Ab3dE7g")
    assert client.limits() == RateLimits(user_remaining=499)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"UserLimit": "0", "UserRemaining": "3"}, RateLimits()),
        ({"UserLimit": "0", "UserRemaining": "0", "ClientLimit": "0", "ClientRemaining": "0"}, RateLimits()),
        ({"UserLimit": "-1", "UserRemaining": "0"}, RateLimits()),
        ({"UserLimit": "soon", "UserRemaining": "0"}, RateLimits(user_remaining=0)),
        ({"UserLimit": "500", "UserRemaining": "0"}, RateLimits(user_limit=500, user_remaining=0)),
        ({"UserLimit": "500", "UserRemaining": "501"}, RateLimits(user_limit=500)),
        ({"ClientLimit": "12500", "ClientRemaining": "12500"}, RateLimits(client_limit=12500, client_remaining=12500)),
        ({"ClientRemaining": "-10"}, RateLimits(client_remaining=0)),
        ({"ClientRemaining": "0", "UserRemaining": "499"}, RateLimits(client_remaining=0, user_remaining=499)),
        ({"UserReset": "5000"}, RateLimits(user_reset=datetime(2023, 11, 14, 23, 13, 20, tzinfo=UTC))),
        ({"ClientReset": "86400"}, RateLimits(client_reset=datetime(2023, 11, 15, 22, 13, 20, tzinfo=UTC))),
        ({"ClientReset": "89999"}, RateLimits(client_reset=datetime(2023, 11, 15, 22, 13, 20, tzinfo=UTC))),
    ],
)
async def test_limits_that_make_no_sense_are_not_known_and_no_window_is_longer_than_its_kind(
    said: dict[str, str], known: RateLimits, imgur: Imgur, client: ImgurClient
) -> None:
    headers = {f"X-RateLimit-{name}": value for name, value in said.items()}
    imgur.gives("GET", "/3/image/Ab3dE7g", IMAGE, headers=headers)
    with time_machine.travel("2023-11-14T22:13:20Z", tick=False):
        await client.image("Ab3dE7g")
    assert client.limits() == known


def test_authorize_url_asks_for_tokens_unless_told_otherwise(client: ImgurClient) -> None:
    assert (
        client.authorize_url("a&b") == f"{API}/oauth2/authorize?client_id={CLIENT_ID}&response_type=token&state=a%26b"
    )
    assert URL(client.authorize_url("s", "code")).query["response_type"] == "code"


async def test_refresh_token_stays_when_no_other_comes_back(imgur: Imgur, client: ImgurClient) -> None:
    imgur.answers("POST", "/oauth2/token", TOKENS | {"refresh_token": None})
    assert (await client.refresh("fake-refresh-token")).refresh_token == "fake-refresh-token"


async def test_tokens_need_a_client_secret(session: ClientSession, imgur: Imgur) -> None:
    client = ImgurClient(session, CLIENT_ID)
    with pytest.raises(ForbiddenError):
        await client.refresh("fake-refresh-token")
    assert imgur.calls == []


# --- trying again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failures",
    [
        pytest.param([ClientConnectionError("cut"), TimeoutError()], id="unreachable"),
        pytest.param([OSError("no route"), 503], id="over capacity"),
        pytest.param([429, 429], id="told to wait a little"),
    ],
)
async def test_read_is_tried_three_times(failures: list[Any], imgur: Imgur, client: ImgurClient) -> None:
    for failure in failures:
        if isinstance(failure, int):
            imgur.answers("GET", "/3/image/Ab3dE7g", "", status=failure, headers={"Retry-After": "5"})
        else:
            imgur.fails("GET", "/3/image/Ab3dE7g", failure)
    imgur.gives("GET", "/3/image/Ab3dE7g", IMAGE)
    assert (await client.image("Ab3dE7g")).id == "Ab3dE7g"
    assert len(imgur.calls) == 3


@pytest.mark.parametrize(
    ("status", "headers", "attempts"),
    [
        (503, {}, 3),
        (429, {"Retry-After": "6"}, 1),
        (429, {}, 1),
        (404, {}, 1),
        (403, {}, 1),
        (413, {}, 1),
        (200, {}, 1),
    ],
)
async def test_read_gives_up_where_trying_again_is_no_use(
    status: int, headers: dict[str, str], attempts: int, imgur: Imgur, client: ImgurClient
) -> None:
    imgur.answers("GET", "/3/image/Ab3dE7g", "", status=status, headers=headers, repeat=True)
    with pytest.raises(ImgurError):
        await client.image("Ab3dE7g")
    assert len(imgur.calls) == attempts


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        (lambda client: client.delete_image("Ab3dE7g"), "DELETE", "/3/image/Ab3dE7g"),
        (lambda client: client.update_image("Ab3dE7g", title="New"), "POST", "/3/image/Ab3dE7g"),
        (lambda client: client.refresh("fake-refresh-token"), "POST", "/oauth2/token"),
        (lambda client: client.exchange_code("fake-code"), "POST", "/oauth2/token"),
    ],
)
async def test_write_is_sent_once(
    call: Callable[[ImgurClient], Awaitable[Any]], method: str, path: str, imgur: Imgur, client: ImgurClient
) -> None:
    imgur.answers(method, path, "", status=503, repeat=True)
    with pytest.raises((OverCapacityError, OutcomeUnknownError)):
        await call(client)
    assert len(imgur.calls) == 1


# --- what stays inside -----------------------------------------------------------------------------------------------


def _no_http() -> ClientResponseError:
    url = URL(f"{API}/3/image/{DELETEHASH}")
    return ClientResponseError(RequestInfo(url, "DELETE", CIMultiDictProxy(CIMultiDict()), url), (), message=DELETEHASH)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (ClientConnectionError(f"Cannot connect to {API}/3/image/{DELETEHASH}"), OutcomeUnknownError),
        (TimeoutError(DELETEHASH), OutcomeUnknownError),
        (OSError(DELETEHASH), OutcomeUnknownError),
        (_no_http(), OutcomeUnknownError),
    ],
)
async def test_failure_below_http_tells_no_secret(
    failure: Exception, error: type[ImgurError], imgur: Imgur, client: ImgurClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    imgur.fails("DELETE", f"/3/image/{DELETEHASH}", failure)
    with pytest.raises(error) as caught:
        await client.delete_image(DELETEHASH)
    assert type(caught.value) is error
    assert DELETEHASH not in f"{caught.value} {caught.value!r} {caught.value.detail}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert DELETEHASH not in caplog.text


@pytest.mark.parametrize(
    ("call", "method", "path", "secret"),
    [
        (lambda c, a: c.delete_image(DELETEHASH), "DELETE", f"/3/image/{DELETEHASH}", DELETEHASH),
        (lambda c, a: c.update_image(DELETEHASH, title="x"), "POST", f"/3/image/{DELETEHASH}", DELETEHASH),
        (lambda c, a: c.image("Ab3dE7g", a), "GET", "/3/image/Ab3dE7g", "fake-access-token"),
        (lambda c, a: c.refresh("fake-refresh-token"), "POST", "/oauth2/token", "fake-refresh-token"),
        (lambda c, a: c.refresh("fake-refresh-token"), "POST", "/oauth2/token", "fake-client-secret"),
        (lambda c, a: c.exchange_code("fake-code"), "POST", "/oauth2/token", "fake-code"),
    ],
)
async def test_secret_that_imgur_repeats_is_hidden(
    call: Callable[[ImgurClient, AccessToken], Awaitable[Any]],
    method: str,
    *,
    path: str,
    secret: str,
    imgur: Imgur,
    client: ImgurClient,
    auth: AccessToken,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    text = f"no luck with {secret}, {secret}"
    imgur.answers(method, path, {"data": {"error": text}, "success": False, "status": 400}, status=400)
    with pytest.raises(RejectedError) as caught:
        await call(client, auth)
    assert caught.value.detail == str(caught.value) == "no luck with ***, ***"
    assert secret not in caplog.text


async def test_long_wording_is_cut(imgur: Imgur, client: ImgurClient) -> None:
    imgur.answers("GET", "/3/image/Ab3dE7g", {"data": {"error": "no " * 10_000}, "success": False}, status=400)
    with pytest.raises(RejectedError) as caught:
        await client.image("Ab3dE7g")
    assert len(caught.value.detail) == 300


async def test_retry_is_logged_without_the_address(
    imgur: Imgur, client: ImgurClient, auth: AccessToken, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    imgur.fails("GET", "/3/image/Ab3dE7g", ClientConnectionError(f"{API}/3/image/Ab3dE7g"))
    imgur.gives("GET", "/3/image/Ab3dE7g", IMAGE)
    await client.image("Ab3dE7g", auth)
    assert not [
        record for record in caplog.records if "Ab3dE7g" in str(vars(record)) or auth.value in str(vars(record))
    ]


# --- over real connections -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stall", ["head", "body"])
async def test_timeout_covers_the_body(stall: str, connect: Callable[..., ImgurClient]) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        if stall == "body":
            response = web.StreamResponse(headers={"Content-Type": "application/json"})
            await response.prepare(request)
            await response.write(b'{"data":')
        await asyncio.Event().wait()
        return web.Response()

    app = web.Application()
    app.router.add_delete("/3/image/{id}", slow)
    async with TestServer(app) as server:
        client = connect(str(server.make_url("")), timeout=0.05)
        with pytest.raises(UnreachableError):
            await client.delete_image("Ab3dE7g")


async def test_redirect_is_not_followed(connect: Callable[..., ImgurClient]) -> None:
    followed: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        followed.append(request.path)
        return web.Response()

    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_route("*", "/elsewhere", elsewhere)
    app.router.add_route("*", "/3/image/{id}", redirect)
    async with TestServer(app) as server:
        client = connect(str(server.make_url("")))
        for call in (client.image("Ab3dE7g"), client.delete_image("Ab3dE7g")):
            with pytest.raises(BadAnswerError):
                await call
    assert followed == []


def test_a_request_does_not_show_what_is_secret_in_it() -> None:
    request = Request(
        "DELETE",
        ("3", "image", DELETEHASH),
        AccessToken("fake-access-token", 1),
        secrets=(DELETEHASH,),
        json={"a": "b"},
    )
    assert repr(request).startswith("Request(method='DELETE'")
    assert DELETEHASH not in repr(request)
    assert "fake-access-token" not in repr(request)
    assert "'b'" not in repr(request)
