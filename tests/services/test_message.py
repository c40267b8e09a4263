"""What is found in a message, wherever it hides, and what is left alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from errors import Absent, NoImgurLinkError, NoPictureError, OnImgurError, VoiceMessageError
from media.attachment import DISCORD, PROXY
from media.models import Origin
from services.message import Contents, Linked, MessageReader
from services.message.naming import proposed
from standins.discord.contract import Contract
from tests import messages as m
from tests.messages import CDN, SIGNED, attachment, embed, forwarded, gallery, gifv, media, message


class Here:
    """Reaches what Discord has."""

    def reaches(self, address: str) -> bool:
        origin = "/".join(address.split("/")[:3])
        return origin in DISCORD or PROXY.fullmatch(origin) is not None


READER = MessageReader(Here())


@pytest.fixture(scope="module")
def documented() -> Draft7Validator:
    """Discord's own schema of a message."""
    folder = os.environ.get("DISCORD_CONTRACTS")
    if folder is None:
        pytest.skip("Discord's documents are not here")
    definitions = Contract(Path(folder))._definitions
    return Draft7Validator({"$ref": "#/definitions/APIMessage", "definitions": definitions})


def found(payload: dict[str, Any]) -> Contents:
    return READER.contents(payload)


def urls(payload: dict[str, Any]) -> list[str]:
    return [picture.file.url for picture in found(payload).pictures]


def proxied(url: str) -> str:
    return str(media(url)["proxy_url"])


