"""Attacks on what is handed over: codes of others, tokens of others, and the moment in between."""

from __future__ import annotations

import asyncio

import pytest

from errors import LinkNotConfirmedError, LinkUsedError, NoCodeExpectedError, NotLinkedError, WrongCodeError
from storage import Stores
from tests.attacks.conftest import ADA, MALLORY, Stage
from tests.walking import come_back, come_to_the_code, press_continue

pytestmark = pytest.mark.browser


async def test_code_is_worth_nothing_when_someone_else_enters_it(stage: Stage) -> None:
    code = await come_to_the_code(stage.ada, await stage.linking.begin(ADA, "ada"), "ada_imgur")
    for _ in range(6):
        with pytest.raises(NoCodeExpectedError):
            await stage.linking.enter_code(MALLORY, code)
    own = await come_to_the_code(stage.mallory, await stage.linking.begin(MALLORY, "mallory"), "mallory_imgur")
    with pytest.raises(WrongCodeError):
        await stage.linking.enter_code(MALLORY, code)
    with pytest.raises(WrongCodeError):  # nor can an account be planted on somebody
        await stage.linking.enter_code(ADA, own)
    assert await stage.nobody_is_linked()
    assert (await stage.linking.enter_code(ADA, code)).username == "ada_imgur"


async def test_attempt_ends_when_six_codes_are_tried(stage: Stage) -> None:
    code = await come_to_the_code(stage.ada, await stage.linking.begin(ADA, "ada"), "ada_imgur")
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCodeError, match=f"{left} tries left"):
            await stage.linking.enter_code(ADA, "00000000")
    with pytest.raises(LinkUsedError):
        await stage.linking.enter_code(ADA, code)
    await stage.ada.wait_for_selector("h1:has-text('no longer in use')")  # it loads itself anew, once
    assert await stage.says(stage.ada, LinkUsedError())
    assert await stage.nobody_is_linked()


async def test_token_is_refused_when_another_app_has_it(stage: Stage) -> None:
    stage.standin.register_client("another-app", "another-secret", "https://another.example.org")
    stolen = stage.standin.world.issue_tokens(stage.adas_imgur, "another-app")
    await press_continue(stage.mallory, await stage.linking.begin(MALLORY, "mallory"))
    tokens = {"access_token": stolen.access_token, "refresh_token": stolen.refresh_token}
    await come_back(stage.mallory, stage.callback(stage.state(stage.mallory), **tokens))
    assert await stage.says(stage.mallory, LinkNotConfirmedError())
    assert await stage.nobody_is_linked()


async def test_refresh_token_decides_when_an_access_token_of_another_account_comes_along(stage: Stage) -> None:
    stolen = stage.standin.world.issue_tokens(stage.adas_imgur, "example-client-id").access_token
    posted: list[str] = []
    stage.mallory.on("request", lambda request: posted.append(request.post_data or ""))
    await press_continue(stage.mallory, await stage.linking.begin(MALLORY, "mallory"))
    await come_back(
        stage.mallory,
        stage.callback(
            stage.state(stage.mallory),
            access_token=stolen,
            refresh_token=stage.refresh_token(stage.mallorys_imgur),
            account_username="ada_imgur",
            account_id=str(stage.adas_imgur.id),
        ),
    )
    assert await stage.mallory.inner_text("#imgur") == "mallory_imgur"
    linked = await stage.linking.enter_code(MALLORY, await stage.mallory.inner_text("#code"))
    assert (linked.account_id, linked.username) == (stage.mallorys_imgur.id, "mallory_imgur")
    assert (await stage.accounts.overview(MALLORY)).account.id == stage.mallorys_imgur.id
    assert stolen not in "".join(posted)
    assert stolen not in "".join(str(request.headers) for request in stage.standin.requests)


async def test_nothing_is_linked_when_the_user_unlinks_during_an_attempt(stage: Stage, stores: Stores) -> None:
    code = await come_to_the_code(stage.ada, await stage.linking.begin(ADA, "ada"), "ada_imgur")
    await stage.linking.enter_code(ADA, code)
    await press_continue(stage.ada, await stage.linking.begin(ADA, "ada"))
    address = stage.callback(stage.state(stage.ada), refresh_token=stage.refresh_token(stage.adas_imgur))
    held = stage.standin.switches.hold("POST /oauth2/token")
    coming = asyncio.create_task(come_back(stage.ada, address))
    await held.arrived.wait()
    await stage.accounts.unlink(ADA)
    held.release()
    await coming
    assert await stage.says(stage.ada, LinkUsedError())
    assert await stage.nobody_is_linked()
    assert await stores.accounts.get(stage.adas_imgur.id) is None


async def test_nothing_comes_back_when_the_user_unlinks_during_a_refresh(stage: Stage, stores: Stores) -> None:
    stage.standin.switches.expires_in = 1
    code = await come_to_the_code(stage.ada, await stage.linking.begin(ADA, "ada"), "ada_imgur")
    await stage.linking.enter_code(ADA, code)
    held = stage.standin.switches.hold("POST /oauth2/token", answer=True)
    command = asyncio.create_task(stage.accounts.overview(ADA))
    await held.arrived.wait()
    await stage.accounts.unlink(ADA)
    held.release()
    with pytest.raises(NotLinkedError):
        await command
    assert await stage.nobody_is_linked()
    assert await stores.accounts.get(stage.adas_imgur.id) is None
