"""What a process may cost, and how it says what went wrong. Loaded by the bot and by the processes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PIXELS = 64_000_000
"""Of one picture: what cameras in phones take, and 8000 x 8000."""
ALL_PIXELS = 256_000_000
"""Of all frames of an animation together."""
MEMORY = 1_280_000_000
"""Bytes of address space."""
SECONDS = 60
"""Of time, and of a processor's."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one process."""

    pixels: int = PIXELS
    all_pixels: int = ALL_PIXELS
    memory: int = MEMORY
    seconds: int = SECONDS


class Trouble(StrEnum):
    """Why there is no picture."""

    DAMAGED = "damaged"
    PIXELS = "pixels"
    WORK = "work"
    TOO_LARGE = "too large"
