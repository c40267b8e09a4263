"""Link attempts from beginning to end, without a web server: real database, stand-in Imgur."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import structlog.testing
import time_machine
from yarl import URL

from errors import (
    LinkDeniedError,
    LinkError,
    LinkExpiredError,
    LinkForeignBrowserError,
    LinkingNotSetUpError,
    LinkNotConfirmedError,
    LinkUsedError,
    NoCodeExpectedError,
    PastedIncompleteError,
    TooManyAttemptsError,
    WrongCodeError,
)
from imgur.client import ImgurClient
from imgur.errors import ApplicationRefusedError, ImgurError, OverCapacityError, SignInDownError, UnreachableError
from services.account import AccountService
from services.attempt import cookie_name
from services.linking import Bound, Further, Landing, LinkingService, LinkOffer, Progress
from services.onetime import new_marked, new_secret
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from standins.imgur.tokens import Grant
from storage import Stores
from storage.accounts import AccountStore
from storage.attempts import AttemptStore
from storage.database import Database
from storage.errors import KeyMissingError
from storage.models import AttemptStatus
from storage.sealing import Keyring, new_key
from tests.conftest import CLIENT_ID

ADA, BOB = 1001, 1002
WRONG = "00000000"


class Announcements:
    """The Discord side: what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str | None, int, str]] = []
        self.failures: list[tuple[str, int, str, bool]] = []

    async def linked(self, origin: str | None, discord_id: int, username: str) -> None:
        self.heard.append((origin, discord_id, username))

    async def failed(self, origin: str, discord_id: int, error: Exception, *, may_go_on: bool) -> None:
        self.failures.append((origin, discord_id, type(error).__name__, may_go_on))


@pytest.fixture
def announcements(linking: LinkingService) -> Announcements:
    heard = Announcements()
    linking.announce_with(heard)
    return heard


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


def nonce_of(offer: LinkOffer) -> str:
    return offer.url.rpartition("/")[2]


async def bound(linking: LinkingService, offer: LinkOffer, cookies: dict[str, str]) -> str:
    """Press Continue; keeps the cookie, gives the state."""
    step = await linking.bind(nonce_of(offer), cookies)
    assert isinstance(step, Bound)
    cookies[cookie_name(step.attempt_id)] = step.cookie
    return URL(step.authorize_url).query["state"]


async def proved(linking: LinkingService, standin: Standin, account: Account, discord_id: int = ADA) -> str:
    """Come as far as the page with the code; gives the code."""
    cookies: dict[str, str] = {}
    offer = await linking.begin(discord_id, "ada", "origin")
    state = await bound(linking, offer, cookies)
    tokens = standin.world.issue_tokens(account, CLIENT_ID)
    attempt_id = await linking.receive(state, tokens.refresh_token, cookies)
    return (await linking.last_page(attempt_id, cookies)).code


async def test_account_is_linked_and_announced_when_the_code_is_right(
    linking: LinkingService,
    accounts: AccountService,
    announcements: Announcements,
    standin: Standin,
    account: Account,
) -> None:
    code = await proved(linking, standin, account)
    assert await accounts.linked(ADA) is None
    assert announcements.heard == []
    linked = await linking.enter_code(ADA, f" {code[:4].lower()}-{code[4:]} ")
    assert (linked.account_id, linked.username) == (account.id, "ada_imgur")
    assert await accounts.linked(ADA) == linked
    assert announcements.heard == [("origin", ADA, "ada_imgur")]
    assert (await accounts.overview(ADA)).account.id == account.id


async def test_announcement_goes_to_the_new_message_when_it_was_moved(
    linking: LinkingService, announcements: Announcements, standin: Standin, account: Account, stores: Stores
) -> None:
    code = await proved(linking, standin, account)
    attempt = await stores.attempts.current(ADA)
    assert attempt is not None
    await linking.set_origin(attempt.id, "direct message")
    await linking.enter_code(ADA, code)
    assert announcements.heard == [("direct message", ADA, "ada_imgur")]
    with pytest.raises(LinkUsedError):
        await linking.set_origin(attempt.id, "too late")


