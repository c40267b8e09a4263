"""The questions before several are changed: answered once, whoever presses what at the same time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cogs.gallery._bulk_views import question_view
from errors import NotLinkedError, QuestionAnsweredError
from services.bulk import BulkService
from services.jobs import JobService
from services.library.place import Place, Source
from services.selection import LOOKED_UP, Deed, Obstacle, Selected
from services.views import MOST_SELECTED
from standins.imgur.records import Account
from storage.models import Job
from tests.cogs.conftest import Discord, components, text, walk
from tests.cogs.limits import written
from tests.cogs.test_bulk import asked
from tests.cogs.test_gallery import options
from tests.cogs.test_select import add_images, selecting, tick


class UnlinkedMeanwhile(JobService):
    """The user unlinks just before their work is put on record."""

    def __init__(self, discord: Discord) -> None:
        self._others = discord.house.services.jobs
        self._unlink = discord.house.services.accounts.unlink

    async def begin(self, kind: str, discord_id: int, **about: Any) -> Job | None:
        await self._unlink(discord_id)
        return await self._others.begin(kind, discord_id, **about)

    async def of_user(self, discord_id: int) -> Any:
        return await self._others.of_user(discord_id)


async def question_of(discord: Discord, linked: Account, number: int = 3) -> tuple[str, str]:
    """The ids of a selection of so many, and of the question whether to delete them."""
    ids = add_images(discord, linked, number)
    gallery, _ = await asked(discord, ids)
    view = [part.rsplit(":", 1)[1] for part in _custom_ids(gallery) if ":pick-delete:" in part]
    question = await discord.house.services.bulk.ask(discord.alice.id, view[0], Deed.DELETE)
    assert question.id is not None
    return view[0], question.id


def _custom_ids(message: Any) -> list[str]:
    return [part["custom_id"] for part in walk(components(message)) if "custom_id" in part]


@pytest.mark.parametrize("processes", [1, 2])
async def test_all_presses_at_once_are_told_of_the_one_that_counts(
    discord: Discord, linked: Account, processes: int
) -> None:
    view, question = await question_of(discord, linked)
    user = discord.alice.id
    async with discord.again() as house:
        both = [discord.house.services.bulk, house.services.bulk][:processes]
        states = await asyncio.gather(*(bulk.confirm(user, question) for bulk in both for _ in range(3)))
    assert len({state.job.id for state in states}) == 1
    assert [job.kind for job in await discord.house.services.jobs.of_user(user)].count("bulk-delete") == 1
    assert not (await discord.house.services.selections.ticks(user, view)).items


@pytest.mark.parametrize("how", ["confirm", "begin"])
async def test_who_unlinks_meanwhile_hears_that_nothing_is_linked(discord: Discord, linked: Account, how: str) -> None:
    view, question = await question_of(discord, linked)
    services, user = discord.house.services, discord.alice.id
    bulk = BulkService(
        UnlinkedMeanwhile(discord), services.selections, services.views, services.library.catalogue, services.albums
    )
    with pytest.raises(NotLinkedError):
        await (bulk.confirm(user, question) if how == "confirm" else bulk.begin(user, view, Deed.FAVORITE))
    with pytest.raises(QuestionAnsweredError):
        await bulk.confirm(user, question)


async def test_titles_typed_at_once_make_one_album(discord: Discord, linked: Account) -> None:
    add_images(discord, linked, 3)
    view, _ = await question_of(discord, linked)
    bulk, user = discord.house.services.bulk, discord.alice.id
    question = await bulk.ask(user, view, Deed.ADD)
    assert question.id is not None
    states = await asyncio.gather(*(bulk.confirm_into(user, question.id, "Holiday") for _ in range(3)))
    assert len({state.job.id for state in states}) == 1
    assert [album.title for album in discord.standin.world.albums.values()] == ["Holiday"]


async def test_whose_pictures_are_is_looked_up_for_some_and_not_guessed_for_the_rest(
    discord: Discord, linked: Account
) -> None:
    """Of two more than are looked up; of one Imgur does not say anything."""
    services, user, world = discord.house.services, discord.alice.id, discord.standin.world
    mine, *others = [world.add_image(linked), *(world.add_image() for _ in range(LOOKED_UP + 1))]
    discord.standin.fail_next("bad-request-400", f"GET /3/image/{others[0].id}")
    ticks = await services.selections.begin(user, Place(Source.FAVORITES))
    ticked = [Selected("image", image.id) for image in (mine, *others)]
    for start in range(0, len(ticked), 25):
        await services.views.select(user, ticks.view, [], ticked[start : start + 25])
    question = await services.bulk.ask(user, ticks.view, Deed.DELETE)
    assert [item.id for item in question.sorted.can] == [mine.id]
    assert {why: len(items) for why, items in question.sorted.cannot.items()} == {
        Obstacle.FOREIGN: LOOKED_UP - 1,
        Obstacle.UNKNOWN: 2,
    }
    said = written(question_view(question, user))
    assert "**59 pictures of others** are left out: only whoever uploaded" in said
    assert "**2 pictures** are left out: whose they are has to be asked of Imgur one by one" in said


async def test_that_no_more_can_be_ticked_is_said(discord: Discord, linked: Account) -> None:
    services, user = discord.house.services, discord.alice.id
    add_images(discord, linked, 3)
    gallery = await selecting(discord)
    [view] = {part.split(":")[3] for part in _custom_ids(gallery) if ":picked:" in part}
    await services.views.select(user, view, [], [Selected("image", f"older{n}") for n in range(MOST_SELECTED - 1)])
    await tick(discord, gallery, *[value.partition(":")[2] for value in options(gallery)])
    assert "**500 selected**, no more than 500 fit · " in text(gallery)
