"""A typed async client of the Imgur API v3. Knows nothing of this bot.

>>> async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
...     client = ImgurClient(session, "your client id")
...     image = await client.image("JPz2iab")
"""

from imgur._album import ALBUMS_PER_PAGE
from imgur.client import FAVORITES_PER_PAGE, IMAGES_PER_PAGE, ImgurClient
from imgur.errors import (
    ApplicationRefusedError,
    BadAnswerError,
    BlockedError,
    ForbiddenError,
    ImgurError,
    InvalidGrantError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    OverCapacityError,
    RateLimitedError,
    RejectedError,
    SignInDownError,
    SourceLengthError,
    Spent,
    TooLargeError,
    UnauthorizedError,
    UnreachableError,
    UnsupportedTypeError,
)
from imgur.models import (
    AccessToken,
    Account,
    Album,
    GallerySort,
    Image,
    Item,
    Kind,
    Page,
    Privacy,
    RateLimits,
    Sort,
    Tokens,
    UploadSource,
    Window,
)
from imgur.reference import Reference

__all__ = [
    "ALBUMS_PER_PAGE",
    "FAVORITES_PER_PAGE",
    "IMAGES_PER_PAGE",
    "AccessToken",
    "Account",
    "Album",
    "ApplicationRefusedError",
    "BadAnswerError",
    "BlockedError",
    "ForbiddenError",
    "GallerySort",
    "Image",
    "ImgurClient",
    "ImgurError",
    "InvalidGrantError",
    "Item",
    "Kind",
    "NotFoundError",
    "NotSentError",
    "OutcomeUnknownError",
    "OverCapacityError",
    "Page",
    "Privacy",
    "RateLimitedError",
    "RateLimits",
    "Reference",
    "RejectedError",
    "SignInDownError",
    "Sort",
    "SourceLengthError",
    "Spent",
    "Tokens",
    "TooLargeError",
    "UnauthorizedError",
    "UnreachableError",
    "UnsupportedTypeError",
    "UploadSource",
    "Window",
]
