"""Reads a message as Discord sends it with a press on its menu: from that alone, nothing is asked of Discord."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from errors import Absent, NoImgurLinkError, NoPictureError, OnImgurError, VoiceMessageError
from imgur.reference import folded, is_imgurs, links
from services.message.links import linked, meant, named
from services.message.models import Contents, Linked, Picture
from services.message.parts import VOICE, Found, Handle, attached, composed, embedded, stuck
from services.message.payload import DEEPEST, Payload, components, each, host, number, path, within
from services.ports import Reach

STARTER = 21
WRITTEN = {0, 19, 20, STARTER, 23}
"""Types of messages that somebody wrote: replies, commands' answers, and what a thread began with are among them."""
_DISCORD = (".discordapp.com", ".discordapp.net")


class MessageReader:
    """Finds what a message holds, and what is forwarded in it."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def contents(self, message: Payload, handle: Handle = lambda _: None) -> Contents:
        """Every picture and video, each once. `handle` makes of an attachment what the border knows it by.

        Raises OnImgurError where there is but one thing, which is on Imgur; NoPictureError and VoiceMessageError where
        there is nothing at all.
        """
        found = list(_merged(chain.from_iterable(_found(part, handle) for part in _all(message))))
        apart = [one for one in found if not _is_on_imgur(one)]
        pictures = tuple(Picture(one.file, one.title) for one in map(self._reached, apart) if one.file.url)
        elsewhere = len(apart) - len(pictures)
        on_imgur = self._linked(message)
        if not pictures and not elsewhere and len(on_imgur) == 1:
            raise OnImgurError(on_imgur[0].kind, on_imgur[0].id)
        if not pictures and not on_imgur:
            raise _nothing(message, elsewhere)
        return Contents(pictures, elsewhere, on_imgur)

    def links(self, message: Payload) -> tuple[Linked, ...]:
        """What it links to on Imgur, each once. Raises NoImgurLinkError for nothing."""
        found = self._linked(message)
        if not found:
            raise NoImgurLinkError
        return found

    def chosen(self, texts: Sequence[str]) -> tuple[Linked, ...]:
        """The same of texts of `Linked`. Raises NoImgurLinkError for nothing."""
        found = tuple(map(named, folded(chain.from_iterable(map(meant, texts)))))
        if not found:
            raise NoImgurLinkError
        return found

    def _linked(self, message: Payload) -> tuple[Linked, ...]:
        return tuple(map(named, folded(chain.from_iterable(map(linked, _all(message))))))

    def _reached(self, found: Found) -> Found:
        """With the first address that is Discord's, or none. An attachment's is what the border opens it by."""
        reachable = (address for address in found.addresses if self._reach.reaches(address))
        url = next(reachable, found.file.url if found.file.handle is not None else "")
        return replace(found, file=replace(found.file, url=url))


def _all(message: Payload, depth: int = 0) -> Iterator[Payload]:
    """The message, and those that are forwarded in it."""
    yield message
    if depth < DEEPEST:
        for snapshot in each(message, "message_snapshots"):
            yield from _all(within(snapshot, "message"), depth + 1)
        if number(message, "type") == STARTER:  # at the head of a thread: it shows the one that the thread began with
            yield from _all(within(message, "referenced_message"), depth + 1)


def _found(message: Payload, handle: Handle) -> Iterator[Found]:
    return chain(attached(message, handle), composed(message), embedded(message), stuck(message))


def _merged(found: Iterator[Found]) -> Sequence[Found]:
    """Each once, where it came first: hidden if it is so anywhere, described by whoever does."""
    kept: dict[str, Found] = {}
    for one in found:
        key = _identity(one.source)
        known = kept.get(key) if key else None
        if known is None:
            kept[key or f"{len(kept)}"] = one
            continue
        file = replace(
            known.file,
            hidden=known.file.hidden or one.file.hidden,
            description=known.file.description or one.file.description,
        )
        addresses = (*known.addresses, *one.addresses)
        kept[key] = replace(known, file=file, addresses=addresses, title=known.title or one.title)
    return list(kept.values())


def _identity(address: str) -> str:
    """What makes two one: Discord's links to a file differ in their signatures."""
    if host(address).endswith(_DISCORD):
        return path(address)
    return address.partition("#")[0]


def _is_on_imgur(found: Found) -> bool:
    """Whether it is an image or album there: what its other pages show is a picture like any other."""
    return any(is_imgurs(host(address)) and links(address) for address in (found.source, found.page))


def _nothing(message: Payload, elsewhere: int) -> Exception:
    """What there is instead."""
    if elsewhere:
        return NoPictureError(Absent.ELSEWHERE)
    if any(number(part, "flags") & VOICE for part in _all(message)):
        return VoiceMessageError()
    what = chain.from_iterable(map(_instead, _all(message)))
    return NoPictureError(next(what, Absent.TEXT))


def _instead(message: Payload) -> Iterator[Absent]:
    if within(message, "poll"):
        yield Absent.POLL
    if any(chain(each(message, "sticker_items"), each(message, "stickers"))):
        yield Absent.DRAWING
    if any(each(message, "attachments")) or any(within(part, "file") for part in components(message)):
        yield Absent.FILES
    if number(message, "type") not in WRITTEN:
        yield Absent.NOTICE
