"""What a viewer may do with an item, and an item as it is shown to them."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from imgur.models import Album, Image, Item
from storage.models import Expiry, Mark

PICTURES_LOOKED_UP = 1000  # of an album, of which no more than ten are ever shown at once


class Ability(StrEnum):
    """What a viewer may do with an item."""

    EDIT = "edit"
    FAVORITE = "favorite"
    UNFAVORITE = "unfavorite"
    DELETE = "delete"
    COPY = "copy"


Abilities: TypeAlias = AbstractSet[Ability]


def abilities(item: Item, *, linked: bool, mine: bool) -> Abilities:
    """What someone may do with an item: `linked` if they have an account, `mine` if the item is theirs."""
    can = {Ability.COPY}
    if linked:
        can.add(Ability.UNFAVORITE if item.favorite else Ability.FAVORITE)
    if mine and not isinstance(item, Album):
        can |= {Ability.EDIT, Ability.DELETE}
    return can


@dataclass(frozen=True, slots=True)
class Shown:
    """An item and what its viewer may do with it; `is_gone` for a favorite of theirs that Imgur has no more.

    `hidden` are ids of its pictures that were uploaded as spoilers, by whomever; `mark` is what the viewer noted on it.
    `expiry` is when the viewer has it deleted.
    """

    item: Item
    can: Abilities
    is_gone: bool = False
    hidden: frozenset[str] = frozenset()
    mark: Mark = field(default_factory=Mark)
    expiry: Expiry | None = None


def pictures(item: Item) -> frozenset[str]:
    """The ids of what may be shown for an item."""
    if isinstance(item, Image):
        return frozenset({item.id})
    found = {image.id for image in item.images[:PICTURES_LOOKED_UP]}
    return frozenset(found | {item.cover} if item.cover else found)
