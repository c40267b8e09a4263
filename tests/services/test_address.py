"""Which addresses Imgur is asked to fetch, to the letter; what is refused in words, before anything is sent."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from errors import (
    BotError,
    DiscordLinkError,
    NotAnAddressError,
    NotFetchedError,
    OnImgurError,
    SecretAddressError,
)
from services.address import read_address

LATER, BEFORE = "f0000000", "60000000"  # seconds in hexadecimal: of 2097 and of 2021


@pytest.mark.parametrize(
    "address",
    [
        "https://cats.com/a.jpg",
        "HTTPS://cats.com/a.jpg",
        "http://cats.com:8080/a.jpg",
        "https://cats.com/@@/a%20b%2Fc.jpg?x=%41&y=a+b#part",
        "https://cats.com/ä/\N{CAT FACE}.png?q=ö",
        "https://xn--ktzchen-n2a.xn--p1ai/a.jpg",
        "https://kätzchen.com/a.jpg",
        "https://s3.amazonaws.com/b/a.jpg?X-Amz-Signature=made-up&X-Amz-Expires=60",
        "https://cats.com/" + "a" * 1983,
        "https://images.proxy.net/?url=https://i.imgur.com/abc1234.jpg",
        "https://i.stack.imgur.com/abc1234.png",
        "https://imgur.com.evil.net/abc1234",
        "https://cdn.discordapp.com/emojis/123.webp?size=96",
        "https://media.discordapp.net/stickers/123.gif",
    ],
)
def test_imgur_gets_exactly_what_was_typed(address: str) -> None:
    assert read_address(address).url == address
    assert read_address(f"  <{address}>\n").url == address


def test_a_blank_within_is_quoted() -> None:
    assert read_address("https://cats.com/a b.jpg").url == "https://cats.com/a%20b.jpg"


@pytest.mark.parametrize(
    ("address", "error"),
    [
        *(
            (f"http://{host}/x", NotFetchedError)
            for host in (
                *("169.254.169.254", "127.0.0.1:8081", "[::1]:8081", "2130706433", "0x7f.1", "0177.0.0.1", "10.0.0.1"),
                *("localhost", "localhost:8080", "router", "printer.local", "db.internal", "a.localhost", "8.8.8.8"),
                *(
                    "169.254.169.②⑤④",
                    "[::ffff:127.0.0.1]",
                    "127.1",
                    "0",
                    "1.2.3.4.",
                    "metadata.google.internal",
                    "x.home.arpa",
                ),
            )
        ),
        *(
            (text, NotAnAddressError)
            for text in (
                *("cats.com/a.jpg", "ftp://cats.com/a.jpg", "file:///etc/passwd", "data:image/png;base64,AAAA"),
                *("https://", "https:///a.jpg", "a cat", "javascript:alert(1)", "https://cats.com/" + "a" * 1984),
                *("https://imgur.com/", "https://imgur.com/upload", "http://[::1/x", "//cats.com/a.jpg", "\u200b"),
                "see https://cats.com/a.jpg",
            )
        ),
        *(
            (f"https://{who}@cats.com/a.jpg", SecretAddressError)
            for who in ("me.name:12/made-up", "user:made-up-secret", "user", ":made-up", "user:")
        ),
        ("https://cdn.discordapp.com/attachments/1/2/a.png", DiscordLinkError),
        (f"https://cdn.discordapp.com/attachments/1/2/a.png?ex={BEFORE}&is=1&hm=aa&", DiscordLinkError),
        (f"https://cdn.discordapp.com/attachments/1/2/a.png?ex={LATER}&is=1", DiscordLinkError),
        ("https://media.discordapp.net/ephemeral-attachments/1/2/a.png?ex=zz&hm=1", DiscordLinkError),
    ],
)
def test_what_imgur_is_not_asked_for_is_refused_in_words(address: str, error: type[BotError]) -> None:
    with pytest.raises(error):
        read_address(address)


@pytest.mark.parametrize(
    ("address", "kind", "item_id"),
    [
        ("https://imgur.com/a/Ab3dE", "album", "Ab3dE"),
        ("https://i.imgur.com/Ab3dE7g.gifv", "image", "Ab3dE7g"),
        ("https://i.imgur.com/Ab3dE7gh.jpg", "image", "Ab3dE7g"),
        ("http://m.imgur.com/Ab3dE7g", "image", "Ab3dE7g"),
        ("https://imgur.com/gallery/a-cat-Ab3dE7g", "album", "Ab3dE7g"),
    ],
)
def test_what_is_on_imgur_already_is_named(address: str, kind: str, item_id: str) -> None:
    with pytest.raises(OnImgurError) as found:
        read_address(address)
    assert (found.value.kind, found.value.item_id) == (kind, item_id)


@pytest.mark.parametrize("path", ["attachments", "ephemeral-attachments"])
def test_a_fresh_link_of_discord_s_leads_to_the_file_itself(path: str) -> None:
    typed = f"https://media.discordapp.net/{path}/1/2/a.png?ex={LATER}&is=5&hm=ab&=&format=webp&width=300&height=200"
    assert read_address(typed).url == f"https://cdn.discordapp.com/{path}/1/2/a.png?ex={LATER}&is=5&hm=ab&"


def test_what_is_told_of_an_address_is_its_site_alone() -> None:
    address = read_address("https://cats.com/made-up-secret/a.jpg?token=made-up", hidden=True)
    assert (address.name, address.hidden) == ("cats.com", True)
    assert "made-up" not in repr(address)


@example("http://[]@")
@given(st.text(max_size=80) | st.text("htps:/.@[]?#%\\ \nia1\u200b", max_size=60).map("https://".__add__))
def test_rubbish_is_refused_in_words(text: str) -> None:
    try:
        found = read_address(text)
    except BotError:
        return
    assert found.url.lower().startswith(("http://", "https://"))
    assert " " not in found.url
