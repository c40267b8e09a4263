"""Each answer is in its reader's language, what is shared in the server's, and the pages in that of who began."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text, walk
from standins.imgur.standin import Standin as Imgur
from tests.conftest import CLIENT_ID
from tests.speaking import language_of, spoken
from tests.visitor import Visitor
from tests.wire.acting import another, answered, asked_to_delete, changed, shared_upload
from tests.wire.conftest import Start
from tests.wire.test_following import DELETE

GERMAN = {
    "Link your Imgur account": "Verbinde dein Imgur-Konto",
    "Enter code": "Code eingeben",
    "Linked as {name}": "Verbunden als {name}",
    "Uploaded anonymously": "Anonym hochgeladen",
    "Open on Imgur": "Auf Imgur ansehen",
    "Delete {title}?": "{title} löschen?",
    "Delete for good": "Endgültig löschen",
    "{item} is gone from Imgur.": "{item} ist von Imgur verschwunden.",
    "No Imgur account is linked": "Kein Imgur-Konto ist verbunden",
    "Favorite": "Merken",
    "{user}: anonymous uploads": "{user}: anonyme Bilder",
    "Refresh": "Neu laden",
    "Continue to Imgur": "Weiter zu Imgur",
    "**{done} of {count}** done so far.": "{done} von **{count}** fertig.",
    ("{count} deleted", "{count} deleted"): ("{count} gelöscht", "{count} gelöscht"),
}
FRENCH = {
    "**Uploaded by** {user}": "**Envoyé par** {user}",
    "Open on Imgur": "Voir sur Imgur",
    "Favorite": "Favori",
    "{item} is gone from Imgur.": "{item} n'est plus sur Imgur.",
    "No Imgur account is linked": "Aucun compte Imgur n'est lié",
    "{user}: anonymous uploads": "{user} : téléversements anonymes",
    "Refresh": "Actualiser",
}


@pytest.fixture(autouse=True)
def _languages(tmp_path: Path) -> Iterator[None]:
    with spoken(language_of(tmp_path, "de", GERMAN), language_of(tmp_path, "fr", FRENCH)):
        yield


def labels(message: Any) -> list[str]:
    """What the buttons say."""
    return [part["label"] for part in walk(message["components"]) if part["type"] == 2]


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("de", "Kein Imgur-Konto ist verbunden"),
        ("fr", "Aucun compte Imgur n'est lié"),
        ("en-GB", "No Imgur account is linked"),
        ("xx", "No Imgur account is linked"),
        (None, "No Imgur account is linked"),
    ],
)
async def test_an_answer_is_in_its_reader_s_language_or_in_english(
    discord: Discord, start: Start, locale: str | None, said: str
) -> None:
    alice = discord.world.add_person("alice")
    discord.world.locales[alice["id"]] = locale
    discord.world.guild_locale = "de"
    async with start():
        await discord.ready()
        answer = await (await discord.slash(alice, "account")).answered()
        refused = await (await discord.slash(alice, "favorite", image="abc1234")).answered()
    assert f"### {said}\n" in text(answer)
    assert f"### {said}\n" in text(refused)


async def test_what_is_shared_is_in_the_server_s_language_and_each_press_in_the_presser_s(
    discord: Discord, standin: Imgur, start: Start, picture: bytes
) -> None:
    alice, bob = discord.world.add_person("alice"), discord.world.add_person("bob")
    discord.world.locales |= {alice["id"]: "de", bob["id"]: "en-US"}
    discord.world.guild_locale = "fr"
    async with start():
        await discord.ready()
        [shared] = (await shared_upload(discord, alice, picture)).followups
        assert "**Envoyé par** <@" in text(shared)
        assert {"Voir sur Imgur", "Favori"} <= {*labels(shared)}
        pressed = await discord.press(bob, shared, "Favori")
        assert "### No Imgur account is linked\n" in text(await pressed.answered())
        deletion = await discord.press(alice, shared, "Delete")
        question = await answered(deletion)
        assert "löschen?" in text(question)
        await (await discord.press(alice, question, "Endgültig löschen")).answered()
        await discord.until(lambda: "n'est plus sur Imgur" in text(shared))
        assert "ist von Imgur verschwunden" in text(question)


@pytest.mark.usefixtures("unhurried")
async def test_a_shared_gallery_keeps_up_in_the_server_s_language_wherever_its_owner_deletes(
    discord: Discord, standin: Imgur, start: Start, picture: bytes
) -> None:
    alice = discord.world.add_person("alice")
    discord.world.locales[alice["id"]] = "de"
    discord.world.guild_locale = "fr"
    async with start():
        await discord.ready()
        for number in range(2):
            file = discord.world.upload(f"{number}.jpg", another(picture), "image/jpeg")
            command = await discord.slash(alice, "upload", file, file=file["id"], anonymous=True)
            await discord.until(lambda: "Anonym hochgeladen" in text(command.original or {"components": []}))  # noqa: B023
        shown = await discord.slash(alice, "images", share=True)
        await discord.until(lambda: shown.followups)
        [gallery] = shown.followups
        await (await discord.press(alice, gallery, "Actualiser")).answered()
        gone = next(iter(standin.world.images))
        question = await answered(await discord.slash(alice, "delete", image=gone, direct=True))
        await (await discord.press(alice, question, "Endgültig löschen")).answered()
        await discord.until(lambda: gone not in text(gallery))
        assert "téléversements anonymes" in text(gallery)
        assert "Actualiser" in labels(gallery)


async def test_a_language_that_is_changed_between_question_and_answer_is_the_new_one_from_then_on(
    discord: Discord, standin: Imgur, start: Start, picture: bytes
) -> None:
    alice = discord.world.add_person("alice")
    discord.world.locales[alice["id"]] = "de"
    async with start():
        await discord.ready()
        file = discord.world.upload("hill.jpg", picture, "image/jpeg")
        shown = await answered(
            await discord.slash(alice, "upload", file, file=file["id"], anonymous=True, title="Hill")
        )
        await discord.until(lambda: "Anonym hochgeladen" in text(shown))
        question = await changed(discord, await discord.press(alice, shown, "Delete"), "Hill löschen?")
        discord.world.locales[alice["id"]] = "en-US"
        gone = await discord.press(alice, question, "Endgültig löschen")
        assert "is gone from Imgur" in text(await changed(discord, gone, "### Deleted"))


async def test_the_pages_and_the_message_that_began_are_in_the_language_of_who_began(
    discord: Discord, standin: Imgur, start: Start
) -> None:
    alice, account = discord.world.add_person("alice"), standin.world.add_account("alice_pictures")
    discord.world.locales[alice["id"]] = "de"
    discord.world.guild_locale = "fr"
    async with start():
        await discord.ready()
        offer = await answered(await discord.slash(alice, "link"))
        assert text(offer).startswith("### Verbinde dein Imgur-Konto")
        [link] = [part["url"] for part in walk(offer["components"]) if part["type"] == 2 and "url" in part]
        base, _, path = link.partition("/link/")
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            browser = Visitor(session, base)
            page = await browser.get(f"/link/{path}")
            assert 'lang="de"' in page.text
            assert "Weiter zu Imgur" in page.text
            state = await browser.press_continue(f"/link/{path}")
            tokens = standin.world.issue_tokens(account, CLIENT_ID)
            code = (await browser.get((await browser.come_back(state, tokens.refresh_token)).location)).text
        entered = await discord.press(alice, offer, "Code eingeben")
        await discord.until(lambda: entered.callbacks)
        shown = code.partition('id="code" class="code">')[2].partition("<")[0]
        await (await discord.submit(alice, entered, code=shown)).answered()
        await discord.until(lambda: "Verbunden als" in text(offer))


@pytest.mark.usefixtures("unhurried")
async def test_what_ends_in_the_background_is_told_in_the_language_of_who_waits_for_it(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        monkeypatch.setattr(running.bot.services.jobs, "_others_tell", 0.0)
        held = standin.switches.hold(DELETE)
        question = await asked_to_delete(discord, alice, picture, 3)
        discord.world.locales[alice["id"]] = "de"
        confirmed = await discord.press(alice, question, "Delete 3 for good")
        await changed(discord, confirmed, "von **3** fertig")
        await asyncio.wait_for(held.arrived.wait(), 30)
        await running.bot.cogs["Bulk"]._watch.close()  # type: ignore[attr-defined]
        held.release()
        await changed(discord, confirmed, "### 3 gelöscht")