FILE: dict[str, Any] = {
    "type": 13,
    "file": media(f"{CDN}/film.mp4{SIGNED}", content_type="video/mp4"),
    "name": "film.mp4",
    "size": 9,
}
SECTION: dict[str, Any] = {
    "type": 9,
    "components": [{"type": 10, "content": "Words"}],
    "accessory": {"type": 11, "media": media("https://a.example/t.png"), "description": "A thumb"},
}
PLACES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "attachment": ({"attachments": [attachment()]}, [f"{CDN}/hill.jpg{SIGNED}"]),
    "video": ({"attachments": [attachment("a.mov", content_type="video/quicktime")]}, [f"{CDN}/a.mov{SIGNED}"]),
    "HEIC of no type": (
        {"attachments": [attachment("a.HEIC", content_type="application/octet-stream")]},
        [f"{CDN}/a.HEIC{SIGNED}"],
    ),
    "picture by its size alone": ({"attachments": [attachment("blob", content_type=None)]}, [f"{CDN}/blob{SIGNED}"]),
    "type in capitals": ({"attachments": [attachment("blob", content_type="IMAGE/PNG")]}, [f"{CDN}/blob{SIGNED}"]),
    "link": ({"embeds": [embed()]}, [proxied("https://pictures.example.com/hill.jpg")]),
    "image and thumbnail": (
        {
            "embeds": [
                {"type": "rich", "image": media("https://a.example/1"), "thumbnail": media("https://a.example/2")}
            ]
        },
        [proxied("https://a.example/1"), proxied("https://a.example/2")],
    ),
    "gifv": ({"embeds": [gifv()]}, [proxied("https://media.tenor.com/b/cat.mp4")]),
    "film by its address": (
        {"embeds": [embed(type="video", video=media("https://a.example/v.webm"))]},
        [proxied("https://a.example/v.webm")],
    ),
    "still of a site's film": (
        {"embeds": [embed(type="video", video={"url": "https://films.example/player"})]},
        [proxied("https://pictures.example.com/hill.jpg")],
    ),
    "gallery": (
        {"components": [gallery({"media": media("https://a.example/1.png")}, {"media": media("https://a.example/2")})]},
        [proxied("https://a.example/1.png"), proxied("https://a.example/2")],
    ),
    "gallery of what was sent": (
        {"components": [gallery({"media": media(f"{CDN}/a.png{SIGNED}", attachment_id="5")})]},
        [f"{CDN}/a.png{SIGNED}"],
    ),
    "section's thumbnail": ({"components": [SECTION]}, [proxied("https://a.example/t.png")]),
    "section in a container": (
        {"components": [{"type": 17, "components": [SECTION]}]},
        [proxied("https://a.example/t.png")],
    ),
    "file": ({"components": [FILE]}, [FILE["file"]["proxy_url"]]),
    "something new around a gallery": (
        {"components": [{"type": 99, "components": [gallery({"media": media()})]}]},
        [proxied("https://pictures.example.com/hill.jpg")],
    ),
    "something new with pictures of its own": (
        {"components": [{"type": 99, "media": media("https://a.example/1"), "items": [{"media": media()}]}]},
        [proxied("https://pictures.example.com/hill.jpg"), proxied("https://a.example/1")],
    ),
    "stickers": (
        {
            "sticker_items": [
                *({"id": f"{number}", "name": "S", "format_type": number} for number in (1, 2, 3, 4, 9)),
                {"id": "../x", "name": "S", "format_type": 1},
            ]
        },
        [
            "https://cdn.discordapp.com/stickers/1.png",
            "https://cdn.discordapp.com/stickers/2.png",
            "https://media.discordapp.net/stickers/4.gif",
        ],
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("around", [message, forwarded])
def test_a_picture_is_found_wherever_it_hides(place: str, around: Any) -> None:
    parts, expected = PLACES[place]
    assert urls(around(**parts)) == expected


@pytest.mark.parametrize("place", [place for place in PLACES if place != "stickers" and "new" not in place])
def test_the_messages_of_these_tests_are_as_discord_documents_them(place: str, documented: Draft7Validator) -> None:
    for whole in (message(**PLACES[place][0]), forwarded(**PLACES[place][0])):
        errors = documented.iter_errors(whole)
        assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


def test_all_of_a_message_and_of_what_is_forwarded_in_it_is_found_in_the_order_of_reading() -> None:
    both = message(attachments=[attachment("own.png")]) | {
        "message_snapshots": forwarded(attachments=[attachment("theirs.png")])["message_snapshots"]
    }
    assert urls(both) == [f"{CDN}/own.png{SIGNED}", f"{CDN}/theirs.png{SIGNED}"]


def test_what_a_thread_began_with_is_at_its_head_and_what_is_replied_to_is_not_in_the_reply() -> None:
    first = message(attachments=[attachment()])
    assert urls(message(type=21, referenced_message=first)) == [f"{CDN}/hill.jpg{SIGNED}"]
    with pytest.raises(NoPictureError):
        found(message(type=19, content="Nice", referenced_message=first))


# --- each thing once -------------------------------------------------------------------------------------------------


def test_equal_ones_count_once_whatever_signs_them_and_the_number_is_right() -> None:
    ten = [attachment(f"{number}.png") for number in range(10)]
    again = [
        embed(f"{CDN}/{number}.png?ex=1", thumbnail=media(f"https://media.discordapp.net/attachments/1/2/{number}.png"))
        for number in range(5)
    ]
    others = [embed(f"https://a.example/{number}.png") for number in range(5)]
    shown = [{"media": media(f"https://a.example/{number}.png")} for number in range(2, 10)]
    everything = message(attachments=ten, embeds=[*again, *others], components=[gallery(*shown)])
    assert len(found(everything).pictures) == 10 + 10


def test_one_that_is_hidden_or_described_anywhere_is_so() -> None:
    page = "https://a.example/1.png"
    shown = {"media": media(page), "spoiler": True, "description": "A hill"}
    [picture] = found(message(embeds=[embed(page)], components=[gallery({"media": media(page)}, shown)])).pictures
    assert (picture.file.hidden, picture.file.description) == (True, "A hill")


# --- spoilers, alt text, titles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ({"attachments": [attachment(flags=8)]}, True),
        ({"attachments": [attachment("SPOILER_hill.jpg")]}, True),
        ({"attachments": [attachment(flags=4)]}, False),
        ({"components": [gallery({"media": media(), "spoiler": True})]}, True),
        ({"components": [gallery({"media": media()}, spoiler=True)]}, True),
        ({"components": [gallery({"media": media(), "spoiler": "no"})]}, False),
        ({"components": [SECTION | {"accessory": SECTION["accessory"] | {"spoiler": True}}]}, True),
        ({"components": [FILE | {"spoiler": True}]}, True),
        ({"components": [gallery({"media": media(f"{CDN}/SPOILER_a.png", attachment_id="5")})]}, True),
        ({"components": [FILE | {"name": "SPOILER_film.mp4"}]}, True),
        ({"embeds": [embed(f"{CDN}/SPOILER_a.png?ex=1")]}, True),
        ({"content": "||https://pictures.example.com/hill.jpg||", "embeds": [embed()]}, True),
        ({"content": "|| look: <https://PICTURES.example.com/hill.jpg/> ||", "embeds": [embed()]}, True),
        ({"content": "||https://t.example/1|| short", "embeds": [embed()]}, True),
        ({"content": "`||https://pictures.example.com/hill.jpg||`", "embeds": [embed()]}, False),
        ({"content": "||a|| https://pictures.example.com/hill.jpg ||b||", "embeds": [embed()]}, False),
        ({"content": "||https://a.example/2|| https://pictures.example.com/hill.jpg", "embeds": [embed()]}, False),
        ({"content": "||https://tenor.com/view/cat-1||", "embeds": [gifv()]}, True),
    ],
)
@pytest.mark.parametrize("around", [message, forwarded])
def test_what_was_hidden_in_any_way_stays_hidden(parts: dict[str, Any], hidden: bool, around: Any) -> None:
    assert [picture.file.hidden for picture in found(around(**parts)).pictures] == [hidden]


