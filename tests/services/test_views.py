"""What galleries remember, as the borders use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from errors import ViewForgottenError
from services.views import MOST_SELECTED, Views
from storage.database import open_database
from storage.models import Selected
from storage.sealing import Keyring, new_key
from storage.views import ViewStore

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ViewStore]:
    async with open_database(f"sqlite:///{tmp_path}/bot.db") as database:
        yield ViewStore(database, Keyring({"k1": new_key()}))


async def test_what_no_database_holds_is_left_out_of_a_query(store: ViewStore) -> None:
    views = Views(store)
    assert await views.query(1, await views.keep(1, "a\0 \ud800cat \N{CAT FACE}")) == "a cat \N{CAT FACE}"


async def test_a_forgotten_view_is_told(store: ViewStore) -> None:
    views = Views(store)
    view = await views.keep(1)
    for user, name in ((2, view), (1, "another")):
        with pytest.raises(ViewForgottenError):
            await views.query(user, name)
        with pytest.raises(ViewForgottenError):
            await views.select(user, name, [], [])


async def test_views_are_forgotten_a_week_after_they_were_used_last(store: ViewStore) -> None:
    clock = Clock()
    views = Views(store, clock)
    used, unused = await views.keep(1), await views.keep(1)
    clock.now += timedelta(days=6)
    await views.query(1, used)
    clock.now += timedelta(days=1)
    await views.sweep()
    assert await views.query(1, unused) == ""
    clock.now += timedelta(days=6, seconds=1)
    await views.query(1, unused)
    await views.sweep()
    with pytest.raises(ViewForgottenError):
        await views.query(1, used)
    assert await views.query(1, unused) == ""


async def test_more_than_the_limit_cannot_be_ticked(store: ViewStore) -> None:
    views = Views(store)
    view = await views.keep(1)
    items = [Selected("image", f"i{n}") for n in range(MOST_SELECTED + 20)]
    for start in range(0, len(items), 10):
        page = items[start : start + 10]
        held = await views.select(1, view, [item.key for item in page], page)
    assert held == tuple(items[:MOST_SELECTED]) == await views.selected(1, view)
