"""How long the end of an upload, and of the bot, wait for an Imgur that says nothing; by a clock that leaps."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from errors import Remains, UploadEndedError
from media.turning.pool import Turner
from media.workshop import Workshop
from services.duplicates import Duplicates
from services.upload import UploadService
from tests.hurried import hurried
from tests.services.test_upload import PICTURE, Attachments, ignore, request


class Silent:
    """Takes every byte, and never answers."""

    async def upload(self, source: Any, *_: Any, **__: Any) -> None:
        async for _chunk in source.chunks():
            pass
        await asyncio.Event().wait()


class Nobody:
    """Nobody is linked, and nothing is remembered."""

    async def linked(self, _discord_id: int) -> None:
        return None

    async def uploading(self, *_: object, hidden: bool, expires: object) -> None:
        pass

    async def same(self, *_: object) -> tuple[()]:
        return ()

    def uploaded(self, _discord_id: int, _album_id: str | None = None) -> None:
        pass


def test_end_waits_five_seconds_and_the_bot_eight_more() -> None:
    async def end() -> tuple[Remains, list[float]]:
        nobody: Any = Nobody()
        imgur: Any = Silent()
        clock = asyncio.get_running_loop().time
        uploads = UploadService(
            nobody,
            imgur,
            Attachments({"hill.jpg": PICTURE}),
            nobody,
            nobody,
            workshop=Workshop(Turner()),
            duplicates=Duplicates(nobody, nobody, imgur),
        )
        uploading = asyncio.create_task(uploads.upload(request(anonymous=True), ignore))
        await asyncio.sleep(1)
        times = [clock()]
        uploading.cancel()
        with pytest.raises(UploadEndedError) as ended:
            await uploading
        times.append(clock())
        await uploads.close()
        times.append(clock())
        return ended.value.remains, times

    remains, (cancelled, told, closed) = hurried(asyncio.wait_for(end(), 3600))
    assert remains is Remains.AWAITED
    assert told - cancelled == pytest.approx(5, abs=0.5)
    assert closed - told == pytest.approx(8, abs=0.5)
