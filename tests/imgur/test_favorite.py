"""Favoriting as a state over Imgur's toggle, against the stand-in over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from imgur import (
    AccessToken,
    ImgurClient,
    Kind,
    NotFoundError,
    OutcomeUnknownError,
    OverCapacityError,
    UnauthorizedError,
    UnreachableError,
)
from standins.imgur import Standin
from standins.imgur.records import Account, Stored, StoredImage

TOGGLE = "POST /3/*/favorite"


@pytest.fixture
def cat(standin: Standin) -> StoredImage:
    return standin.world.add_image(title="A cat")


@pytest.mark.parametrize("kind", Kind)
async def test_repeating_a_wish_changes_nothing(
    kind: Kind, standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    item: Stored = standin.world.add_image() if kind is Kind.IMAGE else standin.world.add_album()
    assert [await remote.favorite(kind, item.id, alice_auth) for _ in range(3)] == [True, False, False]
    assert alice.favorites == [item]
    assert [await remote.unfavorite(kind, item.id, alice_auth) for _ in range(3)] == [True, False, False]
    assert alice.favorites == []
    assert len(standin.sent(TOGGLE)) == 2


async def test_calls_at_once_do_not_undo_each_other(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    wishes = [remote.favorite(Kind.IMAGE, cat.id, alice_auth) for _ in range(10)]
    assert sorted(await asyncio.gather(*wishes)) == [False] * 9 + [True]
    assert alice.favorites == [cat]
    assert len(standin.sent(TOGGLE)) == 1


@pytest.mark.parametrize("is_favorite", [False, True])
async def test_many_wishes_at_once_cost_what_one_does(
    *, is_favorite: bool, standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    cat = standin.world.add_image()
    if is_favorite:
        standin.world.toggle_favorite(alice, cat)
    held = standin.switches.hold(f"GET /3/image/{cat.id}")
    wishes = [asyncio.create_task(remote.favorite(Kind.IMAGE, cat.id, alice_auth)) for _ in range(20)]
    await held.arrived.wait()
    held.release()
    assert sorted(await asyncio.gather(*wishes)) == [False] * 19 + [not is_favorite]
    lines = [request.line for request in standin.requests]
    assert lines == [f"GET /3/image/{cat.id}", f"POST /3/image/{cat.id}/favorite"][: 1 if is_favorite else 2]
    await remote.favorite(Kind.IMAGE, cat.id, alice_auth)
    assert len(standin.requests) == len(lines) + 1  # asked later: looks again


async def test_what_was_known_does_not_outlive_a_change_of_mind_that_is_given_up(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    first = standin.switches.hold(f"GET /3/image/{cat.id}")
    wish = asyncio.create_task(remote.favorite(Kind.IMAGE, cat.id, alice_auth))
    await first.arrived.wait()
    change = asyncio.create_task(remote.unfavorite(Kind.IMAGE, cat.id, alice_auth))
    again = asyncio.create_task(remote.favorite(Kind.IMAGE, cat.id, alice_auth))
    first.release()
    assert await wish
    held = standin.switches.hold(TOGGLE)
    await held.arrived.wait()
    change.cancel()
    held.release()
    assert await again
    assert change.cancelled()
    assert alice.favorites == [cat]


async def test_cancelled_call_is_waited_for_and_not_undone_by_the_next(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    held = standin.switches.hold(TOGGLE)
    first = asyncio.create_task(remote.favorite(Kind.IMAGE, cat.id, alice_auth))
    await held.arrived.wait()
    first.cancel()
    second = asyncio.create_task(remote.favorite(Kind.IMAGE, cat.id, alice_auth))
    for _ in range(5):  # time enough for the second to read and post as well
        await remote.account(alice_auth)
    held.release()
    assert await second is False
    assert first.cancelled()
    assert alice.favorites == [cat]
    assert len(standin.sent(TOGGLE)) == 1


async def test_failure_after_a_cancellation_is_nobodys(
    standin: Standin, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    held = standin.switches.hold(TOGGLE)
    standin.fail_next("lost-request", TOGGLE)
    first = asyncio.create_task(remote.favorite(Kind.IMAGE, cat.id, alice_auth))
    await held.arrived.wait()
    first.cancel()
    held.release()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await remote.favorite(Kind.IMAGE, cat.id, alice_auth)


async def test_other_items_and_accounts_are_not_held_up(
    standin: Standin, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    dog, bob = standin.world.add_image(), standin.world.add_account("bob_example")
    bob_auth = AccessToken(standin.world.issue_tokens(bob, "fake-client-id").access_token, bob.id)
    held = standin.switches.hold(f"GET /3/image/{cat.id}")
    waiting = asyncio.create_task(remote.favorite(Kind.IMAGE, cat.id, alice_auth))
    await held.arrived.wait()
    assert await remote.favorite(Kind.IMAGE, dog.id, alice_auth)
    assert await remote.favorite(Kind.IMAGE, dog.id, bob_auth)
    held.release()
    assert await waiting


async def test_somebody_elses_toggle_between_read_and_post_is_put_right(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    held = standin.switches.hold(TOGGLE)
    wish = asyncio.create_task(remote.favorite(Kind.IMAGE, cat.id, alice_auth))
    await held.arrived.wait()
    standin.world.toggle_favorite(alice, cat)
    held.release()
    assert await wish is False
    assert alice.favorites == [cat]


@pytest.mark.parametrize("processes", [2, 3, 4])
@pytest.mark.parametrize("is_favorite", [False, True])
async def test_processes_that_wish_the_same_at_once_do_not_undo_each_other(
    *,
    processes: int,
    is_favorite: bool,
    standin: Standin,
    alice: Account,
    alice_auth: AccessToken,
    connect: Callable[..., ImgurClient],
    cat: StoredImage,
) -> None:
    """They know nothing of each other; all have read before one of them posts."""
    if is_favorite:
        standin.world.toggle_favorite(alice, cat)
    held = standin.switches.hold(TOGGLE)
    clients = [connect(standin.url) for _ in range(processes)]
    set_all = [client.unfavorite if is_favorite else client.favorite for client in clients]
    wishes = [asyncio.create_task(set_one(Kind.IMAGE, cat.id, alice_auth)) for set_one in set_all]
    async with asyncio.timeout(10):
        while len(standin.sent(TOGGLE)) < processes:  # noqa: ASYNC110 - all are at the door
            await asyncio.sleep(0.01)
    held.release()
    await asyncio.gather(*wishes)
    assert alice.favorites == ([] if is_favorite else [cat])


@pytest.mark.parametrize("fault", ["lost-answer", "cut-answer"])
async def test_lost_answer_is_looked_up_and_not_undone(
    fault: str, *, standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    standin.fail_next(fault, TOGGLE)
    assert await remote.favorite(Kind.IMAGE, cat.id, alice_auth)
    assert alice.favorites == [cat]
    assert len(standin.sent(TOGGLE)) == 1


@pytest.mark.parametrize("fault", ["lost-request", "over-capacity-500", "html-over-capacity-503", "empty-200"])
async def test_lost_request_is_repeated_after_a_look(
    fault: str, *, standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    standin.fail_next(fault, TOGGLE)
    assert await remote.favorite(Kind.IMAGE, cat.id, alice_auth)
    assert alice.favorites == [cat]
    lines = [request.line.replace(cat.id, "ID") for request in standin.requests]
    assert lines == ["GET /3/image/ID", "POST /3/image/ID/favorite"] * 2


async def test_answer_lost_while_reads_are_stale_still_ends_as_wished(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    standin.switches.stale_reads = 1
    standin.fail_next("lost-answer", TOGGLE)
    await remote.favorite(Kind.IMAGE, cat.id, alice_auth)
    assert alice.favorites == [cat]


async def test_change_of_mind_is_not_fooled_by_stale_reads(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    standin.switches.stale_reads = 100
    assert await remote.favorite(Kind.IMAGE, cat.id, alice_auth)
    assert await remote.unfavorite(Kind.IMAGE, cat.id, alice_auth)
    assert alice.favorites == []
    await remote.unfavorite(Kind.IMAGE, cat.id, alice_auth)
    assert alice.favorites == []


async def test_state_is_looked_up_again_when_the_last_toggle_has_no_known_end(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    await remote.favorite(Kind.IMAGE, cat.id, alice_auth)
    standin.fail_next("lost-answer", TOGGLE)
    standin.fail_next("over-capacity-403", "GET /3/image/*", times=3)
    with pytest.raises(OutcomeUnknownError):
        await remote.unfavorite(Kind.IMAGE, cat.id, alice_auth)
    assert await remote.unfavorite(Kind.IMAGE, cat.id, alice_auth) is False
    assert (len(standin.sent(TOGGLE)), alice.favorites) == (2, [])


async def test_a_token_that_ends_behind_a_lost_toggle_is_said_so_and_another_one_looks_first(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    await remote.favorite(Kind.IMAGE, cat.id, alice_auth)  # so that the next one need not look first
    standin.fail_next("lost-answer", TOGGLE)
    standin.fail_next("token-invalid-401", "GET /3/image/*")
    with pytest.raises(UnauthorizedError):  # which brings a new token
        await remote.unfavorite(Kind.IMAGE, cat.id, alice_auth)
    assert (len(standin.sent(TOGGLE)), alice.favorites) == (2, [])
    await remote.unfavorite(Kind.IMAGE, cat.id, alice_auth)
    assert (len(standin.sent(TOGGLE)), alice.favorites) == (2, [])


@pytest.mark.parametrize(
    ("fault", "error"), [("lost-request", UnreachableError), ("over-capacity-403", OverCapacityError)]
)
async def test_toggling_ends_after_three_tries(
    fault: str,
    error: type[Exception],
    *,
    standin: Standin,
    alice: Account,
    alice_auth: AccessToken,
    remote: ImgurClient,
    cat: StoredImage,
) -> None:
    standin.fail_next(fault, TOGGLE, times=10)
    with pytest.raises(error):
        await remote.favorite(Kind.IMAGE, cat.id, alice_auth)
    assert (len(standin.sent(TOGGLE)), alice.favorites) == (3, [])


async def test_last_lost_answer_is_looked_up_too(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    standin.fail_next("lost-request", TOGGLE, times=2)
    standin.fail_next("lost-answer", TOGGLE)
    assert await remote.favorite(Kind.IMAGE, cat.id, alice_auth)
    assert alice.favorites == [cat]


async def test_refusals_are_passed_on_without_another_toggle(
    standin: Standin, alice_auth: AccessToken, remote: ImgurClient, cat: StoredImage
) -> None:
    with pytest.raises(NotFoundError):
        await remote.favorite(Kind.ALBUM, cat.id, alice_auth)
    standin.fail_next("token-invalid-403", TOGGLE)
    with pytest.raises(UnauthorizedError):
        await remote.favorite(Kind.IMAGE, cat.id, alice_auth)
    assert len(standin.sent(TOGGLE)) == 1


async def test_nothing_is_kept_of_items_long_done(
    standin: Standin, alice_auth: AccessToken, remote: ImgurClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imgur._favorite.STALE_SECONDS", 0.0)
    for _ in range(20):
        await remote.favorite(Kind.IMAGE, standin.world.add_image().id, alice_auth)
    assert len(remote._favorites._turns) == 0
    assert len(remote._favorites._recent) == 1
