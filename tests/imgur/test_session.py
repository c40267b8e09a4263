"""The session is the caller's, and may have habits of its own."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession, ConnectionTimeoutError, DummyCookieJar

from imgur import AccessToken, ImgurClient, NotFoundError, OutcomeUnknownError, UnreachableError
from standins.imgur.standin import Standin
from tests.imgur.samples import CLIENT_ID, CLIENT_SECRET
from tests.imgur.sources import Source


async def test_error_is_read_when_the_session_would_raise_before_anyone_can(
    standin: Standin, alice_auth: AccessToken
) -> None:
    async with ClientSession(cookie_jar=DummyCookieJar(), raise_for_status=True) as session:
        with pytest.raises(NotFoundError) as raised:
            await ImgurClient(session, CLIENT_ID, base_url=standin.url).image("Ab3dE7g", alice_auth)
    assert raised.value.status == 404
    assert raised.value.detail


class Full:
    """A session whose connections are all in use."""

    def __init__(self) -> None:
        self.limits: list[tuple[float | None, float | None]] = []

    def request(self, *_: Any, **options: Any) -> None:
        self.limits.append((options["timeout"].total, options["timeout"].connect))
        raise ConnectionTimeoutError


async def test_nobody_waits_longer_than_ten_seconds_for_a_connection() -> None:
    session: Any = Full()
    client = ImgurClient(session, CLIENT_ID, CLIENT_SECRET, base_url="http://127.0.0.1")
    for call in (
        client.image("Ab3dE7g"),
        client.delete_image("Ab3dE7g"),
        client.refresh("fake"),
        client.upload(Source()),
    ):
        with pytest.raises(UnreachableError) as raised:
            await call
        assert not isinstance(raised.value, OutcomeUnknownError)
    read, write, grant, upload = (20, 10), (20, 10), (180, 10), (None, 10)
    assert session.limits == [read] * 3 + [write, grant, upload]
