"""Addresses of pictures that Imgur is asked to fetch. This bot opens none of them, and looks up no name."""

from __future__ import annotations

import re
import time
import unicodedata
from dataclasses import dataclass, field

from yarl import URL

import imgur.reference
from errors import DiscordLinkError, NotAnAddressError, NotFetchedError, OnImgurError, SecretAddressError
from imgur.reference import Reference

LONGEST = 2000
"""Characters of an address."""
_DISCORDS = re.compile(r"(?:cdn|media)\.discordapp\.(?:com|net)")
_FILES = re.compile(r"/(?:ephemeral-)?attachments/")
"""What expires of what is there; emoji, stickers and avatars do not."""
_SIGNED = ("ex", "is", "hm")
"""What Discord signs a link with: until when it is good (hexadecimal seconds), since when, and the signature."""
_ADDRESS = re.compile(r"(?ai:https?)://[^\s/?#]+\S*")
_PUBLIC = re.compile(r"(?:[\w-]+\.)+[^\W\d_][\w-]+")  # no address by numbers, in whatever notation
_INNER = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".onion", ".invalid", ".test", ".example")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a picture is, as Imgur gets it: what was typed, to the letter. It may be signed, and is told to nobody.

    It stands where an `IncomingFile` does; how large it is, and what it shows, nobody knows.
    """

    url: str = field(repr=False)
    hidden: bool = False
    name: str = ""
    size: int = 0
    description: str | None = None
    origin: None = None


def read_address(typed: str, *, hidden: bool = False) -> Address:
    """What Imgur is to fetch.

    Raises NotAnAddressError, SecretAddressError for a name and password, NotFetchedError for what cannot be public,
    OnImgurError for what is there already, DiscordLinkError for a link of Discord's that has expired.
    """
    text = "%20".join(typed.strip().strip("<>").split())
    if not _ADDRESS.fullmatch(text) or len(text) > LONGEST:
        raise NotAnAddressError
    try:
        url = URL(text, encoded=True)
        host = (url.raw_host or "").rstrip(".").lower()
    except (ValueError, IndexError):  # yarl's, of "http://[]@"
        raise NotAnAddressError from None
    host = unicodedata.normalize("NFKC", host)  # as Imgur may read it
    if url.user is not None or url.password is not None or (url.explicit_port and "@" in url.raw_path):
        raise SecretAddressError  # a password with a slash in it looks like a port and a path
    if imgur.reference.is_imgurs(host):
        raise OnImgurError(*_on_imgur(text))
    if not _PUBLIC.fullmatch(host) or host.endswith(_INNER):
        raise NotFetchedError
    if _DISCORDS.fullmatch(host) and _FILES.match(url.raw_path):
        text = _whole(url)
    return Address(text, hidden, name=host)


def _on_imgur(text: str) -> tuple[str, str]:
    """Kind and id of what an address of Imgur's shows. Raises NotAnAddressError for a page on which there is none."""
    try:
        found: Reference | None = imgur.reference.link(text)
    except imgur.reference.SeveralError:
        found = None
    if found is None:
        raise NotAnAddressError
    return found.kinds[0].value, found.id


def _whole(url: URL) -> str:
    """A link of Discord's to the file itself, not to a smaller copy of it. Raises DiscordLinkError."""
    given = dict(part.partition("=")[::2] for part in url.raw_query_string.split("&"))
    signed = {name: given.get(name, "") for name in _SIGNED}
    try:
        until = int(signed["ex"], 16)
    except ValueError:
        raise DiscordLinkError from None
    if until <= time.time() or not signed["hm"]:
        raise DiscordLinkError
    query = "&".join(f"{name}={value}" for name, value in signed.items() if value)
    return f"https://cdn.discordapp.com{url.raw_path}?{query}&"
