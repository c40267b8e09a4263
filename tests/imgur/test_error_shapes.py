"""Every form in which Imgur has been seen to fail, by name, and the one error that it must become."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine

from imgur import (
    AccessToken,
    ApplicationRefusedError,
    BadAnswerError,
    BlockedError,
    ForbiddenError,
    ImgurClient,
    ImgurError,
    InvalidGrantError,
    NotFoundError,
    OverCapacityError,
    RateLimitedError,
    RejectedError,
    SignInDownError,
    Spent,
    TooLargeError,
    UnauthorizedError,
    UnsupportedTypeError,
)
from tests.imgur.conftest import Imgur

CREDIT = {"x-ratelimit-userremaining": "499", "x-ratelimit-clientremaining": "12499"}
USER_SPENT = {
    "x-ratelimit-userremaining": "0",
    "x-ratelimit-userreset": "3600",
    "x-ratelimit-clientremaining": "12499",
}
APPLICATION_SPENT = {
    "x-ratelimit-userremaining": "499",
    "x-ratelimit-clientremaining": "0",
    "x-ratelimit-clientreset": "86400",
}
POSTS_SPENT = {
    "x-ratelimit-userremaining": "499",
    "x-post-rate-limit-remaining": "0",
    "x-post-rate-limit-reset": "1648",
}


def classic(status: int, error: Any, **extra: Any) -> dict[str, Any]:
    return {"data": {"error": error, "request": "/3/x", "method": "GET"}, "success": False, "status": status, **extra}


def coded(code: int, message: str, kind: str = "ImgurException", exception: Any = ()) -> dict[str, Any]:
    return {"code": code, "message": message, "type": kind, "exception": exception}


def legacy_api(code: str, text: str) -> dict[str, Any]:
    return {"errors": [{"id": "legacy-api-1", "code": code, "status": text, "detail": text}]}


OVER_CAPACITY = "Imgur is temporarily over capacity. Please try again later."
TOO_FAST = coded(429, "You are uploading too fast. Please wait 59 more minutes.")
OVERSIZE = json.dumps({"id": "1", "code": 413, "detail": "file is over the size limit", "status": 413})


@dataclass(frozen=True)
class Shape:
    status: int
    body: Any
    error: type[ImgurError]
    detail: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


def page(status: int, body: str, error: type[ImgurError]) -> Shape:
    return Shape(status, body, error, content_type="text/html")


SHAPES = {
    # 1: a text
    "token refused, classic": Shape(
        403,
        classic(403, "The access token provided is invalid."),
        UnauthorizedError,
        "The access token provided is invalid.",
    ),
    "token refused, 2025, 401": Shape(401, classic(401, "Unauthorized"), UnauthorizedError),
    "authentication required": Shape(401, classic(401, "Authentication required"), UnauthorizedError),
    "client id refused": Shape(403, classic(403, "Invalid client_id"), ApplicationRefusedError),
    "malformed auth header": Shape(403, classic(403, "Malformed auth header"), ApplicationRefusedError),
    "anonymous not enough": Shape(403, classic(403, "This method requires authentication"), ForbiddenError),
    "not allowed": Shape(403, classic(403, "Unauthorized"), ForbiddenError, "Unauthorized"),
    "not allowed to sign in": Shape(
        403, {"data": {"error": "Unauthorized", "request": "/oauth2/authorize", "method": "POST"}}, ForbiddenError
    ),
    "unknown id": Shape(404, classic(404, "Unable to find an image with the id, xxxxxxx"), NotFoundError),
    "gone": Shape(410, classic(410, "Gone"), NotFoundError),
    "parameters missing": Shape(400, classic(400, "client_id and response_type are required"), RejectedError),
    "no image data": Shape(400, classic(400, "No image data was sent to the upload api"), RejectedError),
    "corrupt": Shape(400, classic(400, "Image format not supported, or image is corrupt."), UnsupportedTypeError),
    "unsupported": Shape(400, classic(400, "We don't support that file type!"), UnsupportedTypeError),
    "not the owner": Shape(
        400,
        classic(400, "You are not the owner of album 'b59dz', which means you can't add images to it."),
        RejectedError,
        "You are not the owner of album 'b59dz', which means you can't add images to it.",
    ),
    "not the owner of the images": Shape(
        400, classic(400, "You must own all the image ids to add them to album b59dz"), RejectedError
    ),
    "daily limit": Shape(429, classic(429, "Daily client requests exceeded"), RateLimitedError),
    "too many requests, 429": Shape(429, classic(429, "Too Many Requests"), RateLimitedError),
    "throttled, in words": Shape(400, classic(400, "Too Many Requests"), RateLimitedError, headers=CREDIT),
    # 2: an object
    "file type invalid, 400": Shape(
        400,
        classic(400, coded(1003, "File type invalid (1)", exception=[])),
        UnsupportedTypeError,
        "File type invalid (1)",
    ),
    "file type invalid, 415": Shape(
        415, classic(415, coded(1003, "File type invalid (1)", "Exception_UploadError", {})), UnsupportedTypeError
    ),
    "object known by its code alone": Shape(400, classic(400, {"code": 1003}), UnsupportedTypeError, ""),
    "stripping metadata": Shape(500, classic(500, coded(1001, "Failed stripping metadata")), RejectedError),
    # 3, 4: the number inside is meant
    "upload throttle, 400": Shape(400, classic(400, TOO_FAST), RateLimitedError),
    "upload throttle, 429": Shape(429, classic(429, TOO_FAST), RateLimitedError),
    "banned": Shape(400, classic(400, coded(403, "Forbidden")), ForbiddenError),
    "inner code of no use": Shape(404, classic(404, {"code": 1, "message": "Gone"}), NotFoundError),
    "inner code as text": Shape(400, classic(400, {"code": "404", "message": "Gone"}), NotFoundError),
    # 5: over capacity, under any status
    **{
        f"over capacity, {status}": Shape(
            status,
            {"data": {"error": OVER_CAPACITY}, "success": False, "status": status},
            OverCapacityError,
            OVER_CAPACITY,
        )
        for status in (403, 429, 500)
    },
    "over capacity, statuses differ": Shape(
        403, {"data": {"error": OVER_CAPACITY}, "success": False, "status": 500}, OverCapacityError
    ),
    # 6
    "actions forbidden": Shape(
        400,
        {"data": {"error": "These actions are forbidden."}, "success": False, "status": 400},
        BlockedError,
        headers={"Retry-After": "0", "CDN-Error": "yes"},
    ),
    # 7
    "errors list": Shape(
        429, legacy_api("429", "Too Many Requests"), RateLimitedError, content_type="application/vnd.imgur.v1+json"
    ),
    "errors list under 200": Shape(200, legacy_api("404", "Nothing here"), NotFoundError),
    "errors list of texts": Shape(400, {"errors": ["no such thing"]}, RejectedError, "no such thing"),
    # 8, 9, 10
    "oversize, 413": Shape(413, classic(413, "file is over the size limit"), TooLargeError),
    "oversize, JSON in a text": Shape(413, classic(413, OVERSIZE), TooLargeError, "file is over the size limit"),
    "oversize, JSON in a text under 400": Shape(400, classic(400, OVERSIZE), TooLargeError),
    "oversize, 1002": Shape(400, classic(400, coded(1002, "")), TooLargeError),
    "oversize, words": Shape(400, classic(400, "File is over the size limit"), TooLargeError),
    "broken JSON in a text": Shape(400, classic(400, '{"code": 413'), RejectedError, '{"code": 413'),
    "words that cannot be written": Shape(400, classic(400, "half a \ud83d cat"), RejectedError, "half a ? cat"),
    # 11, 12
    "wrong encoding": Shape(400, classic(400, "Bad Request"), RejectedError, "Bad Request"),
    "status 1203": Shape(400, classic(1203, "Imgur is over capacity. Please try again."), OverCapacityError),
    "status 1203 without words": Shape(200, {"data": None, "success": False, "status": 1203}, OverCapacityError),
    # 13
    "data is a text": Shape(
        500, {"data": "An error occurred", "success": False, "status": 500}, OverCapacityError, "An error occurred"
    ),
    "data is a text under 200": Shape(
        200, {"data": "An error occurred", "success": False, "status": 500}, OverCapacityError
    ),
    "data is false": Shape(400, {"data": False, "success": False, "status": 400}, RejectedError, ""),
    "data is empty": Shape(200, {"data": {}, "success": False, "status": 200}, BadAnswerError),
    # 14
    "success with an error": Shape(
        200, {"data": {"error": "Album not foundb59dz"}, "success": True, "status": 200}, NotFoundError
    ),
    "success but unauthorized": Shape(
        200, {"data": {"error": "Unauthorized"}, "success": True, "status": 200}, ForbiddenError
    ),
    # 15: a success of the wrong kind
    **{
        f"data of another kind: {data!r}": Shape(200, {"data": data, "success": True, "status": 200}, BadAnswerError)
        for data in (True, 7, "fine", [1], None, {"errorCode": None, "ticket": "t"})
    },
    "no data": Shape(200, {"success": True, "status": 200}, BadAnswerError),
    # 16: no JSON
    "page: over capacity": page(503, "<h1>Imgur is over capacity!</h1>", OverCapacityError),
    "page: kittens": page(200, "<h1>Imgur overloaded. Hang in there with kittens</h1>", OverCapacityError),
    "page: varnish": page(503, "<h1>Error 503 first byte timeout</h1>", OverCapacityError),
    "page: bad request": page(400, "<h1>400 Bad request</h1>", BadAnswerError),
    "page: sign-in down": page(200, "<title>Error (1024)</title>", SignInDownError),
    "page: unknown client": page(200, "<h1>Woah there!</h1>", BadAnswerError),
    "page: not found": page(404, "<h1>404</h1>", NotFoundError),
    "page: forbidden": page(403, "<h1>403</h1>", ForbiddenError),
    "page: too large": page(413, "<h1>413 Request Entity Too Large</h1>", TooLargeError),
    "page: unsupported": page(415, "<h1>415</h1>", UnsupportedTypeError),
    "page: throttled": page(429, "<h1>429</h1>", RateLimitedError),
    "page: with words from elsewhere": page(200, "<p>file not found, corrupt, forbidden</p>", BadAnswerError),
    "empty, 200": Shape(200, "", BadAnswerError),
    "empty, 500": Shape(500, "", OverCapacityError),
    "xml": page(503, '\r\n <?xml version="1.0"?><data/>', OverCapacityError),
    "xml, 200": page(200, '\r\n <?xml version="1.0"?><data/>', BadAnswerError),
    "a redirect": Shape(301, "", BadAnswerError, headers={"Location": "https://imgur.com/"}),
    "JSON that is no object": Shape(200, "[]", BadAnswerError),
    "JSON too deep to read": Shape(200, "[" * 100_000, BadAnswerError),
    "half of a JSON": Shape(200, '{"data": {"id": "Ab3d', BadAnswerError),
    "no UTF-8": Shape(200, b"\xff\xfe{\x00", BadAnswerError),
    # 17
    "gateway, 403": Shape(403, {"message": "You are not subscribed to this API."}, ForbiddenError),
    "gateway, 200": Shape(200, {"message": "Missing application key"}, RejectedError, "Missing application key"),
}


@pytest.mark.parametrize("name", SHAPES)
async def test_answer_becomes_its_error(name: str, imgur: Imgur, client: ImgurClient, auth: AccessToken) -> None:
    shape = SHAPES[name]
    for _ in range(3):  # some of these are worth another try
        imgur.answers(
            "GET",
            "/3/image/Ab3dE7g",
            shape.body,
            status=shape.status,
            headers=shape.headers,
            content_type=shape.content_type,
        )
    with pytest.raises(ImgurError) as caught:
        await client.image("Ab3dE7g", auth)
    assert type(caught.value) is shape.error
    assert shape.detail is None or caught.value.detail == shape.detail
    if caught.value.status is not None:
        assert caught.value.status == shape.status


@pytest.mark.parametrize(
    ("body", "headers", "wait", "spent"),
    [
        pytest.param(classic(400, TOO_FAST), CREDIT, 59 * 60, Spent.UPLOADS, id="the words say minutes"),
        pytest.param(classic(429, "Too Many Requests"), {"retry-after": "7"}, 7, Spent.UNKNOWN, id="seconds"),
        pytest.param(
            classic(429, "Too Many Requests"),
            {"Retry-After": "Tue, 14 Nov 2023 22:14:20 GMT"},
            60,
            Spent.UNKNOWN,
            id="a date",
        ),
        pytest.param(classic(429, "Too Many Requests"), {"Retry-After": "soon"}, None, Spent.UNKNOWN, id="nonsense"),
        *(
            pytest.param(classic(429, "Too Many Requests"), {"Retry-After": text}, wait, Spent.UNKNOWN, id=text)
            for text, wait in {
                **dict.fromkeys(["0", "-5", "999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "1e3", "7, 7"]),
                **dict.fromkeys(["Tue, 14 Nov 2023 22:13:20 GMT", "Mon, 99 Foo 2023 22:14:20 GMT"]),
                "Tue, 14 Nov 2023 22:14:20 GMT": 60.0,
                "7.5": 7.5,
                "86400": 86400,
            }.items()
        ),
        *(
            pytest.param(
                legacy_api("429", "Too Many Requests"), USER_SPENT | headers, wait, Spent.USER, id=f"{headers}"
            )
            for headers, wait in [
                ({"Retry-After": "5"}, 3600),
                ({"x-ratelimit-userreset": "5", "Retry-After": "60"}, 60),
                ({"x-ratelimit-userreset": "0"}, None),
                ({"x-ratelimit-userreset": "-3600"}, None),
                ({"x-ratelimit-userreset": "999999999"}, None),
                ({"x-ratelimit-userreset": "3600.5"}, 3600),
                ({"x-ratelimit-userreset": "7200"}, 3600),  # no hour is longer
                ({"x-ratelimit-userreset": "60", "Retry-After": "86400"}, 3600),
                ({"x-ratelimit-userreset": "1300", "Retry-After": "Tue, 14 Nov 2023 22:14:20 GMT"}, 1300),
                # Where Imgur's clock and ours differ, its own counts.
                ({"x-ratelimit-userreset": "1700007300", "Date": "Wed, 15 Nov 2023 00:13:20 GMT"}, 100),
                ({"x-ratelimit-userreset": "1700000100", "Date": "Tue, 14 Nov 2023 21:53:20 GMT"}, 1300),
                ({"Retry-After": "Fri, 14 Nov 2008 22:14:20 GMT", "Date": "Fri, 14 Nov 2008 21:44:20 GMT"}, 3600),
                ({"x-ratelimit-userreset": "1700001300", "Date": "soon"}, 1300),
            ]
        ),
        pytest.param(
            classic(429, "You are uploading too fast. Please wait 2 more minutes."),
            USER_SPENT,
            3600,
            Spent.USER,
            id="words, and a longer reset",
        ),
        pytest.param(
            legacy_api("429", "Too Many Requests"),
            APPLICATION_SPENT | {"x-ratelimit-clientreset": "90000"},
            86400,
            Spent.APPLICATION,
            id="a day of 25 hours",
        ),
        pytest.param(classic(400, TOO_FAST), {}, 59 * 60, Spent.UPLOADS, id="the words alone"),
        pytest.param(legacy_api("429", "Too Many Requests"), {}, None, Spent.UNKNOWN, id="nothing said"),
        pytest.param(legacy_api("429", "Too Many Requests"), USER_SPENT, 3600, Spent.USER, id="the user's"),
        pytest.param(
            legacy_api("429", "Too Many Requests"), APPLICATION_SPENT, 86400, Spent.APPLICATION, id="the application's"
        ),
        pytest.param(
            legacy_api("429", "Too Many Requests"), POSTS_SPENT, 1648, Spent.APPLICATION, id="posts of this address"
        ),
        pytest.param(
            classic(429, "Daily client requests exceeded"),
            {},
            None,
            Spent.APPLICATION,
            id="the application's, in words",
        ),
    ],
)
async def test_rate_limit_says_whose_and_how_long(
    body: Any, headers: dict[str, str], *, wait: float | None, spent: Spent, imgur: Imgur, client: ImgurClient
) -> None:
    imgur.answers("DELETE", "/3/image/Ab3dE7g", body, status=429, headers=headers)
    with time_machine.travel("2023-11-14T22:13:20Z", tick=False), pytest.raises(RateLimitedError) as caught:
        await client.delete_image("Ab3dE7g")
    assert (caught.value.retry_after, caught.value.spent) == (wait, spent)


async def test_429_with_credit_left_is_about_the_token_unless_a_fresh_one_meets_it_too(
    imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    fresh = AccessToken("fake-fresh-token", auth.account_id)
    body = legacy_api("429", "Too Many Requests")
    imgur.answers("GET", "/3/account/me", body, status=429, headers=CREDIT, repeat=True)
    for token, error in ((auth, UnauthorizedError), (auth, UnauthorizedError), (fresh, RateLimitedError)):
        with pytest.raises(error):
            await client.account(token)
    with pytest.raises(UnauthorizedError):
        await client.account(AccessToken("fake-other-token", 2))
    imgur.gives("GET", "/3/account/me/images/count", 1)
    await client.account_images_count(fresh)
    with pytest.raises(UnauthorizedError):
        await client.account(fresh)


async def test_fresh_token_is_doubted_again_after_a_while(
    imgur: Imgur, client: ImgurClient, auth: AccessToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    imgur.answers("GET", "/3/account/me", "", status=429, headers=CREDIT, repeat=True)
    monkeypatch.setattr("imgur._throttle.DOUBT_SECONDS", 0.0)
    for token in (auth, AccessToken("fake-fresh-token", auth.account_id), AccessToken("fake-other-token", 2)):
        with pytest.raises(UnauthorizedError):
            await client.account(token)
    assert len(client._transport._suspects._suspects) == 1  # nobody is remembered for longer than it matters


@pytest.mark.parametrize(
    ("authorized", "headers"),
    [
        pytest.param(False, CREDIT, id="no token"),
        pytest.param(True, {}, id="no headers"),
        pytest.param(True, USER_SPENT, id="user spent"),
        pytest.param(True, APPLICATION_SPENT, id="application spent"),
        pytest.param(
            True, CREDIT | {"x-ratelimit-clientremaining": "0"}, id="application spent, until nobody knows when"
        ),
        pytest.param(True, CREDIT | {"Retry-After": "30"}, id="a time to wait"),
    ],
)
async def test_429_is_about_the_limit_when_something_speaks_for_it(
    authorized: bool, headers: dict[str, str], imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    imgur.answers("GET", "/3/image/Ab3dE7g", legacy_api("429", "Too Many Requests"), status=429, headers=headers)
    with pytest.raises(RateLimitedError):
        await client.image("Ab3dE7g", auth if authorized else None)


@pytest.mark.parametrize("status", [401, 403])
async def test_there_is_no_token_to_refresh_when_none_was_sent(status: int, imgur: Imgur, client: ImgurClient) -> None:
    imgur.answers("GET", "/3/image/Ab3dE7g", classic(status, "The access token provided is invalid."), status=status)
    with pytest.raises(ForbiddenError):
        await client.image("Ab3dE7g")


GRANTS = {
    "400, one wording": (400, classic(400, "Invalid refresh token"), InvalidGrantError),
    "400, the other": (
        400,
        classic(400, "Refresh token doesn't exist or is invalid for the client"),
        InvalidGrantError,
    ),
    "400, a pin or a code": (400, classic(400, "Invalid Pin"), InvalidGrantError),
    "400, a code": (400, classic(400, "Invalid authorization code"), InvalidGrantError),
    "401, in words": (401, classic(401, "Invalid refresh token"), InvalidGrantError),
    "404, in words": (404, classic(404, "Refresh token not found"), InvalidGrantError),
    "401, no words": (401, "", ApplicationRefusedError),
    "401, a page": (401, "<h1>401 Authorization Required</h1> Invalid refresh token", ApplicationRefusedError),
    "403, a page": (403, "<h1>403 Forbidden</h1>", ApplicationRefusedError),
    "401, words about nothing": (401, classic(401, "Unauthorized"), ApplicationRefusedError),
    "407, a proxy": (407, "<h1>Proxy Authentication Required</h1>", BadAnswerError),
    "404, a page": (404, "<h1>404 Not Found</h1>", BadAnswerError),
    "413, a page": (413, "<h1>413 Request Entity Too Large</h1>", BadAnswerError),
    "415, a page": (415, "<h1>415 Unsupported Media Type</h1>", BadAnswerError),
    "404, the client": (404, classic(404, "There is no such application"), BadAnswerError),
    "400, a page": (400, "<h1>400 Bad Request: invalid_grant</h1>", BadAnswerError),
    "200, a page": (200, "<h1>Welcome to our network</h1>", BadAnswerError),
    "502, a page": (502, "<h1>502 Bad Gateway</h1>", OverCapacityError),
    "400, as the standard has it": (400, {"error": "invalid_grant"}, InvalidGrantError),
    "401, as the standard has it": (401, {"error": "invalid_grant", "error_description": "x"}, InvalidGrantError),
    "400, another of the standard's": (400, {"error": "unsupported_grant_type"}, RejectedError),
    "400, a parameter": (400, classic(400, "The grant type is invalid"), RejectedError),
    "400, the token is missing": (400, classic(400, "A refresh token is required"), RejectedError),
    "401, the application": (401, {"error": "invalid_client"}, ApplicationRefusedError),
    "400, the application": (400, {"error": "unauthorized_client"}, ApplicationRefusedError),
    "403, the application": (403, classic(403, "Invalid client_id"), ApplicationRefusedError),
    "400, the secret": (400, classic(400, "The client secret does not match"), ApplicationRefusedError),
    "400, both": (400, classic(400, "Refresh token: client_secret is invalid"), ApplicationRefusedError),
    "400, the edge": (400, classic(400, "These actions are forbidden."), BlockedError),
    "400, something else": (400, classic(400, "Bad Request"), RejectedError),
    "over capacity": (403, classic(403, OVER_CAPACITY), OverCapacityError),
    "sign-in down": (200, "<h1>Error (1024)</h1>", SignInDownError),
    "throttled": (429, classic(429, "Too Many Requests"), RateLimitedError),
    "no tokens": (200, {"data": True, "success": True, "status": 200}, BadAnswerError),
}


@pytest.mark.parametrize("name", GRANTS)
async def test_refused_refresh_costs_the_link_only_when_the_grant_itself_is_refused(
    name: str, imgur: Imgur, client: ImgurClient, caplog: pytest.LogCaptureFixture
) -> None:
    status, body, error = GRANTS[name]
    imgur.answers("POST", "/oauth2/token", body, status=status)
    with pytest.raises(ImgurError) as caught:
        await client.refresh("fake-refresh-token")
    assert type(caught.value) is error
    told = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == (error is ApplicationRefusedError)
