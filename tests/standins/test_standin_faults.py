from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
import pytest

from standins.imgur import Standin
from standins.imgur.records import Account
from standins.imgur.shapes import SHAPES
from tests.standins import samples
from tests.standins.caller import CLIENT, Caller


@pytest.mark.parametrize("name", sorted(SHAPES))
async def test_queued_fault_answers_instead_and_stores_nothing(standin: Standin, anonymous: Caller, name: str) -> None:
    standin.fail_next(name, match="POST /3/upload")
    answer = await anonymous.upload(samples.png())
    assert answer.status == int(name.rpartition("-")[2])
    assert not standin.world.images
    assert (await anonymous.upload(samples.png())).status == 200


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            "over-capacity-403",
            {
                "data": {"error": "Imgur is temporarily over capacity. Please try again later."},
                "success": False,
                "status": 403,
            },
        ),
        (
            "oversize-413",
            {
                "status": 413,
                "success": False,
                "data": {"error": "file is over the size limit", "request": "/3/upload", "method": "POST"},
            },
        ),
        (
            "over-capacity-1203-500",
            {
                "data": {
                    "error": "Imgur is over capacity. Please try again.",
                    "request": "/3/upload",
                    "method": "POST",
                },
                "success": False,
                "status": 1203,
            },
        ),
    ],
)
async def test_fault_has_the_recorded_body(
    standin: Standin, anonymous: Caller, name: str, body: dict[str, object]
) -> None:
    standin.fail_next(name)
    assert (await anonymous.upload(samples.png())).body == body


async def test_fault_carries_its_headers_and_its_string_in_a_string(standin: Standin, anonymous: Caller) -> None:
    standin.fail_next("actions-forbidden-400")
    answer = await anonymous("GET", "/3/credits")
    assert (answer.headers["retry-after"], answer.headers["cdn-error"]) == ("0", "yes")
    standin.fail_next("oversize-string-413")
    assert json.loads((await anonymous("GET", "/3/credits")).error)["code"] == 413


async def test_fault_waits_for_its_match_and_is_spent_as_often_as_said(standin: Standin, anonymous: Caller) -> None:
    standin.fail_next("empty-500", match="GET /3/image/*", times=2)
    assert (await anonymous("GET", "/3/credits")).status == 200
    assert [(await anonymous("GET", "/3/image/AAAAAAA")).status for _ in range(3)] == [500, 500, 404]


async def test_early_fault_answers_before_the_body_has_come(standin: Standin) -> None:
    standin.fail_next("oversize-413", match="POST /3/upload", early=True)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(standin.url.rpartition(":")[2]))
    writer.write(b"POST /3/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000000\r\n\r\nbegin")
    assert b" 413 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


def test_unknown_fault_is_refused(standin: Standin) -> None:
    with pytest.raises(ValueError, match="over-capacity-403"):
        standin.fail_next("no-such-fault")


@pytest.mark.parametrize(("name", "applied"), [("lost-request", False), ("lost-answer", True), ("cut-answer", True)])
async def test_connection_is_cut_before_or_after_the_favorite_took_effect(
    standin: Standin, alice: Account, as_alice: Caller, name: str, applied: bool
) -> None:
    image = standin.world.add_image()
    standin.fail_next(name, match="POST /3/image/*/favorite")
    with pytest.raises(aiohttp.ClientError):
        await as_alice("POST", f"/3/image/{image.id}/favorite")
    assert (image in alice.favorites) is applied
    assert len(standin.sent("POST /3/image/*/favorite")) == 1


@pytest.mark.parametrize("answer", [False, True])
async def test_hold_keeps_a_request_before_or_after_it_takes_effect(
    standin: Standin, anonymous: Caller, answer: bool
) -> None:
    hold = standin.switches.hold("POST /3/upload", answer=answer)
    upload = asyncio.create_task(anonymous.upload(samples.png()))
    await hold.arrived.wait()
    assert (len(standin.world.images), upload.done()) == (int(answer), False)
    assert (await anonymous("GET", "/3/credits")).status == 200
    hold.release()
    assert (await upload).status == 200
    assert (await anonymous.upload(samples.png())).status == 200
    assert hold.count == 1


# --- credits -----------------------------------------------------------------------------------------------------


async def test_call_costs_one_credit_and_an_upload_ten(anonymous: Caller) -> None:
    left = [
        (answer.headers["x-ratelimit-userremaining"], answer.headers["x-ratelimit-clientremaining"])
        for answer in [await anonymous("GET", "/3/image/AAAAAAA"), await anonymous.upload(samples.png())]
    ]
    assert left == [("499", "12499"), ("489", "12489")]


async def test_rate_headers_name_limits_and_resets(standin: Standin, anonymous: Caller) -> None:
    headers = (await anonymous.upload(samples.png())).headers
    assert (headers["x-ratelimit-userlimit"], headers["x-ratelimit-userreset"]) == ("500", "3600")
    assert (headers["x-ratelimit-clientlimit"], headers["x-ratelimit-clientreset"]) == ("12500", "86400")
    assert (headers["x-post-rate-limit-limit"], headers["x-post-rate-limit-remaining"]) == ("1250", "1249")
    standin.switches.rate_reset = "epoch"
    assert int((await anonymous("GET", "/3/credits")).headers["x-ratelimit-userreset"]) > time.time()
    standin.switches.rate_headers = False
    assert "x-ratelimit-userlimit" not in (await anonymous("GET", "/3/credits")).headers


