"""What users name images and albums by: links, ids, titles of their own, and the bot's own wording of a choice."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

import imgur.reference
from errors import NameUnknownError, NotAnItemError, SeveralGivenError, SeveralNamedError, TitleSharedError
from imgur.models import Album, Image, Item, Kind
from imgur.reference import Reference
from services.cache import EVER, oldest
from services.library.reading import Viewer
from services.library.suggestions import CHOICE, Lists, Scope, each_once, label, told_apart
from services.text import folded

SUGGESTED = 5
LONGEST_COMPARED = 128  # characters of what was typed, which is compared with every title

_VALUE = re.compile(r"(image|album):([A-Za-z0-9]+)")
_BEFORE = re.compile(r"(?:(?P<kind>image|video|album):\s*|(?:\d+[.)]|[^\w\s]+)\s+)", re.IGNORECASE)
_BEHIND = re.compile(r"\s·\s(?P<kind>image|video|album)?", re.IGNORECASE)
_UNTITLED = re.compile(r"(?i:(image|video|album)) (?=.*\d|.+[A-Z])([A-Za-z0-9]{5,10})")  # no plain word
_ESCAPED = re.compile(r"\\([^A-Za-z0-9\s])")
_PARTS = 4  # around a title: heading, number, icon, noun; or remarks


_KINDS: dict[str, type[Item]] = {"image": Image, "video": Image, "album": Album}


class Names:
    """Finds what a text names, a title of the viewer's own before anything is looked up by its id."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    async def reference(self, viewer: Viewer, text: str, scope: Scope, *, newest: int = EVER) -> Reference:
        """What the text names. Raises NotAnItemError, SeveralGivenError, TitleSharedError.

        `newest` as for `Lists.read`.
        """
        if found := by_value(text):
            return found
        choice = CHOICE.fullmatch(imgur.reference.visible(text).strip())
        if choice is None and (found := _read(imgur.reference.link, text)):
            return found
        own = await self._lists.read(viewer, scope, called=_names(text), newest=newest)
        found = among(own, text) or _read(imgur.reference.parse, text)
        if found is None and choice:
            first_album = folded(text).startswith("album:")
            found = Reference(imgur.reference.POST if first_album else imgur.reference.EITHER, choice[1])
        found = found or _untitled(text)
        if found is None:
            raise SeveralNamedError if imgur.reference.is_several(text) else NotAnItemError
        return found

    async def titled(self, viewer: Viewer, text: str, scope: Scope, *, begun: bool = True) -> Reference:
        """What is of this title now, whatever was known before; of albums, unless not `begun`, also what begins so.

        Raises NotAnItemError with what was perhaps meant.
        """
        own = await self._lists.read(viewer, scope, called=_names(text), since=oldest(fresh=True))
        begins = begun and scope is Scope.ALBUMS
        if found := among(own, text) or _worded(own, text) or (_begun(own, text) if begins else None):
            return found
        if imgur.reference.is_several(text):
            raise SeveralNamedError
        is_id = _read(imgur.reference.parse, text) is not None
        raise (NameUnknownError if is_id else NotAnItemError)(tuple(map(label, _alike(own, text))), text)


def by_value(text: str) -> Reference | None:
    """What a suggestion's value or a button points to: `image:ID` or `album:ID`."""
    found = _VALUE.fullmatch(text.strip())
    return Reference((Kind(found[1]),), found[2]) if found else None


def exact(text: str) -> Reference | None:
    """What a value or a link points to. Raises SeveralGivenError."""
    return by_value(text) or _read(imgur.reference.link, text)


def is_name(text: str) -> bool:
    """Whether the text may be what a new album is to be called: no value, no link, none of the choices of albums."""
    return exact(text) is None and not (CHOICE.fullmatch(text.strip()) and folded(text).startswith("album:"))


def is_title(text: str) -> bool:
    """Whether the text may be a title: no value, and no link in it. Raises SeveralGivenError."""
    return exact(text) is None


def _read(reader: Callable[[str], Reference | None], text: str) -> Reference | None:
    try:
        return reader(text)
    except imgur.reference.SeveralError:
        raise SeveralGivenError from None


