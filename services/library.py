"""The pictures and albums a user sees on Imgur: galleries, one item, favorites, edits, deletions."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import TypeAlias

from imgur.models import Album, Item


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
