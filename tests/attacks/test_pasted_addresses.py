"""Attacks on linking without pages of the bot's own, in a real browser: all there is is an address to be pasted."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from errors import LinkUsedError, PastedIncompleteError, PastedUnclearError
from imgur.client import ImgurClient
from services.linking import LinkingService, LinkOffer
from standins.imgur.standin import Standin
from storage import Stores
from tests.attacks.conftest import ADA, MALLORY, Stage
from tests.conftest import CLIENT_ID, CLIENT_SECRET

pytestmark = pytest.mark.browser


@pytest.fixture
def linking(stores: Stores, imgur_client: ImgurClient, standin: Standin) -> LinkingService:
    standin.register_client(CLIENT_ID, CLIENT_SECRET, f"{standin.url}/nowhere")
    return LinkingService(
        stores.attempts, stores.accounts, imgur_client, public_url=None, authorize_url=imgur_client.authorize_url
    )


async def led_to(page: Page, offer: LinkOffer, username: str) -> str:
    """Allow access on Imgur's page; the address that stands in the browser then."""
    await page.goto(offer.url)
    await page.select_option("#username", username)
    await page.click("#allow")
    await page.wait_for_url("**/nowhere**")
    return page.url


async def test_account_is_linked_by_what_stands_in_the_browser(stage: Stage) -> None:
    address = await led_to(stage.ada, await stage.linking.begin(ADA, "ada"), "ada_imgur")
    assert (await stage.linking.paste(ADA, f"<{address}>")).username == "ada_imgur"
    assert (await stage.accounts.overview(ADA)).account.username == "ada_imgur"


async def test_link_that_was_forwarded_gives_its_sender_nothing(stage: Stage) -> None:
    """Its victim allows access, and pastes the address where it belongs, with or without an attempt of their own."""
    theirs = await stage.linking.begin(MALLORY, "mallory")
    address = await led_to(stage.ada, theirs, "ada_imgur")
    with pytest.raises(LinkUsedError):
        await stage.linking.paste(ADA, address)
    await stage.linking.begin(ADA, "ada")
    with pytest.raises(PastedUnclearError):
        await stage.linking.paste(ADA, address)
    assert await stage.nobody_is_linked()
    sent_to_a_server = address.partition("#")[0]  # as logs and a Referer have it
    for part in (theirs.url, sent_to_a_server):
        with pytest.raises(PastedIncompleteError):
            await stage.linking.paste(MALLORY, part)
    assert await stage.nobody_is_linked()


async def test_address_of_a_victim_s_own_attempt_is_worth_nothing_to_others(stage: Stage) -> None:
    own = await stage.linking.begin(ADA, "ada")
    address = await led_to(stage.ada, own, "ada_imgur")
    with pytest.raises(LinkUsedError):
        await stage.linking.paste(MALLORY, address)
    theirs = await stage.linking.begin(MALLORY, "mallory")
    for stolen in (address, f"{theirs.url} {address}"):
        with pytest.raises(PastedUnclearError):
            await stage.linking.paste(MALLORY, stolen)
    assert (await stage.linking.paste(ADA, address)).username == "ada_imgur"
    assert (await stage.linked())[MALLORY] is None


async def test_attacker_s_address_is_not_taken_from_a_victim(stage: Stage) -> None:
    """Or the victim's pictures would go into the attacker's account."""
    address = await led_to(stage.mallory, await stage.linking.begin(MALLORY, "mallory"), "mallory_imgur")
    own = await stage.linking.begin(ADA, "ada")
    fragment = address.partition("#")[2]
    with pytest.raises(PastedUnclearError):
        await stage.linking.paste(ADA, address)
    with pytest.raises(PastedUnclearError):
        await stage.linking.paste(ADA, f"{own.url}#{fragment} {address}")
    assert await stage.nobody_is_linked()