@pytest.mark.parametrize("whose", ["user", "client"])
async def test_spent_credits_are_the_429_without_envelope(
    standin: Standin, alice: Account, as_alice: Caller, whose: str
) -> None:
    counters = standin.world.credits
    counters.exhaust_user(str(alice.id)) if whose == "user" else counters.exhaust_client(CLIENT)
    answer = await as_alice("GET", "/3/account/me")
    assert answer.status == 429
    assert answer.headers["content-type"].startswith("application/vnd.imgur.v1+json")
    assert json.loads(answer.body)["errors"][0]["detail"] == "Too Many Requests"
    assert answer.headers[f"x-ratelimit-{whose}remaining"] == "0"
    assert (await as_alice("POST", "/oauth2/token")).status == 403  # sign-in is free, so this is about the client


async def test_credits_come_back_where_the_stand_in_is_told_so(
    standin: Standin, as_alice: Caller, as_bob: Caller, *, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    counters = standin.world.credits
    counters.user_limit, counters.user_seconds = 2, 60
    statuses = [(await as_alice("GET", "/3/account/me")).status for _ in range(3)]
    now += 59
    refused = await as_alice("GET", "/3/account/me")
    assert [*statuses, refused.status] == [200, 200, 429, 429]
    assert refused.headers["x-ratelimit-userreset"] == "1"
    assert (await as_bob("GET", "/3/account/me")).headers["x-ratelimit-userreset"] == "60"
    now += 1
    again = await as_alice("GET", "/3/credits")
    assert (again.status, again.data["UserRemaining"]) == (200, 1)
    assert again.data["UserReset"] == pytest.approx(time.time() + 60, abs=5)


async def test_accounts_do_not_spend_each_others_credits(as_alice: Caller, as_bob: Caller) -> None:
    await as_alice.upload(samples.png())
    credit = (await as_bob("GET", "/3/credits")).data
    assert (credit["UserRemaining"], credit["ClientRemaining"]) == (499, 12_489)


@pytest.mark.parametrize(("whose", "error"), [("user", 400), ("client", 429)])
async def test_classic_era_words_a_spent_limit_for_itself(
    whose: str, error: int, *, standin: Standin, alice: Account, as_alice: Caller
) -> None:
    standin.switches.era = "classic"
    counters = standin.world.credits
    counters.exhaust_user(str(alice.id)) if whose == "user" else counters.exhaust_client(CLIENT)
    read, upload = await as_alice("GET", "/3/account/me"), await as_alice.upload(samples.png())
    assert (read.status, upload.status) == (429, error)
    if whose == "user":
        assert read.error == "Too Many Requests"
        assert upload.error["message"] == "You are uploading too fast. Please wait 59 more minutes."
    else:
        assert read.error == upload.error == "Daily client requests exceeded"


async def test_posts_are_counted_for_the_address_whoever_is_calling(
    standin: Standin, as_alice: Caller, as_bob: Caller
) -> None:
    standin.world.credits.post_limit = 2
    for caller in (as_alice, as_bob):
        assert (await caller.upload(samples.png())).status == 200
    refused = await as_alice.upload(samples.png())
    assert (refused.status, refused.headers["x-post-rate-limit-remaining"]) == (429, "0")
    assert (await as_alice("GET", "/3/account/me")).status == 200


async def test_reads_are_stale_after_a_write_for_as_long_as_switched(
    standin: Standin, alice: Account, as_alice: Caller
) -> None:
    standin.switches.stale_reads = 1
    image = standin.world.add_image(alice, title="before")
    path = f"/3/image/{image.id}"
    titles = [(await as_alice("GET", path)).data["title"]]
    await as_alice("POST", path, json={"title": "after"})
    titles += [(await as_alice("GET", path)).data["title"] for _ in range(2)]
    assert titles == ["before", "before", "after"]


# --- controls over HTTP ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("switches", {"era": "classic", "stale_reads": 2}, 200),
        ("switches", {"invalid_token_status": 429}, 200),
        ("fail", {"fault": "empty-500", "times": []}, 400),
        ("switches", {"era": 7}, 400),
        ("switches", {"no_such": True}, 400),
        ("switches", ["era"], 400),
        ("fail", {"fault": "empty-200", "match": "GET /3/*", "times": 2}, 200),
        ("fail", {"fault": "no-such"}, 400),
        ("fail", {}, 400),
        ("kill-tokens", {}, 200),
        ("kill-tokens", {"username": "alice_example"}, 200),
        ("kill-tokens", {"username": "nobody_example"}, 404),
        ("accounts", {"username": "carol_example"}, 200),
        ("accounts", {"username": "alice_example"}, 400),
    ],
)
async def test_controls_take_what_they_know_and_refuse_the_rest(
    anonymous: Caller, alice: Account, path: str, body: Any, status: int
) -> None:
    assert (await anonymous("POST", f"/_standin/{path}", json=body)).status == status


async def test_controls_take_effect(standin: Standin, anonymous: Caller, as_alice: Caller) -> None:
    await anonymous("POST", "/_standin/fail", json={"fault": "empty-500", "match": "GET /3/credits"})
    assert (await anonymous("GET", "/3/credits")).status == 500
    await anonymous("POST", "/_standin/switches", json={"era": "classic"})
    await anonymous("POST", "/_standin/kill-tokens", json={})
    assert (await as_alice("GET", "/3/account/me")).status == 403
    shown = (await anonymous("GET", "/_standin")).body
    assert (shown["switches"]["era"], shown["accounts"]) == ("classic", ["alice_example"])
    assert shown["requests"] == ["GET /3/credits 500", "GET /3/account/me 403"]
    assert (await anonymous("POST", "/_standin/fail", data=b"{")).status == 400
