"""`/imgur help`: what goes for whom, where, and the buttons that start it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cogs.help import help_view
from services.account import LinkedAccount
from services.orientation import Orientation
from services.sign_in import Outage
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, text, walk
from tests.cogs.limits import assert_sendable
from tests.cogs.test_server import a_manager, allow
from tests.reading import english

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def helped(discord: Discord, actor: Any = None) -> Any:
    return answer(await discord.run("help", actor))


async def test_who_has_no_account_hears_how_to_begin_and_starts_it_by_a_press(discord: Discord, picture: bytes) -> None:
    message = await helped(discord)
    assert message.flags.ephemeral
    assert "No Imgur account of yours is linked yet" in text(message)
    assert set(buttons(message)) == {"Upload", "Link account"}
    assert "/imgur favorites" not in text(message)
    offer = answer(await discord.click(message, "Link account"))
    assert "Open the link page" in buttons(offer)
    await discord.run("upload", file=("cat.jpg", picture), title="A cat", anonymous=True)
    message = await helped(discord)
    assert "1 of yours is here" in text(message)
    gallery = answer(await discord.click(message, "My images"))
    assert "A cat" in text(gallery)


async def test_who_has_one_finds_everything_and_nothing_asks_imgur(discord: Discord, linked: Account) -> None:
    discord.standin.world.add_image(linked, title="Hill")
    discord.standin.world.add_favorites(linked, [discord.standin.world.add_image(title="Pond")])
    before = len(discord.standin.requests)
    message = await helped(discord)
    assert len(discord.standin.requests) == before
    assert "You are linked as **alice\\_pictures**" in text(message)
    assert set(buttons(message)) == {"Upload", "My images", "My favorites", "My account"}
    assert "Hill" in text(answer(await discord.click(message, "My images")))
    assert "Pond" in text(answer(await discord.click(message, "My favorites")))
    assert "Your credits" in text(answer(await discord.click(message, "My account")))


async def test_upload_opens_the_form_of_the_command(discord: Discord, picture: bytes) -> None:
    opened = await discord.click(await helped(discord), "Upload")
    sent = answer(await discord.alice.submit_modal(opened, {"files": [("cat.jpg", picture)]}))
    assert "Upload anonymously" in buttons(sent)


async def test_where_nothing_may_be_shared_it_says_so_and_who_manages_hears_of_it(discord: Discord) -> None:
    manager = a_manager(discord)
    assert "`share: True`" in text(await helped(discord))
    assert "/imgur server" not in text(await helped(discord))
    assert "/imgur server" in text(await helped(discord, manager))
    await allow(discord, manager, "off")
    said = text(await helped(discord))
    assert "This server lets nothing be shared" in said
    assert "`share: True`" not in said


ACCOUNT = LinkedAccount(7, "ada_imgur", broken=False)


@pytest.mark.parametrize(
    ("known", "said", "offered"),
    [
        (Orientation(None, links=False), "runs without accounts", {"Upload"}),
        (Orientation(None, links=False, backs_up=False), "`/imgur data export`, delete, and policy.", {"Upload"}),
        (
            Orientation(None, outage=Outage(NOW, NOW)),
            "sign-in is down",
            {"Upload", "Link account", "Tell me when it works"},
        ),
        (Orientation(LinkedAccount(7, "ada_imgur", broken=True)), "no longer accepts it", {"Upload", "Link account"}),
        (
            Orientation(ACCOUNT, anonymous=3),
            "3 anonymous uploads, which are not in it",
            {"Upload", "My images", "My favorites", "My account"},
        ),
    ],
)
def test_each_standing_has_its_words_and_its_way_on(known: Orientation, said: str, offered: set[str]) -> None:
    view = help_view(known, 1)
    assert_sendable(view)
    shown = view.to_components()
    assert said in "".join(english(part["content"]) for part in walk(shown) if "content" in part)
    assert {english(part["label"]) for part in walk(shown) if "label" in part} == offered
