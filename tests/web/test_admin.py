"""The admin port."""

from __future__ import annotations

import aiohttp
import pytest

from tests.visitor import Visitor
from web.admin import create_admin_app
from web.server import serving


async def test_health_is_told_when_it_is_asked_for() -> None:
    async with serving(create_admin_app(), "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        answer = await Visitor(session, f"http://127.0.0.1:{port}").get("/healthz")
    assert (answer.status, answer.text) == (200, '{"status": "ok"}')


async def test_serving_fails_at_once_when_the_port_is_taken() -> None:
    async with serving(create_admin_app(), "127.0.0.1", 0) as port:
        with pytest.raises(OSError, match=str(port)):
            async with serving(create_admin_app(), "127.0.0.1", port):
                pytest.fail("two servers on one port")


async def test_port_is_free_again_when_serving_has_ended() -> None:
    async with serving(create_admin_app(), "127.0.0.1", 0) as port:
        pass
    async with serving(create_admin_app(), "127.0.0.1", port) as again:
        assert again == port