async def test_nothing_is_announced_when_nobody_asked_for_it(
    linking: LinkingService, accounts: AccountService, standin: Standin, account: Account
) -> None:
    await linking.enter_code(ADA, await proved(linking, standin, account))
    assert await accounts.linked(ADA) is not None


async def test_begin_is_refused_when_the_operator_has_not_set_it_up(stores: Stores, imgur_client: ImgurClient) -> None:
    linking = LinkingService(
        stores.attempts,
        stores.accounts,
        imgur_client,
        public_url="http://127.0.0.1:1",
        authorize_url=None,
    )
    with pytest.raises(LinkingNotSetUpError):
        await linking.begin(ADA, "ada")
    with pytest.raises(LinkingNotSetUpError):
        await linking.bind("nonce", {})


async def test_code_is_pasted_where_codes_are_asked_for_and_never_without_its_state(
    stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account
) -> None:
    linking = LinkingService(
        stores.attempts,
        stores.accounts,
        imgur_client,
        public_url=None,
        authorize_url=lambda state: imgur_client.authorize_url(state, "code"),
        response_type="code",
    )
    state = URL((await linking.begin(ADA, "ada")).url).query["state"]
    code = standin.world.tokens.issue_code(Grant(account, CLIENT_ID))
    for bare in (f"https://imgur.com/?code={code}", f"code={code}", f"https://imgur.com/?code={code}&state="):
        with pytest.raises(PastedIncompleteError):
            await linking.paste(ADA, bare)
    assert not standin.sent("POST /oauth2/token")
    assert (await linking.paste(ADA, f"https://imgur.com/?state={state}&code={code}")).username == account.username


async def test_begin_is_refused_when_twenty_attempts_began_within_the_hour(linking: LinkingService) -> None:
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as clock:
        for _ in range(20):
            await linking.begin(ADA, "ada")
        with pytest.raises(TooManyAttemptsError):
            await linking.begin(ADA, "ada")
        await linking.begin(BOB, "bob")
        clock.shift(timedelta(hours=1, seconds=1))
        await linking.begin(ADA, "ada")


async def test_older_attempt_ends_when_a_newer_one_begins(linking: LinkingService) -> None:
    older, newer = await linking.begin(ADA, "ada"), await linking.begin(ADA, "ada")
    with pytest.raises(LinkUsedError):
        await linking.landing(nonce_of(older), {})
    landing = await linking.landing(nonce_of(newer), {})
    assert isinstance(landing, Landing)
    assert landing.discord_name == "ada"


async def test_present_link_stays_until_the_new_one_is_complete(
    linking: LinkingService, accounts: AccountService, standin: Standin, account: Account
) -> None:
    await linking.enter_code(ADA, await proved(linking, standin, account))
    other = standin.world.add_account("ada_second")
    code = await proved(linking, standin, other)
    present = await accounts.linked(ADA)
    assert present is not None
    assert present.username == "ada_imgur"
    await linking.enter_code(ADA, code)
    assert (await accounts.overview(ADA)).account.username == "ada_second"


async def test_every_step_is_refused_when_ten_minutes_are_over(
    linking: LinkingService, standin: Standin, account: Account
) -> None:
    cookies: dict[str, str] = {}
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        offer = await linking.begin(ADA, "ada")
        state = await bound(linking, offer, cookies)
        code = await proved(linking, standin, account, BOB)
        clock.shift(timedelta(minutes=10))
        steps = (
            linking.landing(nonce_of(offer), {}),
            linking.bind(nonce_of(offer), cookies),
            linking.receive(state, "token", cookies),
            linking.last_page(offer.attempt_id, cookies),
            linking.stop(offer.attempt_id, cookies),
            linking.enter_code(BOB, code),
        )
        for step in steps:
            with pytest.raises(LinkExpiredError):
                await step


