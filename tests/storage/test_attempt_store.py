from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, insert
from sqlalchemy.exc import IntegrityError

from storage.models import AttemptStatus
from storage.tables import link_attempts
from tests.databases import explained
from tests.storage.factories import (
    CODE,
    COOKIE,
    LATER,
    NOW,
    STATE,
    account,
    attempt,
    bring_to,
    cells,
    link,
    mark_refused,
)

PENDING, BOUND, SPENT, PROVED, DONE, VOID = AttemptStatus
OPEN = {PENDING, BOUND, SPENT, PROVED}
HOUR = timedelta(hours=1)

STEPS = {
    "set_origin": lambda store, now: store.set_origin("first", "moved"),
    "bind": lambda store, now: store.bind("first", cookie_hash=COOKIE, state_hash=b"fresh", now=now),
    "bind_another_browser": lambda store, now: store.bind("first", cookie_hash=b"x", state_hash=b"fresh", now=now),
    "spend": lambda store, now: store.spend("first", cookie_hash=COOKIE, state_hash=STATE, now=now),
    "spend_without_cookie": lambda store, now: store.spend("first", cookie_hash=b"x", state_hash=STATE, now=now),
    "spend_foreign_state": lambda store, now: store.spend("first", cookie_hash=COOKIE, state_hash=b"x", now=now),
    "prove": lambda store, now: store.prove("first", account(), CODE, now=now),
    "count_try": lambda store, now: store.count_try("first", limit=5, now=now),
    "complete": lambda store, now: store.complete("first", now=now),
    "void": lambda store, now: store.void("first"),
}
ALLOWED = {
    "set_origin": OPEN,
    "bind": {PENDING, BOUND},
    "bind_another_browser": {PENDING},
    "spend": {BOUND},
    "spend_without_cookie": set(),
    "spend_foreign_state": set(),
    "prove": {SPENT},
    "count_try": {PROVED},
    "complete": {PROVED},
    "void": OPEN,
}
LEADS_TO = {
    "bind": BOUND,
    "bind_another_browser": BOUND,
    "spend": SPENT,
    "prove": PROVED,
    "complete": DONE,
    "void": VOID,
}
TIMELESS = {"set_origin", "void"}


@pytest.mark.parametrize("status", list(AttemptStatus))
@pytest.mark.parametrize("step", STEPS)
async def test_a_step_is_taken_only_from_its_statuses(stores, step, status):
    before = await bring_to(stores, status)

    taken = await STEPS[step](stores.attempts, NOW)

    after = await stores.attempts.by_id("first")
    assert bool(taken) is (status in ALLOWED[step])
    if not taken:
        assert after == before
    else:
        assert after.status is LEADS_TO.get(step, status)


@pytest.mark.parametrize(
    ("step", "status"),
    [(step, status) for step in STEPS if step not in TIMELESS for status in AttemptStatus if status in ALLOWED[step]],
)
async def test_no_step_is_taken_at_expiry(stores, step, status):
    before = await bring_to(stores, status)

    assert not await STEPS[step](stores.attempts, LATER)
    assert await stores.attempts.by_id("first") == before


@pytest.mark.parametrize("step", STEPS)
async def test_no_step_is_taken_on_an_unknown_attempt(stores, step):
    assert not await STEPS[step](stores.attempts, NOW)
    assert await stores.attempts.by_id("first") is None


@pytest.mark.parametrize(
    ("step", "status"),
    [("bind_another_browser", PENDING), ("spend", BOUND), ("prove", SPENT), ("complete", PROVED), ("void", PROVED)],
)
async def test_of_many_at_once_in_two_processes_one_wins(stores, other_stores, step, status):
    await bring_to(stores, status)

    def calls(store):
        if step == "bind_another_browser":
            marks = [secrets.token_bytes() for _ in range(4)]
            return [store.bind("first", cookie_hash=mark, state_hash=mark, now=NOW) for mark in marks]
        return [STEPS[step](store, NOW) for _ in range(4)]

    answers = await asyncio.gather(*calls(stores.attempts), *calls(other_stores.attempts))

    assert sum(map(bool, answers)) == 1


# --- beginning ---------------------------------------------------------------------------------------------------


async def test_an_attempt_is_found_by_what_it_was_begun_with(stores):
    begun = attempt()

    assert await stores.attempts.begin(begun, hourly_limit=20)

    for found in (
        await stores.attempts.by_id("first"),
        await stores.attempts.by_nonce(begun.nonce_hash),
        await stores.attempts.current(1),
    ):
        assert found == begun


async def test_an_attempt_may_begin_without_an_origin(stores):
    await stores.attempts.begin(attempt(origin=None), hourly_limit=20)
    assert (await stores.attempts.by_id("first")).origin is None

    assert await stores.attempts.set_origin("first", "given later")
    assert (await stores.attempts.by_id("first")).origin == "given later"


