"""Discord takes custom_ids of 100 characters: the worst case of every action that there is.

Whoever adds an action adds its worst case here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from discord import ui

import cogs
from cogs.album._views import arrange_view, edited_view
from cogs.album._views import question_view as album_question_view
from cogs.data._backup import BackupCodeForm
from cogs.data._backup import offer_view as backup_offer_view
from cogs.data._leaving import question_view as leaving_view
from cogs.data._policy import policy_view
from cogs.gallery._adopt_views import offer_view
from cogs.gallery._bulk_views import NewAlbum, pick_album_view, question_view, state_view
from cogs.gallery._hits import hits_view
from cogs.gallery._shared import picked_view
from cogs.gallery._tagging import TagsForm
from cogs.gallery._views import LONGEST_SLOT, gallery_view
from cogs.help import help_view
from cogs.item import _views as items
from cogs.item._form import EditForm
from cogs.item._marks import TagForm, Typed
from cogs.item._menu_views import many_view
from cogs.item._random import drawn_view
from cogs.link._cog import CodeForm, PasteForm
from cogs.server._views import ContactForm, report_view, rules_view, shared_view
from cogs.ui.actions import LIMIT, custom_id, fits
from cogs.ui.copying import links_view
from cogs.ui.item import ID_LIMIT, item_view
from cogs.upload._form import Given, UploadForm
from cogs.upload._pick import Pick
from cogs.upload._pick_form import PickForm
from cogs.upload._pick_views import on_imgur_view, pick_view
from errors import IdTooLongError
from imgur.models import Album, Image, Kind
from locales.text import Text
from media.models import IncomingFile
from services.account import LinkedAccount
from services.adoption import Offer
from services.album import Edited
from services.bulk import Question, Result, State
from services.data import BackupOffer, Leaving
from services.jobs import Progress
from services.library.ability import Ability, Shown
from services.library.drawing import Drawn
from services.library.page import GalleryPage
from services.library.place import Place, Source
from services.library.suggestions import Suggestion
from services.message import Contents, Linked, Picture
from services.orientation import Orientation
from services.search import Hits, Search
from services.selection import Deed, Selected, Sorted, Ticks
from services.sharing import SharedPage
from services.snippets import Style
from storage.models import Job, JobState, ServerRules, SharedMessage, Sharing
from tests.cogs.limits import assert_openable, assert_sendable, walk, written

pytestmark = pytest.mark.interplay

OWNER = MESSAGE = 2**64 - 1
JOB = 2**63 - 1
VIEW, KEY = "v" * 12, "k" * 16
FAR = 10**6  # pages
ID = "i" * ID_LIMIT
ALL = frozenset(Ability)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TICKED = (Selected("image", ID, "Title"),)
IMAGES = tuple(Image(f"{number:0{ID_LIMIT}}", link="https://i.imgur.com/a.png") for number in range(10))
ALBUM = Album(ID, title="Title", images=IMAGES, images_count=10 * FAR)
BUILT = {  # within the cogs, where something went wrong
    "account-details": ("remove",),
    "album-create": (KEY, "another"),
    "message-back": (KEY,),
    "item-tag": ("image", ID, KEY),
    "expiry-change": (ID,),
    "expiry-keep": (ID,),
    "expiry-open": ("~12345678",),
    "item-describe": ("~12345678",),
    "expiry-set": (ID, "~12345678"),
    "link": (),
    "link-code": (),
    "link-code-entered": (),
    "link-dm": ("waits",),
    "link-paste": (),
    "link-pasted": (),
    "sign-in-tell": (),
    "unlink": (),
    "unlink-confirm": (),
    "unlink-delete": (),
    "unlink-keep": (),
    "unlink-leave": (),
    "upload-again": (KEY,),
    "upload-album": (KEY, 9),
    "upload-anonymously": (KEY,),
    "upload-cancel": (KEY,),
    "upload-link": (KEY,),
    "upload-sent": ("anonymous", 1),
    "upload-anyway": (KEY,),
    "upload-smaller": (KEY,),
    "upload-as-is": (KEY,),
}


def of_an_album(album: Album, view: str = VIEW, page: int = FAR - 1) -> GalleryPage:
    return GalleryPage(Source.ALBUM, IMAGES, page, FAR, FAR, 10 * FAR, album=album, is_mine=True, view=view)


def job(state: JobState) -> State:
    kept = Job(JOB, "bulk-delete", OWNER, "user", None, {}, state, NOW, NOW, 0)
    return State(kept, Deed.DELETE, ((TICKED[0], Result.UNTOUCHED),), Progress(0, 1, 0, 0.0))


def drawn() -> Iterator[ui.LayoutView | ui.Modal]:
    """Everything with a button, a menu or a form, as long as it may become."""
    sorted_ = Sorted(Deed.DELETE, TICKED, {})
    ticks = Ticks(VIEW, TICKED)
    for source in Source:
        album = Album("i" * 20) if source is Source.ALBUM else None
        page = GalleryPage(
            source, IMAGES, FAR - 1, FAR, FAR, 10 * FAR, 3, album, is_mine=True, sort="newest", view=VIEW
        )
        for ticking in (None, ticks):
            yield gallery_view(page, page.place, OWNER, ticks=ticking)
    yield gallery_view(of_an_album(ALBUM, ""), of_an_album(ALBUM, "").place, OWNER)
    for item in (IMAGES[0], Image(ID, processing=True), ALBUM):
        yield item_view(item, owner=OWNER, can=ALL)
        yield item_view(item, owner=OWNER, can=ALL, vouched=True)
        yield item_view(item, owner=OWNER, can=ALL - {Ability.FAVORITE})
        yield items.question_view(item, OWNER, MESSAGE)
        yield EditForm(item, OWNER)
        yield EditForm(item, OWNER, action="item-described")
        yield drawn_view(Drawn(Shown(item, ALL), VIEW), OWNER)
    for kind in Kind:
        yield TagForm(OWNER, kind, ID, Typed("", ""))
    yield album_question_view(ALBUM, OWNER, "a" * 8)
    yield arrange_view(of_an_album(ALBUM), OWNER)
    yield edited_view(Edited(ALBUM), OWNER)
    for sort in ("viral", "top"):
        yield hits_view(Hits(IMAGES, FAR - 1, FAR), Search("cat", sort, "month"), VIEW, OWNER)
    yield policy_view(OWNER)
    yield help_view(Orientation(None, anonymous=1), OWNER)
    yield help_view(Orientation(LinkedAccount(1, "alice", broken=False)), OWNER)
    yield backup_offer_view(BackupOffer("https://imgur-bot.example.org/backup/nonce", NOW), OWNER)
    yield from (form(OWNER) for form in (BackupCodeForm, CodeForm, PasteForm))
    yield leaving_view(Leaving("name", FAR, deleting=False, expiring=FAR), OWNER)
    yield TagsForm(OWNER, VIEW)
    for style in Style:
        yield links_view([IMAGES[0].page_url] * 500, style, OWNER, VIEW)
    yield rules_view(ServerRules(Sharing.CHOSEN, (MESSAGE,) * 25), OWNER)
    yield ContactForm(OWNER, "c" * 200)
    shared = [SharedMessage(MESSAGE - number, MESSAGE, MESSAGE, OWNER, NOW) for number in range(5)]
    yield shared_view(SharedPage(shared, 9, 99, 500), OWNER)
    yield report_view(ServerRules(), OWNER, MESSAGE, may=True, in_server=True)
    yield picked_view(IMAGES, hidden=frozenset(), owner=OWNER)
    yield picked_view(IMAGES, hidden=frozenset(), owner=OWNER, shared=True)
    yield UploadForm(OWNER, Given())
    pick = Pick(Contents((Picture(IncomingFile("a.png", 1, "")),) * 999), frozenset({1})).turned(FAR)
    yield pick_view(pick, KEY, OWNER)
    yield many_view([Linked("album", ID, f"https://imgur.com/gallery/{ID}")], KEY, OWNER)
    yield on_imgur_view(Contents((), 0, (Linked("album", ID, f"https://imgur.com/gallery/{ID}"),)), OWNER)
    yield PickForm(OWNER, KEY, Given())
    yield offer_view(Offer(Question(VIEW, Sorted(Deed.ADOPT, TICKED, {})), "n" * 63, 10**6), OWNER)
    yield NewAlbum(OWNER, VIEW)
    yield question_view(Question(VIEW, sorted_), OWNER)
    yield pick_album_view(Question(VIEW, sorted_), OWNER, [Suggestion(Text("Album"), f"album:{'a' * 64}")])
    yield from (state_view(job(state), OWNER) for state in (JobState.OPEN, JobState.STOPPED))


def custom_ids(view: ui.LayoutView | ui.Modal) -> list[str]:
    if isinstance(view, ui.Modal):
        return [view.custom_id]
    return [part["custom_id"] for part in walk(view.to_components()) if "custom_id" in part]


def test_no_custom_id_is_longer_than_discord_takes() -> None:
    source = "\n".join(path.read_text() for path in Path(cogs.__file__).parent.rglob("*.py"))
    actions = set(re.findall(r'^    @action\("([a-z-]+)"', source, re.MULTILINE))
    ids = [custom_id(name, OWNER, *arguments) for name, arguments in BUILT.items()]
    for view in drawn():
        if isinstance(view, ui.LayoutView):
            assert_sendable(view)
        else:
            assert_openable(view)
        ids += custom_ids(view)
    assert {one.split(":")[1] for one in ids} == actions
    assert max(map(len, ids)) <= LIMIT


@pytest.mark.parametrize("length", [20, 24, 25, 26, 28, 29, 40, 46, 47, 64])
@pytest.mark.parametrize("view", ["", VIEW])
@pytest.mark.parametrize("page", [0, 3, FAR])
def test_an_album_of_any_id_is_shown_with_the_buttons_that_fit(length: int, view: str, page: int) -> None:
    album = Album("i" * length, title="Long", images=IMAGES, images_count=100)
    got = GalleryPage(Source.ALBUM, IMAGES, page, page + 1, page + 1, album=album, is_mine=True, view=view)
    gallery = gallery_view(got, got.place, OWNER)
    assert_sendable(gallery)
    turns = [one for one in custom_ids(gallery) if one.split(":")[1] == "gallery"]
    assert bool(turns) is fits("gallery", OWNER, got.place, page + 2, page + 2, LONGEST_SLOT)
    said = written(gallery)
    assert ("so this page is all that can be shown here" in said) is (not turns)
    assert_sendable(edited_view(Edited(album), OWNER))
    if turns:
        assert_sendable(gallery_view(got, got.place, OWNER, ticks=Ticks(VIEW, TICKED)))
    empty = GalleryPage(Source.ALBUM, (), 0, 0, None, album=album, is_mine=True, view=view)
    assert_sendable(gallery_view(empty, empty.place, OWNER))


def test_what_does_not_fit_is_an_error_with_words() -> None:
    with pytest.raises(IdTooLongError):
        album_question_view(Album("i" * 64), OWNER, "a" * 8)
    assert not fits("gallery", OWNER, Place(Source.ALBUM, album="i" * 64), 0, 0, "next")
