"""The worst of every type: as long, as many and as odd as whoever fills it in can make it."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from random import Random
from types import SimpleNamespace
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import discord

from cogs.gallery._bulk_views import _UNDER_WAY as UNDER_WAY
from cogs.gallery._bulk_views import _WHY as WHY_NOT
from cogs.ui.actions import ActionButton
from cogs.ui.markdown import Markdown, plain
from cogs.upload._form import Given
from cogs.upload._pick import Pick
from errors import BotError, DetailsStayError, FileTooLargeError, LinkBrokenError, NoVideo, ShrinkableError
from imgur.errors import ImgurError, RateLimitedError
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT, Album, Image
from locales.text import Joined, Text, sentences
from services.album import Filled
from services.album.models import Created, Edited, Outcome
from services.bulk.models import Result, State
from services.jobs import Progress
from services.library.page import PAGE_SIZE, GalleryPage
from services.library.place import Place, Source
from services.library.suggestions import Suggestion
from services.message import Contents, Linked
from services.selection import Selected, Sorted
from services.upload import Changes, Loss
from storage.models import Job

MANY = 12
"""Of whatever there may be many of: more than Discord's ten pictures, and than lines that fit."""
LOUD = "*_~`|>#-[](\\\N{FAMILY}\N{HEBREW LETTER ALEF}"
"""Every character of it is escaped, twice as long to Discord as to Python, or written from the right."""
NOW = datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)

LARGEST_ID = 2**63 - 1
IDS = {"id", "image_id", "album_id", "item_id", "cover", "cover_id", "gallery_id", "hidden"}
KEYS = {"key", "again", "smaller", "as_is", "anyway", "twice", "picked", "view", "view_id", "asked", "digest"} | {
    "attempt_id",
    "question_id",
}
ADDRESSES = {"link", "url", "jump_url", "page_url", "gifv", "mp4", "hls"}
LENGTHS = {"items": 10, "messages": 5, "entries": 30, "options": 25, "albums": 24, "ended": 5, "untold": 5}
"""Of lists, what the rest of the house sees to: a page, a form, a menu, what waits to be told."""
FIELDS = ("title", "description", "privacy", "cover")
IDS_OF_TEN = tuple(f"a{number:06}" for number in range(10))

Made: TypeAlias = Callable[[Random], Any]


def text(length: int, random: Random) -> str:
    """So many characters, none of which can be left out."""
    begin = random.randrange(len(LOUD))
    return "".join(LOUD[(begin + at) % len(LOUD)] for at in range(length))


def said(random: Random) -> Text:
    """A sentence with as much in it as one has."""
    return Text("This could not be done to {name}, because of {why}.", name=text(TITLE_LIMIT, random), why="w" * 120)


def selected(random: Random, count: int) -> tuple[Selected, ...]:
    """So many that were ticked."""
    titles = (text(TITLE_LIMIT, random) for _ in range(count))
    return tuple(Selected("image", f"a{number:06}", title) for number, title in enumerate(titles))


def sorted_out(random: Random) -> Sorted:
    """What can be done with which, and not with the rest."""
    deed = random.choice([deed for deed, _ in WHY_NOT])
    obstacles = [obstacle for each, obstacle in WHY_NOT if each is deed]
    return Sorted(deed, selected(random, 25), {obstacle: selected(random, 25) for obstacle in obstacles})


def state(random: Random) -> State:
    """A job in the middle, or at its end, in which everything happened."""
    results = tuple(zip(selected(random, 100), random.choices(list(Result), k=100), strict=True))
    deed = random.choice(list(UNDER_WAY))
    return State(worst(Job, "job", random), deed, results, Progress(12_345, 12_345, 12_345, 123_456.0), "x" * 128)


def trouble(random: Random) -> ImgurError | BotError:
    """Something that has words of its own."""
    some: list[ImgurError | BotError] = [
        RateLimitedError("x" * 500),
        FileTooLargeError(text(TITLE_LIMIT, random), 10**8, 10**7, video=False),
        LinkBrokenError(),
        ShrinkableError(text(TITLE_LIMIT, random), 10**8, 10**7, random.choice([None, *NoVideo]), into="image/gif"),
        DetailsStayError(has_ffmpeg=random.random() < 0.5),
    ]
    return random.choice(some)


def filled(random: Random) -> Filled:
    """Ten pictures, with every outcome."""
    ids = [f"a{number:06}" for number in range(10)]
    outcomes = dict(zip(ids, random.choices(list(Outcome), k=10), strict=True))
    titles = {image_id: text(TITLE_LIMIT, random) for image_id in ids}
    return Filled(worst(Album, "album", random), outcomes, titles, trouble(random))


def linked(random: Random) -> Linked:
    """A link to Imgur, as it is looked up."""
    number = f"a{random.randrange(10**6):06}"
    return Linked(random.choice(("image", "album")), number, f"https://imgur.com/gallery/{number}")


def pick(random: Random) -> Pick:
    """A choice among more than a menu holds, with some of each page chosen."""
    contents: Contents = worst(Contents, "contents", random)
    contents = replace(contents, pictures=contents.pictures * 5)
    return Pick(contents, frozenset({1, 30}), random.randrange(3), worst(Given, "given", random))


