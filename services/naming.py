"""What users name images and albums by."""

from __future__ import annotations

import imgur.reference
from errors import ImageGivenError, NotAnItemError, SeveralGivenError
from imgur.models import Kind
from imgur.reference import Reference


def reference(text: str) -> Reference:
    """What was typed: a suggestion's `image:ID` or `album:ID`, or any form that people paste.

    Raises NotAnItemError, SeveralGivenError.
    """
    kind, colon, item_id = text.strip().partition(":")
    if colon and kind in set(Kind) and item_id.isascii() and item_id.isalnum():
        return Reference((Kind(kind),), item_id)
    try:
        found = imgur.reference.parse(text)
    except imgur.reference.SeveralError:
        raise SeveralGivenError from None
    if found is None:
        raise NotAnItemError
    return found


def album_id(text: str) -> str:
    """The id of the album that was typed. Raises NotAnItemError, ImageGivenError."""
    found = reference(text)
    if Kind.ALBUM not in found.kinds:
        raise ImageGivenError
    return found.id