async def test_tokens_and_code_are_erased_when_an_expired_attempt_is_swept(
    linking: LinkingService, standin: Standin, account: Account, stores: Stores
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        await proved(linking, standin, account)
        clock.shift(timedelta(minutes=10))
        await linking.sweep()
        attempt = await stores.attempts.current(ADA)
        assert attempt is not None
        assert (attempt.account, attempt.code, attempt.origin) == (None, None, None)


async def test_message_that_began_it_says_so_when_the_attempt_ends_elsewhere(
    linking: LinkingService, announcements: Announcements, standin: Standin, account: Account
) -> None:
    told: list[tuple[str, int, str, bool]] = []
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        await linking.begin(ADA, "ada", "first")
        await linking.begin(ADA, "ada", "newer")
        told.append(("first", ADA, "LinkUsedError", False))
        assert announcements.failures == told
        await linking.begin(ADA, "ada", "moved", moved=True)
        assert announcements.failures == told
        for _ in range(2):
            await linking.abandon(ADA)
        told.append(("moved", ADA, "LinkUsedError", False))
        assert announcements.failures == told
        await linking.begin(ADA, "ada", "forgotten")
        await linking.enter_code(BOB, await proved(linking, standin, account, BOB))
        await proved(linking, standin, account, BOB)
        clock.shift(timedelta(minutes=10))
        for _ in range(2):
            await linking.sweep()
        told += [("forgotten", ADA, "LinkExpiredError", False), ("origin", BOB, "LinkExpiredError", False)]
        assert announcements.failures == told


async def test_either_tab_can_finish_when_the_same_browser_presses_continue_in_two(
    linking: LinkingService, standin: Standin, account: Account
) -> None:
    cookies: dict[str, str] = {}
    offer = await linking.begin(ADA, "ada")
    first = await bound(linking, offer, cookies)
    kept = dict(cookies)
    second = await bound(linking, offer, cookies)
    assert cookies == kept
    token = standin.world.issue_tokens(account, CLIENT_ID).refresh_token
    attempt_id = await linking.receive(first, token, cookies)
    page = await linking.last_page(attempt_id, cookies)
    assert await linking.receive(second, "of no use any more", cookies) == attempt_id
    assert await linking.bind(nonce_of(offer), cookies) == Further(attempt_id)
    assert await linking.landing(nonce_of(offer), cookies) == Further(attempt_id)
    assert await linking.last_page(attempt_id, cookies) == page
    assert len(standin.sent("POST /oauth2/token")) == 1


async def test_states_tell_nothing_and_differ_when_attempts_differ(linking: LinkingService) -> None:
    cookies: dict[str, str] = {}
    states = [await bound(linking, await linking.begin(user, "ada"), cookies) for user in (ADA, ADA, BOB)]
    assert len(set(states)) == 3
    assert all(len(bytes.fromhex(state)) == 32 for state in states)
    assert not [state for state in states if state in "".join(cookies.values())]


async def test_one_browser_gets_the_attempt_when_two_press_continue_at_once(linking: LinkingService) -> None:
    offer = await linking.begin(ADA, "ada")
    outcomes = await asyncio.gather(*(linking.bind(nonce_of(offer), {}) for _ in range(5)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Bound", *["LinkForeignBrowserError"] * 4]


@pytest.mark.parametrize(
    "planted",
    ["planted", new_secret(), new_marked("another link"), "\udcff" * 43, "=" * 43],
    ids=["short", "a secret", "another link's", "broken", "empty"],
)
async def test_cookie_is_made_anew_when_a_browser_brings_one_along(linking: LinkingService, planted: str) -> None:
    offer = await linking.begin(ADA, "ada")
    cookies = {f"__Host-imgur-link-{offer.attempt_id}": planted}
    page = await linking.landing(nonce_of(offer), cookies)
    assert isinstance(page, Landing)
    assert page.cookie != planted
    step = await linking.bind(nonce_of(offer), cookies)
    assert isinstance(step, Bound)
    assert step.cookie != planted


async def test_continue_is_one_press_when_one_browser_presses_often_before_an_answer_comes(
    linking: LinkingService, standin: Standin, account: Account
) -> None:
    offer = await linking.begin(ADA, "ada")
    page = await linking.landing(nonce_of(offer), {})
    other = await linking.landing(nonce_of(offer), {})
    assert isinstance(page, Landing)
    assert isinstance(other, Landing)
    cookies = {cookie_name(offer.attempt_id): page.cookie}
    again = await linking.landing(nonce_of(offer), cookies)
    assert again == page
    steps = await asyncio.gather(*(linking.bind(nonce_of(offer), cookies) for _ in range(5)))
    assert steps == [steps[0]] * 5
    assert isinstance(steps[0], Bound)
    assert await linking.landing(nonce_of(offer), cookies) == page
    with pytest.raises(LinkForeignBrowserError):  # having looked at the page is not having pressed
        await linking.bind(nonce_of(offer), {cookie_name(offer.attempt_id): other.cookie})
    late = await linking.landing(nonce_of(offer), {cookie_name(offer.attempt_id): other.cookie})
    assert isinstance(late, Landing)
    assert late.cookie == ""
    state = URL(steps[0].authorize_url).query["state"]
    refresh_token = standin.world.issue_tokens(account, CLIENT_ID).refresh_token
    assert await linking.receive(state, refresh_token, cookies) == offer.attempt_id


async def test_browser_is_led_on_by_its_newest_attempt_when_it_comes_back_with_nothing(
    linking: LinkingService, standin: Standin, account: Account
) -> None:
    cookies: dict[str, str] = {}
    first = await linking.begin(BOB, "bob")
    state = await bound(linking, first, cookies)
    assert await linking.reached(cookies) is None
    await linking.receive(state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token, cookies)
    assert await linking.reached(cookies) == first.attempt_id
    assert await linking.reached(dict.fromkeys(cookies, "f" * 43)) is None
    assert await linking.reached({}) is None
    await linking.enter_code(BOB, (await linking.last_page(first.attempt_id, cookies)).code)
    assert await linking.reached(cookies) == first.attempt_id
    second = await linking.begin(ADA, "ada")
    state = await bound(linking, second, cookies)
    assert await linking.reached(cookies) is None
    await linking.receive(state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token, cookies)
    assert await linking.reached(cookies) == second.attempt_id
    await linking.stop(second.attempt_id, cookies)
    assert await linking.reached(cookies) is None


async def test_browser_is_not_kept_waiting_when_imgur_confirms_nothing_for_long(
    stores: Stores, imgur_client: ImgurClient, public_url: str, standin: Standin, account: Account
) -> None:
    linking = LinkingService(
        *(stores.attempts, stores.accounts, imgur_client),
        public_url=public_url,
        authorize_url=imgur_client.authorize_url,
        patience=0.1,
    )
    cookies: dict[str, str] = {}
    offer = await linking.begin(ADA, "ada")
    state = await bound(linking, offer, cookies)
    standin.switches.hold("POST /oauth2/token")
    with pytest.raises(UnreachableError):
        await linking.receive(state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token, cookies)
    with pytest.raises(LinkUsedError):
        await linking.last_page(offer.attempt_id, cookies)


async def test_only_the_browser_that_has_the_attempt_can_fill_the_log_when_errors_come_back(
    linking: LinkingService,
) -> None:
    cookies: dict[str, str] = {}
    state = await bound(linking, await linking.begin(ADA, "ada"), cookies)
    with structlog.testing.capture_logs() as logs:
        for error in ("server_error", "invalid_client"):
            for carried, given in (({}, state), (cookies, "unknown"), (cookies, state)):
                with pytest.raises((SignInDownError, ApplicationRefusedError)):
                    await linking.refuse(error, given, carried)
    assert [(line["log_level"], line.get("detail") or line.get("error")) for line in logs] == [
        ("warning", "server_error"),
        ("warning", "invalid_client"),
    ]


async def test_one_completion_wins_when_two_come_at_once(
    linking: LinkingService, standin: Standin, account: Account, database: Database
) -> None:
    cookies: dict[str, str] = {}
    state = await bound(linking, await linking.begin(ADA, "ada"), cookies)
    token = standin.world.issue_tokens(account, CLIENT_ID).refresh_token
    async with database.write():
        asked = [asyncio.create_task(linking.receive(state, token, cookies)) for _ in range(5)]
        await asyncio.wait(asked, timeout=0.2)  # all of them have read that it is good, and none could spend it
    outcomes = await asyncio.gather(*asked)
    assert len(set(outcomes)) == 1
    assert len(standin.sent("POST /oauth2/token")) == 1


@pytest.mark.parametrize(
    ("fault", "match", "error"),
    [
        ("over-capacity-500", "POST /oauth2/token", OverCapacityError),
        ("lost-answer", "POST /oauth2/token", ImgurError),
        ("over-capacity-500", "GET /3/account/me", OverCapacityError),
        ("token-invalid-403", "GET /3/account/me", LinkNotConfirmedError),
    ],
)
async def test_attempt_ends_when_imgur_fails_after_the_state_is_spent(
    linking: LinkingService,
    standin: Standin,
    account: Account,
    stores: Stores,
    announcements: Announcements,
    *,
    fault: str,
    match: str,
    error: type[Exception],
) -> None:
    cookies: dict[str, str] = {}
    state = await bound(linking, await linking.begin(ADA, "ada", "origin"), cookies)
    token = standin.world.issue_tokens(account, CLIENT_ID).refresh_token
    standin.fail_next(fault, match, times=9)
    with pytest.raises(error) as raised:
        await linking.receive(state, token, cookies)
    attempt = await stores.attempts.current(ADA)
    assert attempt is not None
    assert attempt.status is AttemptStatus.VOID
    assert announcements.failures == [("origin", ADA, type(raised.value).__name__, False)]
    with pytest.raises(LinkUsedError):
        await linking.receive(state, token, cookies)


async def test_nothing_is_proved_when_the_user_unlinks_while_imgur_is_asked(
    linking: LinkingService, accounts: AccountService, standin: Standin, account: Account, stores: Stores
) -> None:
    await linking.enter_code(ADA, await proved(linking, standin, account))
    cookies: dict[str, str] = {}
    state = await bound(linking, await linking.begin(ADA, "ada"), cookies)
    token = standin.world.issue_tokens(account, CLIENT_ID).refresh_token
    held = standin.switches.hold("GET /3/account/me")
    receiving = asyncio.create_task(linking.receive(state, token, cookies))
    await held.arrived.wait()
    await accounts.unlink(ADA)
    held.release()
    with pytest.raises(LinkUsedError):
        await receiving
    attempt = await stores.attempts.current(ADA)
    assert attempt is not None
    assert attempt.account is None


ERRORS: dict[str, type[Exception]] = {
    "access_denied": LinkDeniedError,
    "server_error": SignInDownError,
    "temporarily_unavailable": SignInDownError,
    "unauthorized_client": ApplicationRefusedError,
    "invalid_client": ApplicationRefusedError,
    "invalid_request": ApplicationRefusedError,
    "invalid_scope": ApplicationRefusedError,
    "unsupported_response_type": ApplicationRefusedError,
    "<b>": LinkError,
}


@pytest.mark.parametrize(("error", "kind"), ERRORS.items(), ids=ERRORS)
async def test_error_of_imgur_s_page_is_told_here_and_in_discord_and_ends_nothing(
    linking: LinkingService,
    announcements: Announcements,
    standin: Standin,
    account: Account,
    *,
    error: str,
    kind: type[Exception],
) -> None:
    cookies: dict[str, str] = {}
    offer = await linking.begin(ADA, "ada", "origin")
    state = await bound(linking, offer, cookies)
    with pytest.raises(kind) as raised:
        await linking.refuse(error, state, cookies)
    assert type(raised.value) is kind
    assert announcements.failures == [("origin", ADA, kind.__name__, True)]
    token = standin.world.issue_tokens(account, CLIENT_ID).refresh_token
    assert await linking.receive(state, token, cookies)


async def test_discord_is_told_nothing_when_an_error_comes_from_another_browser(
    linking: LinkingService, announcements: Announcements, standin: Standin, account: Account
) -> None:
    cookies: dict[str, str] = {}
    state = await bound(linking, await linking.begin(ADA, "ada", "origin"), cookies)
    forged = dict.fromkeys(cookies, "f" * 43)
    for given, jar in ((state, {}), (state, forged), ("unknown", cookies), ("", cookies)):
        with pytest.raises(LinkDeniedError):
            await linking.refuse("access_denied", given, jar)
    assert announcements.failures == []
    assert await linking.receive(state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token, cookies)
    with pytest.raises(LinkDeniedError):
        await linking.refuse("access_denied", state, {})
    assert announcements.failures == []


async def test_no_ends_the_attempt_and_a_failure_does_not_when_a_code_is_shown_already(
    linking: LinkingService, announcements: Announcements, standin: Standin, account: Account, stores: Stores
) -> None:
    cookies: dict[str, str] = {}
    state = await bound(linking, await linking.begin(ADA, "ada", "origin"), cookies)
    attempt_id = await linking.receive(state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token, cookies)
    assert await linking.refuse("server_error", state, cookies) == attempt_id
    assert announcements.failures == []
    with pytest.raises(LinkDeniedError):
        await linking.refuse("access_denied", state, cookies)
    attempt = await stores.attempts.current(ADA)
    assert attempt is not None
    assert (attempt.status, attempt.account) == (AttemptStatus.VOID, None)
    assert announcements.failures == [("origin", ADA, "LinkDeniedError", False)]


async def test_last_page_says_linked_to_its_browser_and_nobody_else_when_the_code_was_entered(
    linking: LinkingService, standin: Standin, account: Account
) -> None:
    cookies: dict[str, str] = {}
    offer = await linking.begin(ADA, "ada")
    state = await bound(linking, offer, cookies)
    attempt_id = await linking.receive(state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token, cookies)
    code = (await linking.last_page(attempt_id, cookies)).code
    await linking.enter_code(ADA, code)
    page = await linking.last_page(attempt_id, cookies)
    assert (page.progress, page.code, page.username) == (Progress.LINKED, "", "")
    assert await linking.receive(state, "again", cookies) == attempt_id
    assert await linking.refuse("access_denied", state, cookies) == attempt_id
    assert await linking.bind(nonce_of(offer), cookies) == Further(attempt_id)
    for step in (
        linking.last_page(attempt_id, {}),
        linking.receive(state, "again", {}),
        linking.bind(nonce_of(offer), {}),
        linking.landing(nonce_of(offer), {}),
        linking.stop(attempt_id, {}),
    ):
        with pytest.raises(LinkUsedError):
            await step
    assert await linking.stop(attempt_id, cookies) == Further(attempt_id)


async def test_discord_is_told_when_the_user_stops_or_tries_five_codes(
    linking: LinkingService, announcements: Announcements, standin: Standin, account: Account
) -> None:
    cookies: dict[str, str] = {}
    state = await bound(linking, await linking.begin(ADA, "ada", "origin"), cookies)
    attempt_id = await linking.receive(state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token, cookies)
    await linking.stop(attempt_id, cookies)
    assert announcements.failures == [("origin", ADA, "LinkStoppedError", False)]
    await proved(linking, standin, account, BOB)
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            await linking.enter_code(BOB, WRONG)
    assert announcements.failures[1:] == [("origin", BOB, "WrongCodeError", False)]


async def test_code_is_not_expected_when_no_page_has_shown_one(linking: LinkingService) -> None:
    with pytest.raises(NoCodeExpectedError):
        await linking.enter_code(ADA, WRONG)
    offer = await linking.begin(ADA, "ada")
    with pytest.raises(NoCodeExpectedError):
        await linking.enter_code(ADA, WRONG)
    await bound(linking, offer, {})
    with pytest.raises(NoCodeExpectedError):
        await linking.enter_code(ADA, WRONG)


async def test_attempt_ends_when_five_codes_were_wrong(
    linking: LinkingService, accounts: AccountService, standin: Standin, account: Account
) -> None:
    code = await proved(linking, standin, account)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCodeError) as wrong:
            await linking.enter_code(ADA, WRONG)
        assert wrong.value.tries_left == left
    with pytest.raises(LinkUsedError):
        await linking.enter_code(ADA, code)
    assert await accounts.linked(ADA) is None


async def test_code_still_counts_when_it_is_right_at_the_fifth_try(
    linking: LinkingService, standin: Standin, account: Account
) -> None:
    code = await proved(linking, standin, account)
    for _ in range(4):
        with pytest.raises(WrongCodeError):
            await linking.enter_code(ADA, WRONG)
    assert (await linking.enter_code(ADA, code)).username == "ada_imgur"


async def test_five_tries_count_when_many_come_at_once(
    linking: LinkingService, standin: Standin, account: Account
) -> None:
    await proved(linking, standin, account)
    outcomes = await asyncio.gather(*(linking.enter_code(ADA, WRONG) for _ in range(20)), return_exceptions=True)
    left = sorted(outcome.tries_left for outcome in outcomes if isinstance(outcome, WrongCodeError))
    assert left == [0, 1, 2, 3, 4]


async def test_tries_of_others_count_for_nothing_when_they_know_the_code(
    linking: LinkingService, accounts: AccountService, standin: Standin, account: Account
) -> None:
    code = await proved(linking, standin, account)
    for _ in range(10):
        with pytest.raises(NoCodeExpectedError):
            await linking.enter_code(BOB, code)
    assert await accounts.linked(BOB) is None
    await linking.enter_code(ADA, code)


async def test_code_is_refused_when_it_was_used(linking: LinkingService, standin: Standin, account: Account) -> None:
    code = await proved(linking, standin, account)
    outcomes = await asyncio.gather(*(linking.enter_code(ADA, code) for _ in range(2)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LinkUsedError", "LinkedAccount"]
    with pytest.raises(LinkUsedError):
        await linking.enter_code(ADA, code)


async def test_page_belongs_to_one_browser_when_another_asks(
    linking: LinkingService, standin: Standin, account: Account, stores: Stores
) -> None:
    await proved(linking, standin, account)
    attempt = await stores.attempts.current(ADA)
    assert attempt is not None
    for cookies in ({}, {cookie_name(attempt.id): "forged"}):
        with pytest.raises(LinkForeignBrowserError):
            await linking.last_page(attempt.id, cookies)
        with pytest.raises(LinkForeignBrowserError):
            await linking.stop(attempt.id, cookies)


async def test_two_users_share_the_tokens_when_both_proved_the_same_account(
    linking: LinkingService, accounts: AccountService, standin: Standin, account: Account
) -> None:
    for user in (ADA, BOB):
        await linking.enter_code(user, await proved(linking, standin, account, user))
    await accounts.unlink(ADA)
    assert (await accounts.overview(BOB)).account.id == account.id


async def test_name_comes_from_imgur_when_the_token_answer_names_nobody(
    linking: LinkingService, standin: Standin, account: Account
) -> None:
    standin.switches.account_in_token_answer = False
    code = await proved(linking, standin, account)
    assert (await linking.enter_code(ADA, code)).account_id == account.id


async def test_attempt_has_ended_before_the_database_closes_when_its_check_was_given_up(
    linking: LinkingService, standin: Standin, account: Account, stores: Stores
) -> None:
    cookies: dict[str, str] = {}
    offer = await linking.begin(ADA, "ada")
    state = await bound(linking, offer, cookies)
    hold = standin.switches.hold("POST /oauth2/token")
    token = standin.world.issue_tokens(account, CLIENT_ID).refresh_token
    check = asyncio.ensure_future(linking.receive(state, token, cookies))
    await asyncio.wait_for(hold.arrived.wait(), 20)
    check.cancel()
    await asyncio.wait_for(linking.close(), 20)
    assert check.cancelled()
    attempt = await stores.attempts.by_id(offer.attempt_id)
    assert attempt is not None
    assert attempt.status is AttemptStatus.VOID
    hold.release()
    await linking.close()


async def test_user_may_leave_or_link_anew_when_the_key_is_lost(
    database: Database, imgur_client: ImgurClient, linking: LinkingService, standin: Standin, account: Account
) -> None:
    await linking.enter_code(ADA, await proved(linking, standin, account))
    for user in (ADA, BOB):
        await proved(linking, standin, account, user)
    keyring = Keyring({"k2": new_key()})
    store = AccountStore(database, keyring)
    accounts = AccountService(store, imgur_client)
    anew = LinkingService(
        AttemptStore(database, keyring), store, imgur_client, public_url="http://a", authorize_url=str
    )
    with pytest.raises(KeyMissingError):
        await accounts.overview(ADA)
    present = await accounts.linked(ADA)
    assert present is not None
    assert (await anew.begin(ADA, "ada")).present == present
    await anew.abandon(BOB)
    assert (await accounts.unlink(ADA)).username == present.username
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10), tick=False):
        await anew.sweep()
    with pytest.raises(LinkUsedError):
        await linking.enter_code(BOB, WRONG)
