"""What every answer of the public port carries, and what no request can make it do."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from services.linking import LinkingService
from standins.imgur.standin import Standin
from tests.visitor import Visitor
from web.public import create_public_app
from web.security import HEADERS
from web.server import serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MARK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
MARK_QUOTED = "%3Cscript%3Ealert(1)%3C/script%3E%22'%3E%3Cimg%20src=x%20onerror=alert(1)%3E"

REQUESTS: list[tuple[str, str, int, dict[str, Any]]] = [
    ("GET", "/", 200, {}),
    ("HEAD", "/", 200, {}),
    ("GET", "/oauth/imgur", 200, {}),
    ("GET", "/static/style.css", 200, {}),
    ("GET", "/static/callback.js", 200, {}),
    ("GET", "/static/last.js", 200, {}),
    ("GET", "/static/icon.svg", 200, {}),
    ("GET", "/static/", 404, {}),
    ("GET", "/static/none.css", 404, {}),
    ("GET", "/static/..%2fpublic.py", 404, {}),
    ("GET", "/static/%2e%2e/public.py", 404, {}),
    ("GET", "/static/%00", 404, {}),
    ("GET", "/static/" + "a" * 5000, 404, {}),
    ("GET", "/none", 404, {}),
    ("GET", "/link/", 404, {}),
    ("GET", "/link/" + "a" * 5000, 404, {}),
    ("GET", "/link/%ff%00%ed%a0%80", 404, {}),
    ("GET", "/link/a%2fb", 404, {}),
    ("GET", f"/link/{MARK_QUOTED.replace('/', '%2F')}", 404, {}),
    ("GET", f"/{MARK_QUOTED}", 404, {}),
    ("GET", f"/linked/{MARK_QUOTED.replace('/', '%2F')}", 404, {}),
    ("GET", f"/oauth/imgur?error={MARK_QUOTED}&state={MARK_QUOTED}", 400, {}),
    ("GET", "/oauth/imgur?code=anything&state=anything", 200, {}),
    ("PUT", "/link/a", 405, {}),
    ("DELETE", "/oauth/imgur", 405, {}),
    ("OPTIONS", "/oauth/imgur", 405, {}),
    ("TRACE", "/", 405, {}),
    ("POST", "/", 405, {}),
    ("POST", "/none", 404, {}),
    ("POST", "/link/a", 404, {}),
    ("POST", "/oauth/imgur", 415, {}),
    ("POST", "/oauth/imgur", 415, {"json": {"state": "a"}}),
    ("POST", "/oauth/imgur", 415, {"data": b"state=a", "headers": {"Content-Type": "text/html; charset=bogus"}}),
    ("POST", "/oauth/imgur", 415, {"data": b"garbage", "headers": {**FORM, "Content-Encoding": "gzip"}}),
    (
        "POST",
        "/oauth/imgur",
        404,
        {"data": b"state=a", "headers": {"Content-Type": FORM["Content-Type"] + "; charset=bogus"}},
    ),
    ("POST", "/oauth/imgur", 404, {"data": b"\xff\xfe=%ff&state=%ed%a0%80", "headers": FORM}),
    ("POST", "/oauth/imgur", 404, {"data": {"state": MARK, "refresh_token": MARK}}),
    ("POST", "/oauth/imgur", 400, {"data": {"state": MARK, "error": MARK}}),
    ("POST", "/oauth/imgur", 400, {"data": b"a=1&" * 50, "headers": FORM}),
    ("POST", "/oauth/imgur", 400, {"data": b"state=a&state=b", "headers": FORM}),
    ("POST", "/oauth/imgur", 413, {"data": b"state=" + b"a" * 20_000, "headers": FORM}),
    ("POST", f"/linked/{MARK_QUOTED.replace('/', '%2F')}/stop", 404, {}),
    ("GET", "/", 417, {"headers": {"Expect": "anything"}}),
    ("GET", "/", 200, {"headers": {"Cookie": '=;;a="\\777;__Host-imgur-link-=;' + "b" * 500}}),
]


@pytest.mark.parametrize(("method", "path", "status", "options"), REQUESTS, ids=lambda value: str(value)[:40])
async def test_answer_is_safe_when_anything_is_asked(
    visitor: Visitor, *, method: str, path: str, status: int, options: dict[str, Any]
) -> None:
    headers = {"Origin": visitor.url, **options.get("headers", {})}
    answer = await visitor.request(method, path, **{**options, "headers": headers})
    assert answer.status == status
    assert HEADERS.items() <= dict(answer.headers).items()
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'none'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "alert" not in answer.text
    assert "Strict-Transport-Security" not in answer.headers
    assert "Python" not in str(answer.headers)


async def test_method_is_named_when_another_was_used(visitor: Visitor) -> None:
    answer = await visitor.request("PUT", "/oauth/imgur", headers={"Origin": visitor.url})
    assert answer.status == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(","))


async def test_page_to_imgur_carries_the_headers_when_continue_is_pressed(
    visitor: Visitor, linking: LinkingService
) -> None:
    answer = await visitor.post((await linking.begin(1001, "ada")).url)
    assert answer.status == 200
    assert HEADERS.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
async def test_addresses_come_from_the_settings_when_the_host_is_forged(
    visitor: Visitor, linking: LinkingService, standin: Standin, header: str
) -> None:
    forged = {header: "host=evil.example.org" if header == "Forwarded" else "evil.example.org"}
    account = standin.world.add_account("ada_imgur")
    offer = await linking.begin(1001, "ada")
    landing = await visitor.get(offer.url, headers=forged)
    going = await visitor.post(offer.url, headers=forged)
    tokens = standin.world.issue_tokens(account, "example-client-id")
    fields = {"state": going.state, "refresh_token": tokens.refresh_token}
    back = await visitor.post("/oauth/imgur", fields, headers=forged)
    page = await visitor.get(back.location, headers=forged)
    assert going.onward.startswith(standin.url)
    assert back.location.startswith(f"{visitor.url}/linked/")
    assert page.status == 200
    assert not [seen for seen in (landing, going, back, page) if "evil" in f"{seen.text}{seen.headers}"]
    assert "connect-src 'self';" in page.headers["Content-Security-Policy"]  # it asks how far things are


async def test_names_are_escaped_when_they_hold_html(
    visitor: Visitor, linking: LinkingService, standin: Standin
) -> None:
    account = standin.world.add_account(MARK)
    offer = await linking.begin(1001, MARK)
    landing = await visitor.get(offer.url)
    state = await visitor.press_continue(offer.url)
    back = await visitor.come_back(state, standin.world.issue_tokens(account, "example-client-id").refresh_token)
    page = await visitor.get(back.location)
    assert page.status == 200
    for seen in (landing, page):
        assert "&lt;script&gt;alert(1)" in seen.text
        assert "<script>alert" not in seen.text
        assert "<img src=x" not in seen.text


async def test_browsers_are_told_to_stay_on_https_when_the_pages_are(linking: LinkingService) -> None:
    app = create_public_app(linking, public_url="https://bot.example.org")
    async with serving(app, "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        answer = await Visitor(session, f"http://127.0.0.1:{port}").get("/")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("style.css", "css"), ("callback.js", "javascript"), ("last.js", "javascript"), ("icon.svg", "svg+xml")],
)
async def test_file_has_its_type_when_it_is_asked_for(visitor: Visitor, name: str, kind: str) -> None:
    answer = await visitor.get(f"/static/{name}")
    assert answer.headers["Content-Type"].partition(";")[0].partition("/")[2] == kind
