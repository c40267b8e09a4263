"""What has ended in the background is told beside the next answer to its user, once, whatever that is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from storage import Stores
from storage.database import open_database
from storage.models import JobState
from storage.sealing import Keyring, new_key
from tests.cogs.conftest import Discord, text


@pytest.fixture
async def ended(discord: Discord) -> None:
    """A job of Alice's that another process has brought to its end."""
    async with open_database(discord.house.settings.database_url) as database:
        jobs = Stores.of(database, Keyring({"k1": new_key()})).jobs
        await jobs.begin("elsewhere", discord.alice.id, datetime.now(UTC))
        job = await jobs.claim(["elsewhere"], datetime.now(UTC))
        assert job
        assert await jobs.end(job, datetime.now(UTC), JobState.ENDED, ("Deleted 3 pictures", "2 were gone already."))


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(("command", "options"), [("account", {}), ("show", {"image": "no such thing"})])
async def test_what_has_ended_is_told_beside_the_next_answer(
    discord: Discord, command: str, options: dict[str, Any]
) -> None:
    assert not (await discord.run("account", actor=discord.bob)).followups

    [meanwhile] = (await discord.run(command, **options)).followups

    assert meanwhile.ephemeral
    assert "Meanwhile" in text(meanwhile)
    assert "**Deleted 3 pictures.** 2 were gone already." in text(meanwhile)
    assert not (await discord.run("account")).followups
