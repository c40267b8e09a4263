"""Commands in every language: what Discord takes is sent, what it would refuse stays English, and no more than fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from discord import AppCommandType, Locale

from cogs.translator import fitted
from locales.languages import COMMAND, NAMES, read
from locales.messages import TEMPLATE
from locales.pseudo import PSEUDO, pseudo
from services.text import units
from tests.cogs.conftest import Discord
from tests.locales.test_languages import catalogue
from tests.speaking import language_of, spoken

GERMAN = {
    "Link your Imgur account.": "Verbinde dein Imgur-Konto.",
    "Newest first": "Neueste zuerst",
    "The picture or video": "x" * 101,
    "newest": "neueste",
}
WHOLE = 8000  # Discord's, of all names, descriptions and values of one command, in its longest language


def parts(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A command, its groups, options and choices."""
    yield payload
    for part in (*payload.get("options", ()), *payload.get("choices", ())):
        yield from parts(part)


async def payload(discord: Discord) -> dict[str, Any]:
    """What Discord is sent of `/imgur`."""
    tree = discord.house.bot.tree
    assert tree.translator is not None
    return await tree.imgur.get_translated_payload(tree, tree.translator)


def named(sent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The part of this name."""
    return next(part for part in parts(sent) if part["name"] == name)


async def test_commands_are_sent_in_each_language_that_there_is(discord: Discord, tmp_path: Path) -> None:
    with spoken(language_of(tmp_path, "de", GERMAN)):
        sent = await payload(discord)
    assert named(sent, "link")["description_localizations"] == {"de": "Verbinde dein Imgur-Konto."}
    assert named(sent, "Newest first")["name_localizations"] == {"de": "Neueste zuerst"}
    assert named(sent, "newest")["name_localizations"] == {"de": "neueste"}
    assert named(sent, "newest")["value"] == "newest"
    assert named(sent, "unlink").get("description_localizations") in (None, {})


async def test_a_command_that_a_sentence_names_is_known_as_a_whole(discord: Discord) -> None:
    names = [f"/{command.qualified_name}" for command in discord.house.bot.tree.imgur.walk_commands()]
    commands = [name for name in names if not any(other.startswith(f"{name} ") for other in names)]
    assert "/imgur data backup" in commands
    assert [name for name in commands if not COMMAND.fullmatch(name)] == []


async def test_a_text_that_discord_would_refuse_stays_english_and_takes_no_other_with_it(
    discord: Discord, tmp_path: Path
) -> None:
    with spoken(language_of(tmp_path, "de", GERMAN)):
        sent = await payload(discord)
    assert not named(sent, "file").get("description_localizations")
    assert named(sent, "link")["description_localizations"]


async def test_names_are_taken_where_discord_takes_them(discord: Discord, tmp_path: Path) -> None:
    given = ("link", "verbinden"), ("unlink", "Trennen"), ("show", "zeig es"), ("album", "álbum"), ("file", "x" * 33)
    with spoken(read(catalogue(tmp_path, "pt-BR", *given, context=NAMES))):
        sent = await payload(discord)
    assert named(sent, "link")["name_localizations"] == {"pt-BR": "verbinden"}
    assert named(sent, "album")["name_localizations"] == {"pt-BR": "álbum"}
    for name in ("unlink", "show", "file"):
        assert not named(sent, name).get("name_localizations")


async def test_menus_stand_beside_it_everywhere_and_in_each_language_that_there_is(
    discord: Discord, tmp_path: Path
) -> None:
    said = {"Upload to Imgur": "Auf Imgur hochladen", "Favorite on Imgur": "x" * 33}
    with spoken(language_of(tmp_path, "de", said)):
        await discord.house.bot.sync()
    put = next(entry for entry in reversed(discord.env.http_requests) if entry.method == "PUT")
    assert put.json is not None
    menus = {one["name"]: one for one in put.json if one["type"] == 3}
    assert menus.keys() == {"Upload to Imgur", "Favorite on Imgur"}
    assert menus["Upload to Imgur"]["name_localizations"] == {"de": "Auf Imgur hochladen"}
    assert not menus["Favorite on Imgur"].get("name_localizations")  # Discord takes 32 units
    for menu in menus.values():
        assert (menu["contexts"], menu["integration_types"]) == ([0, 1, 2], [0, 1])
        assert "description" not in menu
        assert "options" not in menu
    assert [one["name"] for one in put.json if one["type"] == 1] == ["imgur"]


async def test_a_menu_and_a_command_leave_the_tree_as_they_came(discord: Discord) -> None:
    tree, kind = discord.house.bot.tree, AppCommandType.message
    menu = tree.remove_command("Upload to Imgur", type=kind)
    assert menu is not None
    assert tree.get_command("Upload to Imgur", type=kind) is None
    tree.add_command(menu)
    assert tree.get_command("Upload to Imgur", type=kind) is menu
    upload = tree.remove_command("upload")
    assert upload is not None
    assert tree.imgur.get_command("upload") is None
    assert tree.remove_command("upload") is None
    tree.add_command(upload)
    assert tree.imgur.get_command("upload") is upload


async def test_commands_are_sent_again_when_a_translation_has_changed(discord: Discord, tmp_path: Path) -> None:
    bot = discord.house.bot
    assert not await bot.sync()
    with spoken(language_of(tmp_path, "de", GERMAN)):
        assert await bot.sync()
        assert not await bot.sync()
    assert await bot.sync()


async def test_every_text_of_a_command_can_be_translated(discord: Discord) -> None:
    with TEMPLATE.open("rb") as file:
        known = read_po(file)
    names = {part["name"] for part in parts(await payload(discord)) if "description" in part}
    texts = {part.get("description") or part["name"] for part in parts(await payload(discord))}
    assert [name for name in names - {"imgur"} if known.get(name, NAMES) is None] == []
    assert [text for text in texts if known.get(text) is None] == []


async def test_a_language_that_is_a_third_longer_fits(discord: Discord) -> None:
    """What is too long for Discord in it stays English, which is for translators to see to: few may."""
    sent = await payload(discord)
    long = [part["description"] for part in parts(sent) if units(pseudo(part.get("description", ""))) > 100]
    assert all(units(part.get("description", "")) <= 100 for part in parts(sent))
    assert len(long) <= 8, long
    fits = sum(
        units(part["name"])
        + min(units(pseudo(part.get("description", ""))), 100)
        + units(part["value"] if isinstance(part.get("value"), str) else "")
        for part in parts(sent)
    )
    assert fits <= WHOLE
    assert PSEUDO.tag not in {locale.value for locale in Locale}


def test_two_names_that_would_be_one_and_what_is_too_long_stay_english() -> None:
    title, about = (
        {"name": name, "description": "d", "name_localizations": {"de": "name"}} for name in ("title", "about")
    )
    file = {"name": "file", "description": "d", "name_localizations": {"de": "name", "fr": "fichier"}}
    command = {"name": "imgur", "description": "d", "options": [title, about, file]}
    names = [option["name_localizations"] for option in fitted(command)["options"]]
    assert names == [{"de": "name"}, {}, {"fr": "fichier"}]
    assert file["name_localizations"] == {"de": "name", "fr": "fichier"}  # what it was given is as it was
    many = [
        {"name": f"o{number}", "description": "d" * 10, "description_localizations": {"de": "x" * 100, "fr": "y" * 10}}
        for number in range(90)
    ]
    sent = fitted({"name": "imgur", "description": "d", "options": many})["options"]
    assert all(option["description_localizations"] == {"fr": "y" * 10} for option in sent)
    clash = {"name": "name", "description": "d"}
    assert (
        fitted({"name": "x", "description": "d", "options": [clash, title]})["options"][1]["name_localizations"] == {}
    )