@pytest.mark.parametrize("locale", [None, "a" * 10])
async def test_an_attempt_may_begin_in_a_language_that_nobody_knows(stores, locale):
    await stores.attempts.begin(attempt(locale=locale), hourly_limit=20)
    assert (await stores.attempts.by_id("first")).locale == locale


async def test_an_attempt_always_begins_pending(stores):
    await stores.attempts.begin(attempt(status=PROVED, tries=4, code=CODE, account=account()), hourly_limit=20)

    found = await stores.attempts.by_id("first")
    assert (found.status, found.tries, found.code, found.account) == (PENDING, 0, None, None)


@pytest.mark.parametrize("status", [PENDING, BOUND, SPENT, PROVED])
async def test_a_new_attempt_voids_the_users_older_one_and_nobody_elses(stores, status):
    await bring_to(stores, status, "mine", 1)
    others = await bring_to(stores, status, "others", 2)

    assert await stores.attempts.begin(attempt("newer", 1), hourly_limit=20)

    assert (await stores.attempts.by_id("mine")).status is VOID
    assert await stores.attempts.by_id("others") == others
    assert (await stores.attempts.current(1)).id == "newer"


async def test_the_newest_attempt_is_current_whatever_the_clock_and_its_status(stores):
    await stores.attempts.begin(attempt("one"), hourly_limit=20)
    await stores.attempts.begin(attempt("two"), hourly_limit=20)
    await stores.attempts.void("two")

    assert (await stores.attempts.current(1)).id == "two"
    assert await stores.attempts.current(2) is None


async def test_begin_changes_nothing_at_the_hourly_limit(stores):
    for number in range(3):
        assert await stores.attempts.begin(attempt(str(number)), hourly_limit=3)

    assert await stores.attempts.begin(attempt("more"), hourly_limit=3) is False

    assert await stores.attempts.by_id("more") is None
    assert (await stores.attempts.by_id("2")).status is PENDING
    assert await stores.attempts.begin(attempt("someone else's", 2), hourly_limit=3)


async def test_ended_attempts_count_towards_the_limit_until_they_are_an_hour_old(stores):
    await stores.attempts.begin(attempt("old"), hourly_limit=1)
    await stores.accounts.unlink(1)
    just_before, after = NOW + HOUR - timedelta(microseconds=1), NOW + HOUR

    assert await stores.attempts.begin(attempt("a", created_at=just_before), hourly_limit=1) is False
    assert await stores.attempts.begin(attempt("b", created_at=after), hourly_limit=1)


async def test_the_limit_holds_and_one_is_left_when_many_begin_at_once_in_two_processes(stores, other_stores, url):
    answers = await asyncio.gather(
        *(
            store.begin(attempt(f"{store is stores.attempts}-{number}"), hourly_limit=20)
            for number in range(15)
            for store in (stores.attempts, other_stores.attempts)
        )
    )

    assert answers.count(True) == 20
    assert [row["status"] for row in cells(url, "link_attempts")].count(PENDING) == 1


async def test_the_database_itself_holds_one_open_attempt_a_user(stores, database):
    await bring_to(stores, DONE)
    await bring_to(stores, PROVED, "open")

    async def add(name, status):
        async with database.write() as transaction:
            values = {
                "id": name,
                "discord_id": 1,
                "discord_name": "",
                "created_at": NOW,
                "expires_at": LATER,
                "tries": 0,
            }
            await transaction.execute(insert(link_attempts).values(**values, status=status))

    await add("ended", VOID)
    for status in (PENDING, BOUND, SPENT, PROVED):
        with pytest.raises(IntegrityError):
            await add("another", status)


async def test_sweeping_goes_by_an_index(stores, url):
    """At a million attempts a look through all of them would be felt every few seconds."""
    await bring_to(stores, PROVED)
    asked = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "link_attempts" in statement:
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await stores.attempts.sweep(NOW + HOUR)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [statement.split()[0] for statement, _ in asked] == ["SELECT", "UPDATE", "DELETE"]
    for statement, parameters in asked:
        plan = explained(url, statement, parameters)
        assert any(key in plan for key in ("ix_link_attempts_", "pk_link_attempts", "INTEGER PRIMARY KEY")), plan
        assert "SCAN" not in plan, plan


# --- state and code ----------------------------------------------------------------------------------------------


async def test_a_fresh_state_replaces_the_one_before(stores):
    await bring_to(stores, BOUND)
    assert await stores.attempts.bind("first", cookie_hash=COOKIE, state_hash=b"fresh", now=NOW)

    assert await stores.attempts.by_state(STATE) is None
    assert await stores.attempts.spend("first", cookie_hash=COOKIE, state_hash=STATE, now=NOW) is False
    assert await stores.attempts.spend("first", cookie_hash=COOKIE, state_hash=b"fresh", now=NOW)