def test_alt_text_arrives_from_everywhere() -> None:
    parts = {
        "attachments": [attachment(description="One")],
        "components": [gallery({"media": media("https://a.example/2"), "description": "Two"}), SECTION],
        "embeds": [embed(thumbnail=media("https://a.example/4", description="Four"))],
    }
    said = [picture.file.description for picture in found(message(**parts)).pictures]
    assert said == ["One", "Two", "A thumb", "Four"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("SPOILER_my_cat.png", "my cat"),
        ("Römer's café.jpeg", "Römer's café"),
        *((name, None) for name in ("image.png", "IMG_1234.HEIC", "image0.jpg", "SPOILER_unknown.png", "....png")),
        *((name, None) for name in ("Screenshot 2026-01-02 at 10.00.00.png", "1234567890.jpg", "WhatsApp Image 1.jpg")),
        ("8f14e45f-ceea-467f-a0e6-1b1b1b1b1b1b.png", None),
        ("1" * 90 + "x.png", "1" * 90 + "x"),
    ],
)
def test_a_title_is_proposed_unless_a_machine_has_given_the_name(name: str, title: str | None) -> None:
    assert proposed(name) == title


def test_what_an_embed_and_a_sticker_are_called_is_their_title() -> None:
    stuck = {"sticker_items": [{"id": "1", "name": "Wave", "format_type": 1}]}
    titles = [one.title for one in found(message(embeds=[embed(title="A hill"), gifv()], **stuck)).pictures]
    assert titles == ["A hill", "cat", "Wave"]


def test_an_attachment_is_called_as_its_user_called_it() -> None:
    [picture] = found(message(attachments=[attachment("R_mer.jpg", title="Römer", duration_secs=3, flags=1)])).pictures
    assert (picture.file.name, picture.title, picture.file.seconds) == ("Römer.jpg", "Römer", 3)
    assert picture.file.origin is Origin.CLIP
    assert picture.file.size == 1234


# --- what is not fetched ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "proxy",
    [
        "",
        "https://pictures.example.com/hill.jpg",
        "http://images-ext-1.discordapp.net/external/a",
        "https://images-ext-1.discordapp.net.evil.example/a",
        "https://images-ext-1.discordapp.net@evil.example/a",
        "https://images-ext-x.discordapp.net/a",
        "//cdn.discordapp.com/a",
        "nonsense",
    ],
)
def test_what_discord_has_no_copy_of_is_counted_and_the_others_go_on(proxy: str) -> None:
    away = embed("https://a.example/1", thumbnail=media("https://a.example/1", proxy))
    shown = {"media": media("https://a.example/2", proxy)}
    contents = found(message(attachments=[attachment()], embeds=[away], components=[gallery(shown)]))
    assert [picture.file.name for picture in contents.pictures] == ["hill.jpg"]
    assert contents.elsewhere == 2
    with pytest.raises(NoPictureError) as alone:
        found(message(embeds=[away]))
    assert alone.value.what is Absent.ELSEWHERE


@pytest.mark.parametrize("proxy", ["https://media.tenor.com/b/cat.mp4", ""])
def test_the_still_of_a_moving_picture_is_not_taken_for_it(proxy: str) -> None:
    with pytest.raises(NoPictureError) as nothing:
        found(message(embeds=[gifv(proxy)]))
    assert nothing.value.what is Absent.ELSEWHERE


