"""Where pictures hide in one message: attachments, embeds, components, stickers. Each says what Discord says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from imgur.models import TITLE_LIMIT
from media.models import IncomingFile, Origin
from services.message.naming import NAME_LIMIT, SPOILER, called, last_part, proposed
from services.message.payload import DEEPEST, Payload, each, host, number, text, within
from services.message.spoilers import Spoilers
from services.text import line

Handle: TypeAlias = Callable[[Payload], object]
"""Makes of an attachment what the border knows it by; see `IncomingFile.handle`."""

SPOILER_FLAG, CLIP, REMIX = 1 << 3, 1 << 0, 1 << 2  # of attachments
VOICE = 1 << 13  # of messages
PNG, APNG, GIF = 1, 2, 4  # formats of stickers; the third is a programme that draws
_CDN, _MEDIA = "https://cdn.discordapp.com", "https://media.discordapp.net"
_STICKERS = {PNG: (_CDN, "png"), APNG: (_CDN, "png"), GIF: (_MEDIA, "gif")}
_ENDINGS = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jfif", ".gif", ".webp", ".avif", ".heic", ".heif", ".jxl", ".bmp", ".tif"),
    *(".tiff", ".svg", ".ico", ".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".wmv", ".flv", ".mpg", ".mpeg"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A picture as one part of a message tells of it: `addresses` in the order in which to fetch it.

    `source` is where it stands, by which it is told from others; `page` is what shows it.
    """

    file: IncomingFile
    addresses: tuple[str, ...]
    source: str
    title: str | None = None
    page: str = ""


def attached(message: Payload, handle: Handle) -> Iterator[Found]:
    """The pictures and videos among the attachments."""
    for data in each(message, "attachments"):
        url, filename = text(data, "url"), text(data, "filename")
        kind = text(data, "content_type")
        if url and (is_picture(kind, filename) or (not kind and number(data, "width"))):
            name, flags = called(filename, text(data, "title")), number(data, "flags")
            file = IncomingFile(
                name,
                number(data, "size"),
                url,
                text(data, "content_type") or None,
                handle=handle(data),
                description=text(data, "description") or None,
                hidden=bool(flags & SPOILER_FLAG) or filename.startswith(SPOILER),
                seconds=_seconds(data),
                origin=_origin(flags),
            )
            yield Found(file, (url, text(data, "proxy_url")), url, proposed(name))


def embedded(message: Payload) -> Iterator[Found]:
    """The pictures of embeds, from Discord's proxy alone: what else stands there may lead anywhere."""
    spoilers = Spoilers.of(text(message, "content"))
    for embed in each(message, "embeds"):
        page, title = text(embed, "url"), line(text(embed, "title"), TITLE_LIMIT)
        shown = list(_of_embed(embed))
        hidden = spoilers.hide(page, *(text(media, "url") for media in shown)) if shown else False
        for media in shown:
            url = text(media, "url")
            name = last_part(url) or title or host(url)
            yield _proxied(media, name, title or proposed(last_part(url)), hidden=hidden, page=page)


def composed(message: Payload) -> Iterator[Found]:
    """The pictures of components, however deep they are."""
    return _composed(message, hidden=False, depth=0)


def stuck(message: Payload) -> Iterator[Found]:
    """The stickers that are pictures."""
    for sticker in chain(each(message, "sticker_items"), each(message, "stickers")):
        place = _STICKERS.get(number(sticker, "format_type"))
        if place and text(sticker, "id").isdecimal():
            name = line(text(sticker, "name"), NAME_LIMIT)
            url = f"{place[0]}/stickers/{text(sticker, 'id')}.{place[1]}"
            yield Found(IncomingFile(f"{name or 'sticker'}.{place[1]}", 0, url), (url,), url, name or None)


def is_picture(content_type: str, name: str) -> bool:
    """Whether a file says that it is a picture or video, by its type or else by its name. Not whether it is one."""
    content_type = content_type.lower()
    return content_type.startswith(("image/", "video/")) or (
        not content_type.startswith(("audio/", "text/")) and name.lower().endswith(_ENDINGS)
    )


def _of_embed(embed: Payload) -> Iterator[Payload]:
    """The moving picture where there is one: what stands beside it is a still of it."""
    video = within(embed, "video")
    if text(embed, "type") == "gifv" or text(video, "proxy_url"):
        yield video
        return
    for key in ("image", "thumbnail"):
        if media := within(embed, key):
            yield media


def _composed(part: Payload, *, hidden: bool, depth: int) -> Iterator[Found]:
    if depth > DEEPEST:
        return
    for component in each(part, "components"):
        covered = hidden or component.get("spoiler") is True
        yield from _own(component, hidden=covered)
        yield from _composed(component, hidden=covered, depth=depth + 1)
        if accessory := within(component, "accessory"):
            yield from _composed({"components": [accessory]}, hidden=covered, depth=depth + 1)


def _own(component: Payload, *, hidden: bool) -> Iterator[Found]:
    """What galleries, thumbnails and files have, and whatever comes that is made like them."""
    for item in each(component, "items"):
        yield from _unfurled(item, "media", hidden=hidden or item.get("spoiler") is True)
    yield from _unfurled(component, "media", hidden=hidden)
    for found in _unfurled(component, "file", hidden=hidden):
        if is_picture(found.file.content_type or "", found.file.name):
            yield found


def _unfurled(part: Payload, key: str, *, hidden: bool) -> Iterator[Found]:
    media = within(part, key)
    url = text(media, "url")
    if url or text(media, "proxy_url"):
        name = line(text(part, "name"), NAME_LIMIT) or last_part(url)
        about = text(part, "description")
        yield _proxied(media, name or host(url), proposed(name), hidden=hidden, about=about, size=number(part, "size"))


def _proxied(
    media: Payload, name: str, title: str | None, *, hidden: bool, page: str = "", about: str = "", size: int = 0
) -> Found:
    """What Discord has copied from elsewhere, or been sent: that it has by its own address as well."""
    url, proxy = text(media, "url"), text(media, "proxy_url")
    marked = name.startswith(SPOILER) or last_part(url).startswith(SPOILER)
    file = IncomingFile(
        name.removeprefix(SPOILER),
        size,
        proxy,
        text(media, "content_type") or None,
        description=about or text(media, "description") or None,
        hidden=hidden or marked,
    )
    return Found(file, (url, proxy) if text(media, "attachment_id") else (proxy,), url or proxy, title or None, page)


def _seconds(data: Payload) -> float | None:
    found = data.get("duration_secs")
    return float(found) if isinstance(found, int | float) else None


def _origin(flags: int) -> Origin | None:
    if flags & CLIP:
        return Origin.CLIP
    return Origin.REMIX if flags & REMIX else None
