"""Which embeds a message hides: those whose link stands between bars."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_CODE = re.compile(r"```.*?```|``.+?``|`[^`]+`", re.DOTALL)
_HIDDEN = re.compile(r"\|\|(.+?)\|\|", re.DOTALL)
_LINK = re.compile(r"(?ai:https?)://[^\s<>|]+")


@dataclass(frozen=True, slots=True)
class Spoilers:
    """The links of a message's text, alike in what makes no difference."""

    hidden: frozenset[str]
    shown: frozenset[str]

    @classmethod
    def of(cls, content: str) -> Spoilers:
        """Read them; what stands in code is no spoiler."""
        content = _CODE.sub(" ", content)
        spans = " ".join(span[1] for span in _HIDDEN.finditer(content))
        return cls(_links(spans), _links(_HIDDEN.sub(" ", content)))

    def hide(self, *addresses: str) -> bool:
        """Whether the embed of these addresses is one that was hidden.

        One whose link is not to be found as it was typed (a short link leads elsewhere) is hidden if any is.
        """
        names = {_plain(address) for address in addresses if address}
        return bool(names & self.hidden or (self.hidden and not names & self.shown))


def _links(text: str) -> frozenset[str]:
    return frozenset(_plain(link[0].rstrip(".,;:!?)")) for link in _LINK.finditer(text))


def _plain(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"
