# ruff: noqa: RUF001 - what looks alike is part of what is looked for
"""Searching the index on both databases: as people type, through the folding that services do."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from imgur.models import Album, Image
from services.indexed import to_index
from services.query import guess, read
from storage import Stores
from storage.database import Database
from storage.errors import DatabaseUnavailableError
from storage.models import IndexedItem, Key, Query, Shelf, Tag
from tests.databases import looked_at, on_postgres, on_sqlite, rows
from tests.storage.factories import link
from tests.storage.shelving import IMAGES, ids

READER = 1
WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
BESIDE = "SELECT reltoastrelid FROM pg_class WHERE oid = 'places'::regclass"

# What titles there are, and what each query finds of them.
TITLES = {
    "literal": ["TC_0715", "Catching", "100％ wool", "a\\b"],
    "slashes": [r"c:\cat\new", "c:/cat/new", "ccatnew"],
    "dots": ["IŞIK", "Işık", "ISPARTA"],
    "sharp": ["Straße", "GROẞ", "ﬁlm"],
    "voiced": ["パンダ", "ハンダ", "かぎ", "かき"],
    "vowels": ["हिन्दी किताब", "ที่นี่"],
    "composed": ["\u1112\u1161\u11ab글", "cafe\u0301", "각"],
    "greek": ["ΟΔΟΣ", "Ὁδός"],
    "unseen": ["co\u00adop", "cat\u200bwalk", "foo\u00a0bar", "猫\u3000犬"],
    "signs": ['say "blue"', "I don't", "a -cat", "a OR b", "f(x)", "2 * 3", "a:b", "@nasa", "why?", "{'x'}", "50%_\\"],
    "apart": ["car", "tail"],
    "many": ["quiz jazz fix e%t a_o e\\t", "quiz jazz fix eat aoo e/t"],
}
FINDS = [
    *(("literal", wide, ["100％ wool"]) for wide in ("％", "﹪", "%", "100%")),
    *(("literal", wide, ["TC_0715"]) for wide in ("＿", "_", "TC＿", "tc_07")),
    *(("literal", wide, ["a\\b"]) for wide in ("＼", "\\")),
    ("slashes", "\\", [r"c:\cat\new"]),
    ("slashes", "cat\\", [r"c:\cat\new"]),
    ("slashes", r"c:\cat", [r"c:\cat\new"]),
    ("slashes", "cat new", [r"c:\cat\new", "c:/cat/new", "ccatnew"]),
    ("dots", "ışık", ["IŞIK", "Işık"]),
    ("dots", "isik", ["IŞIK", "Işık"]),
    ("dots", "ısparta", ["ISPARTA"]),
    ("sharp", "strasse", ["Straße"]),
    ("sharp", "STRASSE", ["Straße"]),
    ("sharp", "gross", ["GROẞ"]),
    ("sharp", "film", ["ﬁlm"]),
    ("sharp", "ß", ["Straße", "GROẞ"]),
    ("voiced", "パンダ", ["パンダ"]),
    ("voiced", "ﾊﾟﾝﾀﾞ", ["パンダ"]),
    ("voiced", "かき", ["かき"]),
    ("voiced", "か\u309b", []),
    ("voiced", "き\u309b", ["かぎ"]),
    ("vowels", "हिन्दी", ["हिन्दी किताब"]),
    ("vowels", "हनद", []),
    ("vowels", "ที่นี่", ["ที่นี่"]),
    ("vowels", "ทน", []),
    ("composed", "한글", ["\u1112\u1161\u11ab글"]),
    ("composed", "café", ["cafe\u0301"]),
    ("composed", "가", []),
    ("composed", "각", ["각"]),
    ("greek", "οδος", ["ΟΔΟΣ", "Ὁδός"]),
    ("greek", "οδοσ", ["ΟΔΟΣ", "Ὁδός"]),
    ("unseen", "coop", ["co\u00adop"]),
    ("unseen", "catwalk", ["cat\u200bwalk"]),
    ("unseen", "foo bar", ["foo\u00a0bar"]),
    ("unseen", "犬 猫", ["猫\u3000犬"]),
    ("signs", '"blue', ['say "blue"']),
    ("signs", "don't", ["I don't"]),
    ("signs", "don’t", ["I don't"]),
    ("signs", "-cat", ["a -cat"]),
    ("signs", "a OR b", ["a OR b"]),
    ("signs", "(", ["f(x)"]),
    ("signs", "*", ["2 * 3"]),
    ("signs", "a:b", ["a:b"]),
    ("signs", "@nasa", ["@nasa"]),
    ("signs", "why?", ["why?"]),
    ("signs", "{", ["{'x'}"]),
    ("signs", "%_\\", ["50%_\\"]),
    ("signs", ":x", []),
    ("apart", "cartail", []),
    ("apart", "rta", []),
    ("many", "quiz jazz fix e%t", ["quiz jazz fix e%t a_o e\\t"]),
    ("many", "quiz jazz fix a_o", ["quiz jazz fix e%t a_o e\\t"]),
    ("many", "quiz jazz fix e\\t", ["quiz jazz fix e%t a_o e\\t"]),
    ("many", "quiz jazz fix e", ["quiz jazz fix e%t a_o e\\t", "quiz jazz fix eat aoo e/t"]),
]


@pytest.fixture
async def titled(stores: Stores, library: int) -> int:
    for name, titles in TITLES.items():
        await stores.library.fill(
            library, name, [to_index(Image(id=f"{name}{at:04}", title=title)) for at, title in enumerate(titles)]
        )
    return library


def wanted(typed: str) -> Query:
    query = read(typed)
    assert query is not None
    return query


async def offered(
    stores: Stores, library: int, typed: str, shelf: str = IMAGES, *, reader: int = READER, limit: int = 25
) -> tuple[IndexedItem, ...]:
    """What autocomplete offers of one shelf."""
    [items] = await stores.library.suggest([(library, shelf)], guess(typed), reader, limit=limit)
    return items


async def found(stores: Stores, library: int, typed: str, shelf: str = IMAGES, reader: int = READER) -> list[str]:
    """What the query finds, page by page and at once; autocomplete finds the same."""
    query = wanted(typed)
    whole = await stores.library.search(library, shelf, query, reader, offset=0, limit=100)
    read: list[str] = []
    for offset in range(0, whole.total + 2, 2):
        page = await stores.library.search(library, shelf, query, reader, offset=offset, limit=2)
        assert page.total == whole.total
        read += ids(page.items)
    assert read == ids(whole.items)
    assert len(read) == whole.total
    back = await stores.library.search(library, shelf, query, reader, offset=0, limit=100, oldest=True)
    assert ids(back.items) == read[::-1]
    suggested = await offered(stores, library, typed, shelf, reader=reader, limit=100)
    assert sorted(ids(suggested)) == sorted(read)
    drawn = await stores.library.random(library, shelf, reader, query)
    assert (drawn.id in read) if drawn else not read
    return read


async def test_titles_are_found_as_people_type_them(stores: Stores, titled: int) -> None:
    odd = []
    for shelf, typed, titles in FINDS:
        result = await stores.library.search(titled, shelf, wanted(typed), READER, offset=0, limit=99)
        choices = await offered(stores, titled, typed, shelf, limit=99)
        if [item.title for item in result.items] != titles or {item.title for item in choices} != set(titles):
            odd.append((typed, [item.title for item in result.items], titles))
    assert odd == []


async def test_every_word_must_occur_in_title_description_or_id(stores: Stores, library: int) -> None:
    items: list[Image | Album] = [
        Image(id="aBc1234", title="A blue Cat", description="on the mat"),
        Image(id="def5678", title="red cat"),
        Image(id="ghi9012", title="car", description="pet"),
        Album(id="aBc1234", title="Blue things"),
    ]
    await stores.library.put_front(library, IMAGES, [to_index(item) for item in items])
    assert await found(stores, library, "cat") == ["aBc1234", "def5678"]
    assert await found(stores, library, "CAT blue mat") == ["aBc1234"]
    assert await found(stores, library, "cat mat red") == []
    assert await found(stores, library, "ABC1234") == ["aBc1234", "aBc1234"]
    assert await found(stores, library, "https://i.imgur.com/def5678.png") == ["def5678"]
    assert await found(stores, library, "bc12 cat") == ["aBc1234"]
    assert await found(stores, library, "carpet") == await found(stores, library, "rp") == []
    assert await found(stores, library, "car pet") == ["ghi9012"]


async def test_only_the_shelf_that_is_asked_for_is_searched(stores: Stores, library: int) -> None:
    await stores.library.put_front(library, IMAGES, [to_index(Image(id="one", title="cat"))])
    await stores.library.put_front(library, Shelf.FAVORITES, [to_index(Image(id="two", title="cat"))])
    assert await found(stores, library, "cat") == ["one"]
    assert await found(stores, library, "cat", Shelf.FAVORITES) == ["two"]
    assert await found(stores, library, "cat", "album:abc") == []


async def test_long_texts_are_searched_to_their_ends(stores: Stores, library: int) -> None:
    text = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(10_000))
    await stores.library.put_front(
        library,
        IMAGES,
        [to_index(Image(id=f"i{at:02}", description=text if at in {0, 29} else "x")) for at in range(30)],
    )
    for part in (text[:4], text[5_000:5_004], text[-4:]):
        assert await found(stores, library, part) == ["i00", "i29"]


async def test_a_query_of_any_length_is_answered(stores: Stores, library: int) -> None:
    await stores.library.put_front(
        library, IMAGES, [to_index(Image(id="one", description="a" * 7_000, title="%" * 99))]
    )
    assert await found(stores, library, "a" * 6_000) == ["one"]
    assert await found(stores, library, "b" * 6_000) == []
    assert await found(stores, library, "%" * 3_000) == []
    assert await found(stores, library, "漢" * 6_000) == []


async def test_what_is_called_so_is_offered_first(stores: Stores, library: int) -> None:
    items = [*(Image(id=f"n{at:03}", title=f"cat {at}") for at in range(40)), Image(id="oldest", title="Cat")]
    await stores.library.put_front(library, IMAGES, [to_index(item) for item in items])
    found = await offered(stores, library, "CÁT", limit=25)
    assert ids(found) == ["oldest", *(f"n{at:03}" for at in range(24))]
    assert ids(await offered(stores, library, "", limit=3)) == ["n000", "n001", "n002"]


async def test_shelves_are_looked_through_at_once_each_for_itself(stores: Stores, library: int) -> None:
    await stores.library.put_front(library, IMAGES, [to_index(Image(id=f"i{at}", title="cat")) for at in range(3)])
    await stores.library.put_front(library, Shelf.FAVORITES, [to_index(Image(id="fav", title="cat nap"))])
    shelves = [(library, IMAGES), (library, Shelf.ALBUMS), (library, Shelf.FAVORITES), (library + 99, IMAGES)]
    found = await stores.library.suggest(shelves, guess("cat"), READER, limit=2)
    assert list(map(ids, found)) == [["i0", "i1"], [], ["fav"], []]
    assert await stores.library.suggest([], guess("cat"), READER, limit=2) == []


async def test_each_is_drawn_as_often(stores: Stores, library: int) -> None:
    await stores.library.put_front(
        library, IMAGES, [to_index(Image(id=f"i{at}", title="ab"[at % 2])) for at in range(6)]
    )
    drawn = [await stores.library.random(library, IMAGES, READER) for _ in range(120)]
    assert {item.id for item in drawn if item} == {f"i{at}" for at in range(6)}
    drawn = [await stores.library.random(library, IMAGES, READER, wanted("b")) for _ in range(60)]
    assert {item.id for item in drawn if item} == {"i1", "i3", "i5"}
    assert await stores.library.random(library, IMAGES, READER, wanted("c")) is None
    assert await stores.library.random(library, Shelf.ALBUMS, READER) is None


# --- tags and notes ----------------------------------------------------------------------------------------------


def key(item_id: str) -> Key:
    return "image", item_id


def tagged(*names: str) -> list[Tag]:
    return [Tag(name, name.casefold()) for name in names]


@pytest.fixture
async def marked(stores: Stores, library: int) -> int:
    """one: Cat, beach; two: cat and a note; three: nothing; four: category, concat."""
    titles = {"one": "sea", "two": "sea", "three": "cat sea", "four": "hill"}
    made = [to_index(Image(id=item_id, title=title)) for item_id, title in titles.items()]
    await stores.library.put_front(library, IMAGES, made)
    await stores.marks.put([library], READER, key("one"), tags=tagged("Cat", "beach"))
    await stores.marks.put([library], READER, key("two"), tags=tagged("cat"))
    await stores.marks.put([library], READER, key("two"), note=("By the Lake", "by the lake"))
    await stores.marks.put([library], READER, key("four"), tags=tagged("category", "concat", "red cat"))
    return library


MARKED = [
    ("#cat", ["one", "two"]),
    ("＃CAT", ["one", "two"]),
    ("##cat", ["one", "two"]),
    ("#cat #beach", ["one"]),
    ("#cat #hill", []),
    ("#unknown", []),
    ("#ca", []),
    ("#category", ["four"]),
    ("cat", ["one", "two", "three", "four"]),
    ("sea", ["one", "two", "three"]),
    ("sea beach", ["one"]),
    ("lake", ["two"]),
    ("lake sea", ["two"]),
    ("lake hill", []),
    ("#cat lake", ["two"]),
    ("#cat sea", ["one", "two"]),
    ("sea #cat lake", ["two"]),
    ("#cat hill", []),
    ("#red cat", ["four"]),
    ("#red cat hill", ["four"]),
    ("#red", []),
    ("catby", []),
    ("egory", ["four"]),
]


async def test_tags_are_found_whole_and_words_also_in_tags_and_notes(stores: Stores, marked: int) -> None:
    results = {typed: await found(stores, marked, typed) for typed, _ in MARKED}
    assert results == dict(MARKED)


async def test_each_word_may_be_in_the_item_or_in_what_its_reader_noted(stores: Stores, library: int) -> None:
    """Any mixture of one to five words, in items, notes and tags of two readers, in two lists; told without a query.

    Of the items every third has a long text.
    """
    await link(stores, 2, name="second")
    draw = random.Random(1)
    filler = " ".join(f"q{at}" for at in range(300))
    words = ["cat", "cathedral", "lake", "sea", "wool", "zoo"]
    lists = {IMAGES: "image", Shelf.FAVORITES: "album"}
    titles: dict[str, dict[str, str]] = {shelf: {} for shelf in lists}
    notes: dict[tuple[int, str, str], str] = {}
    for shelf, kind in lists.items():
        titles[shelf] = {f"i{at:02}": " ".join(draw.sample(words, draw.randint(0, 3))) for at in range(30)}
        made = [
            (Image if kind == "image" else Album)(id=at, title=title, description=None if number % 3 else filler)
            for number, (at, title) in enumerate(titles[shelf].items())
        ]
        await stores.library.put_front(library, shelf, [to_index(one) for one in made])
        for reader in (READER, 2):
            for item_id in draw.sample(list(titles[shelf]), 12):
                note, tag = " ".join(draw.sample(words, draw.randint(1, 2))), draw.choice(words)
                await stores.marks.put([library], reader, (kind, item_id), note=(note, note), tags=tagged(tag))
                notes[reader, kind, item_id] = f"{note} {tag}"
    hits = 0
    for _ in range(120):
        shelf, reader = draw.choice(list(lists)), draw.choice([READER, 2])
        asked = draw.sample([*words, "ca", "e"], draw.randint(1, 5))
        expected = [
            item_id
            for item_id, title in titles[shelf].items()
            if all(word in title or word in notes.get((reader, lists[shelf], item_id), "") for word in asked)
        ]
        assert await found(stores, library, " ".join(asked), shelf, reader) == expected, (asked, shelf, reader)
        hits += bool(expected)
    assert hits > 40


async def test_others_marks_find_nothing(stores: Stores, marked: int) -> None:
    assert await found(stores, marked, "#cat", reader=2) == []
    assert await found(stores, marked, "cat", reader=2) == ["three"]
    assert await found(stores, marked, "lake", reader=2) == []


async def test_a_tag_is_spelled_as_it_was_first_written(stores: Stores, marked: int) -> None:
    marks = await stores.library.marks_of([marked], READER, [key("one"), key("two"), key("three")])
    assert marks[key("one")].tags == ("Cat", "beach")
    assert marks[key("two")].tags == ("Cat",)
    assert marks[key("two")].note == "By the Lake"
    assert key("three") not in marks
    _, now = await stores.marks.put([marked], READER, key("three"), tags=tagged("CAT", "cat", "BEACH"))
    assert now.tags == ("Cat", "beach")
    tags = await stores.marks.tags_of(marked, READER)
    assert tags[0] == (Tag("Cat", "cat"), 3)
    assert sorted(tag.folded for tag, _ in tags) == ["beach", "cat", "category", "concat", "red cat"]
    for name in ("one", "two", "three"):
        await stores.marks.put([marked], READER, key(name), tags=[])
    _, now = await stores.marks.put([marked], READER, key("one"), tags=tagged("CAT"))
    assert now.tags == ("CAT",)


async def test_marks_are_replaced_and_cleared_and_told(stores: Stores, marked: int) -> None:
    before, now = await stores.marks.put([marked], READER, key("two"), tags=tagged("dog"))
    assert (before.tags, now.tags, now.note) == (("Cat",), ("dog",), "By the Lake")
    assert await found(stores, marked, "lake dog") == ["two"]
    before, now = await stores.marks.put([marked], READER, key("two"), note=(None, ""))
    assert (before.note, now.note, now.tags) == ("By the Lake", None, ("dog",))
    assert await found(stores, marked, "lake") == []
    assert await found(stores, marked, "dog") == ["two"]
    await stores.marks.put([marked], READER, key("two"), tags=[])
    assert await stores.library.marks_of([marked], READER, [key("two")]) == {}
    await stores.marks.put([marked], READER, key("two"), note=("\u2800", ""))
    await stores.marks.put([marked], READER, key("two"), tags=tagged("x", "y"))
    assert (await stores.library.marks_of([marked], READER, [key("two")]))[key("two")].note == "\u2800"


async def test_tags_are_added_to_what_is_there(stores: Stores, marked: int) -> None:
    keys = [key("one"), key("three")]
    of = [marked, marked + 999]
    changed = await stores.marks.add_tags(of, READER, keys, tagged("new", "CAT"), most=3)
    assert [changed[one][1].tags for one in keys] == [("Cat", "beach", "new"), ("new", "Cat")]
    assert await stores.marks.add_tags(of[1:], READER, keys, tagged("new"), most=3) == {}
    changed = await stores.marks.add_tags(of, READER, keys, tagged("cat", "new", "more"), most=3)
    assert [changed[one][1].tags for one in keys] == [("Cat", "beach", "new"), ("new", "Cat", "more")]


async def test_marks_stay_when_an_item_is_read_again_or_leaves_a_list(stores: Stores, marked: int) -> None:
    await stores.library.put_front(marked, IMAGES, [to_index(Image(id="two", title="new"))])
    assert await found(stores, marked, "#cat new") == ["two"]
    await stores.library.remove(marked, [key("two")], IMAGES)
    assert await found(stores, marked, "#cat") == ["one"]
    await stores.library.put_front(marked, IMAGES, [to_index(Image(id="two", title="new"))])
    assert await found(stores, marked, "#cat") == ["two", "one"]
    await stores.library.remove(marked, [key("two")])
    await stores.library.put_front(marked, IMAGES, [to_index(Image(id="two", title="new"))])
    assert await found(stores, marked, "#cat") == ["one"]


async def test_each_of_two_on_one_account_has_marks_of_their_own(stores: Stores, marked: int) -> None:
    await link(stores, 2, name="second")
    await stores.marks.put([marked], 2, key("one"), tags=tagged("CAT", "mine"))
    await stores.marks.put([marked], 2, key("one"), note=("secret", "secret"))
    assert await found(stores, marked, "#cat", reader=2) == ["one"]
    assert await found(stores, marked, "#mine") == await found(stores, marked, "secret") == []
    assert (await stores.library.marks_of([marked], READER, [key("one")]))[key("one")].tags == ("Cat", "beach")
    await stores.accounts.unlink(2)
    assert await found(stores, marked, "#cat", reader=2) == await found(stores, marked, "secret", reader=2) == []
    assert await found(stores, marked, "#cat") == ["one", "two"]
    await link(stores, 2, name="third")
    assert await stores.marks.tags_of(marked, 2) == []


async def test_nothing_is_noted_by_who_has_left_an_account_that_others_are_linked_to(
    stores: Stores, other_stores: Stores, marked: int
) -> None:
    """Neither by a command that comes late nor by one that runs beside: nobody would ever erase it."""
    keys = [key("one"), key("two")]
    for number in range(5):
        await link(stores, 2, name=f"second {number}")
        assert await stores.library.marks_of([marked], 2, keys) == {}
        await asyncio.gather(
            stores.marks.put([marked], 2, keys[0], tags=tagged("late")),
            stores.marks.add_tags([marked], 2, keys, tagged("late"), most=9),
            other_stores.accounts.unlink(2),
        )
        assert (await stores.marks.put([marked], 2, keys[0], tags=tagged("later")))[1].tags == ()
        assert await stores.marks.add_tags([marked], 2, keys, tagged("later"), most=9) == {}
        assert await stores.library.marks_of([marked], 2, keys) == {}
    assert await found(stores, marked, "#cat") == ["one", "two"]


async def test_nothing_is_noted_in_a_library_that_was_let_go_of(stores: Stores, marked: int) -> None:
    await stores.accounts.unlink(1)
    assert (await stores.marks.put([marked], READER, key("one"), tags=tagged("late")))[1].tags == ()
    await stores.marks.put([marked], READER, key("one"), note=("late", "late"))
    while await stores.library.empty_some(1_000):
        pass
    assert await stores.library.marks_of([marked], READER, [key("one")]) == {}


async def test_odd_letters_long_tags_and_notes_come_back_whole(stores: Stores, library: int) -> None:
    await stores.library.put_front(library, IMAGES, [to_index(Image(id="one"))])
    long = [Tag(chr(0x4E00 + at) * 50, chr(0x4E00 + at) * 50) for at in range(20)]
    note = "".join(chr(0x4E00 + (at * 7919) % 20_000) for at in range(3_000))
    await stores.marks.put([library], READER, key("one"), tags=[Tag("🍆", "🍆"), *long])
    await stores.marks.put([library], READER, key("one"), note=(note, note))
    mark = (await stores.library.marks_of([library], READER, [key("one")]))[key("one")]
    assert mark.tags == ("🍆", *(tag.shown for tag in long))
    assert mark.note == note
    assert await found(stores, library, "#🍆") == await found(stores, library, note[2_990:]) == ["one"]
    assert await found(stores, library, f"#{long[7].folded}") == ["one"]
    await stores.marks.put([library], READER, key("one"), note=("half \ud83d face", "half face"))
    assert (await stores.library.marks_of([library], READER, [key("one")]))[key("one")].note == "half \ufffd face"


async def test_of_two_that_set_tags_at_once_one_holds_whole(stores: Stores, other_stores: Stores, library: int) -> None:
    ours, theirs = tagged("a", "b", "c"), tagged("c", "d")
    for _ in range(5):
        await asyncio.gather(
            stores.marks.put([library], READER, key("one"), tags=ours),
            other_stores.marks.put([library], READER, key("one"), tags=theirs),
            stores.marks.put([library], READER, key("one"), note=("n", "n")),
        )
        mark = (await stores.library.marks_of([library], READER, [key("one")]))[key("one")]
        assert mark.tags in {("a", "b", "c"), ("c", "d")}
        assert mark.note == "n"


@on_postgres
async def test_where_one_list_cannot_be_searched_the_others_are_over_before_that_is_said(
    stores: Stores, library: int, url: str, other_database: Database
) -> None:
    """Or a connection would be in use that nobody waits for."""
    await stores.library.fill(library, IMAGES, [to_index(Image(id="cat"))])
    async with other_database.write() as transaction:
        await transaction.execute(text("LOCK TABLE items IN ACCESS EXCLUSIVE MODE"))
        searching = asyncio.create_task(stores.library.suggest([(library, IMAGES)] * 2, guess("cat"), READER, limit=25))
        async with asyncio.timeout(10):
            while len(waiting := rows(url, WAITING)) < 2:  # noqa: ASYNC110 - of PostgreSQL's doing
                await asyncio.sleep(0.01)
        rows(url, "SELECT pg_terminate_backend($1, 10000)", waiting[0]["pid"])
        await asyncio.wait({searching}, timeout=0.2)
        assert not searching.done()
    with pytest.raises(DatabaseUnavailableError):
        await searching


@contextmanager
def noted_down() -> Iterator[list[tuple[str, Any]]]:
    """The statements that read items meanwhile, with their values."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "items.title" in statement:
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@on_sqlite
async def test_what_is_called_so_is_looked_up_by_its_name(stores: Stores, library: int, url: str) -> None:
    """SQLite went through the whole list for it, in the order of its ranks."""
    await stores.library.put_front(library, IMAGES, [to_index(Image(id="one", title="cat"))])
    with noted_down() as asked:
        assert ids(await offered(stores, library, "cat")) == ["one"]
    [(statement, parameters)] = asked
    plan = [row["detail"] for row in rows(url, f"EXPLAIN QUERY PLAN {statement}", *parameters)]
    assert any("ix_places_name (library_id=? AND shelf=? AND name=?)" in step for step in plan), plan