@pytest.mark.parametrize("status", [SPENT, PROVED, DONE])
async def test_a_used_state_and_link_are_told_from_unknown_ones(stores, status):
    used = await bring_to(stores, status)

    assert (await stores.attempts.by_state(STATE)).status is status
    assert (await stores.attempts.by_nonce(used.nonce_hash)).status is status
    assert await stores.attempts.by_state(b"never given") is None


async def test_a_proved_attempt_keeps_what_was_proved(stores):
    found = await bring_to(stores, PROVED)

    assert (found.account, found.code, found.origin) == (account(), CODE, "interaction-token")


async def test_tries_are_counted_once_each_up_to_the_limit_in_two_processes(stores, other_stores):
    await bring_to(stores, PROVED)

    counts = await asyncio.gather(
        *(
            store.count_try("first", limit=5, now=NOW)
            for _ in range(5)
            for store in (stores.attempts, other_stores.attempts)
        )
    )

    assert sorted(count for count in counts if count is not None) == [1, 2, 3, 4, 5]
    assert (await stores.attempts.by_id("first")).tries == 5


# --- the end -----------------------------------------------------------------------------------------------------


async def test_completing_links_the_account(stores):
    await bring_to(stores, PROVED)

    linked = await stores.attempts.complete("first", now=NOW)

    assert linked == await stores.accounts.linked(1)
    assert linked == account(version=linked.version)


async def test_completing_again_for_the_same_account_replaces_its_tokens_and_mends_it(stores):
    await link(stores)
    before = await stores.accounts.linked(1)
    assert await mark_refused(stores, 9, before.version)

    await link(stores, owner=account(access_token="newer", username="renamed"), name="second")

    after = await stores.accounts.linked(1)
    assert (after.access_token, after.username, after.broken) == ("newer", "renamed", False)
    assert after.version == before.version + 2


async def test_two_users_who_proved_one_account_share_its_tokens(stores, url):
    await link(stores, 1)
    await link(stores, 2, account(access_token="newer"), "second")

    assert await stores.accounts.linked(1) == await stores.accounts.linked(2)
    assert (await stores.accounts.linked(1)).access_token == "newer"
    assert len(cells(url, "imgur_accounts")) == 1


async def test_linking_another_account_erases_the_former_one(stores):
    await link(stores, 1, account(9))
    await link(stores, 1, account(8), "second")

    assert (await stores.accounts.linked(1)).account_id == 8
    assert await stores.accounts.get(9) is None


async def test_linking_another_account_leaves_the_former_one_to_who_else_points_to_it(stores):
    await link(stores, 1, account(9))
    await link(stores, 2, account(9), "second")
    await link(stores, 1, account(8), "third")

    assert (await stores.accounts.linked(2)).account_id == 9


SECRET_COLUMNS = ("origin", "code", "access_token", "refresh_token", "token_expires_at", "account_id", "username")


@pytest.mark.parametrize("end", ["complete", "void", "newer attempt", "unlink", "expiry"])
async def test_an_ended_attempt_holds_nothing_but_hashes_and_its_language(stores, url, end):
    await bring_to(stores, PROVED)
    assert all(cells(url, "link_attempts")[0][column] for column in SECRET_COLUMNS)

    await {
        "complete": lambda: stores.attempts.complete("first", now=NOW),
        "void": lambda: stores.attempts.void("first"),
        "newer attempt": lambda: stores.attempts.begin(attempt("newer"), hourly_limit=20),
        "unlink": lambda: stores.accounts.unlink(1),
        "expiry": lambda: stores.attempts.sweep(LATER),
    }[end]()

    row = cells(url, "link_attempts")[0]
    assert [row[column] for column in (*SECRET_COLUMNS, "discord_name")] == [None] * len(SECRET_COLUMNS) + [""]
    found = await stores.attempts.by_state(STATE)
    assert found.status is (DONE if end == "complete" else VOID)
    assert (found.account, found.code, found.origin, found.locale) == (None, None, None, "pt-BR")


async def test_sweeping_leaves_what_still_runs(stores):
    before = await bring_to(stores, PROVED)

    await stores.attempts.sweep(LATER - timedelta(microseconds=1))

    assert await stores.attempts.by_id("first") == before


async def test_sweeping_forgets_attempts_after_an_hour(stores):
    await bring_to(stores, DONE)

    await stores.attempts.sweep(NOW + HOUR - timedelta(microseconds=1))
    assert (await stores.attempts.by_id("first")).status is DONE
    await stores.attempts.sweep(NOW + HOUR)
    assert await stores.attempts.by_id("first") is None
    assert await stores.accounts.linked(1)
