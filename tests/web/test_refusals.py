"""Everything that the link pages refuse: the status, the words, and that nothing is linked or reflected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import structlog.testing
import time_machine
from time_machine import Traveller

from errors import (
    CrossSiteError,
    LinkDeniedError,
    LinkError,
    LinkExpiredError,
    LinkForeignBrowserError,
    LinkNotConfirmedError,
    LinkUnknownError,
    LinkUsedError,
)
from imgur.client import ImgurClient
from imgur.errors import ApplicationRefusedError, OverCapacityError, SignInDownError, UnreachableError
from locales.rendering import Plain
from services.account import AccountService
from services.linking import LinkingService, LinkOffer
from services.messages import words
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.errors import DatabaseUnavailableError
from tests.conftest import CLIENT_ID
from tests.visitor import Answer, Visitor
from web.public import create_public_app
from web.server import serving

ADA, BOB = 1001, 1002
TOKEN = "POST /oauth2/token"  # a request line


@dataclass
class Scene:
    """Ada's link, Ada's browser and a stranger's."""

    linking: LinkingService
    accounts: AccountService
    standin: Standin
    account: Account
    offer: LinkOffer
    ada: Visitor
    stranger: Visitor
    clock: Traveller

    def token(self) -> str:
        return self.standin.world.issue_tokens(self.account, CLIENT_ID).refresh_token

    async def code_page(self) -> str:
        answer = await self.ada.come_back(await self.ada.press_continue(self.offer.url), self.token())
        return answer.location

    def wait_ten_minutes(self) -> None:
        self.clock.shift(timedelta(minutes=10))


@pytest.fixture
async def scene(
    linking: LinkingService,
    accounts: AccountService,
    standin: Standin,
    visitor: Visitor,
    another_visitor: Visitor,
) -> AsyncIterator[Scene]:
    account = standin.world.add_account("ada_imgur")
    offer = await linking.begin(ADA, "ada")
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield Scene(linking, accounts, standin, account, offer, visitor, another_visitor, clock)


async def unknown_link(scene: Scene) -> Answer:
    return await scene.ada.get("/link/nobody-made-this")


async def unknown_link_pressed(scene: Scene) -> Answer:
    return await scene.ada.post("/link/nobody-made-this")


async def unknown_state(scene: Scene) -> Answer:
    await scene.ada.press_continue(scene.offer.url)
    return await scene.ada.come_back("nobody-made-this", scene.token())


async def no_state(scene: Scene) -> Answer:
    await scene.ada.press_continue(scene.offer.url)
    return await scene.ada.come_back("", scene.token())


async def unknown_page(scene: Scene) -> Answer:
    return await scene.ada.get("/linked/nobody-made-this")


async def unknown_stop(scene: Scene) -> Answer:
    return await scene.ada.post("/linked/nobody-made-this/stop")


async def expired_link(scene: Scene) -> Answer:
    scene.wait_ten_minutes()
    return await scene.ada.get(scene.offer.url)


async def expired_link_pressed(scene: Scene) -> Answer:
    scene.wait_ten_minutes()
    return await scene.ada.post(scene.offer.url)


async def expired_state(scene: Scene) -> Answer:
    state = await scene.ada.press_continue(scene.offer.url)
    scene.wait_ten_minutes()
    return await scene.ada.come_back(state, scene.token())


async def expired_and_swept_state(scene: Scene) -> Answer:
    state = await scene.ada.press_continue(scene.offer.url)
    scene.wait_ten_minutes()
    await scene.linking.sweep()
    return await scene.ada.come_back(state, scene.token())


async def expired_while_imgur_was_asked(scene: Scene) -> Answer:
    state = await scene.ada.press_continue(scene.offer.url)
    held = scene.standin.switches.hold(TOKEN)
    coming = asyncio.create_task(scene.ada.come_back(state, scene.token()))
    await held.arrived.wait()
    scene.wait_ten_minutes()
    held.release()
    return await coming


async def expired_page(scene: Scene) -> Answer:
    page = await scene.code_page()
    scene.wait_ten_minutes()
    return await scene.ada.get(page)


async def replaced_link(scene: Scene) -> Answer:
    await scene.linking.begin(ADA, "ada")
    return await scene.ada.get(scene.offer.url)


async def replaced_state(scene: Scene) -> Answer:
    state = await scene.ada.press_continue(scene.offer.url)
    await scene.linking.begin(ADA, "ada")
    return await scene.ada.come_back(state, scene.token())