@on_postgres
async def test_a_long_text_stands_where_a_search_passes(stores: Stores, library: int, url: str) -> None:
    """Each was fetched from a table beside, where PostgreSQL puts what is longer than a fourth of a page."""
    words = " ".join(f"word{at}" for at in range(700))
    await stores.library.put_front(library, IMAGES, [to_index(Image(id="one", description=words))])
    [row] = rows(url, f"SELECT octet_length(search) AS size, pg_relation_size(({BESIDE})) AS beside FROM places")
    assert row["size"] > 5_000
    assert row["beside"] == 0


@on_postgres
async def test_a_long_text_is_seen_to_lack_a_word_by_its_signature(stores: Stores, library: int, url: str) -> None:
    """And looked through where it has none, as what an earlier release wrote."""

    def told(name: str) -> Image:
        return Image(id="one", description=" ".join(f"{name}{at}" for at in range(300)))

    await stores.library.put_front(library, IMAGES, [to_index(told("cat"))])
    assert await found(stores, library, "cat299 cat1") == ["one"]
    assert await stores.library.update(library, to_index(told("dog")))
    assert await found(stores, library, "dog299 dog1") == ["one"]
    assert await found(stores, library, "cat299") == []
    await stores.library.put_front(library, IMAGES, [to_index(told("owl"))])
    assert await found(stores, library, "owl2 owl3 owl4 owl5") == ["one"]
    rows(url, "UPDATE places SET search = $1", to_index(told("emu")).search)  # as a process of the release before
    assert await found(stores, library, "emu299") == ["one"]
    await stores.library.put_front(library, IMAGES, [to_index(told("owl"))])
    rows(url, "UPDATE places SET signature = signature # signature")
    assert await found(stores, library, "owl299") == []
    rows(url, "UPDATE places SET signature = NULL")
    assert await found(stores, library, "owl299") == ["one"]


# --- on PostgreSQL, which knows nothing yet of what was just read


@on_postgres
async def test_what_is_found_is_not_sought_again(stores: Stores, library: int, url: str) -> None:
    """All of the list was gone through for each item that was found, which of 2,000 favorites took longest of all."""
    titles = ("a cat in the sun" if at % 40 == 0 else "a cat" if at % 4 == 0 else "a dog" for at in range(1_000))
    found = [to_index(Image(id=f"image{at:04}", title=title)) for at, title in enumerate(titles)]
    await stores.library.put_front(library, IMAGES, found)
    await stores.marks.add_tags([library], READER, [item.key for item in found], [Tag("beach", "beach")], most=20)
    with noted_down() as asked:
        for typed, hits, most in (
            ("cat", 25, 1_500),  # what is called so, and the first hundred places
            ("sun cat", 25, 2_250),
            ("zebra", 0, 2_500),
            ("#beach", 25, 4_500),  # all that is tagged, each with its place, twice
            ("beach cat", 25, 5_250),
        ):
            assert len(await offered(stores, library, typed)) == hits
            assert looked_at(url, *asked.pop()) <= most, typed
