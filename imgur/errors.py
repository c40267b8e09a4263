"""What can go wrong with Imgur, told apart by what the caller can do about it.

No error's text holds a token, a code or a deletehash. `detail` is Imgur's own wording where it gave one: for the
log, not for users.
"""

from __future__ import annotations

from enum import StrEnum

from imgur.models import RateLimits


class ImgurError(Exception):
    """Base of everything that this package raises on purpose. `limits`: what an answer's headers said, if one came."""

    def __init__(self, detail: str = "", *, status: int | None = None, limits: RateLimits | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.limits = limits


class UnreachableError(ImgurError):
    """No answer came: no connection, or it was cut, or it took too long."""


class NotSentError(UnreachableError):
    """No connection: nothing was sent."""


class RenewalSlowError(NotSentError):
    """Imgur has not given new tokens yet. It is still waited for; what was to be done with them was not begun."""


class OutcomeUnknownError(UnreachableError):
    """A write was sent and nothing of Imgur's own says what became of it: it may have been carried out."""


class OverCapacityError(ImgurError):
    """Imgur says that it is overloaded, or refuses this address under that pretext. Try later."""


class BlockedError(OverCapacityError):
    """Imgur's edge turns requests away whatever they are about, as it has done in waves; nothing was done."""


class SignInDownError(ImgurError):
    """Imgur's sign-in ("Error (1024)") does not work. Nothing but waiting helps."""


class UnauthorizedError(ImgurError):
    """The access token is not accepted (any more): refresh it, once."""


class InvalidGrantError(ImgurError):
    """The refresh token or the code is not accepted: the user has to link again."""


class ForbiddenError(ImgurError):
    """Imgur refuses, and asking again will not help."""


class NoFavoriteError(ForbiddenError):
    """Imgur makes something no favorite, though it is there: perhaps a picture inside an album."""


class ApplicationRefusedError(ForbiddenError):
    """Imgur refuses the application, its client id or its secret; no user can do anything about it."""


class NotFoundError(ImgurError):
    """There is no such image, album or account (any more)."""


class GoneError(NotFoundError):
    """Imgur no longer has something that it listed before."""


class AlbumGoneError(GoneError):
    """An album that was to be changed is no longer on Imgur."""


class Spent(StrEnum):
    """Whose credits are used up; UPLOADS where Imgur wants fewer of these, and says nothing of credits."""

    USER = "user"
    APPLICATION = "application"
    UPLOADS = "uploads"
    UNKNOWN = "unknown"


class RateLimitedError(ImgurError):
    """Too many calls. `retry_after` is in seconds, None where Imgur did not say."""

    def __init__(
        self,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        spent: Spent = Spent.UNKNOWN,
        limits: RateLimits | None = None,
    ) -> None:
        super().__init__(detail, status=status, limits=limits)
        self.retry_after = retry_after
        self.spent = spent


class TooLargeError(ImgurError):
    """Imgur found the file too large."""


class UnsupportedTypeError(ImgurError):
    """Imgur does not take files of this type, or found the file corrupt."""


class RejectedError(ImgurError):
    """Imgur understood and said no, in `detail`, for a reason of its own."""


class BadAnswerError(ImgurError):
    """Imgur's answer makes no sense to us: neither what was asked for nor an error that we know."""


class SourceLengthError(ImgurError):
    """The source of an upload gave fewer or more bytes than it had announced; nothing was stored."""
