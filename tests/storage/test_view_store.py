"""What galleries remember that fits into no button."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from storage import Stores
from storage.models import Selected
from tests.storage.factories import NOW, account, link

LONG = "\N{CAT FACE}'%_ " * 1200  # 6,000 characters: the most that Discord sends
MOST = 100


def image(number: int, **changes: Any) -> Selected:
    return Selected(**{"kind": "image", "id": f"image{number}", "title": f"Picture {number}"} | changes)


async def tick(stores: Stores, view: str, shown: list[Selected], chosen: list[Selected], **options: Any) -> Any:
    given: dict[str, Any] = {"now": NOW, "most": MOST, "discord_id": 1} | options
    return await stores.views.select(view, given.pop("discord_id"), [item.key for item in shown], chosen, **given)


@pytest.mark.parametrize("query", ["", "cat", LONG])
async def test_a_view_is_found_by_its_user_with_the_query_it_was_kept_with(stores, query):
    view = await stores.views.add(1, query, now=NOW, most=MOST)

    assert len(view) == 12
    assert ":" not in view
    assert await stores.views.query(view, 1, now=NOW) == query
    assert await stores.views.query(view, 2, now=NOW) is None
    assert await stores.views.query("another", 1, now=NOW) is None


async def test_what_is_ticked_stays_ticked_until_its_own_page_unticks_it(stores):
    view = await stores.views.add(1, "", now=NOW, most=MOST)
    first, second = [image(n) for n in range(10)], [image(n, account_id=7) for n in range(10, 20)]

    await tick(stores, view, first, [first[4], first[1]])
    assert await tick(stores, view, second, [second[0]]) == (first[4], first[1], second[0])
    assert await tick(stores, view, first, [first[1], first[9]]) == (first[1], second[0], first[9])
    assert await tick(stores, view, second, []) == (first[1], first[9])
    assert await stores.views.selected(view, 1) == (first[1], first[9])


async def test_an_image_and_an_album_of_one_id_are_two(stores):
    view = await stores.views.add(1, "", now=NOW, most=MOST)
    both = [image(1), image(1, kind="album", title=None)]

    assert await tick(stores, view, both, both) == tuple(both)
    assert await tick(stores, view, both, both[1:]) == (both[1],)


async def test_no_more_are_ticked_than_fit(stores):
    view = await stores.views.add(1, "", now=NOW, most=MOST)
    items = [image(n) for n in range(6)]
    await tick(stores, view, items[:3], items[:3], most=4)

    assert await tick(stores, view, items[3:], items[3:], most=4) == tuple(items[:4])
    assert await tick(stores, view, items[:3], items[:1], most=4) == (items[0], items[3])


async def test_views_and_users_do_not_mix(stores):
    views = [await stores.views.add(user, "", now=NOW, most=MOST) for user in (1, 1, 2)]
    items = [image(n) for n in range(3)]

    assert await tick(stores, views[0], items, items[:1]) == (items[0],)
    assert await tick(stores, views[1], items, items[1:]) == (items[1], items[2])
    assert await tick(stores, views[0], items, items, discord_id=2) is None
    assert await stores.views.selected(views[0], 2) == ()
    await stores.views.clear(views[0], 2)
    assert await stores.views.selected(views[0], 1) == (items[0],)

    await stores.views.clear(views[0], 1)
    assert await stores.views.selected(views[0], 1) == ()
    assert await stores.views.selected(views[1], 1) == (items[1], items[2])
    assert await stores.views.query(views[0], 1, now=NOW) == ""


async def test_two_presses_at_once_end_as_one_after_the_other(stores, other_stores):
    view = await stores.views.add(1, "", now=NOW, most=MOST)
    pages = [[image(10 * page + n) for n in range(10)] for page in range(8)]

    await asyncio.gather(
        *(tick((stores, other_stores)[n % 2], view, shown, shown[:2]) for n, shown in enumerate(pages))
    )

    assert {item.key for item in await stores.views.selected(view, 1)} == {
        item.key for shown in pages for item in shown[:2]
    }


async def test_unlinking_erases_the_user_s_views_and_no_one_else_s(stores):
    await link(stores, 1)
    mine, other = [await stores.views.add(user, "cat", now=NOW, most=MOST) for user in (1, 2)]
    await tick(stores, mine, [image(1)], [image(1)])

    await stores.accounts.unlink(1)

    assert await stores.views.query(mine, 1, now=NOW) is None
    assert await stores.views.selected(mine, 1) == ()
    assert await tick(stores, mine, [image(1)], [image(1)]) is None
    assert await stores.views.query(other, 2, now=NOW) == "cat"


async def test_linking_another_account_erases_what_was_ticked_of_the_one_before(stores):
    await link(stores, 1, account(9))
    await link(stores, 2, account(9), "of the other")
    mine, other = [await stores.views.add(user, "cat", [image(1)], now=NOW, most=MOST) for user in (1, 2)]

    await link(stores, 1, account(9), "the same anew")
    assert await stores.views.selected(mine, 1) == (image(1),)
    await link(stores, 1, account(8), "another")

    assert await stores.views.query(mine, 1, now=NOW) is None
    assert await stores.views.selected(mine, 1) == ()
    assert await stores.views.selected(other, 2) == (image(1),)


async def test_what_was_used_last_stays(stores):
    views = [await stores.views.add(1, str(n), now=NOW + timedelta(minutes=n), most=3) for n in range(3)]
    other = await stores.views.add(2, "other", now=NOW, most=3)
    await stores.views.query(views[0], 1, now=NOW + timedelta(hours=1))

    newest = await stores.views.add(1, "3", now=NOW + timedelta(hours=2), most=3)

    found = [await stores.views.query(view, 1, now=NOW + timedelta(hours=3)) for view in (*views, newest)]
    assert found == ["0", None, "2", "3"]
    assert await stores.views.query(other, 2, now=NOW) == "other"


async def test_the_sweeper_forgets_what_was_last_used_too_long_ago(stores):
    used, ticked, *old = [await stores.views.add(user, "", now=NOW, most=MOST) for user in range(1, 8)]
    later = NOW + timedelta(days=1)
    await stores.views.query(used, 1, now=later)
    await tick(stores, ticked, [image(1)], [image(1)], discord_id=2, now=later)

    assert [await stores.views.sweep(later, limit=3) for _ in range(3)] == [3, 2, 0]
    assert [await stores.views.query(view, user, now=later) for user, view in enumerate(old, 3)] == [None] * 5
    assert await stores.views.query(used, 1, now=later) == ""
    assert await stores.views.selected(ticked, 2) == (image(1),)


async def test_a_question_is_answered_once_and_voids_the_one_before_it(stores, other_stores):
    items = (image(1), image(2, account_id=7))
    ask = partial(stores.views.add, now=NOW, most=MOST, replacing=True)
    old = await ask(1, "delete one", items)
    other = await ask(1, "delete other", items[:1])
    foreign = await ask(2, "delete one", items)
    new = await ask(1, "delete one", items)

    assert await stores.views.take(old, 1) is None
    assert await stores.views.take(new, 2) is None
    both = await asyncio.gather(stores.views.take(new, 1), other_stores.views.take(new, 1))
    assert sorted(both, key=lambda found: found is None) == [("delete one", items), None]
    assert await stores.views.selected(new, 1) == ()
    assert await stores.views.take(other, 1) == ("delete other", items[:1])
    assert await stores.views.take(foreign, 2) == ("delete one", items)
