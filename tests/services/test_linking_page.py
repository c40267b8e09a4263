"""What a browser is told between Continue and the code, and the state that it brings back."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from yarl import URL

from errors import LinkDeniedError, LinkError, LinkUnknownError
from imgur.errors import ApplicationRefusedError, SignInDownError
from services.linking import Bound, LinkingService, cookie_name

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
