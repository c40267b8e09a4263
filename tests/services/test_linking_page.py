"""What a browser is told between Continue and the code, and the state that it brings back."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from yarl import URL

from errors import LinkUnknownError
from imgur.client import ImgurClient
from services.linking import Bound, Further, LinkingService, cookie_name
from storage import Stores
from storage.attempts import AttemptStore
from storage.database import Database
from storage.sealing import Keyring, new_key

ADA = 1001


async def test_state_is_derived_from_the_cookie_alike_in_every_release(linking: LinkingService) -> None:
    """An attempt may outlive an update of the bot: the other tab brings back what the release before had sent out."""
    offer = await linking.begin(ADA, "ada")
    bound = await linking.bind(offer.url.rpartition("/")[2], {})
    assert isinstance(bound, Bound)
    expected = hmac.new(bound.cookie.encode(), b"state", hashlib.sha256).hexdigest()
    assert URL(bound.authorize_url).query["state"] == expected


async def test_there_is_no_last_page_before_imgur_has_sent_the_browser_back(linking: LinkingService) -> None:
    offer = await linking.begin(ADA, "ada")
    bound = await linking.bind(offer.url.rpartition("/")[2], {})
    assert isinstance(bound, Bound)
    with pytest.raises(LinkUnknownError):
        await linking.last_page(offer.attempt_id, {cookie_name(offer.attempt_id): bound.cookie})


class Overtaken(AttemptStore):
    """Imgur sends another tab back at the very moment in which Continue is pressed in this one."""

    async def bind(self, attempt_id: str, **step: Any) -> bool:
        await self.spend(attempt_id, **step)
        return await super().bind(attempt_id, **step)


async def test_browser_goes_to_its_last_page_when_another_tab_is_quicker_than_continue(
    database: Database, stores: Stores, imgur_client: ImgurClient
) -> None:
    linking = LinkingService(
        Overtaken(database, Keyring({"k1": new_key()})),
        stores.accounts,
        imgur_client,
        public_url="http://127.0.0.1",
        authorize_url=imgur_client.authorize_url,
    )
    offer = await linking.begin(ADA, "ada")
    nonce = offer.url.rpartition("/")[2]
    bound = await linking.bind(nonce, {})
    assert isinstance(bound, Bound)
    assert await linking.bind(nonce, {cookie_name(offer.attempt_id): bound.cookie}) == Further(offer.attempt_id)
