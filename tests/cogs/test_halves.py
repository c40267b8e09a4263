"""Half of a surrogate pair, which no database and no wire takes, wherever somebody types it or Imgur sends it."""

from __future__ import annotations

from typing import Any

import pytest

from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.indexing import Index
from tests.cogs.test_gallery import listed
from tests.databases import on_both

pytestmark = pytest.mark.interplay

HALF = "\ud83d"


@on_both
async def test_half_a_sign_is_replaced_and_what_holds_it_is_shown_and_found(
    discord: Discord, linked: Account, index: Index, picture: bytes
) -> None:
    world = discord.standin.world
    image = world.add_image(linked, title="plain")
    image.odd = {"title": f"Sun{HALF}set", "description": HALF}
    album = world.add_album(linked, title="plain")
    album.odd = {"title": f"Holi{HALF}day"}
    await index.read(Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS)

    for query in ("sun", f"set {HALF}", f"su{HALF}n"):
        assert listed(answer(await discord.run("images", query=query))) == [image.id], query
    assert "There is nothing to look for in that" in text(answer(await discord.run("images", query=HALF)))
    assert listed(answer(await discord.run("album list"))) == [album.id]
    assert len(await discord.alice.autocomplete(discord.channel, "imgur show", "image", f"sun{HALF}")) == 1

    marked = text(answer(await discord.run("tag", image=image.id, tags=f"half {HALF} face, {HALF}")))
    assert "#half face" in marked
    assert "a note" in text(answer(await discord.run("note", image=image.id, text=f"a {HALF}note")))
    for query in (f"#half {HALF}face", f"note {HALF}"):
        assert listed(answer(await discord.run("images", query=query))) == [image.id], query

    options: dict[str, Any] = {"title": f"Win{HALF}ter", "description": f"Ice{HALF}"}
    assert "Album made" in text(answer(await discord.run("album create", **options)))
    edited = text(answer(await discord.run("album edit", album="winter", description=f"Sn{HALF}ow")))
    assert "Saved" in edited
    assert "Saved" in text(answer(await discord.run("edit", image=image.id, title=f"Moon{HALF}rise")))
    uploading = discord.run("upload", file=("a.jpg", picture), title=f"He{HALF}llo", album=f"{HALF}winter")
    assert "Uploaded to your Imgur account" in text(answer(await uploading))
    made = world.albums_of(linked)[0]
    assert (made.title, made.description, len(made.images)) == ("Winter", "Snow", 1)
    assert [one.title for one in (image, *made.images)] == ["Moon?rise", "He?llo"]
    assert "Nothing found on Imgur" in text(answer(await discord.run("search", query=f"no{HALF}thing")))