def among(items: Sequence[Item], text: str) -> Reference | None:
    """The one item that the text is the title, the id or the wording of. Raises TitleSharedError where several are."""
    wanted, item_id = folded(text), text.strip()
    if not wanted:
        return None
    called = (
        item for item in items if item.id == item_id or wanted in {folded(item.title), folded(label(item).source)}
    )
    found = each_once(called) or _entries(items, text)
    if len(found) > 1 and {item.id for item in found} == {item_id}:  # an image and an album that share it
        return Reference(imgur.reference.EITHER, item_id)
    return _one(found, text)


def _worded(items: Sequence[Item], text: str) -> Reference | None:
    """The item of which the text may be the wording of a choice, whatever a language calls an album."""
    choice = CHOICE.fullmatch(text.strip())
    found = next((item for item in items if choice and item.id == choice[1]), None)
    return None if found is None else Reference((found.kind,), found.id)


def names(text: str, item: Item, *, begun: bool = False) -> bool:
    """Whether a text that named an item does so still: by its id or its title, which may be another by now.

    With `begun`, also by how its title begins.
    """
    if not is_title(text) or item.id in text:
        return True
    return among([item], text) is not None or (begun and _begun([item], text) is not None)


def _one(found: Sequence[Item], text: str) -> Reference | None:
    if len({item.id.lower() for item in found}) == 1:  # the bot's wording of one of those that differ by case alone
        found = [item for item in found if item.id in text] or found
    if len(found) > 1:
        raise TitleSharedError(tuple(map(told_apart, found[:SUGGESTED])), text)
    return Reference((found[0].kind,), found[0].id) if found else None


def _begun(items: Sequence[Item], text: str) -> Reference | None:
    """The one item whose title begins so. Raises TitleSharedError where several do."""
    wanted = folded(text)
    return _one(each_once(item for item in items if wanted and folded(item.title).startswith(wanted)), text)


def _entries(items: Sequence[Item], text: str) -> list[Item]:
    """The items that a heading, a gallery's list or its menu shows like this; cut where it is long."""
    named = [(item, _entry_names(item)) for item in items]
    for kind, name in _readings(text):
        wanted, cut = folded(name.removesuffix("…")), name.endswith("…")
        found = each_once(
            item
            for item, names in named
            if wanted
            and kind in {None, type(item)}
            and (wanted in names or (cut and any(one.startswith(wanted) for one in names)))
        )
        if found:
            return found
    return []


def _readings(text: str) -> Iterator[tuple[type[Item] | None, str]]:
    """What an entry may call its item: first all of it, then less and less of what may stand around a title."""
    whole = _ESCAPED.sub(r"\1", text.strip())
    for behind in (None, *reversed(deque(_BEHIND.finditer(whole), _PARTS))):
        rest = whole[: behind.start()] if behind else whole
        kind = _KINDS.get(((behind and behind["kind"]) or "").lower())
        yield kind, rest
        for _ in range(_PARTS):
            if (before := _BEFORE.match(rest)) is None:
                break
            kind = _KINDS.get((before["kind"] or "").lower(), kind)
            rest = rest[before.end() :]
            yield kind, rest


def _names(text: str) -> list[str]:
    """What the text may call an item, each once."""
    choice = CHOICE.fullmatch(text.strip())
    whole = [choice[1]] if choice else []
    return list(dict.fromkeys(filter(folded, [*whole, *(name for _, name in _readings(text))])))


def _untitled(text: str) -> Reference | None:
    """What the bot calls an item without a title, also one that is not the user's own."""
    found = next(filter(None, (_UNTITLED.fullmatch(name) for _, name in _readings(text))), None)
    if found is None:
        return None
    return Reference(imgur.reference.ALBUM if found[1].lower() == "album" else imgur.reference.IMAGE, found[2])


def _entry_names(item: Item) -> set[str]:
    nouns = ["album"] if isinstance(item, Album) else ["image", "video"]
    return {folded(item.title or item.description), *(folded(f"{noun} {item.id}") for noun in nouns)} - {""}


def _alike(items: Sequence[Item], text: str) -> list[Item]:
    """Of the user's own, what was perhaps meant: titles that hold the text or are like it, else the newest."""
    wanted, own = folded(text), each_once(items)
    titles: dict[str, list[Item]] = {}
    for item in own:
        titles.setdefault(folded(item.title), []).append(item)
    held = [title for title in titles if wanted and wanted in title]
    alike = get_close_matches(wanted[:LONGEST_COMPARED], titles.keys() - {""}, SUGGESTED)
    return (each_once(item for title in [*held, *alike] for item in titles[title]) or own)[:SUGGESTED]
