"""Uploads that wait for the user to say where they go."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from errors import QuestionExpiredError
from services.upload import UploadRequest

LIFETIME = 15 * 60
MOST = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked about."""

    request: UploadRequest
    share: bool


class Questions:
    """Open questions by key, in memory only: they hold signed addresses. The oldest go first when there are many."""

    def __init__(self, *, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._open: dict[str, tuple[float, Question]] = {}

    def ask(self, question: Question) -> str:
        """Keep a question; the key under which to find it."""
        now = self._clock()
        self._open = {key: kept for key, kept in self._open.items() if now - kept[0] < LIFETIME}
        while len(self._open) >= self._most:
            del self._open[next(iter(self._open))]
        key = secrets.token_hex(8)
        self._open[key] = now, question
        return key

    def take(self, key: str) -> Question:
        """The question, once. Raises QuestionExpiredError."""
        asked, question = self._open.pop(key, (0.0, None))
        if question is None or self._clock() - asked >= LIFETIME:
            raise QuestionExpiredError
        return question
