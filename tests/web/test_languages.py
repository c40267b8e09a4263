"""In whose language a page is, and that all of it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.ext import babel_extract
from yarl import URL

from imgur.client import ImgurClient
from locales.pseudo import PSEUDO, outside, pseudo
from locales.rendering import only
from locales.text import PLACEHOLDER, Duration
from services.data import BackupPage, BackupStep, PartIndex
from services.data.plan import Entry
from services.data.writing import Lack, Shown
from services.linking import LinkingService
from services.login import Logins
from services.onetime import CODE_ALPHABET
from services.sign_in import Outage
from services.sync import Progress
from standins.discord.oauth import OAuth
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from tests.conftest import CLIENT_ID
from tests.speaking import language_of, spoken
from tests.visitor import Answer, Visitor
from tests.web.reading import read, said_on, words_outside
from web.languages import in_language_of, is_known, wanted
from web.public import create_public_app
from web.rendering import TEMPLATES, drawn, say
from web.server import serving

ADA = 1001
KNOWN = {"de", "de-AT", "fr", "pt-BR", "zh-Hant-TW", "en-US", "x" * 35, "x" * 36}
GERMAN = {
    "Link your Imgur account": "Imgur-Konto verknüpfen",
    "On to Imgur": "Weiter zu Imgur",
    "Checking with Imgur": "Imgur wird gefragt",
    "Enter this code in Discord": "Gib diesen Code in Discord ein",
    "Linked": "Verknüpft",
    "Stopped": "Abgebrochen",
    "This link is no longer in use": "Dieser Link gilt nicht mehr",
}
FRENCH = {
    "Nothing to do here yet": "Rien à faire ici pour l'instant",
    "There is no such page": "Cette page n'existe pas",
    "This link is no longer in use": "Ce lien n'est plus valable",
    "Link your Imgur account": "Associer votre compte Imgur",
    "Checking with Imgur": "Vérification auprès d'Imgur",
}


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


@pytest.fixture
def _german_and_french(tmp_path: Path) -> Iterator[None]:
    with spoken(language_of(tmp_path, "de", GERMAN), language_of(tmp_path, "fr", FRENCH)):
        yield


# --- which one the browser wants


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("", None),
        ("de", "de"),
        ("de-AT, de;q=0.9, en;q=0.8", "de-AT"),
        ("it, fr;q=0.5, de;q=0.9", "de"),
        ("fr;q=0.5,de;q=0.5", "fr"),
        ("fr;q=0.499, de;q=0.5", "de"),
        ("fr;q=0, de;q=0.1", "de"),
        ("fr;q=0.000", None),
        ("fr ; Q = 1.000 , de", "fr"),
        ("*, de;q=0.1", "de"),
        ("tlh, *;q=0.5", None),
        ("de_AT, pt-BR", "pt-BR"),
        ("fr;q=2, pt-BR;q=0.1", "pt-BR"),
        ("fr;q=-1, fr;q=, fr;q=0.1234, fr;q=nan, fr;q=1e0, fr;q=\u0661, fr;level=1, de;q=0.001", "de"),
        (",,; ,=,de", "de"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("x" * 35, "x" * 35),
        ("x" * 36, None),
        ("tlh," * 9 + "de", "de"),
        ("tlh," * 10 + "de", None),
        ("d\u00e9, \ud800, \0, fr", "fr"),
        ("de\n", "de"),
    ],
)
def test_language_is_the_first_by_quality_that_there_is(accepted: str, tag: str | None) -> None:
    assert wanted(accepted, KNOWN.__contains__) == tag


@given(st.text() | st.text(alphabet="aZ09-,;=.q* \t_") | st.lists(st.text(alphabet="deq-019;=. ")).map(",".join))
def test_no_header_is_too_odd_to_be_read(accepted: str) -> None:
    found = wanted(accepted, lambda _: True)
    assert found is None or (re.fullmatch(r"[A-Za-z0-9-]{1,35}", found) and found in accepted)
    assert wanted(accepted, is_known) is None or "en" in accepted.lower()


@pytest.mark.usefixtures("_german_and_french")
@given(st.from_regex(r"[A-Za-z0-9-]{1,35}", fullmatch=True))
def test_no_tag_is_too_odd_to_be_looked_for(tag: str) -> None:
    assert is_known(tag) in {True, False}


@pytest.mark.usefixtures("_german_and_french")
@pytest.mark.parametrize(
    ("tag", "known"),
    [("de", True), ("DE-at", True), ("fr-CA", True), ("en", True), ("EN-gb", True), ("it", False), ("enm", False)],
)
def test_language_is_known_where_nobody_gets_english_in_its_place(tag: str, *, known: bool) -> None:
    assert is_known(tag) is known


@pytest.mark.parametrize(
    "accepted",
    ["", ",;=", "*", "de;q=\xff", "-" * 8000, "en-", "q=1;en", "a-" * 17, "de-" + "1" * 32, ",".join(["en"] * 2000)],
    ids=lambda accepted: accepted[:12],
)
@pytest.mark.usefixtures("_german_and_french")
async def test_page_is_shown_whatever_the_browser_wants(visitor: Visitor, accepted: str) -> None:
    answer = await visitor.get("/", headers={"Accept-Language": accepted})
    assert (answer.status, "Nothing to do here yet" in answer.text) == (200, True)


# --- and who has a word in it


@pytest.mark.usefixtures("_german_and_french")
async def test_page_and_refusal_are_in_the_browser_s_language(visitor: Visitor) -> None:
    french = {"Accept-Language": "it, fr-CA;q=0.8, de;q=0.7"}
    for path, sentence in (("/", "Nothing to do here yet"), ("/none", "There is no such page")):
        page = read((await visitor.get(path, headers=french)).text)
        assert FRENCH[sentence] in page.said
        assert page.lang == "fr"
        page = read((await visitor.get(path)).text)  # on the same connection
        assert sentence in page.said
        assert page.lang == "en-US"


@pytest.mark.usefixtures("_german_and_french")
@pytest.mark.parametrize("locale", ["de", "de-CH", None])
async def test_pages_of_an_attempt_are_in_the_language_of_who_began_it(
    visitor: Visitor, linking: LinkingService, standin: Standin, account: Account, locale: str | None
) -> None:
    offer = await linking.begin(ADA, "ada", locale=locale)
    pages = await walk(visitor, linking, standin, account, offer.url, **{"Accept-Language": "fr"})
    own = GERMAN if locale else {sentence: FRENCH.get(sentence, sentence) for sentence in GERMAN}
    for name, sentence in {
        "landing": "Link your Imgur account",
        "leaving": "On to Imgur",
        "checking": "Checking with Imgur",
        "code": "Enter this code in Discord",
        "linked": "Linked",
    }.items():
        page = read(pages[name].text)
        assert own[sentence] in page.said, name
        assert page.lang == ("de" if locale else "fr")
    assert FRENCH["Checking with Imgur"] in read(pages["callback"].text).said


@pytest.mark.usefixtures("_german_and_french")
async def test_page_that_says_stopped_is_in_the_language_of_who_began_and_the_refusal_after_it_is_not(
    visitor: Visitor, linking: LinkingService
) -> None:
    offer = await linking.begin(ADA, "ada", locale="de")
    await visitor.press_continue(offer.url)
    had = dict(visitor.cookies)
    path = f"/linked/{offer.attempt_id}"
    for _ in range(2):
        visitor.cookies = dict(had)
        stopped = await visitor.post(f"{path}/stop", headers={"Accept-Language": "fr"})
        assert GERMAN["Stopped"] in read(stopped.text).said
    refused = read((await visitor.get(path, headers={"Accept-Language": "fr"})).text)
    assert refused.lang == "fr"
    assert FRENCH["This link is no longer in use"] in refused.said


@pytest.mark.usefixtures("_german_and_french")
async def test_who_reads_in_discord_what_there_is_not_has_the_browser_s_language(
    visitor: Visitor, linking: LinkingService
) -> None:
    offer = await linking.begin(ADA, "ada", locale="it")
    page = read((await visitor.get(offer.url, headers={"Accept-Language": "fr"})).text)
    assert FRENCH["Link your Imgur account"] in page.said
    assert page.lang == "fr"


@pytest.mark.usefixtures("_german_and_french")
def test_language_of_an_attempt_ends_with_its_page() -> None:
    with in_language_of("fr"):
        with in_language_of("de"):
            assert say("Linked") == "Verknüpft"
        with in_language_of(None):
            assert say("There is no such page") == FRENCH["There is no such page"]
    assert say("Linked") == "Linked"


# --- all of it


async def walk(
    visitor: Visitor, linking: LinkingService, standin: Standin, account: Account, link: str, **headers: str
) -> dict[str, Answer]:
    """Each page on the way from the link to the end, by its template's name."""
    pages = {"landing": await visitor.get(link, headers=headers), "leaving": await visitor.post(link, headers=headers)}
    state, token = pages["leaving"].state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token
    held = standin.switches.hold("POST /oauth2/token")
    coming = asyncio.create_task(visitor.come_back(state, token))
    await held.arrived.wait()
    path = (await visitor.come_back(state, "of no use")).location
    pages["callback"] = await visitor.get("/oauth/imgur", headers=headers)
    pages["checking"] = await visitor.get(path, headers=headers)
    held.release()
    await coming
    pages["code"] = await visitor.get(path, headers=headers)
    found = re.search(r'id="code"[^>]*>([^<]+)<', pages["code"].text)
    assert found
    await linking.enter_code(ADA, found[1])
    pages["linked"] = await visitor.get(path, headers=headers)
    return pages


