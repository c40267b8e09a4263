"""Work in the background, as the tables keep it: claims, turns, steps, and what becomes of it where its user leaves."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from storage.jobs import LEASE
from storage.jobs.outcomes import SHOWN
from storage.models import ENDS_BY_ITSELF, JobState, Origin, Selected, StepState, account_subject
from storage.sealing import NO_KEY
from storage.tables import TICK
from tests.databases import rows
from tests.storage.factories import NOW, account, cells, link

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


async def begun(stores, discord_id=1, kind="count", **about):
    job = await stores.jobs.begin(kind, discord_id, NOW, **about)
    assert job is not None
    return job


async def test_of_a_kind_a_user_has_one_job_at_a_time(stores):
    first = await begun(stores, payload={"ids": ["a", "b"]})

    assert await stores.jobs.begin("count", 1, NOW) is None
    other_kind, other_user = await begun(stores, kind="other"), await begun(stores, 2)
    assert await stores.jobs.of_user(1) == [first, other_kind]
    assert await stores.jobs.of_user(2) == [other_user]
    assert first.payload == {"ids": ["a", "b"]}


async def test_of_two_beginnings_in_two_processes_one_counts(stores, other_stores):
    both = await asyncio.gather(stores.jobs.begin("count", 1, NOW), other_stores.jobs.begin("count", 1, NOW))

    assert sorted(job is None for job in both) == [False, True]


async def test_a_subject_that_users_share_has_one_job(stores):
    await begun(stores, 1, subject="account:9")

    assert await stores.jobs.begin("count", 2, NOW, subject="account:9") is None
    found = await stores.jobs.open_one("count", "account:9")
    assert found is not None
    assert found.discord_id == 1


async def test_a_job_about_an_account_needs_its_link(stores):
    assert await stores.jobs.begin("count", 1, NOW, account_id=9) is None
    await link(stores, 1, account(9))

    assert await stores.jobs.begin("count", 1, NOW, account_id=8) is None
    assert await stores.jobs.begin("count", 1, NOW, account_id=9)


async def test_of_many_claims_at_once_one_gets_the_job(stores, other_stores):
    await begun(stores)

    claims = await asyncio.gather(*(one.jobs.claim(["count"], NOW) for one in (stores, other_stores) for _ in range(5)))

    assert sum(claim is not None for claim in claims) == 1


def pass_by(url, time):
    """As if every claim had been made so long ago."""
    rows(url, f"UPDATE jobs SET claimed_until = claimed_until - {time // TICK}")


async def test_a_claim_ends_by_itself_unless_it_is_renewed(stores, other_stores, url):
    await begun(stores)
    mine = await stores.jobs.claim(["count"], NOW)
    pass_by(url, LEASE - 10 * SECOND)
    assert await other_stores.jobs.claim(["count"], NOW) is None
    assert await stores.jobs.renew(mine)
    pass_by(url, LEASE - 10 * SECOND)
    assert await other_stores.jobs.claim(["count"], NOW) is None
    pass_by(url, 10 * SECOND)

    theirs = await other_stores.jobs.claim(["count"], NOW)

    assert theirs is not None
    assert not await stores.jobs.renew(mine)
    assert not await stores.jobs.release(mine, NOW, due_at=NOW)
    assert not await stores.jobs.end(mine, NOW, JobState.ENDED)
    assert await other_stores.jobs.end(theirs, NOW, JobState.ENDED)
    assert await stores.jobs.of_user(1) == []


@pytest.mark.parametrize("ahead", [timedelta(minutes=2), timedelta(hours=1), timedelta(days=2)])
async def test_a_claim_holds_against_a_process_whose_clock_is_ahead(stores, other_stores, ahead):
    await begun(stores)
    mine = await stores.jobs.claim(["count"], NOW)

    assert await other_stores.jobs.claim(["count"], NOW + ahead) is None
    assert await stores.jobs.renew(mine)
    assert await other_stores.jobs.claim(["count"], NOW + ahead) is None


@pytest.mark.parametrize("shift", [timedelta(days=1), timedelta(days=-1)])
async def test_what_a_wrong_clock_has_written_holds_nobody_for_long(stores, shift):
    await begun(stores)
    mine = await stores.jobs.claim(["count"], NOW + max(shift, timedelta()))
    await stores.jobs.release(mine, NOW + shift, due_at=NOW + shift + timedelta(hours=2))

    assert await stores.jobs.claim(["count"], NOW + (timedelta() if shift > timedelta() else shift + LEASE * 150))


async def test_claims_of_a_clock_that_was_ahead_are_free(stores, url):
    await begun(stores)
    assert await stores.jobs.claim(["count"], NOW)
    pass_by(url, timedelta(days=-1))

    assert await stores.jobs.claim(["count"], NOW)


async def test_a_kind_that_a_process_does_not_know_is_left_to_others(stores):
    await begun(stores)

    assert await stores.jobs.claim(["other"], NOW) is None
    assert await stores.jobs.claim([], NOW) is None


async def test_nobody_has_two_jobs_served_at_a_time(stores):
    for kind in ("count", "other"):
        await begun(stores, 1, kind)
    await begun(stores, 2)

    claimed = [await stores.jobs.claim(["count", "other"], NOW) for _ in range(3)]

    assert [job and job.discord_id for job in claimed] == [1, 2, None]


async def test_who_was_served_waits_behind_who_was_not(stores):
    for user in (1, 2, 3):
        await begun(stores, user)
    order = []
    for second in range(9):
        now = NOW + second * SECOND
        job = await stores.jobs.claim(["count"], now)
        order.append(job.discord_id)
        await stores.jobs.release(job, now, due_at=now)

    assert order == [1, 2, 3] * 3
    assert [await stores.jobs.ahead(job, NOW + timedelta(hours=1)) for job in await begun_jobs(stores)] == [0, 1, 2]


async def begun_jobs(stores):
    return [job for user in (1, 2, 3) for job in await stores.jobs.of_user(user)]


async def test_what_is_asked_for_goes_first(stores):
    await begun(stores, 1)
    await begun(stores, 2, "asked")

    assert (await stores.jobs.claim(["count", "asked"], NOW, first=["asked"])).discord_id == 2


async def test_a_job_waits_until_it_is_due(stores):
    await begun(stores)
    mine = await stores.jobs.claim(["count"], NOW)
    assert await stores.jobs.release(mine, NOW, due_at=NOW + timedelta(hours=1), failures=3)

    assert await stores.jobs.claim(["count"], NOW + timedelta(minutes=59)) is None
    again = await stores.jobs.claim(["count"], NOW + timedelta(hours=1))
    assert again is not None
    assert again.failures == 3


async def test_steps_are_done_in_order_and_only_by_who_has_the_claim(stores):
    job = await begun(stores, steps=[{"id": "a"}, {"id": "b"}])
    assert await stores.jobs.tally(job.id) == (0, 2)
    assert not await stores.jobs.mark(job, 0, StepState.SENT)
    mine = await stores.jobs.claim(["count"], NOW)

    assert await stores.jobs.mark(mine, 0, StepState.SENT)
    assert (await stores.jobs.next_step(job.id)).state is StepState.SENT
    assert await stores.jobs.mark(mine, 0, StepState.DONE, "gone")
    assert (await stores.jobs.next_step(job.id)).payload == {"id": "b"}
    assert await stores.jobs.tally(job.id) == (1, 2)
    assert [step.outcome for step in await stores.jobs.steps(job.id)] == ["gone", None]
    await stores.jobs.mark(mine, 1, StepState.DONE, "done")
    assert await stores.jobs.next_step(job.id) is None


async def test_an_outcome_is_told_once_and_only_to_its_user(stores):
    await begun(stores)
    mine = await stores.jobs.claim(["count"], NOW)
    await stores.jobs.end(mine, NOW, JobState.ENDED, ("Counted", "There are 3."))
    assert await stores.jobs.take_outcomes(2) == []

    assert [job.outcome for job in await stores.jobs.take_outcomes(1)] == [("Counted", "There are 3.")]
    assert await stores.jobs.take_outcomes(1) == []
    assert await stores.jobs.of_user(1) == []


async def test_what_has_stopped_goes_on_when_its_user_says_so(stores):
    job = await begun(stores)
    mine = await stores.jobs.claim(["count"], NOW)
    await stores.jobs.end(mine, NOW, JobState.STOPPED, ("Stopped", "Imgur is full."))
    assert await stores.jobs.claim(["count"], NOW) is None
    assert [told.outcome for told in await stores.jobs.take_outcomes(1)] == [("Stopped", "Imgur is full.")]
    assert (await stores.jobs.get(1, job.id)).state is JobState.STOPPED

    assert not await stores.jobs.resume(2, job.id, NOW)
    assert await stores.jobs.resume(1, job.id, NOW)
    assert not await stores.jobs.resume(1, job.id, NOW)
    assert await stores.jobs.claim(["count"], NOW)


async def test_a_stopped_job_does_not_go_on_beside_a_newer_one(stores):
    job = await begun(stores)
    mine = await stores.jobs.claim(["count"], NOW)
    await stores.jobs.end(mine, NOW, JobState.STOPPED, ("Stopped", ""))
    await begun(stores)

    assert not await stores.jobs.resume(1, job.id, NOW)


async def test_what_nobody_came_back_for_is_forgotten(stores):
    await begun(stores)
    mine = await stores.jobs.claim(["count"], NOW)
    await stores.jobs.end(mine, NOW, JobState.STOPPED, ("Stopped", ""))
    await begun(stores)

    assert await stores.jobs.sweep(NOW, NOW) == 0
    assert await stores.jobs.sweep(NOW + SECOND, NOW + SECOND) == 1
    assert len(await stores.jobs.of_user(1)) == 1


async def leave(stores):
    await stores.accounts.unlink(1)


async def link_another(stores):
    await link(stores, 1, account(8), "second")


@pytest.mark.parametrize("go", [leave, link_another])
async def test_whoever_leaves_an_account_leaves_no_job_and_what_comes_late_records_nothing(stores, go):
    await link(stores, 1, account(9))
    await link(stores, 2, account(9), "of the other")
    job = await begun(stores, 1, account_id=9, steps=[{"id": "a"}])
    others = await begun(stores, 2, account_id=9)
    mine = await stores.jobs.claim(["count"], NOW)
    assert mine.id == job.id
    await stores.jobs.mark(mine, 0, StepState.SENT)

    await go(stores)

    assert await stores.jobs.of_user(1) == []
    assert await stores.jobs.steps(job.id) == []
    assert not await stores.jobs.mark(mine, 0, StepState.DONE, "gone")
    assert not await stores.jobs.end(mine, NOW, JobState.ENDED, ("Done", ""))
    assert [left.id for left in await stores.jobs.of_user(2)] == [others.id]


@pytest.mark.parametrize("go", [leave, link_another])
@pytest.mark.parametrize("state", JobState)
async def test_what_must_not_be_left_half_done_stays_until_it_has_ended_by_itself(stores, go, state):
    [kind] = ENDS_BY_ITSELF
    await link(stores, 1, account(9))
    job = await begun(stores, 1, kind=kind, account_id=9, steps=[{"id": "a"}], due_at=NOW + HOUR)
    await begun(stores, 1, account_id=9)
    if state is JobState.STOPPING:
        await stores.jobs.stop(1, job.id, NOW)
    elif state is not JobState.OPEN:
        await stores.jobs.end(await stores.jobs.claim([kind], NOW + HOUR), NOW, state, ("Over", ""))

    await go(stores)

    is_live = state in {JobState.OPEN, JobState.STOPPING}
    assert [left.id for left in await stores.jobs.of_user(1)] == [job.id] * is_live
    mine = await stores.jobs.claim([kind], NOW)
    assert (mine and mine.id) == (job.id if is_live else None)
    if mine:
        assert await stores.jobs.mark(mine, 0, StepState.DONE, "done")
        assert await stores.jobs.end(mine, NOW, JobState.ENDED, ("Stopped", ""))


@pytest.mark.parametrize("go", [leave, link_another])
async def test_what_goes_on_for_an_account_passes_to_another_user_of_it(stores, go):
    await link(stores, 1, account(9))
    for other in (3, 2):
        await link(stores, other, account(9), f"of {other}")
    job = await begun(stores, 1, account_id=9, subject=account_subject(9), payload={"images": 1})
    mine = await stores.jobs.claim(["count"], NOW)

    await go(stores)

    assert await stores.jobs.of_user(1) == []
    assert not await stores.jobs.renew(mine)
    taken = await stores.jobs.claim(["count"], NOW)
    assert (taken.id, taken.discord_id, taken.payload) == (job.id, 2, {"images": 1})
    for last in (2, 3):
        await stores.accounts.unlink(last)
    assert await stores.jobs.open_one("count", account_subject(9)) is None


async def test_of_two_who_leave_at_once_neither_is_left_with_the_job(stores, other_stores):
    for number in range(10):
        first, second, own = 10 * number + 1, 10 * number + 2, account(100 + number)
        for user in (first, second):
            await link(stores, user, own, f"of {user}")
        await begun(stores, first, account_id=own.account_id, subject=account_subject(own.account_id))
        await asyncio.gather(stores.accounts.unlink(first), other_stores.accounts.unlink(second))
        assert await stores.jobs.open_one("count", account_subject(own.account_id)) is None


async def test_linking_the_same_account_anew_ends_nothing(stores):
    await link(stores, 1, account(9))
    job = await begun(stores, 1, account_id=9)
    await link(stores, 1, account(9), "second")

    assert await stores.jobs.of_user(1) == [job]


async def test_an_id_is_never_used_again(stores):
    first = await begun(stores)
    assert not await stores.jobs.drop(2, first.id)
    assert await stores.jobs.drop(1, first.id)

    assert (await begun(stores)).id > first.id


@pytest.mark.parametrize("state", [JobState.ENDED, JobState.STOPPED])
async def test_what_its_message_has_told_no_answer_tells(stores, state):
    for user in (1, 2):
        await begun(stores, user)
        mine = await stores.jobs.claim(["count"], NOW)
        assert await stores.jobs.end(mine, NOW, state, ("Deleted 3", "All of them"))
    (mine,), (other,) = await stores.jobs.of_user(1), await stores.jobs.of_user(2)

    await stores.jobs.told(mine)

    left = [job.outcome for job in await stores.jobs.of_user(1)]
    assert left == ([None] if state is JobState.STOPPED else [])
    assert await stores.jobs.take_outcomes(1) == []
    assert [job.id for job in await stores.jobs.take_outcomes(2)] == [other.id]


async def test_what_goes_on_is_not_forgotten_because_somebody_looked(stores):
    job = await begun(stores)
    await stores.jobs.told(job)
    assert await stores.jobs.of_user(1) == [job]


async def test_what_has_gone_on_since_it_was_told_has_another_outcome(stores):
    job = await begun(stores)
    await stores.jobs.end(await stores.jobs.claim(["count"], NOW), NOW, JobState.STOPPED, ("Stopped", ""))
    before = await stores.jobs.get(1, job.id)
    await stores.jobs.resume(1, job.id, NOW)
    await stores.jobs.end(await stores.jobs.claim(["count"], NOW), NOW + SECOND, JobState.ENDED, ("Done", ""))

    await stores.jobs.told(before)

    assert [told.outcome for told in await stores.jobs.take_outcomes(1)] == [("Done", "")]


@pytest.mark.parametrize("tell", [lambda jobs, job: jobs.told(job), lambda jobs, _: jobs.take_outcomes(1)])
async def test_what_had_steps_is_known_for_a_while_after_it_was_told(stores, tell):
    """Its message may be pressed on: then it says again how it ended."""
    job = await begun(stores, steps=[{"id": "a"}])
    await stores.jobs.end(await stores.jobs.claim(["count"], NOW), NOW, JobState.ENDED, ("Done", ""))
    await tell(stores.jobs, await stores.jobs.get(1, job.id))

    assert await stores.jobs.take_outcomes(1) == []
    await stores.jobs.sweep(NOW - SHOWN, NOW + SHOWN)
    assert [step.payload for step in await stores.jobs.steps(job.id)] == [{"id": "a"}]
    await stores.jobs.sweep(NOW - SHOWN, NOW + SHOWN + SECOND)
    assert await stores.jobs.of_user(1) == []


async def test_a_question_is_answered_in_the_write_that_begins_the_job(stores, other_stores):
    items = [Selected("image", f"image{number}") for number in range(3)]
    gallery = await stores.views.add(1, "", items, now=NOW, most=100)
    asked = await stores.views.add(1, f"delete {gallery}", items, now=NOW, most=100)
    about = {"answers": asked, "clears": gallery, "steps": [{"ids": ["a"]}]}

    assert await stores.jobs.begin("count", 2, NOW, **about) is None
    other = await begun(stores)
    assert await stores.jobs.begin("count", 1, NOW, **about) is None
    assert await stores.jobs.begin("count", 1, NOW, account_id=9, **about) is None
    assert await stores.views.selected(gallery, 1) == await stores.views.selected(asked, 1) == tuple(items)
    await stores.jobs.drop(1, other.id)

    both = await asyncio.gather(*(one.jobs.begin("count", 1, NOW, **about) for one in (stores, other_stores)))
    [job] = [job for job in both if job is not None]
    assert len(await stores.jobs.steps(job.id)) == 1
    assert await stores.views.query(asked, 1, now=NOW) is None
    assert await stores.views.query(gallery, 1, now=NOW) == ""
    assert await stores.views.selected(gallery, 1) == ()
    await stores.jobs.drop(1, job.id)
    assert await stores.jobs.begin("count", 1, NOW, **about) is None
    assert await stores.jobs.of_user(1) == []


# --- what leads to a job's message -----------------------------------------------------------------------------------

ORIGIN = Origin("fake-interaction-token", NOW + timedelta(minutes=14))


async def outcome_of(stores, state=JobState.ENDED):
    """A job that has an outcome."""
    job = await begun(stores, origin=ORIGIN)
    claimed = await stores.jobs.claim(["count"], NOW)
    assert await stores.jobs.end(claimed, NOW, state, ("Done", "All of it."))
    return job


async def test_what_leads_to_the_message_is_given_once_and_the_newest_counts(stores, other_stores):
    job = await begun(stores, origin=ORIGIN)
    newer = Origin("fake-newer-token", ORIGIN.until)
    assert await stores.jobs.shown_in(1, job.id, newer)
    assert not await stores.jobs.shown_in(2, job.id, newer)
    assert await stores.jobs.take_origin(job, NOW) is None  # it goes on
    claimed = await stores.jobs.claim(["count"], NOW)
    await stores.jobs.end(claimed, NOW, JobState.ENDED, ("Done", "All of it."))

    taken = await asyncio.gather(*(one.jobs.take_origin(job, NOW) for one in (stores, other_stores) * 2))

    (found,) = filter(None, taken)
    assert (found[0].outcome, found[1]) == (("Done", "All of it."), "fake-newer-token")
    assert not await stores.jobs.shown_in(1, job.id, newer)  # it has ended


async def test_one_of_all_tells_in_the_message_that_shows_it(stores, other_stores):
    job = await outcome_of(stores)
    older = dataclasses.replace(job, shown=ORIGIN.until - SECOND)
    (now,) = await stores.jobs.of_user(1)
    assert now.shown == ORIGIN.until
    assert not await stores.jobs.take_telling(older)  # of a message that was pressed on before

    both = (stores.jobs, other_stores.jobs)
    taken = await asyncio.gather(
        *(one.take_telling(now) for one in both * 2), *(one.take_origin(now, NOW) for one in both)
    )

    assert len([one for one in taken if one]) == 1
    assert [one.outcome for one in await stores.jobs.take_outcomes(1)] == [("Done", "All of it.")]


async def test_nobody_tells_how_it_ended_while_it_goes_on(stores):
    await begun(stores, origin=ORIGIN)
    (now,) = await stores.jobs.of_user(1)
    assert not await stores.jobs.take_telling(now)


async def test_a_message_may_show_how_it_ended_though_an_answer_has_told_it(stores):
    job = await begun(stores, origin=ORIGIN, steps=[{"id": "a"}])
    await stores.jobs.end(await stores.jobs.claim(["count"], NOW), NOW, JobState.ENDED, ("Done", ""))
    await stores.jobs.take_outcomes(1)

    assert await stores.jobs.take_telling(await stores.jobs.get(1, job.id))


@pytest.mark.parametrize("why", ["told", "late"])
async def test_nothing_leads_to_a_message_when_it_was_told_or_is_too_late(stores, why):
    job = await outcome_of(stores)
    if why == "told":
        await stores.jobs.take_outcomes(1)

    assert await stores.jobs.take_origin(job, ORIGIN.until if why == "late" else NOW) is None


ENDS = {
    "it is given": lambda stores, job: stores.jobs.take_origin(job, NOW),
    "who shows it tells": lambda stores, job: stores.jobs.take_telling(job),
    "the outcome is told": lambda stores, job: stores.jobs.told(job),
    "the next answer tells": lambda stores, job: stores.jobs.take_outcomes(1),
    "it has stopped, and that is told": lambda stores, job: stores.jobs.told(job),
    "it is dropped": lambda stores, job: stores.jobs.drop(1, job.id),
    "it is swept": lambda stores, job: stores.jobs.sweep(NOW + SECOND, NOW),
    "its user unlinks": lambda stores, job: stores.accounts.unlink(1),
}


@pytest.mark.parametrize("end", ENDS)
async def test_what_leads_to_a_message_is_sealed_and_its_key_is_erased(url, stores, end):
    await link(stores, 1, account(9))
    job = await outcome_of(stores, JobState.STOPPED if "stopped" in end else JobState.ENDED)
    key_id, sealed = (cells(url, "jobs")[0][name] for name in ("origin_key_id", "origin"))
    assert sealed
    assert b"fake-interaction-token" not in sealed

    await ENDS[end](stores, await stores.jobs.get(1, job.id))

    keys = {row["id"]: row["key"] for row in cells(url, "data_keys")}
    assert keys[key_id] == NO_KEY


async def test_what_leads_to_a_message_no_longer_is_swept_though_the_job_goes_on(url, stores):
    late, other = await begun(stores, 1, origin=ORIGIN), await begun(stores, 2, origin=ORIGIN)
    await stores.jobs.shown_in(2, other.id, Origin("fake-newer-token", ORIGIN.until + SECOND))

    await stores.jobs.sweep(NOW, ORIGIN.until)

    found = {row["id"]: row for row in cells(url, "jobs")}
    assert found[late.id]["origin"] is found[late.id]["origin_key_id"] is None
    assert [row["key"] == NO_KEY for row in cells(url, "data_keys")].count(False) == 1
    assert [job.id for user in (1, 2) for job in await stores.jobs.of_user(user)] == [late.id, other.id]
    assert found[other.id]["origin"]


# --- at the same moment, on two connections --------------------------------------------------------------------------

MOMENTS = [number * 0.0005 for number in range(18)]  # seconds by which one comes later, or the other


async def later(seconds, work):
    await asyncio.sleep(seconds)
    return await work


def live_keys(url):
    return {row["id"] for row in cells(url, "data_keys") if row["key"] != NO_KEY}


async def test_a_job_that_begins_while_its_user_unlinks_is_gone_with_them(url, stores, other_stores):
    for number, moment in enumerate(MOMENTS):
        await link(stores, 1, account(9), f"attempt{number}")
        beginning = other_stores.jobs.begin("count", 1, NOW, account_id=9, origin=ORIGIN)
        await asyncio.gather(later(0.004, beginning), later(moment, stores.accounts.unlink(1)))
        assert await stores.jobs.of_user(1) == []
        assert live_keys(url) == set()


async def test_where_a_message_is_noted_while_its_job_is_dropped_no_key_is_left(url, stores, other_stores):
    for moment in MOMENTS:
        job = await begun(stores)
        await asyncio.gather(other_stores.jobs.shown_in(1, job.id, ORIGIN), later(moment, stores.jobs.drop(1, job.id)))
        assert live_keys(url) == set()


async def test_an_outcome_that_comes_while_others_are_told_is_not_lost(stores, other_stores):
    for moment in MOMENTS:
        told = await begun(stores, kind="other")
        claimed = await stores.jobs.claim(["other"], NOW)
        await stores.jobs.end(claimed, NOW, JobState.ENDED, ("Told", ""))
        job = await begun(stores)
        claimed = await stores.jobs.claim(["count"], NOW)
        taken, ended = await asyncio.gather(
            stores.jobs.take_outcomes(1),
            later(moment, other_stores.jobs.end(claimed, NOW, JobState.ENDED, ("Done", ""))),
        )
        taken += await stores.jobs.take_outcomes(1)
        assert ended
        assert [found.id for found in taken] == [told.id, job.id]


async def test_of_what_is_to_stop_no_step_is_sent_and_its_turn_is_now(stores, other_stores):
    """Whichever process has it; only its user stops it, and it goes on when they say so."""
    job = await begun(stores, steps=[{"name": "a"}, {"name": "b"}])
    claimed = await stores.jobs.claim(["count"], NOW)
    assert await stores.jobs.mark(claimed, 0, StepState.SENT)
    assert not await other_stores.jobs.stop(2, job.id, NOW)
    assert await other_stores.jobs.stop(1, job.id, NOW)
    assert not await other_stores.jobs.stop(1, job.id, NOW)

    assert not await stores.jobs.mark(claimed, 1, StepState.SENT)
    assert await stores.jobs.mark(claimed, 0, StepState.DONE, "done")
    assert await stores.jobs.renew(claimed)
    assert await stores.jobs.release(claimed, NOW, due_at=NOW + 1000 * SECOND)
    again = await other_stores.jobs.claim(["count"], NOW)
    assert (again.state, again.due_at) == (JobState.STOPPING, NOW)
    await stores.jobs.told(job)
    assert await stores.jobs.sweep(NOW + LEASE, NOW) == 0

    assert await other_stores.jobs.end(again, NOW, JobState.STOPPED, ("Stopped", "here"))
    assert not await stores.jobs.stop(1, job.id, NOW)
    assert await stores.jobs.resume(1, job.id, NOW)
    claimed = await stores.jobs.claim(["count"], NOW)
    assert await stores.jobs.mark(claimed, 1, StepState.SENT)


async def test_what_is_to_stop_comes_before_what_others_wait_for(stores):
    waiting = await begun(stores, 2)
    mine = await begun(stores, 1)
    later = NOW + SECOND
    await stores.jobs.release(await stores.jobs.claim(["count"], NOW), NOW, due_at=later)
    await stores.jobs.release(await stores.jobs.claim(["count"], NOW), NOW, due_at=later)
    await stores.jobs.stop(1, mine.id, later)

    assert [(await stores.jobs.claim(["count"], later)).id for _ in range(2)] == [mine.id, waiting.id]
