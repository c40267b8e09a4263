"""Odd answers: a field costs at most its value, an item at most itself."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgur import _decode
from imgur._answer import Answer, data_of, document_of, grant_error
from imgur.errors import BadAnswerError, ImgurError
from imgur.models import Account, Album, Image, Item, Page, Tokens
from tests.imgur.samples import ALBUM, IMAGE, TOKENS, VIDEO

ODD: list[Any] = [
    None,
    "",
    "many",
    -1,
    1.5,
    10**400,
    float("nan"),
    float("inf"),
    True,
    [],
    {},
    [None],
    {"x": 1},
    "\x00",
    "\ud800",
    253402300800,  # the year 10000
    -62135596801,  # the year 0
    1e308,
    "9" * 5000,
    "\u0663",
]


def differences(one: Item, other: Item) -> set[str]:
    return {field.name for field in fields(one) if getattr(one, field.name) != getattr(other, field.name)}


@pytest.mark.parametrize("name", [name for name in IMAGE | VIDEO if name != "id"])
def test_odd_field_costs_an_image_no_other_field(name: str) -> None:
    for odd in ODD:
        assert len(differences(_decode.image(VIDEO | {name: odd}), _decode.image(VIDEO))) <= 1


@pytest.mark.parametrize("name", [name for name in ALBUM if name != "id"])
def test_odd_field_costs_an_album_no_other_field(name: str) -> None:
    for odd in ODD:
        assert len(differences(_decode.album(ALBUM | {name: odd}), _decode.album(ALBUM))) <= 1


@pytest.mark.parametrize("odd", [None, "", "many words", "../x", -1, 1.5, [], {}, True])
def test_item_without_a_usable_id_is_lost_alone(odd: Any) -> None:
    page = _decode.page([IMAGE, VIDEO | {"id": odd}, "text", None, 7, [IMAGE], ALBUM | {"id": odd}], _decode.item)
    assert page == Page((_decode.image(IMAGE),), 7)


@pytest.mark.parametrize(
    ("sent", "field", "value"),
    [
        ({"width": "205"}, "width", 205),
        ({"width": 205.0}, "width", 205),
        ({"views": None}, "views", 0),
        ({"size": -5}, "size", 0),
        ({"title": ""}, "title", None),
        ({"title": 42}, "title", "42"),
        ({"datetime": "1700000000"}, "created", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ({"datetime": "2023-11-14T22:13:20"}, "created", None),
        ({"datetime": 10**30}, "created", None),
        ({"datetime": 0}, "created", None),
        ({"datetime": "0"}, "created", None),
        ({"datetime": -1}, "created", None),
        ({"datetime": 1}, "created", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ({"nsfw": None}, "nsfw", False),
        ({"nsfw": "true"}, "nsfw", True),
        ({"nsfw": None}, "harmless", False),
        ({"nsfw": "perhaps"}, "harmless", False),
        ({"nsfw": "false"}, "harmless", True),
        ({"nsfw": 0}, "harmless", True),
        ({"favorite": 1}, "favorite", True),
        ({"account_id": 0}, "account_id", None),
        ({"account_id": "45344"}, "account_id", 45344),
        ({"deletehash": ""}, "deletehash", None),
        ({"processing": {"status": "pending"}}, "processing", True),
        ({"processing": {"status": "something new"}}, "processing", False),
        ({"processing": "pending"}, "processing", False),
        ({"link": "http://i.imgur.com/Ab3dE7g.png"}, "link", "https://i.imgur.com/Ab3dE7g.png"),
        ({"link": "https://i.imgur.com/Ab3dE7g."}, "link", "https://i.imgur.com/Ab3dE7g.mp4"),
        ({"link": "https://i.imgur.com/Ab3dE7g.jpg?1"}, "link", "https://i.imgur.com/Ab3dE7g.jpg?1"),
        ({"link": "http://127.0.0.1:8000/i/Ab3dE7g.png"}, "link", "http://127.0.0.1:8000/i/Ab3dE7g.png"),
        ({"link": "https://i.imgur.com/Ab3dE7g"}, "link", None),
        ({"link": "https://imgur.com"}, "link", None),
        ({"link": "/Ab3dE7g.png"}, "link", None),
        ({"link": "https:///Ab3dE7g.png"}, "link", None),
        ({"link": "https://[x/Ab3dE7g.png"}, "link", None),
        ({"link": "javascript://i.imgur.com/Ab3dE7g.png"}, "link", None),
        ({"link": 7}, "link", None),
        ({"link": "https://i.imgur.com/Ab3dE7g.png\n"}, "link", "https://i.imgur.com/Ab3dE7g.png"),
        ({"link": "https://i.imgur.com/a cat.png"}, "link", None),
        ({"link": "https://i.imgur.com/\ud83d.png"}, "link", None),
        ({"link": "https://i.imgur.com/\U0001f408.png"}, "link", None),
        ({"title": "half a \ud83d cat"}, "title", "half a ? cat"),
        ({"title": "cat\0fish"}, "title", "catfish"),
        ({"title": "\0"}, "title", None),
        ({"title": "a whole \U0001f408"}, "title", "a whole \U0001f408"),
        ({"mp4": ""}, "mp4", None),
        ({"gifv": "http://i.imgur.com/Ab3dE7g.gifv"}, "gifv", "https://i.imgur.com/Ab3dE7g.gifv"),
        ({"type": "image/of-tomorrow"}, "mime_type", "image/of-tomorrow"),
    ],
)
def test_field_is_read_leniently(sent: dict[str, Any], field: str, value: Any) -> None:
    plain = _decode.image(IMAGE)
    assert _decode.image(IMAGE | sent | {"a_new_field": {"x": 1}}) == replace(plain, **{field: value})


@pytest.mark.parametrize(
    ("sent", "field", "value"),
    [
        ({"privacy": "of tomorrow"}, "privacy", "of tomorrow"),
        ({"cover": ""}, "cover", None),
        ({"images_count": None}, "images_count", 2),
        ({"images": None}, "images", ()),
        ({"images": [None, IMAGE, "x"]}, "images", (_decode.image(IMAGE),)),
        ({"link": "https://imgur.com/a/b59dz"}, "link", "https://imgur.com/a/b59dz"),
    ],
)
def test_field_of_an_album_is_read_leniently(sent: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(_decode.album(ALBUM | sent), field) == value


@pytest.mark.parametrize("flag", [None, "yes", 7])
def test_kind_is_told_by_the_link_when_the_flag_is_odd(flag: Any) -> None:
    assert isinstance(_decode.item(ALBUM | {"is_album": flag}), Album)
    assert isinstance(_decode.item(IMAGE | {"is_album": flag}), Image)


def test_tokens_are_read_bare_or_wrapped_and_keep_the_refresh_token_that_does_not_come_back() -> None:
    full = Tokens("fake-access-token-2", "fake-refresh-token-2", 315360000, 45344, "bob_example")
    assert _decode.tokens(TOKENS) == _decode.tokens({"data": TOKENS, "success": True}) == full
    old = {"access_token": "fake-access-token-2", "expires_in": "3600", "token_type": "Bearer", "scope": None}
    assert _decode.tokens(old, "fake-sent") == Tokens("fake-access-token-2", "fake-sent", 3600)
    assert _decode.tokens(TOKENS | {"expires_in": None}).expires_in == 3600


@pytest.mark.parametrize("lost", [{"access_token": None}, {"access_token": "a\nb"}, {"refresh_token": None}])
def test_tokens_that_cannot_be_used_are_a_bad_answer(lost: dict[str, Any]) -> None:
    with pytest.raises(BadAnswerError) as caught:
        _decode.tokens(TOKENS | lost)
    assert "fake" not in str(caught.value)


def test_secrets_are_not_in_the_models_texts() -> None:
    owned = IMAGE | {"deletehash": "fakedeletehash1"}
    for value in (_decode.tokens(TOKENS), _decode.image(owned), _decode.album(ALBUM | {"images": [owned]})):
        assert "fake-" not in repr(value)
        assert "fakedeletehash1" not in repr(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutilated(draw: st.DrawFn, sound: dict[str, Any]) -> Any:
    """Something with fields replaced, dropped or added, or something else altogether."""
    if draw(st.booleans()):
        return draw(JSON)
    names = st.sampled_from([*sound, "is_album", "unknown"])
    changed = sound | draw(st.dictionaries(names, JSON, min_size=1, max_size=4))
    return {name: value for name, value in changed.items() if name not in draw(st.sets(names, max_size=2))}


@given(st.lists(st.one_of(mutilated(IMAGE), mutilated(ALBUM), mutilated(VIDEO)), max_size=4), st.integers(0, 4))
def test_good_items_survive_their_mutilated_neighbours(bad: list[Any], place: int) -> None:
    entries = [*bad[:place], IMAGE, *bad[place:], ALBUM]
    page = _decode.page(entries, _decode.item)
    good: list[Item] = [_decode.image(IMAGE), _decode.album(ALBUM)]
    assert page.received == len(entries)
    assert all(item in page.items for item in good)
    assert all(isinstance(item, Image | Album) for item in page.items)


@given(
    st.sampled_from([_decode.image, _decode.album, _decode.item, _decode.account, _decode.count]),
    st.one_of(mutilated(IMAGE), mutilated(ALBUM), JSON),
)
def test_mutilated_data_gives_a_model_or_our_error(read: Any, data: Any) -> None:
    try:
        value = read(data)
    except ImgurError as error:
        assert type(error) is BadAnswerError  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(value, Image | Album | Account | int)


@given(mutilated(TOKENS))
def test_mutilated_tokens_give_tokens_or_our_error(data: Any) -> None:
    try:
        tokens = _decode.tokens(data if isinstance(data, dict) else {"data": data}, "fake-sent")
    except BadAnswerError:
        return
    assert tokens.access_token.isascii()
    assert tokens.refresh_token


ENVELOPE = {
    "data": {"error": {"code": 1003, "message": "no"}},
    "errors": [{"code": "429"}],
    "success": True,
    "status": 1,
}


@given(
    st.integers(200, 599),
    st.one_of(st.binary(max_size=40), mutilated(ENVELOPE)),
    st.dictionaries(
        st.sampled_from(["Retry-After", "Date", "x-ratelimit-userremaining", "x-ratelimit-userreset"]), st.text()
    ),
    st.booleans(),
)
def test_any_answer_gives_data_or_our_error(status: int, body: Any, headers: dict[str, str], bearer: bool) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(status, headers, raw, bearer)
    for read in (data_of, document_of):
        try:
            read(answer)
        except ImgurError as error:
            assert isinstance(grant_error(error), ImgurError)  # noqa: PT017 - either outcome is right
