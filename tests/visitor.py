"""A browser by hand: keeps cookies, sends the Origin that browsers send, follows no redirect."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: CIMultiDictProxy[str]
    text: str

    @property
    def location(self) -> str:
        return self.headers["Location"]

    @property
    def onward(self) -> str:
        """Where the page leads by itself."""
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', self.text)
        assert found, self.text
        return html.unescape(found[1])

    @property
    def state(self) -> str:
        """The state in the address of Imgur's authorize page."""
        return URL(self.onward).query["state"]


class Visitor:
    """One person's browser at the link pages."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url
        self.cookies: dict[str, str] = {}
        self.seen: list[Answer] = []

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.request("GET", path, **options)

    async def post(self, path: str, data: Any = None, **options: Any) -> Answer:
        headers = {"Origin": self.url, **options.pop("headers", {})}
        return await self.request("POST", path, data=data, headers=headers, **options)

    async def request(self, method: str, path: str, **options: Any) -> Answer:
        headers = dict(options.pop("headers", {}))
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        address = URL(path if path.startswith("http") else self.url + path, encoded=True)
        async with self.session.request(method, address, headers=headers, allow_redirects=False, **options) as response:
            answer = Answer(response.status, response.headers, await response.text())
        self._keep(answer)
        self.seen.append(answer)
        return answer

    async def press_continue(self, link: str) -> str:
        """Press Continue on the page of a link; the state that goes to Imgur."""
        answer = await self.post(link)
        assert answer.status == 200, answer.text
        return answer.state

    async def come_back(self, state: str, refresh_token: str = "", **fields: str) -> Answer:
        """Post what the script would have found in the address."""
        return await self.post("/oauth/imgur", {"state": state, "refresh_token": refresh_token, **fields})

    def _keep(self, answer: Answer) -> None:
        for line in answer.headers.getall("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                if morsel.value:
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
