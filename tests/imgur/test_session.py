"""The session is the caller's, and may have habits of its own."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, DummyCookieJar

from imgur import AccessToken, ImgurClient, NotFoundError
from standins.imgur.standin import Standin
from tests.imgur.samples import CLIENT_ID


async def test_error_is_read_when_the_session_would_raise_before_anyone_can(
    standin: Standin, alice_auth: AccessToken
) -> None:
    async with ClientSession(cookie_jar=DummyCookieJar(), raise_for_status=True) as session:
        with pytest.raises(NotFoundError) as raised:
            await ImgurClient(session, CLIENT_ID, base_url=standin.url).image("Ab3dE7g", alice_auth)
    assert raised.value.status == 404
    assert raised.value.detail
