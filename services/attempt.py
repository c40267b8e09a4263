"""What a link attempt allows, and to which browser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from errors import LinkExpiredError, LinkForeignBrowserError, LinkUsedError
from services.onetime import is_marked, is_secret, new_marked
from storage.models import AttemptStatus, LinkAttempt

COOKIE_PREFIX = "__Host-imgur-link-"


def cookie_name(attempt_id: str) -> str:
    """The cookie of one attempt: two tabs may run two."""
    return COOKIE_PREFIX + attempt_id


def is_new(attempt: LinkAttempt) -> bool:
    """Whether Imgur has not sent its browser back yet."""
    return attempt.status in {AttemptStatus.PENDING, AttemptStatus.BOUND}


def is_carried(attempt: LinkAttempt, cookies: Mapping[str, str]) -> bool:
    """Whether this is the browser that the attempt is bound to."""
    return is_secret(cookies.get(cookie_name(attempt.id)), attempt.cookie_hash)


def cookie_given(attempt: LinkAttempt, nonce: str, cookies: Mapping[str, str]) -> str:
    """The cookie that the link's page has given this browser, or a new one: never one that was planted there."""
    given = cookies.get(cookie_name(attempt.id), "")
    return given if is_marked(given, nonce) else new_marked(nonce)


def cookie_of(attempt: LinkAttempt, cookies: Mapping[str, str]) -> str:
    """The cookie that binds this browser to the attempt. Raises LinkForeignBrowserError."""
    if not is_carried(attempt, cookies):
        raise LinkForeignBrowserError
    return cookies[cookie_name(attempt.id)]


def refuse_ended(attempt: LinkAttempt, cookies: Mapping[str, str]) -> None:
    """Let pass what is open, and what is done for the browser that did it."""
    if attempt.status is AttemptStatus.DONE:
        if not is_carried(attempt, cookies):
            raise LinkUsedError
        return
    refuse_expired(attempt)
    if attempt.status is AttemptStatus.VOID:
        raise LinkUsedError


def refuse_expired(attempt: LinkAttempt) -> None:
    """Raise LinkExpiredError once its ten minutes are over."""
    if attempt.expires_at <= datetime.now(UTC):
        raise LinkExpiredError
