"""What an answer of Imgur's authorize page says about whether people can sign in."""

from __future__ import annotations

from typing import Literal

import aiohttp
import pytest

from imgur import ImgurClient
from imgur.models import SignIn
from standins.imgur import Standin
from tests.imgur.conftest import Imgur
from tests.imgur.samples import CLIENT_ID

AUTHORIZE = f"/oauth2/authorize?client_id={CLIENT_ID}&response_type=token"
# As recorded: the form is posted to where it came from, with the name and password of who signs in.
FORM = (
    "<!doctype html><form action='' METHOD='POST'><input name=username><input type=password name=password>"
    "<button type=submit name=allow value='made-up'>Allow</button></form>"
)
CAPACITY = (
    '{"data":{"error":"Imgur is temporarily over capacity. Please try again later."},"success":false,"status":%d}'
)
CHECK = "<form method=post action='/cdn-cgi/challenge'><input name=token></form><p>Are you human?</p>"
LOGIN = "<form method=post action='https://imgur.com/signin'><input name=username><input name=password></form>"


@pytest.mark.parametrize(
    ("status", "body", "headers", "meant"),
    [
        (200, FORM, {}, SignIn.WORKS),
        (200, FORM.replace(" name=allow", ""), {"Set-Cookie": "authorize_token=made-up; path=/"}, SignIn.WORKS),
        (200, FORM + "<!-- Error (1024) is what it said in 2025 -->", {}, SignIn.WORKS),
        (200, "<h1>Error (1024)</h1>", {}, SignIn.DOWN),
        (200, "<p>Error 1024</p>", {}, SignIn.DOWN),
        (400, "<h1>Error (1024)</h1>", {}, SignIn.DOWN),
        (200, CAPACITY % 500, {}, SignIn.DOWN),
        (500, CAPACITY % 500, {}, SignIn.DOWN),
        (500, "", {}, SignIn.DOWN),
        (503, FORM, {}, SignIn.DOWN),
        (200, FORM.replace("POST", "GET"), {}, SignIn.UNKNOWN),
        (200, LOGIN, {}, SignIn.UNKNOWN),
        (200, CHECK, {}, SignIn.UNKNOWN),
        (200, "<p>Imgur</p>", {}, SignIn.UNKNOWN),
        (200, "", {}, SignIn.UNKNOWN),
        (200, "[" * 100_000, {}, SignIn.UNKNOWN),
        (200, '{"status": "fine"}', {}, SignIn.UNKNOWN),
        (200, FORM + "<![nonsense[ <a", {}, SignIn.WORKS),
        (200, "<![nonsense[ <h1>Error (1024)</h1>", {}, SignIn.DOWN),
        (200, "<![nonsense[ <p>Imgur</p>", {}, SignIn.UNKNOWN),
        (200, "<a " * 6000, {}, SignIn.UNKNOWN),
        (302, "", {"Location": "https://imgur.com/signin"}, SignIn.UNKNOWN),
        (403, CAPACITY % 403, {}, SignIn.UNKNOWN),
        (403, CHECK, {}, SignIn.UNKNOWN),
        (403, FORM, {}, SignIn.UNKNOWN),
        (429, "Too Many Requests", {"Retry-After": "60"}, SignIn.UNKNOWN),
        (404, "", {}, SignIn.UNKNOWN),
    ],
)
async def test_only_the_form_works_and_only_1024_and_5xx_are_down(
    imgur: Imgur, client: ImgurClient, status: int, body: str, headers: dict[str, str], meant: SignIn
) -> None:
    imgur.answers("GET", AUTHORIZE, body, status=status, headers=headers)
    assert await client.sign_in() is meant
    ((_, _, request),) = imgur.calls
    assert request["headers"] == {"Accept": "text/html"}, "no credentials"
    assert request["allow_redirects"] is False


@pytest.mark.parametrize("error", [aiohttp.ClientConnectionError("refused"), TimeoutError()])
async def test_no_answer_says_nothing_and_is_not_asked_for_again(
    imgur: Imgur, client: ImgurClient, error: Exception
) -> None:
    imgur.fails("GET", AUTHORIZE, error)
    assert await client.sign_in() is SignIn.UNKNOWN
    assert len(imgur.calls) == 1


@pytest.mark.parametrize(
    ("switch", "meant"), [("up", SignIn.WORKS), ("1024", SignIn.DOWN), ("over-capacity", SignIn.DOWN)]
)
async def test_it_is_seen_on_a_real_server(
    standin: Standin, remote: ImgurClient, switch: Literal["up", "1024", "over-capacity"], meant: SignIn
) -> None:
    standin.switches.sign_in = switch
    assert await remote.sign_in() is meant