async def replayed_state(scene: Scene) -> Answer:
    state = await scene.ada.press_continue(scene.offer.url)
    assert (await scene.ada.come_back(state, scene.token())).status == 303
    return await scene.stranger.come_back(state, scene.token())


async def replayed_state_of_what_has_ended(scene: Scene) -> Answer:
    state = await scene.ada.press_continue(scene.offer.url)
    page = (await scene.ada.come_back(state, scene.token())).location
    kept = dict(scene.ada.cookies)
    await scene.ada.post(f"{page}/stop")
    scene.ada.cookies |= kept
    return await scene.ada.come_back(state, scene.token())


async def used_link(scene: Scene) -> Answer:
    await scene.code_page()
    return await scene.stranger.post(scene.offer.url)


async def strangers_look_at_a_used_link(scene: Scene) -> Answer:
    await scene.code_page()
    return await scene.stranger.get(scene.offer.url)


async def strangers_progress(scene: Scene) -> Answer:
    return await scene.stranger.get(f"{await scene.code_page()}/progress")


def sent_back(error: str, place: str) -> Callable[[Scene], Awaitable[Answer]]:
    async def back(scene: Scene) -> Answer:
        state = await scene.ada.press_continue(scene.offer.url)
        if place == "query":
            return await scene.ada.get(f"/oauth/imgur?error={error}&state={state}")
        return await scene.ada.come_back(state, error=error)

    return back


async def strangers_continue(scene: Scene) -> Answer:
    await scene.ada.press_continue(scene.offer.url)
    return await scene.stranger.post(scene.offer.url)


async def state_without_cookie(scene: Scene) -> Answer:
    return await scene.stranger.come_back(await scene.ada.press_continue(scene.offer.url), scene.token())


async def state_with_forged_cookie(scene: Scene) -> Answer:
    state = await scene.ada.press_continue(scene.offer.url)
    scene.stranger.cookies = dict.fromkeys(scene.ada.cookies, "f" * 43)
    return await scene.stranger.come_back(state, scene.token())


async def state_with_the_cookie_of_another_attempt(scene: Scene) -> Answer:
    state = await scene.ada.press_continue(scene.offer.url)
    await scene.stranger.press_continue((await scene.linking.begin(BOB, "bob")).url)
    scene.stranger.cookies |= dict.fromkeys(scene.ada.cookies, next(iter(scene.stranger.cookies.values())))
    return await scene.stranger.come_back(state, scene.token())


async def strangers_page(scene: Scene) -> Answer:
    return await scene.stranger.get(await scene.code_page())


async def strangers_stop(scene: Scene) -> Answer:
    return await scene.stranger.post(f"{await scene.code_page()}/stop")


async def denied_in_query(scene: Scene) -> Answer:
    state = await scene.ada.press_continue(scene.offer.url)
    return await scene.ada.get(f"/oauth/imgur?error=access_denied&state={state}")


async def denied_in_fragment(scene: Scene) -> Answer:
    return await scene.ada.come_back(await scene.ada.press_continue(scene.offer.url), error="access_denied")


async def other_error(scene: Scene) -> Answer:
    return await scene.ada.get("/oauth/imgur?error=%3Cb%3Ewhatever")


async def no_token(scene: Scene) -> Answer:
    return await scene.ada.come_back(await scene.ada.press_continue(scene.offer.url))


async def garbage_token(scene: Scene) -> Answer:
    return await scene.ada.come_back(await scene.ada.press_continue(scene.offer.url), "<b>\x00\ud7ff garbage")


async def token_of_another_app(scene: Scene) -> Answer:
    scene.standin.register_client("another-app", "another-secret", "https://another.example.org")
    token = scene.standin.world.issue_tokens(scene.account, "another-app").refresh_token
    return await scene.ada.come_back(await scene.ada.press_continue(scene.offer.url), token)


async def access_token_instead(scene: Scene) -> Answer:
    token = scene.standin.world.issue_tokens(scene.account, CLIENT_ID).access_token
    return await scene.ada.come_back(await scene.ada.press_continue(scene.offer.url), token)


async def token_that_imgur_takes_back(scene: Scene) -> Answer:
    scene.standin.fail_next("token-invalid-401", "GET /3/account/me", times=5)
    return await scene.ada.come_back(await scene.ada.press_continue(scene.offer.url), scene.token())


def imgur_meets(fault: str, match: str = TOKEN) -> Callable[[Scene], Awaitable[Answer]]:
    async def fails(scene: Scene) -> Answer:
        scene.standin.fail_next(fault, match, times=9)
        return await scene.ada.come_back(await scene.ada.press_continue(scene.offer.url), scene.token())

    return fails


