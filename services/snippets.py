"""What is pasted elsewhere to show a picture: one link in the markup of wherever that is.

What users wrote is in there as words alone: it can neither end the markup around it nor begin any, nor end the block of
code in which Discord shows it to be copied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from services.text import line

NAME_LIMIT = 80  # units
_MARKUP = re.compile(r"[`\\\[\]<>|]")
_ODD = re.compile(r"[^!-~]|[`\\\[\]<>|()\"'{}^]")  # in an address, where some markup would end it


class Style(StrEnum):
    """For where it is pasted."""

    LINK = "link"
    DIRECT = "direct"
    MARKDOWN = "markdown"
    BBCODE = "bbcode"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Source:
    """What is shown: its page, itself where that is an image with an address, what it is called, and what one sees.

    What is `hidden` is behind a spoiler where there is such a thing, and is everywhere a link instead of a picture.
    """

    page: str
    direct: str | None = None
    name: str = ""
    alt: str = ""
    is_film: bool = False
    hidden: bool = False


def snippet(style: Style, source: Source) -> str:
    """One line; of what has no address of its own, the link to its page."""
    page, direct = _address(source.page), _address(source.direct or source.page)
    is_picture = source.direct is not None and not source.is_film and not source.hidden
    name = line(_MARKUP.sub("", line(source.name, NAME_LIMIT)).replace("://", " ")) or page.rpartition("/")[2]
    match style:
        case Style.LINK:
            return f"||{page}||" if source.hidden else page
        case Style.DIRECT:
            return f"||{direct}||" if source.hidden else direct
        case Style.MARKDOWN:
            shown = f"![{name}]({direct})" if is_picture else f"[{name}]({page})"
            return f"||{shown}||" if source.hidden else shown
        case Style.BBCODE:
            shown = f"[url={page}]{f'[img]{direct}[/img]' if is_picture else name}[/url]"
            return f"[spoiler]{shown}[/spoiler]" if source.hidden else shown
        case Style.HTML:
            words = (line(source.alt, NAME_LIMIT) if is_picture else "") or line(source.name, NAME_LIMIT) or name
            name = escape(words).replace("`", "&#96;")
            picture = f'<img src="{escape(direct)}" alt="{name}">'
            return f'<a href="{escape(page)}">{picture if is_picture else name}</a>'


def _address(url: str) -> str:
    return _ODD.sub(lambda odd: "".join(f"%{byte:02X}" for byte in odd[0].encode()), url)