MOST_CHANGED = Changes("image/jp2", "image/jpeg", True, 80, (65_500, 65_500), tuple(Loss), 999_999, True, True)
OVERRIDES: dict[Any, Made] = {
    Text: said,
    Joined: lambda random: sentences(said(random), said(random)),
    Markdown: lambda random: plain(text(TITLE_LIMIT, random)),
    Changes: lambda _: MOST_CHANGED,
    Sorted: sorted_out,
    State: state,
    Linked: linked,
    Filled: filled,
    Exception: trouble,
    BotError: trouble,
    ImgurError: trouble,
    Created: lambda random: Created(worst(Album, "album", random), ignored=FIELDS, altered=FIELDS),
    Edited: lambda random: Edited(
        worst(Album, "album", random),
        ignored=FIELDS,
        asked=FIELDS,
        missing=IDS_OF_TEN,
        returned=IDS_OF_TEN,
        altered=FIELDS,
        is_unseen=random.random() < 0.3,
        is_lost=random.random() < 0.3,
    ),
    BaseException: trouble,
    Any: lambda _random: None,
    discord.Message: lambda _random: SimpleNamespace(jump_url="https://discord.com/channels/@me/1/2"),
}


def choices(random: Random) -> list[Text]:
    """Albums by name, of which one is to be chosen."""
    return [Text("{title} ({id})", title=text(TITLE_LIMIT, random), id=f"a{number:06}") for number in range(25)]


def suggestions(random: Random) -> list[Suggestion]:
    """As many albums as a menu takes."""
    named = (Text("Album {title}", title=text(TITLE_LIMIT, random)) for _ in range(25))
    return [Suggestion(name, f"album:a{number:06}") for number, name in enumerate(named)]


def transfer(random: Random) -> SimpleNamespace:
    """An upload, wherever it stands."""
    before, total = random.choice((None, None, 999)), random.choice((0, 10**8))
    return SimpleNamespace(key="made-0000001", sent=0, total=total, before=before, is_queued=random.random() < 0.5)


def controls(_random: Random) -> list[ActionButton]:
    """What one goes on with, beside what a view has."""
    said = Text("{count} anonymous uploads", count=999)
    return [ActionButton("link", LARGEST_ID, number, label=said) for number in range(2)]


def album_page(random: Random) -> GalleryPage:
    """A page of an album: there are pictures in it and nothing else."""
    items = tuple(worst(Image, "item", random) for _ in range(PAGE_SIZE))
    page: GalleryPage = worst(GalleryPage, "page", random)
    return replace(page, items=items, source=Source.ALBUM)


BY_NAME: dict[tuple[str, str], Made] = {
    ("album_question_view", "choices"): choices,
    ("pick_album_view", "albums"): suggestions,
    ("error_view", "controls"): controls,
    ("shown_view", "beside"): controls,
    ("gallery_view", "place"): lambda _: Place(Source.ALBUM, album="a000001", view="made-0000001"),
    ("arrange_view", "page"): album_page,
    ("pick_view", "pick"): pick,
    ("under_way_view", "transfer"): transfer,
}
"""Of a function's parameters, what their type does not tell."""


def worst(hint: Any, name: str, random: Random) -> Any:
    """A value of this type for what has this name."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in OVERRIDES:
        return OVERRIDES[hint](random)
    if origin is Literal:
        return random.choice(arguments)
    if origin in {Union, types.UnionType}:
        return worst(random.choice([kind for kind in arguments if kind is not types.NoneType]), name, random)
    if origin is not None and issubclass(origin, Collection):
        return _many(origin, arguments, name, random)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        fields = [field for field in dataclasses.fields(hint) if field.init]
        return hint(**{field.name: worst(hints[field.name], field.name, random) for field in fields})
    return _one(hint, name, random)


def _many(origin: type, arguments: tuple[Any, ...], name: str, random: Random) -> Any:
    count = LENGTHS.get(name, MANY)
    if issubclass(origin, Mapping):
        return {worst(arguments[0], "id", random): worst(arguments[1], name, random) for _ in range(count)}
    if issubclass(origin, tuple) and Ellipsis not in arguments:
        return tuple(worst(kind, name, random) for kind in arguments)
    values = [worst(arguments[0], name, random) for _ in range(count)]
    return frozenset(values) if issubclass(origin, Set) else tuple(values) if origin is tuple else values


def _one(hint: Any, name: str, random: Random) -> Any:
    simple: dict[Any, Made] = {
        bool: lambda random: random.random() < 0.6,
        int: lambda random: number(name, random),
        float: lambda _: 123_456.0,
        str: lambda random: string(name, random),
        bytes: lambda _: b"made up",
        datetime: lambda _: NOW,
        timedelta: lambda _: timedelta(days=29, hours=23),
        types.NoneType: lambda _: None,
        object: lambda _: None,
    }
    if isinstance(hint, type) and issubclass(hint, Enum):
        return random.choice(list(hint))
    if hint not in simple:
        raise LookupError(f"how bad can {name}: {hint!r} be?")
    return simple[hint](random)


def number(name: str, random: Random) -> int:
    """A number for what has this name: each message has its own."""
    if name == "message_id":
        return random.randrange(10**18, LARGEST_ID)
    return LARGEST_ID if name in {"owner", "discord_id", "account_id"} else 999


def string(name: str, random: Random) -> str:
    """A text for what has this name."""
    number = f"{random.randrange(10**7):07}"
    if name in IDS:
        return number
    if name in KEYS:
        return f"made-{number}"  # as long as those of views
    if name in ADDRESSES:
        return f"https://i.imgur.com/{number}.jpg"
    return text(DESCRIPTION_LIMIT if "description" in name else TITLE_LIMIT, random)