def posted_from(headers: dict[str, str]) -> Callable[[Scene], Awaitable[Answer]]:
    async def posted(scene: Scene) -> Answer:
        filled = {name: value.replace("{ours}", scene.ada.url) for name, value in headers.items()}
        return await scene.ada.request("POST", scene.offer.url, headers=filled)

    return posted


REFUSALS: list[tuple[str, Callable[[Scene], Awaitable[Answer]], int, type[Exception]]] = [
    ("unknown link", unknown_link, 404, LinkUnknownError),
    ("unknown link pressed", unknown_link_pressed, 404, LinkUnknownError),
    ("unknown state", unknown_state, 404, LinkUnknownError),
    ("no state", no_state, 404, LinkUnknownError),
    ("unknown page", unknown_page, 404, LinkUnknownError),
    ("unknown stop", unknown_stop, 404, LinkUnknownError),
    ("expired link", expired_link, 410, LinkExpiredError),
    ("expired link pressed", expired_link_pressed, 410, LinkExpiredError),
    ("expired state", expired_state, 410, LinkExpiredError),
    ("expired and swept state", expired_and_swept_state, 410, LinkExpiredError),
    ("expired while Imgur was asked", expired_while_imgur_was_asked, 410, LinkUsedError),
    ("expired page", expired_page, 410, LinkExpiredError),
    ("replaced link", replaced_link, 410, LinkUsedError),
    ("replaced state", replaced_state, 410, LinkUsedError),
    ("replayed state", replayed_state, 403, LinkForeignBrowserError),
    ("replayed state of what has ended", replayed_state_of_what_has_ended, 410, LinkUsedError),
    ("used link", used_link, 410, LinkUsedError),
    ("stranger's look at a used link", strangers_look_at_a_used_link, 410, LinkUsedError),
    ("stranger's progress", strangers_progress, 403, LinkForeignBrowserError),
    ("stranger's Continue", strangers_continue, 403, LinkForeignBrowserError),
    ("state without cookie", state_without_cookie, 403, LinkForeignBrowserError),
    ("state with a forged cookie", state_with_forged_cookie, 403, LinkForeignBrowserError),
    ("state, another attempt's cookie", state_with_the_cookie_of_another_attempt, 403, LinkForeignBrowserError),
    ("stranger's page", strangers_page, 403, LinkForeignBrowserError),
    ("stranger's stop", strangers_stop, 403, LinkForeignBrowserError),
    ("denied in the query", denied_in_query, 400, LinkDeniedError),
    ("denied in the fragment", denied_in_fragment, 400, LinkDeniedError),
    ("another error", other_error, 400, LinkError),
    *(
        (f"{name} in the {place}", sent_back(name, place), status, error)
        for place in ("query", "fragment")
        for name, status, error in (
            ("server_error", 424, SignInDownError),
            ("temporarily_unavailable", 424, SignInDownError),
            ("unauthorized_client", 424, ApplicationRefusedError),
            ("invalid_client", 424, ApplicationRefusedError),
            ("invalid_request", 424, ApplicationRefusedError),
            ("invalid_scope", 424, ApplicationRefusedError),
            ("unsupported_response_type", 424, ApplicationRefusedError),
            ("whatever", 400, LinkError),
        )
    ),
    ("no token", no_token, 400, LinkNotConfirmedError),
    ("a garbage token", garbage_token, 400, LinkNotConfirmedError),
    ("a token of another app", token_of_another_app, 400, LinkNotConfirmedError),
    ("an access token instead", access_token_instead, 400, LinkNotConfirmedError),
    ("a token that Imgur takes back", token_that_imgur_takes_back, 400, LinkNotConfirmedError),
    ("Imgur over capacity", imgur_meets("over-capacity-500"), 424, OverCapacityError),
    ("Imgur's sign-in down", imgur_meets("sign-in-down-200"), 424, SignInDownError),
    ("Imgur gone", imgur_meets("lost-request"), 424, UnreachableError),
    ("Imgur gone when asked who", imgur_meets("lost-request", "GET /3/account/me"), 424, UnreachableError),
    ("no origin", posted_from({}), 403, CrossSiteError),
    ("foreign origin", posted_from({"Origin": "https://evil.example.org"}), 403, CrossSiteError),
    ("null origin", posted_from({"Origin": "null"}), 403, CrossSiteError),
    (
        "null origin of another site",
        posted_from({"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
        403,
        CrossSiteError,
    ),
    (
        "null origin of the same site",
        posted_from({"Origin": "null", "Sec-Fetch-Site": "same-site"}),
        403,
        CrossSiteError,
    ),
    (
        "null origin, foreign referer",
        posted_from({"Origin": "null", "Referer": "https://evil.example.org/"}),
        403,
        CrossSiteError,
    ),
    ("no origin, broken referer", posted_from({"Referer": "http://["}), 403, CrossSiteError),
    ("no origin, referer in which nothing follows an @", posted_from({"Referer": "http://[]@"}), 403, CrossSiteError),
    (
        "foreign origin, our referer",
        posted_from({"Origin": "https://evil.example.org", "Referer": "{ours}/"}),
        403,
        CrossSiteError,
    ),
    (
        "another site, our referer",
        posted_from({"Sec-Fetch-Site": "cross-site", "Referer": "{ours}/"}),
        403,
        CrossSiteError,
    ),
    (
        "foreign origin that claims the same",
        posted_from({"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}),
        403,
        CrossSiteError,
    ),
]


@pytest.mark.parametrize(
    ("act", "status", "error"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
async def test_page_says_what_to_do_when_it_is_refused(
    scene: Scene,
    act: Callable[[Scene], Awaitable[Answer]],
    status: int,
    error: type[Exception],
) -> None:
    answer = await act(scene)
    said = words(error())
    assert said is not None
    title, text = Plain().render(said.title), Plain().render(said.text or "")
    assert (answer.status, f"<h1>{title}</h1>" in answer.text.replace("&#39;", "'")) == (status, True), answer.text
    assert f"<p>{text}</p>" in answer.text.replace("&#39;", "'")
    assert "<b>" not in answer.text
    assert await scene.accounts.linked(ADA) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "{ours}"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Referer": "{ours}/link/any"},
        {"Referer": "{ours}/link/any"},
    ],
    ids=" and ".join,
)
async def test_our_own_form_passes_whatever_of_it_the_browser_tells(scene: Scene, headers: dict[str, str]) -> None:
    assert (await posted_from(headers)(scene)).status == 200


async def test_one_browser_wins_when_two_complete_at_once(scene: Scene) -> None:
    state = await scene.ada.press_continue(scene.offer.url)
    answers = await asyncio.gather(*(scene.ada.come_back(state, scene.token()) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [303] * 5
    assert len(scene.standin.sent(TOKEN)) == 1


async def test_nothing_is_linked_when_the_user_unlinks_while_imgur_is_asked(scene: Scene) -> None:
    await scene.linking.enter_code(ADA, await _code(scene))
    scene.offer = await scene.linking.begin(ADA, "ada")
    state = await scene.ada.press_continue(scene.offer.url)
    held = scene.standin.switches.hold(TOKEN)
    coming = asyncio.create_task(scene.ada.come_back(state, scene.token()))
    await held.arrived.wait()
    await scene.accounts.unlink(ADA)
    held.release()
    assert (await coming).status == 410
    assert await scene.accounts.linked(ADA) is None


async def _code(scene: Scene) -> str:
    page = await scene.ada.get(await scene.code_page())
    return page.text.partition('id="code" class="code">')[2].partition("<")[0]


async def test_page_gives_an_id_and_the_log_the_rest_when_nobody_foresaw_the_error(
    stores: Stores, imgur_client: ImgurClient, public_url: str
) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await _continue_with(RuntimeError("inner secret"), stores, imgur_client, public_url)
    [line] = logs
    assert (answer.status, line["event"]) == (500, "unexpected error")
    assert str(line["exc_info"]) == "inner secret"
    assert line["reference"] in answer.text
    assert "inner secret" not in answer.text


async def test_page_has_words_and_the_log_the_cause_when_the_database_is_down(
    stores: Stores, imgur_client: ImgurClient, public_url: str
) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await _continue_with(DatabaseUnavailableError("disk full"), stores, imgur_client, public_url)
    assert answer.status == 424
    assert "cannot reach its database" in answer.text
    assert [(line["kind"], line["detail"]) for line in logs] == [("DatabaseUnavailableError", "disk full")]


async def _continue_with(error: Exception, stores: Stores, imgur_client: ImgurClient, public_url: str) -> Answer:
    """Press Continue where the address of Imgur's page cannot be told."""

    def fail(_state: str) -> str:
        raise error

    linking = LinkingService(stores.attempts, stores.accounts, imgur_client, public_url=public_url, authorize_url=fail)
    app = create_public_app(linking, public_url=public_url)
    offer = await linking.begin(ADA, "ada")
    async with serving(app, "127.0.0.1", int(public_url.rpartition(":")[2])), aiohttp.ClientSession() as session:
        return await Visitor(session, public_url).post(offer.url)