async def logging_in(visitor: Visitor, linking: LinkingService, oauth: OAuth, refresh_token: str) -> dict[str, Answer]:
    """Each page on the way by a Discord login."""
    oauth.person("ada", ADA)
    oauth.person("bob", ADA + 1)
    offer = await linking.begin(ADA, "ada")
    own, pages = f"/linked/{offer.attempt_id}", {"landing, with a login": await visitor.get(offer.url)}

    async def asked() -> dict[str, str]:
        pages["leaving for Discord"] = await visitor.post(offer.url)
        return dict(URL(pages["leaving for Discord"].onward).query)

    async def back(query: dict[str, str], name: str) -> Answer:
        return await visitor.get(oauth.back(query, code=oauth.issue(name, query)))

    pages["another account"] = await back(await asked(), "bob")
    query = await asked()
    pages["login"] = await visitor.get(own)
    oauth.gate = asyncio.Event()
    coming = asyncio.create_task(back(query, "ada"))
    while oauth.count("/api/oauth2/token") < 2:  # noqa: ASYNC110 - the stand-in's list
        await asyncio.sleep(0.01)
    pages["looking"] = await visitor.get(own)
    oauth.gate.set()
    await coming
    await visitor.come_back((await visitor.get(own)).state, refresh_token)
    pages["confirm"] = await visitor.get(own)
    offer = await linking.begin(ADA, "ada")
    query = await asked()
    await visitor.get(oauth.back(query, error="access_denied"))
    pages["refused"] = await visitor.get(f"/linked/{offer.attempt_id}")
    return pages


