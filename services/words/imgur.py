"""What Imgur refuses, and its limits."""

from __future__ import annotations

import imgur.errors
from locales.text import Text
from services.quota.errors import HeldBackError
from services.words import OPERATOR, Wording, Words
from services.words.waiting import when


def _rate_limited(error: imgur.errors.RateLimitedError) -> Words:
    again = when(error.retry_after)
    if error.spent is imgur.errors.Spent.APPLICATION:
        return Words(
            Text("This bot has used up what it may ask of Imgur for now"),
            Text("The limit is shared by everyone who uses the bot. Try again {when}.", when=again),
        )
    if error.spent is imgur.errors.Spent.USER:
        return Words(
            Text("You have used up what Imgur allows you for now"),
            Text("Every call costs 1 credit and an upload 10. Try again {when}.", when=again),
        )
    if error.spent is imgur.errors.Spent.UPLOADS:
        return Words(
            Text("Imgur takes no more uploads for now"),
            Text("It says that they came too fast. All else works as ever; upload again {when}.", when=again),
        )
    return Words(Text("Imgur asks us to slow down"), Text("It had too many calls. Try again {when}.", when=again))


def _held_back(error: HeldBackError) -> Words:
    return Words(
        Text("Imgur's limit is nearly used up"),
        Text(
            "You have used much of it lately, so what is left is for others now. Try again {when}.",
            when=when(error.retry_after),
        ),
    )


TABLE: dict[type[BaseException], Wording] = {
    imgur.errors.ImgurError: Words(
        Text("Imgur did not do this"), Text("Something went wrong at Imgur. Try again later.")
    ),
    imgur.errors.NotSentError: Words(
        Text("Imgur cannot be reached"),
        Text("There is no connection to it at the moment, so nothing was sent. Try again in a few minutes."),
    ),
    imgur.errors.RenewalSlowError: Words(
        Text("Imgur takes long to renew the bot's access to your account"),
        Text("What you wanted was not done. The bot goes on waiting for Imgur's answer; try again in a few minutes."),
    ),
    imgur.errors.UnreachableError: Words(
        Text("Imgur does not answer"),
        Text("No answer came. Nothing was changed. Try again in a few minutes."),
    ),
    imgur.errors.OutcomeUnknownError: Words(
        Text("Imgur gave no clear answer"),
        Text(
            "It may have been done all the same, or not. Look first, with /imgur show or /imgur images, before you try "
            "again."
        ),
    ),
    imgur.errors.OverCapacityError: Words(
        Text("Imgur is over capacity"), Text("It says it has too much to do right now. Try again in a few minutes.")
    ),
    imgur.errors.SignInDownError: Words(
        Text("Imgur's sign-in is down"),
        Text(
            "No account can be linked until Imgur repairs it. Anonymous uploads work: /imgur upload with anonymous: "
            "True."
        ),
    ),
    imgur.errors.UnauthorizedError: Words(
        Text("Imgur does not accept the bot's access to your account"),
        Text("Try again in a few minutes. If it stays like this, link your account again with /imgur link."),
    ),
    imgur.errors.InvalidGrantError: Words(
        Text("Imgur no longer accepts this sign-in"), Text("Link your account again with /imgur link.")
    ),
    imgur.errors.ApplicationRefusedError: Words(
        Text("Imgur refuses this bot"),
        Text(
            "It does not accept the application with which the bot signs in. That is not about your account. "
            "{operator}",
            operator=OPERATOR,
        ),
    ),
    imgur.errors.NoFavoriteError: Words(
        Text("Imgur makes this no favorite"),
        Text(
            "It is there, and Imgur refuses all the same, as it may with a picture inside an album. Open it on "
            "imgur.com; if it is in an album, favorite the album."
        ),
    ),
    imgur.errors.BlockedError: Words(
        Text("Imgur turns the bot away at the moment"),
        Text(
            "It refuses whatever it is asked for, so this is not about your account or this picture. Try again later."
        ),
    ),
    imgur.errors.ForbiddenError: Words(
        Text("Imgur refuses this"),
        Text("It does not allow this for your account or this picture, and asking again will not help."),
    ),
    imgur.errors.GoneError: Words(
        Text("That is no longer on Imgur"),
        Text("It was deleted there, or made private. If it was on your lists, it is off them."),
    ),
    imgur.errors.AlbumGoneError: Words(
        Text("The album is no longer on Imgur"),
        Text(
            "It was deleted there, so nothing was changed, and it is off your lists. /imgur album create makes a new "
            "one."
        ),
    ),
    imgur.errors.NotFoundError: Words(
        Text("Imgur does not know it"),
        Text("It may have been deleted, or the id is mistyped. Check the link and try again."),
    ),
    imgur.errors.RateLimitedError: _rate_limited,
    HeldBackError: _held_back,
    imgur.errors.TooLargeError: Words(
        Text("Imgur finds the file too large"),
        Text("It takes images up to 10 MB and videos up to 200 MB. Make it smaller."),
    ),
    imgur.errors.UnsupportedTypeError: Words(
        Text("Imgur could not read the file"),
        Text("It does not take this kind, or the file is damaged. Convert it to JPEG, PNG, GIF or MP4 and try again."),
    ),
    imgur.errors.RejectedError: Words(
        Text("Imgur said no"),
        Text(
            "It declined without a reason we could pass on, so nothing was done. Try again later, or do it on "
            "imgur.com."
        ),
    ),
    imgur.errors.BadAnswerError: Words(
        Text("Imgur's answer made no sense"), Text("Something is wrong on its side. Try again in a few minutes.")
    ),
    imgur.errors.SourceLengthError: Words(
        Text("The file did not arrive whole"),
        Text("It was cut on its way from Discord; nothing was stored. Upload it again."),
    ),
}