ODD = [None, 1, "x", [], {}, [None], ["x"], [1, {}], {"a": 1}, True]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("key", ["attachments", "embeds", "components", "sticker_items", "message_snapshots", "poll"])
def test_an_odd_part_costs_itself_alone(key: str, odd: Any) -> None:
    whole = message(attachments=[attachment()], embeds=[embed()])
    broken = whole | {key: [*odd, *whole.get(key, [])] if isinstance(odd, list) else odd}
    left = 2 - (key in {"attachments", "embeds"} and not isinstance(odd, list))
    assert len(found(broken).pictures) == left


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_value_deep_inside_costs_that_picture_alone(odd: Any) -> None:
    for part in (attachment(), embed(), gallery({"media": media()}), SECTION, FILE):
        for path in _paths(part):
            broken = json.loads(json.dumps(part))
            _put(broken, path, odd)
            kind = "attachments" if "filename" in part else "components" if isinstance(part["type"], int) else "embeds"
            parts = {kind: [broken]} | {"sticker_items": [{"id": "9", "name": "S", "format_type": 1}]}
            assert "https://cdn.discordapp.com/stickers/9.png" in urls(message(**parts))


def _paths(part: Any) -> list[tuple[Any, ...]]:
    within = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path for key, value in within for path in ((key,), *((key, *rest) for rest in _paths(value)))]


def _put(part: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value


def test_what_is_nested_without_end_ends() -> None:
    part: dict[str, Any] = message(attachments=[attachment()])
    for _ in range(300):
        part = message(message_snapshots=[{"message": part}], components=[{"type": 17, "components": [SECTION]}])
    assert urls(part) == [proxied("https://a.example/t.png")]


# --- nothing to upload -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"content": "Hello"}, Absent.TEXT),
        ({"content": "https://pictures.example.com/hill.jpg"}, Absent.TEXT),
        ({"type": 19, "content": "Hello"}, Absent.TEXT),
        ({"poll": {"question": {"text": "Why?"}, "answers": []}}, Absent.POLL),
        ({"type": 7}, Absent.NOTICE),
        ({"type": 46, "embeds": [{"type": "poll_result", "fields": []}]}, Absent.NOTICE),
        ({"attachments": [attachment("a.pdf", content_type="application/pdf")]}, Absent.FILES),
        ({"attachments": [attachment("a.mp3", content_type="audio/mpeg")]}, Absent.FILES),
        ({"attachments": [attachment("blob", content_type=None, width=None)]}, Absent.FILES),
        ({"components": [FILE | {"file": media(f"{CDN}/a.pdf"), "name": "a.pdf"}]}, Absent.FILES),
        ({"sticker_items": [{"id": "1", "name": "Wave", "format_type": 3}]}, Absent.DRAWING),
    ],
)
@pytest.mark.parametrize("around", [message, forwarded])
def test_a_message_without_a_picture_is_told_for_what_it_is(parts: dict[str, Any], what: Absent, around: Any) -> None:
    if around is forwarded and "poll" in parts:
        pytest.skip("a snapshot holds no poll")
    with pytest.raises(NoPictureError) as nothing:
        found(around(**parts))
    assert nothing.value.what is what


@pytest.mark.parametrize("around", [message, forwarded])
def test_a_voice_message_is_known_by_its_flag(around: Any) -> None:
    voice = attachment("voice-message.ogg", content_type="audio/ogg", waveform="AAA", duration_secs=2)
    with pytest.raises(VoiceMessageError):
        found(around(flags=8192, attachments=[voice]))


# --- what is on Imgur ------------------------------------------------------------------------------------------------


def test_one_picture_of_imgur_s_is_not_uploaded_again() -> None:
    with pytest.raises(OnImgurError) as there:
        found(message(content="https://i.imgur.com/AbCdEfG.jpg", embeds=[embed("https://i.imgur.com/AbCdEfG.jpg")]))
    assert (there.value.kind, there.value.item_id) == ("image", "AbCdEfG")


def test_what_a_page_of_imgur_s_shows_is_on_imgur_whoever_has_the_still() -> None:
    with pytest.raises(OnImgurError) as there:
        found(message(embeds=[embed("https://imgur.com/a/AbCdE", thumbnail=media("https://stills.example/1.jpg"))]))
    assert (there.value.kind, there.value.item_id) == ("album", "AbCdE")


def test_a_page_of_imgur_s_that_is_no_image_or_album_shows_pictures_like_any_other() -> None:
    logo = embed("https://imgur.com/", thumbnail=media("https://s.imgur.com/images/logo.png"))
    assert [picture.file.name for picture in found(message(content="imgur.com", embeds=[logo])).pictures] == [
        "logo.png"
    ]
    tag = embed("https://imgur.com/t/cats", thumbnail=media("https://i.imgur.com/AbCdEfGh.jpg?fb"))
    with pytest.raises(OnImgurError) as there:
        found(message(embeds=[tag]))
    assert there.value.item_id == "AbCdEfG"


