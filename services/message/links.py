"""What a message links to on Imgur, wherever a link may stand."""

from __future__ import annotations

from collections.abc import Iterator

from imgur.models import Kind
from imgur.reference import Reference, folded, is_imgurs, links
from services.message.models import Linked
from services.message.payload import Payload, components, each, host, text, within

_PICTURES = ("image", "thumbnail", "video")


def linked(message: Payload) -> list[Reference]:
    """All of one message, in the order of reading; what is linked to more than once counts once."""
    written = links(text(message, "content"))
    for embed in each(message, "embeds"):
        written += _of_embed(embed)
    parts = list(components(message))
    said = [found for part in parts for found in _of_component(part)]
    # What a message shows of an album is no link of its own; where it has no other, it is all there is.
    return folded(written + (said or [found for part in parts for found in _shown(part)]))


def named(reference: Reference) -> Linked:
    """The same as the services take it: what may be an image or an album is looked up as its link says."""
    match reference.kinds:
        case (kind,):
            wanted = f"{kind}:{reference.id}"
        case (Kind.ALBUM, *_):
            wanted = f"https://imgur.com/gallery/{reference.id}"
        case _:
            wanted = f"https://imgur.com/{reference.id}"
    return Linked(reference.kinds[0].value, reference.id, wanted)


def meant(wanted: str) -> list[Reference]:
    """What `named` has made such a text of; nothing for any other."""
    kind, _, item_id = wanted.partition(":")
    if kind in {Kind.IMAGE.value, Kind.ALBUM.value}:
        return [Reference((Kind(kind),), item_id)]
    return links(wanted)


def _of_embed(embed: Payload) -> Iterator[Reference]:
    """Of an embed that Discord made of a link, that link: what it shows is a part of what is there."""
    page = text(embed, "url")
    if is_imgurs(host(page)) and (named_there := links(page)):
        yield from named_there
        return
    for key in _PICTURES:
        if is_imgurs(host(address := text(within(embed, key), "url"))):
            yield from links(address)
    said = [text(embed, "title"), text(embed, "description"), text(within(embed, "author"), "url")]
    said += [text(field, key) for field in each(embed, "fields") for key in ("name", "value")]
    for one in (*said, text(within(embed, "footer"), "text")):
        yield from links(one)


def _of_component(component: Payload) -> Iterator[Reference]:
    """What its text says, and where its button leads."""
    yield from links(text(component, "content"))
    yield from links(text(component, "url"))


def _shown(component: Payload) -> Iterator[Reference]:
    for part in (component, *each(component, "items")):
        if is_imgurs(host(address := text(within(part, "media"), "url"))):
            yield from links(address)
