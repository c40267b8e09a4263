"""What a browser is told between Continue and the code, and the state that it brings back."""

from __future__ import annotations

import asyncio
import hashlib
import hmac

import pytest
from yarl import URL

from errors import LinkDeniedError, LinkError, LinkUnknownError
from imgur.errors import ApplicationRefusedError, SignInDownError
from services.attempt import cookie_name
from services.linking import Bound, Landing, LinkingService, Progress, Stopped
from standins.imgur.standin import Standin
from tests.conftest import CLIENT_ID

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


@pytest.mark.parametrize(
    ("told", "known"), [("pt-BR", "pt-BR"), ("zh-Hant-TW", "zh-Hant-TW"), ("a" * 11, None), ("", None), (None, None)]
)
async def test_every_page_of_an_attempt_knows_the_language_of_who_began_it(
    linking: LinkingService, standin: Standin, told: str | None, known: str | None
) -> None:
    account = standin.world.add_account("ada_imgur")
    offer = await linking.begin(ADA, "ada", locale=told)
    nonce = offer.url.rpartition("/")[2]
    landing, bound = await linking.landing(nonce, {}), await linking.bind(nonce, {})
    assert isinstance(landing, Landing)
    assert isinstance(bound, Bound)
    cookies = {cookie_name(offer.attempt_id): bound.cookie}
    state = URL(bound.authorize_url).query["state"]
    held = standin.switches.hold("POST /oauth2/token")
    token = standin.world.issue_tokens(account, CLIENT_ID).refresh_token
    coming = asyncio.create_task(linking.receive(state, token, cookies))
    await held.arrived.wait()
    last = [await linking.last_page(offer.attempt_id, cookies)]
    held.release()
    await coming
    last.append(await linking.last_page(offer.attempt_id, cookies))
    await linking.enter_code(ADA, last[-1].code)
    last.append(await linking.last_page(offer.attempt_id, cookies))
    assert [page.progress for page in last] == [Progress.CHECKING, Progress.CODE, Progress.LINKED]
    assert {landing.locale, bound.locale, *(page.locale for page in last)} == {known}


async def test_page_that_says_stopped_knows_the_language_of_who_began_also_the_second_time(
    linking: LinkingService,
) -> None:
    offer = await linking.begin(ADA, "ada", locale="de")
    bound = await linking.bind(offer.url.rpartition("/")[2], {})
    assert isinstance(bound, Bound)
    cookies = {cookie_name(offer.attempt_id): bound.cookie}
    assert [await linking.stop(offer.attempt_id, cookies) for _ in range(2)] == [Stopped("de")] * 2


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        ("access_denied", LinkDeniedError),
        (" Access_Denied ", LinkDeniedError),
        ("server_error", SignInDownError),
        ("temporarily_unavailable", SignInDownError),
        ("invalid_client", ApplicationRefusedError),
        ("invalid_request", ApplicationRefusedError),
        ("invalid_scope", ApplicationRefusedError),
        ("unauthorized_client", ApplicationRefusedError),
        ("unsupported_response_type", ApplicationRefusedError),
        ("anything else", LinkError),
    ],
)
async def test_error_of_imgur_s_page_means_what_oauth_says(
    linking: LinkingService, error: str, meant: type[Exception]
) -> None:
    with pytest.raises(meant) as raised:
        await linking.refuse(error, "no state of ours", {})
    assert type(raised.value) is meant