def test_this_bot_s_own_gallery_is_known_as_imgur_s() -> None:
    said = {"type": 10, "content": "1. [A hill](https://imgur.com/AbCdEf1)\n2. [B](https://imgur.com/AbCdEf2)"}
    shown = gallery(*({"media": media(f"https://i.imgur.com/AbCdEf{n}h.jpg")} for n in (1, 2)))
    contents = found(message(flags=32768, components=[{"type": 17, "components": [said, *shown["components"]]}]))
    assert contents.pictures == ()
    assert [one.id for one in contents.on_imgur] == ["AbCdEf1", "AbCdEf2"]


def test_what_else_is_in_a_message_of_imgur_s_is_uploaded() -> None:
    contents = found(message(attachments=[attachment()], content="see https://imgur.com/a/AbCdE"))
    assert [picture.file.name for picture in contents.pictures] == ["hill.jpg"]
    assert contents.on_imgur == (Linked("album", "AbCdE", "album:AbCdE"),)


ALBUM = embed("https://imgur.com/a/AbCdEf1", thumbnail=media("https://i.imgur.com/X1234.jpg"))
BLOG = embed("https://blog.example/", image=media("https://i.imgur.com/AbCdEf1h.jpg"))
WORDS = {
    "type": "rich",
    "description": "imgur.com/AbCdEf1",
    "fields": [{"name": "n", "value": "i.imgur.com/AbCdEf2.png"}],
}
PARTS = [
    {"type": 10, "content": "imgur.com/AbCdEf1"},
    {"type": 1, "components": [{"type": 2, "style": 5, "url": "https://imgur.com/gallery/AbCdEf2"}]},
    {"type": 9, "components": [], "accessory": {"type": 2, "style": 5, "url": "https://imgur.com/AbCdEf3"}},
]
SHOWN = gallery({"media": media("https://i.imgur.com/XyXyXy1l.jpg")})
LINKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "text": ({"content": "https://imgur.com/AbCdEf1 and ||imgur.com/a/AbCdEf2||"}, ["AbCdEf1", "AbCdEf2"]),
    "embed's page": ({"embeds": [ALBUM]}, ["AbCdEf1"]),
    "embed's picture": ({"embeds": [BLOG]}, ["AbCdEf1"]),
    "embed's words": ({"embeds": [WORDS]}, ["AbCdEf1", "AbCdEf2"]),
    "text and buttons": ({"components": [{"type": 17, "components": PARTS}]}, ["AbCdEf1", "AbCdEf2", "AbCdEf3"]),
    "gallery alone": ({"components": [SHOWN]}, ["XyXyXy1"]),
    "album with what it shows": ({"components": [PARTS[0], SHOWN]}, ["AbCdEf1"]),
}


@pytest.mark.parametrize("place", LINKS)
@pytest.mark.parametrize("around", [message, forwarded])
def test_a_link_to_imgur_is_found_wherever_it_stands(place: str, around: Any) -> None:
    parts, ids = LINKS[place]
    assert [link.id for link in READER.links(around(**parts))] == ids


def test_links_to_one_thing_count_once() -> None:
    same = "imgur.com/AbCdEfG https://i.imgur.com/AbCdEfGh.jpg <http://m.imgur.com/AbCdEfG?x> imgur.com/a/AbCdEfG"
    got = READER.links(message(content=same, embeds=[embed("https://i.imgur.com/AbCdEfG.gifv")]))
    assert got == (Linked("image", "AbCdEfG", "image:AbCdEfG"), Linked("album", "AbCdEfG", "album:AbCdEfG"))


def test_what_a_link_may_be_is_looked_up_as_it_says() -> None:
    got = READER.links(message(content="imgur.com/AbCdEf1 imgur.com/gallery/AbCdEf2 imgur.com/a/AbCdEf3"))
    assert [one.text for one in got] == [
        "https://imgur.com/AbCdEf1",
        "https://imgur.com/gallery/AbCdEf2",
        "album:AbCdEf3",
    ]
    assert READER.chosen([one.text for one in got]) == got


@pytest.mark.parametrize("text", ["Hello", "https://imgur.com/", "https://notimgur.com/AbCdEfG", ""])
def test_a_message_without_a_link_to_imgur_is_told_so(text: str) -> None:
    with pytest.raises(NoImgurLinkError):
        READER.links(message(content=text))
    with pytest.raises(NoImgurLinkError):
        READER.chosen([text])


def test_an_address_of_a_picture_is_in_no_log() -> None:
    [picture] = found(message(embeds=[embed()])).pictures
    assert m.PROXY not in repr(picture)
