"""A stage for attacks: Ada is the victim, Mallory the attacker, each with a browser and an Imgur account."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page
from yarl import URL

from errors import BotError
from locales.rendering import Plain
from services.account import AccountService, LinkedAccount
from services.linking import LinkingService
from services.messages import words
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from tests.conftest import CLIENT_ID

ADA, MALLORY = 1001, 6666


@dataclass
class Stage:
    """The house, and who acts on it."""

    linking: LinkingService
    accounts: AccountService
    standin: Standin
    public_url: str
    ada: Page
    mallory: Page
    adas_imgur: Account
    mallorys_imgur: Account

    def refresh_token(self, account: Account, client_id: str = CLIENT_ID) -> str:
        return self.standin.world.issue_tokens(account, client_id).refresh_token

    def state(self, page: Page) -> str:
        """The state with which this browser was sent to Imgur."""
        return URL(page.url).query["state"]

    def callback(self, state: str, **fragment: str) -> str:
        """Where Imgur would send a browser back to."""
        fields = "&".join(f"{name}={value}" for name, value in fragment.items())
        return f"{self.public_url}/oauth/imgur?state={state}#{fields}"

    async def linked(self) -> dict[int, LinkedAccount | None]:
        return {user: await self.accounts.linked(user) for user in (ADA, MALLORY)}

    async def says(self, page: Page, error: BotError) -> bool:
        """Whether the page has the words of this error."""
        said = words(error)
        return said is not None and await page.inner_text("h1") == Plain().render(said.title)

    async def nobody_is_linked(self) -> bool:
        return set((await self.linked()).values()) == {None}


@pytest.fixture
async def stage(
    chromium: Browser, linking: LinkingService, accounts: AccountService, standin: Standin, public_server: str
) -> Stage:
    ada, mallory = [await (await chromium.new_context()).new_page() for _ in range(2)]
    imgurs = [standin.world.add_account(name) for name in ("ada_imgur", "mallory_imgur")]
    return Stage(linking, accounts, standin, public_server, ada, mallory, *imgurs)
