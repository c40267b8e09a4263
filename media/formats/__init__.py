"""What a file is, by its structure as far as its beginning shows it; each family of formats has its own reader.

A member of a family that its reader does not know is not known, whatever its siblings are.
"""

from __future__ import annotations

from collections.abc import Callable

from media.formats import asf, avi, boxes, ebml, signature, tiff
from media.formats.found import Found

_FAMILIES: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Found | None]], ...] = (
    (ebml.begins, ebml.read),
    (asf.begins, asf.read),
    (avi.begins, avi.read),
    (tiff.begins, tiff.read),
)


def recognise(head: bytes, later: bytes = b"") -> Found | None:
    """What begins like this (64 KiB are plenty); None for what is not known. `later` is from `reads_on`."""
    if mime_type := signature.written(head):  # its letters may look like anything
        return Found(mime_type)
    if boxes.begins(head):
        return boxes.read(head, later)
    for begins, read in _FAMILIES:
        if begins(head):
            return read(head)
    mime_type = signature.of(head)
    return Found(mime_type) if mime_type else None


def reads_on(head: bytes, size: int) -> int | None:
    """Where in a file of that size stands what its beginning does not tell; None where there is nothing like that."""
    return boxes.film_at(head, size) if boxes.begins(head) else None


__all__ = ["Found", "reads_on", "recognise"]