async def _down() -> Outage:
    return Outage(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
async def login_pages(
    stores: Stores,
    imgur_client: ImgurClient,
    logins: Logins,
    oauth: OAuth,
    standin: Standin,
    account: Account,
    public_url: str,
) -> dict[str, Answer]:
    tokens = standin.world.issue_tokens(account, CLIENT_ID)
    linking = LinkingService(
        stores.attempts,
        stores.accounts,
        imgur_client,
        public_url=public_url,
        authorize_url=imgur_client.authorize_url,
        logins=logins,
        outage=_down,
    )
    app, port = create_public_app(linking, public_url=public_url), int(public_url.rpartition(":")[2])
    async with serving(app, "127.0.0.1", port), aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        with only(PSEUDO):
            return await logging_in(Visitor(session, public_url), linking, oauth, tokens.refresh_token)


async def test_all_that_a_page_says_is_in_the_reader_s_language(
    login_pages: dict[str, Answer], visitor: Visitor, linking: LinkingService, standin: Standin, account: Account
) -> None:
    with only(PSEUDO):
        pages = login_pages | await walk(visitor, linking, standin, account, (await linking.begin(ADA, "ada")).url)
        pages["home"] = await visitor.get("/")
        pages["callback with nothing"] = await visitor.get("/oauth/imgur")
        offer = await linking.begin(ADA, "ada")
        await visitor.press_continue(offer.url)
        pages["stopped"] = await visitor.post(f"/linked/{offer.attempt_id}/stop")
        pages["refusal"] = await visitor.get(offer.url)
        pages["no page"] = await visitor.get("/none")
        pages["no method"] = await visitor.request("PUT", "/", headers={"Origin": visitor.url})
        pages["too much"] = await visitor.post("/oauth/imgur", {"state": "a" * 20_000})
        pages["no form"] = await visitor.post("/oauth/imgur", b"garbage")
        pages["another site's"] = await visitor.post(offer.url, headers={"Origin": "https://evil.example.org"})
    for name, page in pages.items():
        names = {word for word in words_outside(page) if not re.fullmatch(f"[{CODE_ALPHABET}]{{8}}", word)}
        assert names <= {"Imgur", "Discord", "ada", "bob", "ada_imgur"}, name
        assert read(page.text).lang == "en-XA"
    said = " ".join(page.text for page in pages.values())
    assert unseen(said, *(path.name for path in TEMPLATES.glob("*.html") if not path.name.startswith("backup_"))) == []
    assert "⟦" not in said_on(await visitor.get("/"))


def backup_pages() -> dict[str, str]:
    """Every page of a backup, and the one that is in it, with all that may stand on them."""
    page = BackupPage("backup", BackupStep.CODE, "ada", datetime(2026, 1, 1, tzinfo=UTC), None, code="ABCD2345")
    read = Progress(10, 100)
    choice = replace(
        page,
        username="ada_imgur",
        anonymous=2,
        reading=dict.fromkeys(("images", "albums", "favorites", "contents"), read),
    )
    shared = {"left": Duration(60), "word": "code", "seconds": 60, "running": None, "ends": {}}
    parts = replace(page, parts=5)
    sent = {2: "whole", 3: "cut", 4: "stalled"}
    entry = Entry("1", "", "", created="2026-01-01", albums=("2",), folder="", page="https://imgur.com/1")
    there = [Shown(entry, path=f"{path}/1.png") for path in ("images", "favorites", "anonymous")]
    index = PartIndex(1, 2, (*there, *(Shown(entry, lack=lack) for lack in Lack)))
    return {
        "landing": drawn("backup_landing.html", page=page, left=Duration(60)),
        "code": drawn("backup_code.html", page=page, **shared),
        "choice": drawn("backup_choose.html", page=choice, **shared),
        "lost": drawn("backup_choose.html", page=replace(choice, lost="ada_imgur"), **shared),
        "nothing": drawn("backup_choose.html", page=page, **shared),
        "parts": drawn("backup_parts.html", page=parts, **shared | {"running": (1, 2, 3), "ends": sent}),
        "index": drawn("backup_index.html", index=index),
    }


def test_all_that_a_backup_says_is_in_the_reader_s_language() -> None:
    with only(PSEUDO):
        pages = backup_pages()
    for name, page in pages.items():
        said = outside(" ".join(read(page).said)).replace("https://imgur.com/1", "").replace("2026-01-01", "")
        assert set(re.findall(r"[^\W\d_]+", said)) <= {"Imgur", "Discord", "ada", "imgur", "ABCD"}, name
    assert unseen(" ".join(pages.values()), *(path.name for path in TEMPLATES.glob("backup_*.html"))) == []


def unseen(said: str, *templates: str) -> list[str]:
    """What these templates say, and nobody has."""
    return [sentence for sentence in sentences(*templates) if not re.search(_seen(sentence), said)]


def sentences(*templates: str) -> list[str]:
    """What they say, as it is found when catalogues are made."""
    found: list[str] = []
    for template in sorted(map(TEMPLATES.joinpath, templates)):
        with template.open("rb") as file:
            calls = [message for _, _, message, _ in babel_extract(file, ["say"], [], {"silent": "false"})]
        first = (message[0] if isinstance(message, tuple) else message for message in calls)
        here = [sentence for sentence in first if sentence]
        assert len(here) == len(re.findall(r"\bsay\(", template.read_text(encoding="utf-8"))), template.name
        found += here
    return found


def _seen(sentence: str) -> str:
    return ".+?".join(map(re.escape, PLACEHOLDER.sub("\0", pseudo(sentence)).split("\0")))


def test_templates_say_nothing_that_is_not_looked_up() -> None:
    """No word of a template stands outside of its tags and expressions, but for two names."""
    for template in TEMPLATES.glob("*.html"):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        words = set(re.findall(r"[^\W\d_]+", " ".join(read(f'<html lang="" dir="">{text}').said)))
        assert words <= {"Imgur", "Discord"}, template.name


def test_scripts_say_nothing_of_their_own() -> None:
    for script in TEMPLATES.parent.joinpath("static").glob("*.js"):
        assert re.findall(r"textContent = (?!told\.dataset)\S+", script.read_text(encoding="utf-8")) == []
