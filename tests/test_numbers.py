"""Every number that is promised, as it is promised: a test that follows a constant would not notice it change.

Whoever changes one changes it here, and where it is said to people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from inspect import signature
from typing import Any

import pytest

import bot
import imgur
from cogs.item import _cog as item_cog
from cogs.ui import door
from imgur import _answer, _decode, _favorite, _limits, _throttle, _transport, _upload, client, models, reference
from locales import rendering as said
from media import workshop
from media.turning import jobs, limits, moving, pool
from services import account, backlog, lag, linking, onetime, search, upload, views
from services.album import looking
from services.library import (
    ability,
    drawing,
    galleries,
    items,
    listing,
    naming,
    page,
    place,
    reading,
    suggestions,
)
from storage import attempts, database, housekeeping, keys, link_history, probe, resealing, sealing, signatures, tables
from storage.engines import postgres, sqlite
from storage.models import AttemptStatus, ImgurAccount, LinkAttempt
from web import connection, pages, public, rendering, security, server

MINUTE, HOUR = 60, 3600

PROMISED = {
    # --- to users: product, README, the bot's own words
    "minutes that a link is good for": (linking.LIFETIME, timedelta(minutes=10)),
    "attempts at linking within an hour": (linking.HOURLY_LIMIT, 20),
    "that hour": (attempts.KEPT_FOR, timedelta(hours=1)),
    "links and unlinks that are kept of a user": (link_history.MOST, 20),
    "and for how long: a year": (link_history.KEPT_FOR, timedelta(days=365)),
    "how many of them are shown": (account.LAST, 5),
    "seconds that what has expired may still be there, and before the first look": (bot.SWEEP_EVERY, 5.0),
    "tries to enter a code": (linking.CODE_TRIES, 5),
    "characters of a code": (onetime.CODE_LENGTH, 8),
    "letters of which it is made: 40 bits in all": (len(set(onetime.CODE_ALPHABET)), 32),
    "bytes of a cookie, a nonce and a state: 256 bits": (onetime.SECRET_BYTES, 32),
    "items on a page of a gallery": (page.PAGE_SIZE, 10),
    "days that an unused gallery remembers its query and what is ticked": (views.KEPT_FOR, timedelta(days=7)),
    "galleries of a user's that do": (views.MOST_VIEWS, 100),
    "items that may be ticked in one": (views.MOST_SELECTED, 500),
    "suggestions that Discord takes": (suggestions.CHOICES, 25),
    "characters of one": (suggestions.NAME_LIMIT, 100),
    "titles named where several fit": (naming.SUGGESTED, 5),
    "characters of a title": (models.TITLE_LIMIT, 128),
    "of them, those that are compared": (naming.LONGEST_COMPARED, 128),
    "characters of a description": (models.DESCRIPTION_LIMIT, 1000),
    "uploads at once": (upload.AT_ONCE, 32),
    "of them, one user's": (upload.EACH, 5),
    "pixels of a picture that is turned": (limits.PIXELS, 64_000_000),
    "of all frames of one that moves": (limits.ALL_PIXELS, 256_000_000),
    "bytes of memory that turning one takes": (limits.MEMORY, 1_280_000_000),
    "seconds": (limits.SECONDS, MINUTE),
    "pictures that are turned at once": (pool.AT_ONCE, 2),
    "bytes of a picture that is held": (workshop.HELD_LIMIT, 50_000_000),
    "of all of them": (workshop.ROOM, 128_000_000),
    "hundredths of a second of the shortest frame": (moving.SHORTEST, 2),
    "milliseconds of one that says none": (moving.UNSAID, 100),
    "part by which a film may last longer": (moving.TOLERANCE, 0.05),
    "tries at making a still smaller, and a film": ((jobs.TRIES, jobs.FILM_TRIES), (6, 3)),
    "qualities of a turned photo, and of one made smaller": ((jobs.FINE, jobs.SMALLER), ((95, 90, 85), (90, 80))),
    "bytes of a megabyte, as Imgur counts": (said.MEGABYTE, 1_000_000),
    "minutes that are not yet called hours": (said.MOST_MINUTES, 90),
    # --- docs/performance.md: what is remembered
    "seconds that a list is": (reading.LIST_SECONDS, MINUTE),
    "seconds that an item is": (reading.ITEM_SECONDS, 5 * MINUTE),
    "seconds that suggestions are": (suggestions.LIFETIME, MINUTE),
    "counts that are": (reading.COUNTS_KEPT, 4096),
    "bytes that an image takes, apart from its texts": (reading.ITEM_BYTES, 700),
    "bytes of lists and items": (reading.MOST_BYTES, 16_000_000),
    "pictures of an album that are looked up": (ability.PICTURES_LOOKED_UP, 1000),
    "bytes of suggestions": (suggestions.MOST_BYTES, 16_000_000),
    "credits of an upload": (client.UPLOAD_COST, 10),
    # --- docs/design.md
    "albums that are looked through, by pages": (reading.ALBUM_PAGES * imgur.ALBUMS_PER_PAGE, 1000),
    "uploads that are": (suggestions.UPLOADS_SUGGESTED, 100),
    "seconds that a list of Imgur's may take for a suggestion; Discord gives three": (suggestions.PATIENCE, 2),
    "seconds after which what is there is offered": (suggestions.SOON, 1.5),
    "of them, for the lists at least": (suggestions.AT_LEAST, 0.5),
    "bytes of SQLite's write-ahead log, from which on it is emptied": (sqlite.MOST_LOG, 2_000_000),
    "that it may grow by where a reader is in the way": (sqlite.MORE_LOG, 16_000_000),
    "or seconds until that is tried again": (sqlite.RELIEF_PAUSE, MINUTE),
    "seconds that a write waits for such a reader": (sqlite.RELIEF_PATIENCE, 1),
    "characters from which on a text has a signature": (signatures.SIGNED, 1_000),
    "bits of one, as many as stand in databases": (signatures.BITS, 4_096),
    "seconds that a listing waits for what is new": (listing.LOOK_PATIENCE, 10),
    "seconds that a search does": (listing.QUERY_PATIENCE, 2),
    "items of a library that a search waits for": (listing.SMALL, 300),
    "seconds for which it does": (listing.SMALL_PATIENCE, 2),
    "pictures drawn until one is there": (drawing.TRIES, 10),
    "seconds until one is shown as it was": (drawing.PATIENCE, 5),
    "for so long Imgur may not show everybody a new upload": (lag.LAG, timedelta(minutes=5)),
    "seconds for which a page of the public gallery is remembered": (search.PAGE_SECONDS, 5 * MINUTE),
    "bytes of such pages": (search.MOST_BYTES, 16_000_000),
    "hits on a page of Imgur's": (search.HITS_PER_PAGE, 60),
    "seconds for which an album is listed that Imgur may not list yet": (reading.MADE_SECONDS, MINUTE),
    "seconds before each look at what became of a change of an album": (looking.PAUSES, (0, 1, 2)),
    "pictures that are looked for one by one in an album": (looking.FEW, 2),
    "seconds for which a write is believed before a read": (reading.WRITTEN_SECONDS, 5),
    "seconds until a broken link is tried again": (account.BELIEVED, 10 * MINUTE),
    "seconds that a command waits for that": (account.REPAIR_PATIENCE, 1.5),
    "seconds until a refused grant is tried once more": (account.SECOND_LOOK, 1),
    "seconds that one process may refresh an account alone, longer than Imgur's answer may take": (account.LEASE, 200),
    "seconds that a command waits for new tokens": (account.PATIENCE, 20),
    "seconds between looks at the others' refresh": (account.LOOKS_AGAIN, 0.1),
    "before its end, when a token is renewed": (account.REFRESH_MARGIN, timedelta(seconds=20)),
    "seconds until a refused write is tried again": (backlog.FIRST_PAUSE, 0.5),
    "at the most": (backlog.LONGEST_PAUSE, 30),
    "seconds for which the end of an upload waits for Imgur": (upload.ANSWER_SECONDS, 5),
    "seconds that a stop leaves uploads": (upload.CLOSING_SECONDS, 8),
    "seconds after which an interaction is too late": (door.LATEST, 2.8),
    "seconds after which a clock is thought to be wrong": (door.OLDEST, 30),
    "seconds that a form waits for what it is filled with": (item_cog.FORM_PATIENCE, 1.5),
    "connections of a port": (connection.MOST_CONNECTIONS, 100),
    "seconds for a request's head": (connection.HEAD_SECONDS, 10),
    "seconds for its answer": (connection.REQUEST_SECONDS, 120),
    "seconds for an answer that is not read": (connection.UNREAD_SECONDS, 20),
    "seconds between two requests": (connection.IDLE_SECONDS, 75),
    "seconds between two lines about what cannot be read": (connection.QUIET_SECONDS, MINUTE),
    "seconds for a form to arrive": (pages.FORM_SECONDS, 10),
    "seconds that a browser knows its attempt after the end": (pages.DONE_SECONDS, HOUR),
    "fields of a form": (pages.MOST_FIELDS, 8),
    "bytes of one": (public.MOST_BYTES, 16 * 1024),
    "seconds that a stop leaves pages": (server.SHUTDOWN_SECONDS, 5),
    "seconds of Strict-Transport-Security: a year": (security.YEAR, 365 * 24 * HOUR),
    # --- docs/imgur.md
    "images on a page of Imgur's": (imgur.IMAGES_PER_PAGE, 50),
    "albums on one": (imgur.ALBUMS_PER_PAGE, 50),
    "favorites on one": (imgur.FAVORITES_PER_PAGE, 60),
    "the same, as the services know them": (
        (reading.IMAGES_PER_PAGE, reading.FAVORITES_PER_PAGE),
        (50, 60),
    ),
    "seconds of a token's life where Imgur does not say": (_decode.SHORTEST_LIFE, HOUR),
    "the longest life that Imgur promises: ten years": (account.LONGEST_LIFE, 3650 * 24 * HOUR),
    "posts to set one favorite": (_favorite.MAX_TOGGLES, 3),
    "seconds for which its word is newer than any read": (_favorite.STALE_SECONDS, 5),
    "times that a read is tried": (_transport.ATTEMPTS, 3),
    "seconds that a read waits for a limit": (_transport.LONGEST_PAUSE, 5),
    "seconds to wait for a connection": (_transport.CONNECT_SECONDS, 10),
    "bytes of an answer": (_transport.MOST_BYTES, 16_000_000),
    "values of an answer": (_answer.MOST_VALUES, 1_000_000),
    "bytes of a page that are looked at": (_answer.PAGE_BYTES, 65_536),
    "characters of an error that are looked at": (_answer.WORDING_LENGTH, 1000),
    "of them, those that are kept": (_answer.DETAIL_LENGTH, 300),
    "seconds that a piece of an upload may take": (_upload.STALL_SECONDS, MINUTE),
    "seconds for an exchange with Imgur": (signature(client.ImgurClient).parameters["timeout"].default, 20),
    "seconds from an upload's last byte to its answer": (
        signature(client.ImgurClient).parameters["upload_answer"].default,
        3 * MINUTE,
    ),
    "seconds until new tokens are there": (
        signature(client.ImgurClient).parameters["grant_answer"].default,
        3 * MINUTE,
    ),
    "seconds to wait for an upload's connection": (client.UPLOAD_TIMEOUT.connect, 10),
    "seconds of an upload as a whole: no limit": (client.UPLOAD_TIMEOUT.total, None),
    "accounts whose credits are known": (_limits.USERS_KEPT, 1024),
    "seconds until credits are back, at the most: 25 hours": (_limits.LONGEST_WAIT, 25 * HOUR),
    "seconds until each is full again, at the most: an hour, a day, an hour": (
        _limits.WINDOWS,
        {"user_reset": HOUR, "client_reset": 24 * HOUR, "post_reset": HOUR},
    ),
    "above which a reset is a point in time": (_limits.EPOCH_FROM, 1_000_000_000),
    "seconds for which a 429 is not about the token": (_throttle.DOUBT_SECONDS, 10 * MINUTE),
    "the lowest status that is an error": (_answer.FIRST_ERROR, 400),
    "Imgur's own codes begin with": (_answer.FIRST_CODE, 1000),
    "characters of a text in which a link is looked for": (reference.LONGEST, 20_000),
    # --- what is stored
    "seconds to wait for another's write": (database.BUSY_TIMEOUT, 5),
    "the same, in `check`": (probe.PATIENCE, 1),
    "seconds between tries to turn the write-ahead log on": (sqlite.WAL_PAUSE, 0.02),
    "by which a clock may differ from the database's without a word": (database.CLOCKS, timedelta(seconds=5)),
    "seconds that an erasure waits for readers": (database.PATIENCE, 0.25),
    "what a day has left when copies of titles go at the latest": (
        timedelta(days=1) - housekeeping.LATEST,
        timedelta(hours=1),
    ),
    "how long nobody writes before they go": (housekeeping.QUIET, timedelta(minutes=3)),
    "how long they wait at least": (housekeeping.FIRST, timedelta(hours=1)),
    "until that is tried again": (housekeeping.PAUSE, timedelta(minutes=5)),
    "data keys that are erased at once": (keys.AT_ONCE, 500),
    "rows that are sealed anew at once": (resealing.AT_ONCE, 200),
    "seconds for which the keys' rows may be waited for": (postgres.LOCKED, 1.0),
    "seconds that writing the keys anew may take": (postgres.ANEW, 10.0),
    "seconds to connect to PostgreSQL": (postgres.CONNECTS, 10.0),
    "seconds for a statement's answer": (postgres.ANSWERS, 30.0),
    "seconds that a write may be idle": (postgres.IDLE, 60.0),
    "bytes of a key": (sealing.KEY_BYTES, 32),
    "bytes of a nonce": (sealing.NONCE_BYTES, 12),
    "the version of a sealed value": (sealing.VERSION, 2),
    "the version before": (sealing.WITHOUT_DATA_KEY, 1),
    "the time of zero": (tables.EPOCH, datetime(1970, 1, 1, tzinfo=UTC)),
    "the unit of times": (tables.TICK, timedelta(microseconds=1)),
}


@pytest.mark.parametrize("promise", PROMISED)
def test_a_promised_number_is_kept(promise: str) -> None:
    present, promised = PROMISED[promise]
    assert present == promised


NONE = dict.fromkeys
UNKNOWN = {
    _answer.Answer: {"bearer": False, "secrets": (), "cost": 1},
    _transport.Request: {
        **NONE(("auth", "json", "data", "timeout", "session")),
        "params": {},
        "secrets": (),
        "cost": 1,
        "is_upload": False,
        "is_page": False,
    },
    models.Tokens: NONE(("account_id", "account_username")),
    models.Account: NONE(("created", "reputation", "bio")),
    models.Image: {
        **NONE(("title", "description", "created", "mime_type", "link", "mp4", "gifv", "account_id")),
        **NONE(("account_username", "deletehash", "name")),
        **NONE(("animated", "has_sound", "favorite", "nsfw", "harmless", "in_gallery", "processing"), False),
        **NONE(("width", "height", "size", "views"), 0),
    },
    models.Album: {
        **NONE(("title", "description", "created", "cover", "privacy", "link", "account_id", "account_username")),
        **NONE(("deletehash",)),
        **NONE(("favorite", "nsfw", "harmless"), False),
        **NONE(("views", "images_count"), 0),
        "images": (),
    },
    models.RateLimits: NONE(
        f"{whose}_{what}" for whose in ("user", "client", "post") for what in ("limit", "remaining", "reset")
    ),
    ImgurAccount: {"version": 1, "broken": False},
    LinkAttempt: {
        "status": AttemptStatus.PENDING,
        "tries": 0,
        **NONE(("origin", "nonce_hash", "cookie_hash", "state_hash", "code", "account", "locale", "login", "spot")),
        "logins": 0,
    },
    account.LinkedAccount: {"broken": False},
    page.GalleryPage: {
        **NONE(("total", "album", "extent", "read_at", "trouble")),
        "sort": "newest",
        "view": "",
        "query": "",
        "anonymous": 0,
        "is_mine": False,
        "is_link_broken": False,
        "hidden": frozenset(),
        "expiries": {},
    },
    linking.LastPage: {"username": "", "discord_name": "", "code": "", "address": "", "login": None},
}
"""What a value says where nobody has said anything: nothing."""


@pytest.mark.parametrize("cls", UNKNOWN, ids=lambda cls: cls.__name__)
def test_what_is_not_said_is_not_made_up(cls: type[Any]) -> None:
    given = {
        field.name: field.default if field.default_factory is MISSING else field.default_factory()
        for field in fields(cls)
    }
    assert {name: value for name, value in given.items() if value is not MISSING} == UNKNOWN[cls]


DEFAULTS: dict[Callable[..., Any], dict[str, Any]] = {
    client.ImgurClient.authorize_url: {"response_type": "token"},
    client.ImgurClient.account_images: {"page": 0, "size": 50},
    client.ImgurClient.account_image_ids: {"page": 0, "size": 50},
    client.ImgurClient.account_albums: {"page": 0, "size": 50},
    client.ImgurClient.search_gallery: {"sort": "time", "window": "all", "page": 0},
    client.ImgurClient.favorites: {"page": 0, "sort": "newest"},
    client.ImgurClient.all_favorites: {"sort": "newest"},
    client.ImgurClient.upload: {"video": False, "disable_audio": False},
    galleries.GalleryService.images: {"fresh": False},
    galleries.GalleryService.favorites: {"sort": "newest", "fresh": False},
    items.ItemService.show: {"fresh": True},
    items.ItemService.editable: {"fresh": True},
    linking.LinkingService._tell: {"may_go_on": False},
    sqlite.create_engine: {"foreign_keys": True},
    rendering.render: {"status": 200},
}
"""What is done where nobody has said otherwise."""


@pytest.mark.parametrize("call", DEFAULTS, ids=lambda call: call.__qualname__)
def test_what_is_not_asked_for_is_not_done(call: Callable[..., Any]) -> None:
    given = {name: one.default for name, one in signature(call).parameters.items() if one.default is not one.empty}
    assert {name: given[name] for name in DEFAULTS[call]} == DEFAULTS[call]


KEPT: dict[type[Enum], str] = {
    AttemptStatus: "pending bound spent proved done void",  # in the database
    place.Source: "account anonymous album favorites albums",  # in the buttons of messages that stay
    models.Kind: "image album",  # in buttons, suggestions and Imgur's addresses
    ability.Ability: "edit favorite unfavorite delete copy",
    linking.Progress: "login looking leaving checking code confirm linked",  # asked for by the script of the last page
}
"""Words that outlive the process that wrote them: another release has to know them."""


@pytest.mark.parametrize("words", KEPT, ids=lambda words: words.__name__)
def test_words_that_outlive_a_release_stay(words: type[Enum]) -> None:
    assert [word.value for word in words] == KEPT[words].split()
