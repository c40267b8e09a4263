"""Calls the stand-in over HTTP, as an application or as one of its accounts."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp

from standins.imgur import Standin
from standins.imgur.records import Account

CLIENT, SECRET, CALLBACK = "fake-client-id", "fake-client-secret", "http://127.0.0.1:8080/oauth/imgur"


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def data(self) -> Any:
        assert self.status == 200, self.body
        assert (self.body["success"], self.body["status"]) == (True, 200)
        return self.body["data"]

    @property
    def error(self) -> Any:
        assert self.body["success"] is False
        return self.body["data"]["error"]


class Caller:
    def __init__(self, session: aiohttp.ClientSession, standin: Standin, account: Account | None) -> None:
        self.session, self.standin = session, standin
        self.authorization = f"Client-ID {CLIENT}"
        if account:
            self.authorization = f"Bearer {standin.world.issue_tokens(account, CLIENT).access_token}"

    async def __call__(self, method: str, path: str, **options: Any) -> Answer:
        headers = {"Authorization": self.authorization, **options.pop("headers", {})}
        async with self.session.request(
            method, self.standin.url + path, headers=headers, allow_redirects=False, **options
        ) as response:
            body = await (response.json() if response.content_type == "application/json" else response.read())
            return Answer(response.status, body, {name.lower(): value for name, value in response.headers.items()})

    async def upload(self, data: bytes, field: str = "image", filename: str = "cat.png", **fields: str) -> Answer:
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        form.add_field(field, BytesIO(data), filename=filename)
        return await self("POST", "/3/upload", data=form)
